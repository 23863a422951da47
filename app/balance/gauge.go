package balance

import (
	"math"
	"sync"
	"time"
)

// Gauge measures one target. The nil Gauge measures nothing.
type Gauge struct {
	mu       sync.Mutex
	inFlight int
	answers  int // that mean is of, up to warm
	ends     int // that failed is of, up to warm
	mean     float64
	peak     float64
	failed   float64
	answered time.Time // when mean and peak last changed
	ended    time.Time // when failed last changed
	used     time.Time
	tried    float64 // attempts and answers of the last hour or so: what is learned for fallbacks
	won      float64
}

const (
	// memory is how long an answer counts: after it by a third.
	memory = 30 * time.Second
	// peakMemory is Finagle's default for peak EWMA.
	peakMemory = 10 * time.Second
	// most is what one answer counts for at most, however long ago the one before it was; until there are a few, all
	// count alike.
	most = 0.2
	// forgiven is how fast failures of a target that nobody asks fade, so that it is tried again.
	forgiven = 2 * time.Minute
	// lesson is how long a success or a failure counts for the order of fallbacks: after it by a third. A target that only
	// answers when others fail is asked seldom, so half a minute would know nothing of it.
	lesson = time.Hour
	// doubt is how many successes every target is taken to have had before it was ever asked, so that one failure is no verdict.
	doubt = 3
)

// Begin notes an attempt; every one must End.
func (g *Gauge) Begin(now time.Time) {
	if g == nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inFlight++
	g.used = now
}

// Verdict is what an attempt says of its target.
type Verdict uint8

// The verdicts.
const (
	Nothing Verdict = iota // the request was wrong, or the client left
	Answered
	Failed
)

// End notes how an attempt ended: after took until its first event, or until it failed. A failure's time counts only where
// it makes the target look slower: failing at once is not speed.
func (g *Gauge) End(now time.Time, v Verdict, took time.Duration) {
	if g == nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inFlight--
	g.used = now
	if v == Nothing {
		return
	}
	bad := 0.0
	if v == Failed {
		bad = 1
	}
	kept := fade(now.Sub(g.ended), lesson)
	g.tried, g.won = g.tried*kept+1, g.won*kept+1-bad
	g.failed *= fade(now.Sub(g.ended), forgiven)
	g.failed += part(now, g.ended, g.ends) * (bad - g.failed)
	g.ends, g.ended = min(g.ends+1, warm), now
	sample := float64(max(took, 1))
	if v == Failed && (g.answered.IsZero() || sample <= g.mean) {
		return
	}
	g.peak = max(sample, sample+fade(now.Sub(g.answered), peakMemory)*(g.peak-sample))
	g.mean += part(now, g.answered, g.answers) * (sample - g.mean)
	g.answers, g.answered = min(g.answers+1, warm), now
}

// warm is how many answers make an average.
const warm = 5

// part is what the next sample counts for, after n of which the last was at last.
func part(now, last time.Time, n int) float64 {
	if n < warm {
		return 1 / float64(n+1)
	}
	return min(1-fade(now.Sub(last), memory), most)
}

// fade is what is left after d of what lasts for life.
func fade(d, life time.Duration) float64 { return math.Exp(-float64(max(d, 0)) / float64(life)) }

func (g *Gauge) load(now time.Time) Load {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.used = now
	return g.read(now)
}

// look is load for people: a page that is open keeps nothing alive.
func (g *Gauge) look(now time.Time) Load {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.read(now)
}

func (g *Gauge) read(now time.Time) Load {
	l := Load{InFlight: g.inFlight, Seen: !g.answered.IsZero(), Mean: time.Duration(g.mean), Peak: time.Duration(g.peak * fade(now.Sub(g.answered), peakMemory))}
	l.Failed = g.failed * fade(now.Sub(g.ended), forgiven)
	kept := fade(now.Sub(g.ended), lesson)
	l.Tried, l.Won = g.tried*kept, g.won*kept
	return l
}

func (g *Gauge) idle(now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.inFlight == 0 && now.Sub(g.used) > forgetful
}

// Success is the share of the last hour's attempts that succeeded, 1 where there were none.
func (l Load) Success() float64 { return (l.Won + doubt) / (l.Tried + doubt) }

package cache

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bodhi-gateway/bodhi/app/cache/semantic"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// Sighting is a kept answer that was found for a question worded differently: given, or only written down.
type Sighting struct {
	ID      id.Request // for which request it was found
	Org     id.Org
	At      time.Time
	Policy  id.Caching
	Prefix  Key // within which both questions were asked
	Entry   Key // the kept answer
	Sharing Sharing
	Node    string    // plain uuid of whoever shares it
	Member  id.Member // who asked now; zero for a service account's key
	Maker   id.Member // whose request paid for the answer
	Asked   string    // model as both wrote it
	Mode    LikeMode  // the policy's
	Strict  bool      // the narrowest rule that takes the pair: strict, else relaxed
	Cosine  int64     // hundredths
	Served  bool
	Cost    money.USD // what the answer cost when it was bought
	Took    time.Duration
	Prompt  Key    // keyed hash of what was asked now
	Other   Key    // and of what was asked then
	Sealed  []byte // both questions
	// Verdict is what a person said: "", Right or Wrong.
	Verdict string
	By      string
	Judged  time.Time
}

// What a person says of a sighting.
const (
	Right = "right"
	Wrong = "wrong"
)

// Witness writes sightings down, with an audit entry for each that was served. *Service implements it.
type Witness interface {
	Saw(ctx context.Context, list []Sighting) error
}

// Asked is a kept question as it lies in the store.
type Asked struct {
	Org      id.Org
	Key      Key
	Prefix   Key
	Question []byte // sealed
}

// Mark says how far the store's questions were read.
type Mark struct {
	At  time.Time
	Key Key
}

// Questions is a store of what was asked. *db.CacheStore implements it.
type Questions interface {
	// Questions gives those that came after a mark and are still given, oldest first, and the mark of the last.
	Questions(ctx context.Context, after Mark, now time.Time, limit int) ([]Asked, Mark, error)
}

// likes are what a Desk knows of questions that are worded differently.
type likes struct {
	index  *semantic.Index
	wanted atomic.Bool // a policy asks for it
	again  atomic.Bool // read all questions anew

	mu    sync.Mutex
	seen  []Sighting
	votes map[id.Caching]votes
	said  map[speaker]speech
}

type votes struct{ yes, all int64 }

// speaker is a judge of a policy, which may have another one tomorrow.
type speaker struct {
	policy id.Caching
	judge  string
}

type speech struct{ tokens, answers int64 }

// mostSeen is how many sightings may wait to be written. Beyond it nothing is served: who served what is never lost.
const mostSeen = 10_000

func (l *likes) saw(s Sighting) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.seen) >= mostSeen {
		return false
	}
	l.seen = append(l.seen, s)
	return true
}

func (l *likes) take() []Sighting {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := l.seen
	l.seen = nil
	return out
}

// back puts sightings before those that came meanwhile.
func (l *likes) back(s []Sighting) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seen = append(s, l.seen...)
}

// odds are how many in a thousand a policy's judge agreed with, as far as this process knows: one of two before it was asked.
func (l *likes) odds(p id.Caching) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	v := l.votes[p]
	return 1000 * (v.yes + 1) / (v.all + 2)
}

func (l *likes) judged(p id.Caching, yes bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.votes == nil {
		l.votes = map[id.Caching]votes{}
	}
	v := l.votes[p]
	v.all++
	if yes {
		v.yes++
	}
	l.votes[p] = v
}

// aWord is what a judge's answer is taken for before it gave one.
const aWord = 2

// reply is how many tokens an answer of a judge took on the average, as far as this process knows: thoughts are billed as words are.
func (l *likes) reply(s speaker) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if v := l.said[s]; v.answers > 0 {
		return (v.tokens + v.answers - 1) / v.answers
	}
	return aWord
}

func (l *likes) told(s speaker, tokens int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.said == nil {
		l.said = map[speaker]speech{}
	}
	v := l.said[s]
	l.said[s] = speech{v.tokens + tokens, v.answers + 1}
}

// Demand says what may still be given under a prefix, after people said that something was wrong.
type Demand int

// The demands.
const (
	AsTold     Demand = iota
	StrictOnly        // a relaxed one was wrong
	NoneServed        // a strict one was
)

// Demanded is a demand as it is kept.
type Demanded struct {
	Org    id.Org `json:"org"`
	Prefix Key    `json:"prefix"`
	Demand Demand `json:"demand"`
}

func (d *Desk) demand(o id.Org, p semantic.Prefix) Demand {
	if b := d.book(o); b != nil {
		return b.demands[Key(p)]
	}
	return AsTold
}

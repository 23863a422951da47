package health

import (
	"context"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// Keeping is what a Keeper works with.
type Keeping struct {
	Store Store
	Node  string
	IDs   *id.Source
	Clock clock.Clock
	Log   *slog.Logger
	// Alert is told of a target that has been away for a while, or is back after that; nil = nobody is.
	Alert func(ctx context.Context, e Event, back bool) error
	// Link tells other nodes; nil = there are none.
	Link *Link
}

// Keeper carries what breakers do from the data plane, which waits for nobody, to the books, to other nodes and to people.
type Keeper struct {
	Keeping
	queue   chan Change
	lost    atomic.Int64
	waiting []Event
	away    map[Target]*absence
}

// absence is a target that is away.
type absence struct {
	event Event
	told  bool
}

const (
	queued = 1024
	every  = time.Second // how often events are written down
	// long is how long a target must be away for people to be told; what a probe mends sooner is no news. A refused
	// credential or an empty account mends nobody but a person, so that is told at once.
	long   = 2 * time.Minute
	backup = 10_000 // events that wait for a database that is away
	sifted = 20     // failures in a row that say that it is the database
	sweeps = time.Hour
	looks  = time.Minute // how often outages of processes that are gone are looked for
	// Keep is how long events are kept.
	Keep = 30 * 24 * time.Hour
	// KeepOutages is how long outages and what people noted about them are kept.
	KeepOutages = 365 * 24 * time.Hour
	// keepHours is how long hours of targets are kept: the page shows 24, and a journal may be posted late.
	keepHours = 48 * time.Hour
)

// NewKeeper makes a keeper.
func NewKeeper(with Keeping) *Keeper {
	return &Keeper{Keeping: with, queue: make(chan Change, queued), away: map[Target]*absence{}}
}

// Changed takes a change from a Board. It never waits: what does not fit is counted and lost.
func (k *Keeper) Changed(c Change) {
	select {
	case k.queue <- c:
	default:
		k.lost.Add(1)
	}
}

// Run carries until ctx ends.
func (k *Keeper) Run(ctx context.Context, board *Board) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	start := k.Clock.Now()
	swept, looked := start, time.Time{}
	for {
		select {
		case <-ctx.Done():
			k.flush(context.WithoutCancel(ctx))
			return nil
		case c := <-k.queue:
			k.take(c)
		case <-tick.C:
			k.flush(ctx)
			k.alert(ctx)
			if now := k.Clock.Now(); now.Sub(looked) >= looks {
				looked = now
				k.end(ctx, start, now)
			}
			if now := k.Clock.Now(); now.Sub(swept) > sweeps {
				swept = now
				board.Forget(now)
				if err := k.Store.Prune(ctx, now.Add(-Keep)); err != nil {
					k.Log.Warn("old breaker events not dropped", "error", err.Error())
				}
				if err := k.Store.PruneHours(ctx, now.Add(-keepHours)); err != nil {
					k.Log.Warn("old hours of targets not dropped", "error", err.Error())
				}
				if err := k.Store.PruneOutages(ctx, now.Add(-KeepOutages)); err != nil {
					k.Log.Warn("old outages not dropped", "error", err.Error())
				}
			}
		}
	}
}

// end ends outages whose breakers are gone with their processes: no probe does. The next one of their targets would be taken for a part
// of them, and nobody could resolve them.
func (k *Keeper) end(ctx context.Context, start, now time.Time) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if err := k.Store.EndOutages(ctx, k.Node, start, now); err != nil {
		k.Log.Warn("outages of processes that are gone not ended yet", "error", err.Error())
	}
}

func (k *Keeper) take(c Change) {
	e := Event{ID: id.NewOutage(k.IDs), Change: c, Node: k.Node}
	// A client may have named the model, and books and letters do not take every text.
	e.Target.Model = strings.ToValidUTF8(strings.ReplaceAll(c.Target.Model, "\x00", ""), "\uFFFD")
	if c.To != HalfOpen {
		k.Log.Info("a breaker changed", slog.String("connection", c.Target.Connection.String()), slog.String("model", c.Target.Model),
			slog.String("state", c.To.String()), slog.String("cause", string(c.Cause)), slog.Bool("remote", c.Remote))
	}
	switch was := k.away[c.Target]; {
	case c.To == Open && was == nil && c.Cause != ByHand:
		k.away[c.Target] = &absence{event: e}
	case c.To == Closed && was != nil && was.told:
		was.event = e
	case c.To == Closed:
		delete(k.away, c.Target)
	}
	if c.Remote {
		return // the node that found out writes it down
	}
	if k.Link != nil {
		k.Link.Tell(c)
	}
	if len(k.waiting) < backup {
		k.waiting = append(k.waiting, e)
	}
}

func (k *Keeper) flush(ctx context.Context) {
	if n := k.lost.Swap(0); n > 0 {
		k.Log.Warn("changes of breakers were lost: too many at once", slog.Int64("lost", n))
	}
	if len(k.waiting) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	err := k.Store.Note(ctx, k.waiting)
	if err == nil {
		k.waiting = nil
		return
	}
	k.Log.Warn("changes of breakers not written down yet", "error", err.Error())
	k.sift(ctx)
}

// sift writes events down one by one, so that one that is refused (its organization is gone) keeps nobody else's out. What fails while
// one after it is taken is dropped, as it is not the database that is away.
func (k *Keeper) sift(ctx context.Context) {
	var failed []Event
	for i, e := range k.waiting {
		if err := k.Store.Note(ctx, []Event{e}); err != nil {
			if failed = append(failed, e); len(failed) == sifted {
				k.waiting = append(failed, k.waiting[i+1:]...)
				return
			}
			continue
		}
		if len(failed) > 0 {
			k.Log.Warn("changes of breakers are refused by the database and lost", slog.Int("lost", len(failed)))
		}
		failed = nil
	}
	k.waiting = failed
}

// alert tells people, once for each absence and once for each return.
func (k *Keeper) alert(ctx context.Context) {
	now := k.Clock.Now()
	for t, a := range k.away {
		back := a.event.To == Closed
		urgent := a.event.Cause == Credential || a.event.Cause == Quota
		if !back && (a.told || !urgent && now.Sub(a.event.At) < long) {
			continue
		}
		if k.Alert != nil {
			if err := k.Alert(ctx, a.event, back); err != nil {
				k.Log.Warn("nobody could be told of a breaker", "error", err.Error())
				continue
			}
		}
		if a.told = true; back {
			delete(k.away, t)
		}
	}
}

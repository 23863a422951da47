package blueprint

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/work"
)

// TurnState says how an applying stands.
type TurnState string

// The states.
const (
	Applying TurnState = "running"
	Applied  TurnState = "done"
	Stopped  TurnState = "stopped" // refused in the middle, or cut off
)

// Lease is how long an applying may say nothing before the next may begin: longer than any one change takes.
const Lease = 2 * time.Minute

// KeptTurns is how many applyings of an organization are remembered.
const KeptTurns = 20

// Turn is one applying. An organization has one under way at a time, so that two end as if one had come after the other: what each
// changes is planned while it has the turn. Its changes are made one by one, so the turn says how far it got.
type Turn struct {
	Org     id.Org
	ID      id.Apply
	Title   string // what is applied, in the words of who does
	By      string
	State   TurnState
	Done    int
	Total   int    // 0 until it is planned
	Current string // the change under way, or the one that it stopped at; "" before the first and when all are made
	Why     string // why it stopped
	BegunAt time.Time
	SeenAt  time.Time // the last sign of life
}

// lapsed reports whether nobody has the turn any more, whatever its row says.
func (t *Turn) lapsed(now time.Time) bool { return t.State != Applying || now.Sub(t.SeenAt) >= Lease }

// TurnStore keeps turns. *db.BlueprintStore implements it.
type TurnStore interface {
	// Lock makes what follows in the transaction come after every other of the organization's that locked.
	Lock(ctx context.Context, o id.Org) error
	// Turns gives the newest first.
	Turns(ctx context.Context, o id.Org) ([]Turn, error)
	// PutTurn makes or replaces one.
	PutTurn(ctx context.Context, t Turn) error
	DropTurn(ctx context.Context, o id.Org, which id.Apply) error
}

// TurnParts are what Turns works with.
type TurnParts struct {
	Store TurnStore
	Tx    work.Tx
	Audit audit.Log
	IDs   *id.Source
	Clock clock.Clock
}

// Turns gives organizations' applyings their turns.
type Turns struct{ TurnParts }

// NewTurns makes the service.
func NewTurns(p TurnParts) *Turns { return &Turns{p} }

// MayApply is who may take the turn. What each change needs, its own route asks.
const MayApply = org.Manager

const longest = 200 // bytes of a title and of a change's words; more is cut

func cut(text string, to int) string {
	if text = strings.ToValidUTF8(text, "�"); len(text) > to {
		text = strings.ToValidUTF8(text[:to], "") + "…"
	}
	return text
}

// Begin takes the turn, or refuses while somebody else has it.
func (s *Turns) Begin(ctx context.Context, actor org.Actor, title string) (Turn, error) {
	if err := actor.Require(MayApply); err != nil {
		return Turn{}, err
	}
	if title = strings.TrimSpace(title); title == "" {
		title = "Blueprint"
	}
	now := s.now()
	t := Turn{Org: actor.Org, ID: id.NewApply(s.IDs), Title: cut(title, longest), By: actor.Label, State: Applying, BegunAt: now, SeenAt: now}
	return t, s.change(ctx, actor, func(ctx context.Context, all []Turn) error {
		for i := range all {
			last := &all[i]
			switch {
			case !last.lapsed(now):
				return busy(last)
			case last.State == Applying: // its process is gone
				last.State, last.Why = Stopped, "It was cut off: nothing was heard of it any more."
				if err := s.Store.PutTurn(ctx, *last); err != nil {
					return err
				}
			}
			if i >= KeptTurns-1 {
				if err := s.Store.DropTurn(ctx, actor.Org, last.ID); err != nil {
					return err
				}
			}
		}
		if err := s.Store.PutTurn(ctx, t); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "template.apply_began", Target: t.ID.String(), TargetName: t.Title})
	})
}

func busy(t *Turn) *fault.Error {
	f := fault.Newf(fault.Conflict, "apply_running", "%s is applying “%s” right now%s. One at a time, so that nobody's changes are mixed with another's: compare again when that is done.", t.By, t.Title, far(t))
	f.RetryAfter = 5 * time.Second
	return f
}

func far(t *Turn) string {
	if t.Total == 0 {
		return ""
	}
	return fmt.Sprintf(" (%d of %d changes made)", t.Done, t.Total)
}

// Progress says how far an applying is, before each of its changes; it keeps the turn. Who lost it must change nothing more.
type Progress struct {
	Done, Total int
	Current     string
	Why         string // with End: why it stopped; "" = all is made
}

// MissingTurn refuses an id that names no applying.
func MissingTurn() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such applying.")
}

// Step notes progress. Whoever may apply may, and may end it: somebody else's that hangs, too.
func (s *Turns) Step(ctx context.Context, actor org.Actor, which id.Apply, p Progress) (Turn, error) {
	return s.note(ctx, actor, which, p, Applying)
}

// End gives the turn back. With a Why it says what stopped it, and where.
func (s *Turns) End(ctx context.Context, actor org.Actor, which id.Apply, p Progress) (Turn, error) {
	if p.Why != "" {
		return s.note(ctx, actor, which, p, Stopped)
	}
	return s.note(ctx, actor, which, p, Applied)
}

func (s *Turns) note(ctx context.Context, actor org.Actor, which id.Apply, p Progress, state TurnState) (t Turn, err error) {
	if err := actor.Require(MayApply); err != nil {
		return Turn{}, err
	}
	if p.Done < 0 || p.Total < 0 || p.Done > p.Total {
		return Turn{}, fault.Field("done", "As many changes as there are can be made, and not fewer than none.")
	}
	err = s.change(ctx, actor, func(ctx context.Context, all []Turn) error {
		for _, one := range all {
			if one.ID == which {
				t = one
			}
		}
		switch {
		case t.ID.IsZero():
			return MissingTurn()
		case t.State != Applying:
			return fault.New(fault.Conflict, "apply_over", "This applying is over: it was ended, or nothing was heard of it for two minutes and another one began. Compare again, and apply what is left.")
		}
		t.Done, t.Total, t.Current, t.Why, t.State, t.SeenAt = p.Done, p.Total, cut(p.Current, longest), cut(p.Why, 4*longest), state, s.now()
		if err := s.Store.PutTurn(ctx, t); err != nil || state == Applying {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "template.apply_ended", Target: t.ID.String(), TargetName: t.Title,
			After: map[string]any{"state": string(state), "done": t.Done, "total": t.Total}})
	})
	return t, err
}

// Last are the organization's last applyings, the newest first. One whose process is gone is shown as stopped.
func (s *Turns) Last(ctx context.Context, actor org.Actor) ([]Turn, error) {
	if err := actor.Require(MayApply); err != nil {
		return nil, err
	}
	all, err := s.Store.Turns(ctx, actor.Org)
	if err != nil {
		return nil, fmt.Errorf("blueprint: turns: %w", err)
	}
	for i := range all {
		if t := &all[i]; t.State == Applying && t.lapsed(s.now()) {
			t.State, t.Why = Stopped, "It was cut off: nothing was heard of it any more."
		}
	}
	return all, nil
}

func (s *Turns) now() time.Time { return s.Clock.Now().UTC().Truncate(time.Microsecond) }

// change runs a change of the organization's turns behind every other.
func (s *Turns) change(ctx context.Context, actor org.Actor, do func(ctx context.Context, all []Turn) error) error {
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.Store.Lock(ctx, actor.Org); err != nil {
			return err
		}
		all, err := s.Store.Turns(ctx, actor.Org)
		if err != nil {
			return err
		}
		return do(ctx, all)
	})
	var refusal *fault.Error
	if err != nil && !errors.As(err, &refusal) {
		return fmt.Errorf("blueprint: turn: %w", err)
	}
	return err
}

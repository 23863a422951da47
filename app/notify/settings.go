package notify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/mail"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/work"
)

// PreferenceStore keeps how people want to be told. *db.EventStore implements it.
type PreferenceStore interface {
	Preferences(ctx context.Context, o id.Org, of []id.Member) (map[id.Member]Preferences, error)
	SetPreferences(ctx context.Context, o id.Org, m id.Member, p Preferences, at time.Time) error
}

// Settings is where people say how they want to be told. Everybody chooses for themselves alone.
type Settings struct {
	Store  PreferenceStore
	People People
	Links  mail.Links
	Tx     work.Tx
	Audit  audit.Log
	Clock  clock.Clock
}

// nobody is the refusal of tokens that are no person's.
func nobody() error {
	return fault.New(fault.Conflict, "nobody", "This token is the organization's own and has no inbox. Use a token of a person.")
}

// Get gives the actor's preferences; a token of nobody has none.
func (s *Settings) Get(ctx context.Context, actor org.Actor) (Preferences, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return Preferences{}, err
	}
	if actor.Member.IsZero() {
		return Preferences{}, nil
	}
	return s.of(ctx, actor)
}

func (s *Settings) of(ctx context.Context, actor org.Actor) (Preferences, error) {
	all, err := s.Store.Preferences(ctx, actor.Org, []id.Member{actor.Member})
	if err != nil {
		return Preferences{}, fmt.Errorf("notify: preferences: %w", err)
	}
	return all[actor.Member], nil
}

// Set changes the actor's preferences. What waits already is sent as it was going to be.
func (s *Settings) Set(ctx context.Context, actor org.Actor, p Preferences) error {
	if err := actor.Require(org.Viewer); err != nil {
		return err
	}
	if actor.Member.IsZero() {
		return nobody()
	}
	p, err := p.checked()
	if err != nil {
		return err
	}
	return s.save(ctx, actor, func(*Preferences) Preferences { return p })
}

func (s *Settings) save(ctx context.Context, actor org.Actor, edit func(*Preferences) Preferences) error {
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		before, err := s.of(ctx, actor)
		if err != nil {
			return err
		}
		after := edit(&before)
		if err := s.Store.SetPreferences(ctx, actor.Org, actor.Member, after, s.Clock.Now().UTC()); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "inbox.preferred", Target: actor.Member.String(), TargetName: actor.Label, Before: before.facts(), After: after.facts()})
	})
	var f *fault.Error
	if err != nil && !errors.As(err, &f) {
		return fmt.Errorf("notify: set preferences: %w", err)
	}
	return err
}

// facts are the preferences in the audit log.
func (p Preferences) facts() map[string]any {
	words := func(list []Kind) []string {
		out := make([]string, len(list))
		for i, k := range list {
			out[i] = string(k)
		}
		return out
	}
	return map[string]any{"no_mail": words(p.NoMail), "no_inbox": words(p.NoInbox), "zone": p.Zone, "quiet_from": p.QuietFrom, "quiet_to": p.QuietTo, "digest": p.Digest, "cool_down": p.CoolDown}
}

// Stopping is what the link of a letter asks for.
type Stopping struct {
	Member org.Member
	Kinds  []Kind
}

// Stopping reads a letter's link. It changes nothing: mail scanners open links too.
func (s *Settings) Stopping(ctx context.Context, token, kinds, until string) (Stopping, error) {
	t, err := s.Links.Read(token)
	if err != nil {
		return Stopping{}, err
	}
	m, err := id.ParseMember(t.About)
	end, wrong := strconv.ParseInt(until, 10, 64)
	if err != nil || wrong != nil || len(kinds) > 1000 || !s.Links.Holds(t, StopPurpose, kinds, until) || s.Clock.Now().Unix() > end {
		return Stopping{}, mail.DeadLink()
	}
	who, err := s.People.Member(ctx, t.Org, m)
	if err != nil || who.Status() != org.ActiveMember {
		return Stopping{}, mail.DeadLink()
	}
	out := Stopping{Member: who}
	for _, word := range strings.Split(kinds, ",") {
		if k := Kind(word); slices.Contains(Kinds, k) {
			out.Kinds = append(out.Kinds, k)
		}
	}
	if len(out.Kinds) == 0 {
		return Stopping{}, mail.DeadLink()
	}
	return out, nil
}

// Stop does what a letter's link asks for: no more mail of these kinds to its reader. Doing it again changes nothing. by says from
// where it came.
func (s *Settings) Stop(ctx context.Context, by org.Actor, token, kinds, until string) (Stopping, error) {
	what, err := s.Stopping(ctx, token, kinds, until)
	if err != nil {
		return what, err
	}
	return what, s.save(ctx, what.Member.Acting(by), func(p *Preferences) Preferences {
		after := *p
		after.NoMail = append(slices.Clone(p.NoMail), what.Kinds...)
		slices.Sort(after.NoMail)
		after.NoMail = slices.Compact(after.NoMail)
		return after
	})
}

package transcript

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Kept says that a request's text is there, and until when.
type Kept struct {
	Request id.Request
	At      time.Time
	// Until is when it goes; zero while a legal hold keeps it.
	Until time.Time
}

// Of reports whether the text of a request is kept that the actor may read. It is not read.
func (s *Service) Of(ctx context.Context, actor org.Actor, r id.Request) (Kept, bool, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return Kept{}, false, err
	}
	_, k, err := s.find(ctx, actor, r)
	if errors.Is(err, ErrNotFound) {
		return Kept{}, false, nil
	}
	return k, err == nil, err
}

// mayRead reports whether a text is the actor's to read: of a request of their own key, or as who leads its team. Who only reads the
// team's traffic does not read what it says.
func mayRead(actor org.Actor, r Record) bool {
	return !r.Member.IsZero() && r.Member == actor.Member || actor.Require(MayRead) == nil && actor.InTeam(r.Team, MayRead)
}

func (s *Service) find(ctx context.Context, actor org.Actor, r id.Request) (Record, Kept, error) {
	found, err := s.Store.Get(ctx, actor.Org, r)
	if err != nil || !mayRead(actor, found) {
		return Record{}, Kept{}, missingUnless(err)
	}
	k := Kept{Request: r, At: found.At}
	held, err := s.Store.Held(ctx, actor.Org)
	if err != nil {
		return found, k, fmt.Errorf("transcript: legal holds: %w", err)
	}
	if held {
		return found, k, nil
	}
	days, err := s.days(ctx, actor.Org, found.Team)
	if err != nil {
		return found, k, err
	}
	k.Until = found.At.AddDate(0, 0, days)
	if !s.Clock.Now().Before(k.Until) { // the sweep comes for it
		return Record{}, Kept{}, ErrNotFound
	}
	return found, k, nil
}

func missingUnless(err error) error {
	if err == nil || errors.Is(err, ErrNotFound) {
		return ErrNotFound
	}
	return fmt.Errorf("transcript: read: %w", err)
}

// Read gives the text of a request. That somebody read it is in the audit log before they have it, who asked it themselves included.
func (s *Service) Read(ctx context.Context, actor org.Actor, r id.Request) (Text, Kept, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return Text{}, Kept{}, err
	}
	found, k, err := s.find(ctx, actor, r)
	if errors.Is(err, ErrNotFound) {
		return Text{}, k, Missing()
	}
	if err != nil {
		return Text{}, k, err
	}
	t, err := open(ctx, s.Vault, found)
	if err != nil {
		return Text{}, k, err
	}
	note := audit.Entry{Action: "transcript.read", Target: r.String(), TargetName: "Text of a request", After: map[string]any{"team": found.Team.String(), "own": !found.Member.IsZero() && found.Member == actor.Member}}
	if err := s.Audit.Append(ctx, actor, note); err != nil {
		return Text{}, k, fmt.Errorf("transcript: note the reading: %w", err)
	}
	return t, k, nil
}

// page is how many texts of a person are opened at a time.
const page = 100

// Export tells of all texts of a member, oldest first, for the export of a person's data, which is noted by whoever makes it.
func (s *Service) Export(ctx context.Context, actor org.Actor, m id.Member, tell func(Kept, Text) error) error {
	if err := actor.Require(org.Admin); err != nil {
		return err
	}
	for after := (id.Request{}); ; {
		all, err := s.Store.OfMember(ctx, actor.Org, m, after, page)
		if err != nil {
			return fmt.Errorf("transcript: texts of a person: %w", err)
		}
		for _, r := range all {
			t, err := open(ctx, s.Vault, r)
			if err != nil {
				return err
			}
			if err := tell(Kept{Request: r.Request, At: r.At}, t); err != nil {
				return err
			}
			after = r.Request
		}
		if len(all) < page {
			return nil
		}
	}
}

// Open gives those texts among some requests that the actor may read, for a room that makes something of them. Noted writes down that it
// did; a room that only counts them shows nobody anything.
func (s *Service) Open(ctx context.Context, actor org.Actor, all []id.Request) (map[id.Request]Text, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	out := map[id.Request]Text{}
	for _, r := range all {
		found, _, err := s.find(ctx, actor, r)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err == nil {
			out[r], err = open(ctx, s.Vault, found)
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Noted writes into the audit log, in the caller's transaction, that texts were read to make something of them.
func (s *Service) Noted(ctx context.Context, actor org.Actor, texts int, made string) error {
	if err := actor.Require(org.Viewer); err != nil {
		return err
	}
	return s.Audit.Append(ctx, actor, audit.Entry{Action: "transcript.read", Target: made, TargetName: "Texts of requests", After: map[string]any{"texts": texts, "for": made}})
}

package operator

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Stays are how long support may be let in for.
var Stays = []time.Duration{time.Hour, 4 * time.Hour, 24 * time.Hour, 3 * 24 * time.Hour, 7 * 24 * time.Hour}

// MostHours are the longest stay in hours.
const MostHours = 7 * 24

// WrongStay says how long support may be let in for, of the field that asked for something else.
func WrongStay(field string) error {
	return fault.Field(field, "Choose between one hour and seven days (1 to 168 hours).")
}

// Access is an organization's leave for operators to look at its pages: read-only, without prompts, kept texts and secrets.
type Access struct {
	ID      id.Support
	Org     id.Org
	Reason  string
	By      string // who gave it
	At      time.Time
	Until   time.Time
	EndedBy string
	EndedAt time.Time // zero where nobody ended it before its time
}

// Open reports whether it is good now.
func (a Access) Open(now time.Time) bool {
	return !a.ID.IsZero() && a.EndedAt.IsZero() && now.Before(a.Until)
}

// SupportStore keeps who was let in. *db.SupportStore implements it.
type SupportStore interface {
	Allow(ctx context.Context, a Access) error
	// End ends all that are open.
	End(ctx context.Context, o id.Org, by string, at time.Time) (int64, error)
	// Newest gives the newest first.
	Newest(ctx context.Context, o id.Org, limit int) ([]Access, error)
}

// Accesses are the organization's leaves for support, newest first, for its admins.
func (s *Service) Accesses(ctx context.Context, actor org.Actor) ([]Access, error) {
	if err := actor.Require(org.Admin); err != nil {
		return nil, err
	}
	return s.Support.Newest(ctx, actor.Org, 20)
}

// Allow lets operators look at the actor's organization until then, for its admins. An earlier leave that is open ends.
func (s *Service) Allow(ctx context.Context, actor org.Actor, reason string, stay time.Duration) (Access, error) {
	if err := actor.Require(org.Admin); err != nil {
		return Access{}, err
	}
	reason = strings.Join(strings.Fields(reason), " ")
	if reason == "" || len([]rune(reason)) > maxReason {
		return Access{}, fault.Field("reason", fmt.Sprintf("Say what support should look at, in 1 to %d characters.", maxReason))
	}
	if stay < Stays[0] || stay > Stays[len(Stays)-1] {
		return Access{}, WrongStay("stay")
	}
	now := s.Clock.Now().UTC()
	a := Access{ID: id.NewSupport(s.IDs), Org: actor.Org, Reason: reason, By: actor.Label, At: now, Until: now.Add(stay)}
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		if _, err := s.Support.End(ctx, actor.Org, actor.Label, now); err != nil {
			return err
		}
		if err := s.Support.Allow(ctx, a); err != nil {
			return err
		}
		if err := s.Store.Write(ctx, Entry{ID: id.NewAudit(s.IDs), At: now, Name: actor.Label, IP: actor.IP, Action: "support.allowed", Org: actor.Org, About: reason, Detail: "until " + a.Until.Format(time.RFC3339)}); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "support.allowed", Target: a.ID.String(), TargetName: reason, After: map[string]any{"until": a.Until.Format(time.RFC3339)}})
	})
	if err != nil {
		return Access{}, fmt.Errorf("let support in: %w", err)
	}
	return a, nil
}

// Disallow ends it at once.
func (s *Service) Disallow(ctx context.Context, actor org.Actor) error {
	if err := actor.Require(org.Admin); err != nil {
		return err
	}
	now := s.Clock.Now().UTC()
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		n, err := s.Support.End(ctx, actor.Org, actor.Label, now)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, "support_over", "Support has no access, so there is nothing to end.")
		}
		if err := s.Store.Write(ctx, Entry{ID: id.NewAudit(s.IDs), At: now, Name: actor.Label, IP: actor.IP, Action: "support.ended", Org: actor.Org}); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "support.ended", Target: actor.Org.String()})
	})
	if err != nil {
		return fmt.Errorf("end support's access: %w", err)
	}
	return nil
}

// Access is an organization's newest leave, open or not, for operators; the zero Access if there never was one.
func (s *Service) Access(ctx context.Context, w Who, o id.Org) (Access, error) {
	if err := w.require(); err != nil {
		return Access{}, err
	}
	all, err := s.Support.Newest(ctx, o, 1)
	if err != nil || len(all) == 0 {
		return Access{}, err
	}
	return all[0], nil
}

// Look lets the operator see one page of an organization, if it let support in, and writes that into its audit log first: a page
// that cannot be noted is not shown.
func (s *Service) Look(ctx context.Context, w Who, o id.Org, page string) error {
	a, err := s.Access(ctx, w, o)
	if err != nil {
		return err
	}
	if !a.Open(s.Clock.Now()) {
		return fault.New(fault.Forbidden, "support_not_open", "This organization lets nobody look at its pages now. Its admins can allow it under Settings, Support access.")
	}
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.Audit.Append(ctx, w.In(o), audit.Entry{Action: "support.viewed", Target: a.ID.String(), TargetName: a.Reason, After: map[string]any{"page": page}}); err != nil {
			return err
		}
		return s.write(ctx, w, "support.viewed", o, page, "")
	})
	if err != nil {
		return fmt.Errorf("look at an organization's page: %w", err)
	}
	return nil
}

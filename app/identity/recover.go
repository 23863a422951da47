package identity

import (
	"context"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/mail"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// ResetKind is the letter with a link to a new password. It is about a Reset.
const ResetKind mail.Kind = "password_reset"

// ResetPath is the page that the letter leads to.
const ResetPath = "/reset-password"

// resetTime is how long a link is good: long enough for slow mail, short enough for an inbox left open.
const resetTime = 30 * time.Minute

// Reset is one way to set a forgotten password, once.
type Reset struct {
	ID                   id.Reset
	Org                  id.Org
	Member               id.Member
	CreatedAt, ExpiresAt time.Time
	UsedAt               time.Time // zero = still good
}

// ResetStore keeps resets. *db.ResetStore implements it.
type ResetStore interface {
	// AddReset also ends the member's older ones: only the last link works.
	AddReset(ctx context.Context, r Reset) error
	// Reset is false if there is none.
	Reset(ctx context.Context, o id.Org, r id.Reset) (Reset, bool, error)
	// UseReset is false if it was used or has expired by then.
	UseReset(ctx context.Context, o id.Org, r id.Reset, at time.Time) (bool, error)
	// Memberships are those of an address in all organizations, without people who left or are disabled, and without roles.
	Memberships(ctx context.Context, email string) ([]org.Member, error)
}

// Recovery lets people set a forgotten password by mail.
type Recovery struct {
	People *Service
	Store  ResetStore
	Post   *mail.Post
	Links  mail.Links
	// Allowed says whether a member of the organization may log in by password; nil always. Where single sign-on is
	// enforced they may not, and get no letter.
	Allowed func(ctx context.Context, o id.Org, m id.Member) (bool, error)
	// Even is how long an answer takes at least, so that it does not tell whether an address is known; 0 in tests.
	Even time.Duration
}

// Forgot sends every membership of an address its link. It answers known and unknown addresses alike, and in the same
// time.
func (r *Recovery) Forgot(ctx context.Context, by org.Actor, email string) error {
	email, err := org.Email("email", email)
	if err != nil {
		return err
	}
	if err := r.People.Pace(by, "forgot", freePerIP); err != nil {
		return err
	}
	if err := r.People.Pace(by, "forgot "+email, freeTries); err != nil {
		return err
	}
	if r.Even > 0 {
		floor := time.NewTimer(r.Even)
		defer func() {
			select {
			case <-floor.C:
			case <-ctx.Done():
			}
		}()
	}
	if err := r.Post.Flooded(ctx, ResetKind, email); fault.Is(err, fault.Limited) {
		return nil
	} else if err != nil {
		return fmt.Errorf("forgot password: %w", err)
	}
	all, err := r.Store.Memberships(ctx, email)
	if err != nil {
		return fmt.Errorf("forgot password: %w", err)
	}
	for _, m := range all[:min(len(all), maxAccounts)] {
		if err := r.offer(ctx, by, m); err != nil {
			return fmt.Errorf("forgot password: %w", err)
		}
	}
	return nil
}

func (r *Recovery) offer(ctx context.Context, by org.Actor, m org.Member) error {
	if ok, err := r.allowed(ctx, m); err != nil || !ok {
		return err
	}
	s := r.People
	now := s.Clock.Now()
	x := Reset{ID: id.NewReset(s.IDs), Org: m.Org, Member: m.ID, CreatedAt: now, ExpiresAt: now.Add(resetTime)}
	return s.Tx.Do(ctx, func(ctx context.Context) error {
		return inOrder(
			func() error { return r.Store.AddReset(ctx, x) },
			func() error {
				return r.Post.Send(ctx, mail.Order{Org: m.Org, Kind: ResetKind, To: m.Email, About: x.ID.UUID(), Once: "reset " + x.ID.UUID()})
			},
			func() error {
				return s.Audit.Append(ctx, nobody(by, m.Org), audit.Entry{Action: "member.reset_asked", Target: m.ID.String(), TargetName: m.Email})
			},
		)
	})
}

func (r *Recovery) allowed(ctx context.Context, m org.Member) (bool, error) {
	if r.Allowed == nil {
		return true, nil
	}
	return r.Allowed(ctx, m.Org, m.ID)
}

// nobody is somebody we do not know, acting on an organization's door from the place that by carries.
func nobody(by org.Actor, o id.Org) org.Actor {
	by.Org, by.Member, by.Role, by.Part, by.Teams, by.Label = o, id.Member{}, "", org.Part{}, nil, "somebody not logged in"
	return by
}

// Letter writes the letter of a Reset, for mail.Courier.
func (r *Recovery) Letter(ctx context.Context, m mail.Mail) (mail.Letter, error) {
	which, err := id.ParseReset(m.About)
	if err != nil {
		return mail.Letter{}, err
	}
	x, ok, err := r.Store.Reset(ctx, m.Org, which)
	if err != nil {
		return mail.Letter{}, err
	}
	if !ok || !x.UsedAt.IsZero() || !r.People.Clock.Now().Before(x.ExpiresAt) {
		return mail.Letter{}, mail.ErrMoot
	}
	o, member, err := r.People.Person(ctx, x.Org, x.Member)
	if fault.Is(err, fault.Unauthenticated) || fault.Is(err, fault.NotFound) {
		return mail.Letter{}, mail.ErrMoot
	}
	if err != nil {
		return mail.Letter{}, err
	}
	return mail.Letter{
		Subject: "Set a new password for " + o.Name,
		Heading: "Set a new password",
		Text: []string{"Somebody, most likely you, asked for a new password for " + member.Email + " at " + o.Name + ".",
			"The link below works once, for 30 minutes. Setting a password logs you out of all browsers, command lines and coding agents."},
		Action: mail.Action{Label: "Set a new password", URL: r.Links.To(ResetPath, string(ResetKind), x.Org, x.ID.UUID(), member.Email)},
		Foot:   []string{"If you did not ask, do nothing: your password stays as it is."},
	}, nil
}

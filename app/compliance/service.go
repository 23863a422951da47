package compliance

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/work"
)

// Members know the people. *db.OrgStore implements it.
type Members interface {
	Member(ctx context.Context, o id.Org, m id.Member) (org.Member, error)
}

// People put people out. *identity.Service implements it.
type People interface {
	RemoveMember(ctx context.Context, actor org.Actor, m id.Member) error
}

// Answers ends what is kept of a person's answers. app draws the edge to the cache.
type Answers interface {
	ForgetMember(ctx context.Context, actor org.Actor, m id.Member) error
}

// Texts are what a person's requests and their answers say, where that is kept. app draws the edge to it.
type Texts interface {
	Export(ctx context.Context, actor org.Actor, m id.Member, tell func(Text) error) error
}

// Text is one of them.
type Text struct {
	Request  string    `json:"request"`
	At       time.Time `json:"at"`
	Messages []Said    `json:"messages"`
	Answer   string    `json:"answer"`
}

// Said is one turn.
type Said struct {
	Role string `json:"role"`
	Text string `json:"text"`
}

// Log is the audit log, which can take somebody's name out of its own entries. *audit.Chain implements it.
type Log interface {
	audit.Log
	// Redact looks for words in every entry, and for own in those of what they did and what was done to them.
	Redact(ctx context.Context, o id.Org, who []id.Member, words, own [][2]string) (audit.Redaction, error)
	// Walk says what people were called before.
	Walk(ctx context.Context, actor org.Actor, q audit.Query) iter.Seq2[audit.Record, error]
}

// Parts are what Service works with.
type Parts struct {
	Store   Store
	Members Members
	People  People
	Answers Answers
	Texts   Texts
	Vault   Vault
	Tx      work.Tx
	Audit   Log
	IDs     *id.Source
	Clock   clock.Clock
	Sources Sources // of evidence
	// Changed has every node read again whatever it keeps of people.
	Changed func(ctx context.Context)
	// Settled has every node read again what erasures ask it to forget.
	Settled func(ctx context.Context)
}

// Service sets holds, hands data out and erases it. Admins only: nobody else answers for everybody's data.
type Service struct{ Parts }

// New makes the service.
func New(p Parts) *Service { return &Service{p} }

// mostReason bounds what somebody writes, in characters.
const mostReason = 500

// Holds are all of the actor's organization, those in force first.
func (s *Service) Holds(ctx context.Context, actor org.Actor) ([]Hold, error) {
	if err := actor.Require(org.Admin); err != nil {
		return nil, err
	}
	all, err := s.Store.Holds(ctx, actor.Org)
	if err != nil {
		return nil, fmt.Errorf("list holds: %w", err)
	}
	return all, nil
}

// Hold sets one, about a member or, with a zero one, about everybody. From then on nothing is deleted that it is about.
func (s *Service) Hold(ctx context.Context, actor org.Actor, who id.Member, reason string) (Hold, error) {
	if err := actor.Require(org.Admin); err != nil {
		return Hold{}, err
	}
	reason, err := reasoned(reason)
	if err != nil {
		return Hold{}, err
	}
	h := Hold{ID: id.NewHold(s.IDs), Org: actor.Org, Member: who, Reason: reason, By: actor.Label, At: s.Clock.Now().UTC()}
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		name := "everybody"
		if !who.IsZero() {
			m, err := s.Members.Member(ctx, actor.Org, who)
			if fault.Is(err, fault.NotFound) {
				return fault.Field("member", "Choose a person of the organization, or everybody.")
			}
			if err != nil {
				return err
			}
			name = m.Email
		}
		if err := s.Store.AddHold(ctx, h); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "hold.set", Target: h.ID.String(), TargetName: name, After: map[string]any{"reason": reason, "about": name}})
	})
	if err != nil {
		return Hold{}, fmt.Errorf("set hold: %w", err)
	}
	return h, nil
}

// End ends a hold. What it kept goes with the next night, where it is older than is kept.
func (s *Service) End(ctx context.Context, actor org.Actor, which id.Hold) error {
	if err := actor.Require(org.Admin); err != nil {
		return err
	}
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		ended, err := s.Store.EndHold(ctx, actor.Org, which, actor.Label, s.Clock.Now().UTC())
		if err != nil {
			return err
		}
		if !ended {
			return MissingHold()
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "hold.ended", Target: which.String(), TargetName: which.String(), Before: map[string]any{"in_force": true}, After: map[string]any{"in_force": false}})
	})
	if err != nil {
		return fmt.Errorf("end hold: %w", err)
	}
	return nil
}

// Keeps is a hold that keeps a person's data; a zero one if there is none.
func (s *Service) Keeps(ctx context.Context, actor org.Actor, who id.Member) (Hold, error) {
	if err := actor.Require(org.Admin); err != nil {
		return Hold{}, err
	}
	p, err := s.Person(ctx, actor, who)
	if err != nil {
		return Hold{}, err
	}
	h, _, err := s.holding(ctx, actor.Org, p.Memberships())
	return h, err
}

// holding is a hold that keeps a person's data, if there is one, whichever of their memberships it names.
func (s *Service) holding(ctx context.Context, o id.Org, who []id.Member) (Hold, bool, error) {
	all, err := s.Store.Holds(ctx, o)
	if err != nil {
		return Hold{}, false, fmt.Errorf("list holds: %w", err)
	}
	for _, h := range all {
		if h.InForce() && (h.Member.IsZero() || slices.Contains(who, h.Member)) {
			return h, true, nil
		}
	}
	return Hold{}, false, nil
}

func reasoned(text string) (string, error) {
	text = strings.TrimSpace(text)
	if n := utf8.RuneCountInString(text); n == 0 || n > mostReason {
		return "", fault.Field("reason", fmt.Sprintf("Say why, in up to %d characters.", mostReason))
	}
	return text, nil
}

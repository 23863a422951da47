package onboard

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Demo is a company that never was: how many people it has, for how many days it has worked with models, and how many requests
// it made. The same seed makes the same company, but for ids and the password.
type Demo struct {
	Org      string
	Email    string // of the admin
	Password secret.String
	People   int
	Days     int
	Requests int
	Seed     uint64
	Until    time.Time // when the history ends; zero = now
}

// Bounds of a demo.
const (
	maxDemoPeople   = 5_000
	maxDemoDays     = 365
	maxDemoRequests = 10_000_000
)

// Validate says in words what cannot be made.
func (d Demo) Validate() error {
	within := func(name string, n, least, most int) error {
		if n < least || n > most {
			return fmt.Errorf("--%s is a number from %d to %d", name, least, most)
		}
		return nil
	}
	return errors.Join(within("people", d.People, 5, maxDemoPeople), within("days", d.Days, 1, maxDemoDays), within("requests", d.Requests, 0, maxDemoRequests))
}

// Shown is how to look at a demo.
type Shown struct {
	OrgSlug      string `json:"org_slug"`
	Email        string `json:"email"`
	Password     string `json:"password"`
	DashboardURL string `json:"dashboard_url"`
}

// DemoParts are what a demo needs besides Parts. Clock is the one that all services were made with: it begins in the past and
// is led to the present, so that everything is as old as it claims.
type DemoParts struct {
	Clock *clock.Fake
	IDs   *id.Source
	Books Books
	Quote func(o id.Org, kind, model string, at time.Time) (catalog.Quote, bool)
	Used  func(ctx context.Context, uses []key.Use) error
	// Furnish sets up what the company has besides people, keys and budgets. It is called at the beginning of its history.
	Furnish func(ctx context.Context, actor org.Actor, teams []org.Team) error
	Report  func(done, all int) // may be nil
}

// Books take what a journal tells. *db.LedgerStore implements it.
type Books interface {
	Post(ctx context.Context, node id.Node, b budget.Batch) ([]budget.Lease, error)
}

// Demo makes the company and its history up to the moment until: its people, keys and rules through the services that everybody
// uses, its requests through the books, priced by the catalogue. Budgets come last, as ones that are set over old traffic count it.
func (s *Service) Demo(ctx context.Context, in Demo, p DemoParts, until time.Time) (Shown, error) {
	if err := in.Validate(); err != nil {
		return Shown{}, err
	}
	if _, err := s.Orgs.BySlug(ctx, org.Slug(in.Org)); err == nil {
		return Shown{}, fault.Newf(fault.Conflict, "name_taken", "There is an organization %q already. Give the demo another name with --org.", in.Org)
	} else if !fault.Is(err, fault.NotFound) {
		return Shown{}, fmt.Errorf("demo: %w", err)
	}
	p.Clock.Set(until.AddDate(0, 0, -in.Days))
	random := rand.New(rand.NewPCG(in.Seed, 0xb0d41))
	c, err := s.company(ctx, in, random)
	if err != nil {
		return Shown{}, fmt.Errorf("demo: %w", err)
	}
	if err := p.Furnish(ctx, c.actor, c.teams); err != nil {
		return Shown{}, fmt.Errorf("demo: rules and prompts: %w", err)
	}
	h := &history{c: c, p: p, random: random, node: id.NewNode(p.IDs)}
	if err := h.run(ctx, in, until); err != nil {
		return Shown{}, fmt.Errorf("demo: history: %w", err)
	}
	p.Clock.Set(until)
	if err := s.limits(ctx, c, h.monthly()); err != nil {
		return Shown{}, fmt.Errorf("demo: budgets: %w", err)
	}
	return Shown{OrgSlug: c.org.Slug, Email: in.Email, Password: in.Password.Reveal(), DashboardURL: s.PublicURL}, nil
}

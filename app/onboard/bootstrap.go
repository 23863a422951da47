// Package onboard takes an organization from nothing to its first governed request: bootstrap without a browser today,
// the wizard with one later. It only calls what the rooms offer everybody.
package onboard

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Bootstrap is everything that bodhi bootstrap sets up. Repeating it changes only what differs.
type Bootstrap struct {
	Org       string
	Admin     string // e-mail
	Password  secret.String
	Zone      string
	Providers []ProviderInput
	Aliases   []AliasInput
	Budget    *BudgetInput
}

// ProviderInput is one connection.
type ProviderInput struct {
	Name, Kind, BaseURL string
	// Settings are parts of the address by name, such as a project.
	Settings   map[string]string
	Credential secret.String
}

// AliasInput is one alias with its targets, "connection/model", in fallback order.
type AliasInput struct {
	Name    string
	Targets []string
}

// BudgetInput is the organization's budget.
type BudgetInput struct{ Amount, Period, Enforce string }

// Result is what a script needs next. The two secrets are shown again on every run: they derive from the master key,
// so that repeating bootstrap leaves one key and not many.
type Result struct {
	OrgID        string `json:"org_id"`
	OrgSlug      string `json:"org_slug"`
	AdminToken   string `json:"admin_token"`
	TeamID       string `json:"team_id"`
	VirtualKey   string `json:"virtual_key"`
	ProxyURL     string `json:"proxy_url"`
	DashboardURL string `json:"dashboard_url"`
}

// Parts are what Service works with. All are required.
type Parts struct {
	Orgs        org.Store
	Identity    identity.Config
	Keys        key.Config
	Connections *provider.Service
	Vault       provider.Opener
	Aliases     *route.Service
	Budgets     *budget.Service
	Master      *secret.Master
	PublicURL   string
}

// Service sets organizations up.
type Service struct{ Parts }

// New makes the service.
func New(p Parts) *Service { return &Service{p} }

// Bootstrap sets up an organization, or brings the one of that name to what in says.
func (s *Service) Bootstrap(ctx context.Context, in Bootstrap) (Result, error) {
	o, err := s.organization(ctx, in)
	if err != nil {
		return Result{}, err
	}
	actor := org.System(o.ID, "bootstrap")
	if err := s.connections(ctx, actor, in.Providers); err != nil {
		return Result{}, err
	}
	if err := s.aliases(ctx, actor, in.Aliases); err != nil {
		return Result{}, err
	}
	if err := s.budget(ctx, actor, in.Budget); err != nil {
		return Result{}, err
	}
	teams, err := s.Orgs.Teams(ctx, o.ID)
	if err != nil || len(teams) == 0 {
		return Result{}, fmt.Errorf("bootstrap: the organization has no team: %w", err)
	}
	virtual, err := s.key(ctx, actor, teams[0])
	if err != nil {
		return Result{}, err
	}
	token, err := s.token(ctx, actor)
	if err != nil {
		return Result{}, err
	}
	return Result{
		OrgID: o.ID.String(), OrgSlug: o.Slug, TeamID: teams[0].ID.String(),
		VirtualKey: virtual.Reveal(), AdminToken: token.Reveal(),
		ProxyURL: s.PublicURL + "/t/" + o.Slug + "/v1", DashboardURL: s.PublicURL,
	}, nil
}

func (s *Service) organization(ctx context.Context, in Bootstrap) (org.Organization, error) {
	o, ok, err := s.made(ctx, in)
	if err != nil || ok {
		return o, err
	}
	o, _, err = identity.NewService(s.Identity).SignUp(ctx, org.Actor{Label: "system: bootstrap"}, identity.SignUp{
		Organization: in.Org, Name: in.Admin, Email: in.Admin, Password: in.Password, Zone: in.Zone,
	})
	return o, err
}

// made finds the admin's organization of that name, under any slug that signing up may have given it: the name's own is not free where
// it is too short, reserved, or was somebody's before. Under the name's own slug it may be called otherwise by now.
func (s *Service) made(ctx context.Context, in Bootstrap) (o org.Organization, ok bool, err error) {
	email, err := org.Email("email", in.Admin)
	if err != nil {
		return o, false, err
	}
	others := "" // the name of an organization that is not this admin's
	for _, slug := range org.SlugCandidates(in.Org) {
		o, err := s.Orgs.BySlug(ctx, slug)
		if fault.Is(err, fault.NotFound) { // deleted, or never made: then no later one was either
			taken, err := s.Orgs.SlugTaken(ctx, slug)
			if err != nil {
				return o, false, fmt.Errorf("bootstrap: %w", err)
			}
			if !taken {
				break
			}
			continue
		}
		if err != nil {
			return o, false, fmt.Errorf("bootstrap: %w", err)
		}
		if slug != org.Slug(in.Org) && o.Name != strings.TrimSpace(in.Org) {
			continue
		}
		m, err := s.Orgs.MemberByEmail(ctx, o.ID, email)
		if err == nil && m.Role == org.Admin {
			return o, true, nil
		}
		if err != nil && !fault.Is(err, fault.NotFound) {
			return o, false, fmt.Errorf("bootstrap: %w", err)
		}
		others = cmp.Or(others, o.Name)
	}
	if others != "" {
		return o, false, fault.Newf(fault.Conflict, "name_taken", "There is an organization %q already, and %s is not its admin. Choose another name.", others, in.Admin)
	}
	return o, false, nil
}

func (s *Service) connections(ctx context.Context, actor org.Actor, wanted []ProviderInput) error {
	there, err := s.Connections.List(ctx, actor)
	if err != nil {
		return err
	}
	for _, w := range wanted {
		in := provider.Input{Name: w.Name, Kind: provider.Kind(w.Kind), BaseURL: w.BaseURL, Settings: w.Settings, Credential: w.Credential}
		i := slices.IndexFunc(there, func(r provider.ConnectionRecord) bool { return r.Name == w.Name })
		if i < 0 {
			_, err = s.Connections.Create(ctx, actor, in)
		} else if !s.same(ctx, there[i], in) {
			_, err = s.Connections.Update(ctx, actor, there[i].ID, in)
		}
		if err != nil {
			return fmt.Errorf("connection %s: %w", w.Name, err)
		}
	}
	return nil
}

func (s *Service) same(ctx context.Context, r provider.ConnectionRecord, in provider.Input) bool {
	in, wrong := in.Tidied()
	c, err := r.Open(ctx, s.Vault)
	return err == nil && wrong == nil && c.BaseURL == in.BaseURL && c.Credential.Reveal() == in.Credential.Reveal() && !c.Disabled
}

func (s *Service) aliases(ctx context.Context, actor org.Actor, wanted []AliasInput) error {
	names, err := s.Aliases.Names(ctx, actor)
	if err != nil {
		return err
	}
	there := names.Aliases
	for _, w := range wanted {
		in := route.Input{Name: w.Name, Targets: w.Targets}
		i := slices.IndexFunc(there, func(a route.Alias) bool { return a.Name == w.Name })
		if i < 0 {
			_, err = s.Aliases.Create(ctx, actor, in)
		} else if !slices.Equal(route.Spell(there[i].Targets, names), w.Targets) {
			_, err = s.Aliases.Update(ctx, actor, there[i].ID, in)
		}
		if err != nil {
			return fmt.Errorf("alias %s: %w", w.Name, err)
		}
	}
	return nil
}

func (s *Service) budget(ctx context.Context, actor org.Actor, w *BudgetInput) error {
	if w == nil {
		return nil
	}
	limit, err := money.Parse(w.Amount)
	if err != nil {
		return fault.Field("budget", "The budget's amount must be a decimal number of dollars, such as 50 or 0.01.").Because(err)
	}
	in := budget.Input{Scope: org.OfOrg(actor.Org), Limit: limit, Period: budget.Period(w.Period), Enforce: budget.Enforcement(w.Enforce)}
	there, err := s.Budgets.List(ctx, actor)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(there, func(e budget.Entry) bool {
		return e.Scope == in.Scope && e.Period == in.Period && e.Measure == in.Measure
	})
	switch {
	case i < 0:
		_, err = s.Budgets.Create(ctx, actor, in)
	case there[i].Limit != in.Limit || there[i].Enforce != in.Enforce:
		b := there[i] // what the command does not speak of stays
		in.Name, in.Starts, in.Ladder, in.Rollover, in.Reserve, in.Strict, in.Thresholds = b.Name, b.Starts, b.Ladder, b.Rollover, b.Reserve, b.Strict, b.Thresholds
		_, err = s.Budgets.Update(ctx, actor, there[i].ID, in)
	}
	if err != nil {
		return fmt.Errorf("budget: %w", err)
	}
	return nil
}

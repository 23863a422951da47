package onboard

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// branches are a demo's departments with their teams, and how much each team uses models.
var branches = []struct {
	name  string
	teams []branch
}{
	{"Engineering", []branch{{"Platform", 9, coding}, {"Web", 8, coding}, {"Mobile", 5, coding}, {"Data", 6, building}, {"Security", 2, coding}}},
	{"Product", []branch{{"Product management", 2, writing}, {"Design", 2, writing}, {"Research", 4, building}}},
	{"Customer success", []branch{{"Support", 7, serving}, {"Onboarding", 2, writing}}},
	{"Marketing", []branch{{"Content", 4, writing}, {"Growth", 3, writing}}},
	{"Operations", []branch{{"Finance", 1, writing}, {"People team", 1, writing}, {"Legal", 2, writing}}},
}

type branch struct {
	name   string
	weight float64
	habit  habit
}

// caller is somebody whose key asks: a person, or a service account.
type caller struct {
	chain  org.Chain
	weight float64
	habit  habit
	tags   string
}

// company is what a demo's history happens to.
type company struct {
	org     org.Organization
	actor   org.Actor
	callers []caller
	teams   []org.Team
	links   map[string]id.Connection // by the name of the connection
}

var (
	givenNames  = strings.Fields("Ada Alan Barbara Grace Linus Margaret Edsger Radia Ken Frances Donald Shafi Leslie Hedy Tim Katherine Dennis Anita Bjarne Joan Guido Sophie Vint Karen John Evelyn Niklaus Jean Claude Mary Rosa Omar Priya Wei Yuki Lena Mateo Aisha Tomas Ingrid Noor Kofi Elif Pavel Chiara Diego Hana Ravi Sven Zoe")
	familyNames = strings.Fields("Lovelace Turing Liskov Hopper Berg Hamilton Dijkstra Perlman Thompson Allen Knuth Goldwasser Lamport Lamarr Lee Johnson Ritchie Borg Stroup Clarke Rossum Wilson Cerf Jones Backus Boyd Wirth Bartik Shannon Keller Parks Haddad Sharma Zhang Tanaka Fischer Alvarez Diallo Novak Larsen Rahman Mensah Yilmaz Petrov Conti Herrera Suzuki Iyer Lindqvist Moreau")
)

// company signs up, hires, and hands out keys.
func (s *Service) company(ctx context.Context, in Demo, random *rand.Rand) (*company, error) {
	people := identity.NewService(s.Identity)
	o, admin, err := people.SignUp(ctx, org.Actor{Label: "system: demo"}, identity.SignUp{Organization: in.Org, Name: "Ada Lovelace", Email: in.Email, Password: in.Password, Zone: "Europe/Berlin"})
	if err != nil {
		return nil, err
	}
	c := &company{org: o, actor: org.System(o.ID, "demo"), links: map[string]id.Connection{}}
	if err := s.connect(ctx, c); err != nil {
		return nil, err
	}
	share := 0.0
	for _, d := range branches {
		for _, t := range d.teams {
			share += math.Sqrt(t.weight)
		}
	}
	hired := 1
	for _, d := range branches {
		department, err := people.AddDepartment(ctx, c.actor, d.name)
		if err != nil {
			return nil, err
		}
		for i, t := range d.teams {
			team, err := people.AddTeam(ctx, c.actor, t.name, department.ID)
			if err != nil {
				return nil, err
			}
			c.teams = append(c.teams, team)
			n := max(1, int(math.Round(float64(in.People-1)*math.Sqrt(t.weight)/share)))
			if i == len(d.teams)-1 && d.name == branches[len(branches)-1].name {
				n = max(1, in.People-hired)
			}
			n = min(n, max(1, in.People-hired))
			if err := s.staff(ctx, c, people, random, department.ID, team, t, i == 0, n, hired); err != nil {
				return nil, err
			}
			hired += n
		}
	}
	return c, s.machine(ctx, c, admin.Teams[0])
}

// staff hires a team's people, its first as lead, the first of a department's first team as its manager.
func (s *Service) staff(ctx context.Context, c *company, people *identity.Service, random *rand.Rand, d id.Department, team org.Team, b branch, first bool, n, number int) error {
	keys := key.NewService(s.Keys)
	for i := range n {
		k := number + i
		given, family := givenNames[k%len(givenNames)], familyNames[(k*7+k/len(givenNames))%len(familyNames)]
		m := identity.NewMember{Name: given + " " + family, Email: strings.ToLower(fmt.Sprintf("%s.%s%d@%s.test", given, family, k, c.org.Slug)), Role: org.Developer, Teams: []id.Team{team.ID}}
		switch {
		case i == 0 && first:
			m.Role, m.Departments, m.Teams = org.Manager, []id.Department{d}, nil
		case i == 0 || i == 1 && first:
			m.Role = org.Lead
		case random.IntN(20) == 0:
			m.Role = org.Viewer
		}
		member, err := people.AddMember(ctx, c.actor, m)
		if err != nil {
			return err
		}
		if m.Role == org.Viewer || m.Role == org.Manager || random.IntN(8) == 0 {
			continue // not everybody asks models
		}
		made, err := keys.Create(ctx, c.actor, key.Input{Name: given + "’s laptop", Team: team.ID, Member: member.ID})
		if err != nil {
			return err
		}
		// A few people ask for most of it.
		weight := b.weight / float64(n) * math.Exp(random.NormFloat64()*0.9)
		c.callers = append(c.callers, caller{chain: org.Chain{Org: c.org.ID, Department: d, Team: team.ID, Member: member.ID, Key: made.Key.ID}, weight: weight, habit: b.habit, tags: projects[random.IntN(len(projects))]})
	}
	if b.habit != serving && b.habit != building {
		return nil
	}
	made, err := keys.Create(ctx, c.actor, key.Input{Name: b.name + " in production", Team: team.ID, Account: strings.ToLower(strings.ReplaceAll(b.name, " ", "-")) + "-bot"})
	if err != nil {
		return err
	}
	c.callers = append(c.callers, caller{chain: org.Chain{Org: c.org.ID, Department: d, Team: team.ID, Key: made.Key.ID}, weight: b.weight * 1.5, habit: serving, tags: "project=assistant"})
	return nil
}

var projects = []string{"", "", "", "project=apollo", "project=atlas", "project=checkout", "client=acme,project=apollo", "client=globex,project=atlas"}

// machine is a key of the first team that nobody has used yet: a page for keys has such.
func (s *Service) machine(ctx context.Context, c *company, first id.Team) error {
	_, err := key.NewService(s.Keys).Create(ctx, c.actor, key.Input{Name: "Nightly evaluation", Team: first, Account: "evaluation"})
	return err
}

// connect makes connections whose credentials open nothing: a demo calls nobody.
func (s *Service) connect(ctx context.Context, c *company) error {
	inputs := []ProviderInput{}
	for _, kind := range []provider.Kind{provider.OpenAI, provider.Anthropic, provider.Gemini} {
		inputs = append(inputs, ProviderInput{Name: string(kind), Kind: string(kind), Credential: demoCredential})
	}
	if err := s.connections(ctx, c.actor, inputs); err != nil {
		return err
	}
	if err := s.aliases(ctx, c.actor, []AliasInput{
		{"smart", []string{"anthropic/claude-sonnet-4-6", "openai/gpt-5.4"}}, {"fast", []string{"gemini/gemini-2.5-flash", "openai/gpt-5-mini"}}, {"support", []string{"openai/gpt-5-mini"}},
	}); err != nil {
		return err
	}
	there, err := s.Connections.List(ctx, c.actor)
	for _, r := range there {
		c.links[r.Name] = r.ID
	}
	return err
}

// limits sets budgets that fit what was spent: most with room, some that are nearly used up.
func (s *Service) limits(ctx context.Context, c *company, month map[id.Team]money.USD) error {
	var all money.USD
	for _, v := range month {
		all += v
	}
	round := func(v money.USD) ledger.Units { return ledger.Units(max(10, (v/money.Dollar+9)/10*10) * money.Dollar) }
	inputs := []budget.Input{{Scope: org.OfOrg(c.org.ID), Limit: round(all * 5 / 4), Period: budget.Monthly, Enforce: budget.Hard}}
	for i, t := range c.teams {
		room := []money.USD{150, 110, 130, 108, 200}[i%5]
		inputs = append(inputs, budget.Input{Scope: org.OfTeam(c.org.ID, t.ID), Limit: round(month[t.ID] / 100 * room), Period: budget.Monthly, Enforce: []budget.Enforcement{budget.Soft, budget.Hard}[i%2]})
	}
	seen := []id.Team{}
	for _, who := range c.callers {
		if who.chain.Member.IsZero() || slices.Contains(seen, who.chain.Team) {
			continue
		}
		seen = append(seen, who.chain.Team)
		inputs = append(inputs, budget.Input{Scope: org.OfMember(c.org.ID, who.chain.Member), Limit: ledger.Units(20 * money.Dollar), Period: budget.Weekly, Starts: 1, Enforce: budget.Soft})
	}
	for _, in := range inputs {
		if _, err := s.Budgets.Create(ctx, c.actor, in); err != nil {
			return err
		}
	}
	return nil
}

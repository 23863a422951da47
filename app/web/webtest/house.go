// Package webtest furnishes tests: a House of real services over a real database with tenants to sign up, and the two
// tests that are generated from the route registry, the tenant walk and the role matrix (decision D17).
package webtest

import (
	"fmt"
	"log/slog"
	"net/netip"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/agent"
	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/egress"
	"github.com/bodhi-gateway/bodhi/app/factor"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/sso"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/db"
)

// House is the identity and key rooms over a database, with a clock the test moves.
type House struct {
	DB       *db.DB
	Clock    *clock.Fake
	IDs      *id.Source
	Master   *secret.Master
	Keyring  *secret.Keyring
	Audit    *audit.Chain
	Bus      *live.Local
	Identity *identity.Service
	Factors  *factor.Service
	SSO      *sso.Service
	Keys     *key.Service
	KeyStore *db.KeyStore
	Desk     *key.Desk
	Agents   *agent.Service
	// Directories know SCIM tokens, for Serve; nil where no test needs them.
	Directories web.Directories
	// Passwordless spares Join the cost of a password; such members come in by Enter.
	Passwordless bool
}

// Password is everybody's in a House.
const Password = "correct zebra staple 9"

// NewHouse makes a House on a migrated database.
func NewHouse(t testing.TB, d *db.DB) *House {
	t.Helper()
	h := &House{DB: d, Clock: clock.NewFake(clock.System{}.Now().Truncate(time.Second)), Bus: &live.Local{}}
	h.IDs = id.NewSource(h.Clock.Now, nil)
	text, err := secret.GenerateMaster(nil)
	must(t, err)
	h.Master, err = secret.NewMaster(text)
	must(t, err)
	log := slog.New(slog.DiscardHandler)
	h.Keyring = secret.NewKeyring(h.Master, db.NewOrgKeyStore(d), nil)
	h.Audit = audit.NewChain(db.NewAuditStore(d), d, h.Clock, h.IDs, h.mac(t, audit.Purpose))
	orgs := db.NewOrgStore(d)
	h.Identity = identity.NewService(identity.Config{Orgs: orgs, Store: db.NewIdentityStore(d), Budgets: db.NewBudgetStore(d), Keys: h.Keyring, Tx: d, Audit: h.Audit, Bus: h.Bus,
		Clock: h.Clock, IDs: h.IDs, MAC: h.mac(t, identity.TokenPurpose), Hasher: identity.NewHasher(64), Log: log})
	h.logIns(t, orgs, log)
	h.KeyStore = db.NewKeyStore(d)
	h.Keys = key.NewService(key.Config{Store: h.KeyStore, Tree: orgs, Tx: d, Audit: h.Audit, Bus: h.Bus, Clock: h.Clock, IDs: h.IDs,
		MAC: h.mac(t, key.Purpose), Log: log})
	h.Desk = key.NewDesk(h.Clock, h.mac(t, key.Purpose))
	h.Agents = agent.New(agent.Parts{Store: db.NewAgentStore(d), Keys: h.Keys, People: h.Identity, Tx: d, Audit: h.Audit, Bus: h.Bus, Clock: h.Clock, MAC: h.mac(t, agent.Purpose), Log: log})
	h.Identity.Agents = h.Agents
	return h
}

// PublicURL is where a House is reached.
const PublicURL = "http://127.0.0.1:8080"

// logIns makes second factors and single sign-on. Identity providers on the loopback may be called.
func (h *House) logIns(t testing.TB, orgs *db.OrgStore, log *slog.Logger) {
	t.Helper()
	out := egress.New(egress.Config{AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	h.Factors = factor.New(factor.Parts{Store: db.NewFactorStore(h.DB), Members: orgs, Sessions: db.NewIdentityStore(h.DB), Rules: h.Identity, Vault: h.Keyring, Tx: h.DB,
		Audit: h.Audit, MAC: h.mac(t, factor.RecoveryPurpose), IDs: h.IDs, Clock: h.Clock, Log: log, PublicURL: PublicURL})
	h.SSO = sso.New(sso.Parts{Store: db.NewSSOStore(h.DB), Orgs: orgs, People: h.Identity, Vault: h.Keyring, URLs: out, Out: out.Transport(), Tx: h.DB,
		Audit: h.Audit, MAC: h.mac(t, sso.FlowPurpose), IDs: h.IDs, Clock: h.Clock, Log: log, PublicURL: PublicURL})
	h.Identity.Factors, h.Identity.Providers = h.Factors, h.SSO
}

func (h *House) mac(t testing.TB, purpose string) *secret.MAC {
	t.Helper()
	m, err := h.Master.MAC(purpose)
	must(t, err)
	return m
}

// Tenant is one signed-up organization with a member of every role, all in its first team but for Outsider. Both teams
// are in one department, which the manager manages. Away is another department with a team of its own and nobody in it.
type Tenant struct {
	Org        org.Organization
	Department id.Department
	Team       id.Team
	Other      id.Team // a second team of the department, with nobody in it but Outsider
	Away       id.Department
	AwayTeam   id.Team
	Members    map[org.Role]org.Member
	Outsider   org.Member // a developer of the other team
}

// Actor is the tenant's member of a role, acting.
func (x Tenant) Actor(r org.Role) org.Actor { return actor(x.Members[r]) }

func actor(m org.Member) org.Actor { return m.Acting(org.Actor{}) }

// Found signs up an organization and adds a member of every role.
func (h *House) Found(t testing.TB, name string) Tenant {
	t.Helper()
	ctx := t.Context()
	slug := org.Slug(name)
	o, admin, err := h.Identity.SignUp(ctx, org.Actor{IP: "192.0.2.1"}, identity.SignUp{
		Organization: name, Name: "Ada Admin", Email: "admin@" + slug + ".test", Password: secret.New(Password)})
	must(t, err)
	x := Tenant{Org: o, Team: admin.Teams[0], Members: map[org.Role]org.Member{org.Admin: admin}}
	own, err := h.Identity.AddDepartment(ctx, x.Actor(org.Admin), "Own")
	must(t, err)
	away, err := h.Identity.AddDepartment(ctx, x.Actor(org.Admin), "Away")
	must(t, err)
	x.Department, x.Away = own.ID, away.ID
	must(t, h.Identity.MoveTeam(ctx, x.Actor(org.Admin), x.Team, own.ID))
	other, err := h.Identity.AddTeam(ctx, x.Actor(org.Admin), "Other", own.ID)
	must(t, err)
	apart, err := h.Identity.AddTeam(ctx, x.Actor(org.Admin), "Apart", away.ID)
	must(t, err)
	x.Other, x.AwayTeam = other.ID, apart.ID
	for _, r := range org.Roles[1:] {
		x.Members[r] = h.Join(t, x, string(r), r, x.Team)
	}
	x.Outsider = h.Join(t, x, "outsider", org.Developer, x.Other)
	return x
}

// Join adds one more member, who logs in as name@slug.test with Password.
func (h *House) Join(t testing.TB, x Tenant, name string, r org.Role, teams ...id.Team) org.Member {
	t.Helper()
	in := identity.NewMember{Name: "Member " + name, Email: fmt.Sprintf("%s@%s.test", name, x.Org.Slug), Role: r, Teams: teams}
	if r == org.Manager {
		in.Departments = []id.Department{x.Department}
	}
	if !h.Passwordless {
		in.Password = secret.New(Password)
	}
	m, err := h.Identity.AddMember(t.Context(), x.Actor(org.Admin), in)
	must(t, err)
	return m
}

// Refresh reads the keys from the database into the Desk, as the mirror does when the bus speaks.
func (h *House) Refresh(t testing.TB) {
	t.Helper()
	records, err := h.KeyStore.Records(t.Context(), h.Clock.Now().Add(-key.Remembered))
	must(t, err)
	must(t, h.Desk.Load(records))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

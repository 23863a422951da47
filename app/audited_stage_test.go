package app

import (
	"context"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/bodhi-gateway/bodhi/app/approval"
	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/egress"
	"github.com/bodhi-gateway/bodhi/app/factor"
	"github.com/bodhi-gateway/bodhi/app/health"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/join"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/sso"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
)

// stage is a fresh organization before one route is called as its admin.
type stage struct {
	t    *testing.T
	a    *App
	s    *webtest.Site
	name string
	zone zone
}

func (x *stage) ctx() context.Context    { return x.t.Context() }
func (x *stage) home() *webtest.Visitors { return &x.s.Home }
func (x *stage) form(v url.Values)       { x.s.Forms[x.name] = v }

// admin is the organization's first admin, acting.
func (x *stage) admin() org.Actor {
	x.t.Helper()
	m, err := x.a.people.Find(x.ctx(), org.System(x.home().Org, "test"), x.home().Email[org.Admin])
	must(x.t, err)
	return m.Acting(org.Actor{})
}

// stages make what a route needs to succeed and a form alone cannot say: codes, tokens of links, something to end.
var stages = map[string]func(x *stage){
	"support.end": (*stage).supportIn, "api.support_access.end": (*stage).supportIn,
	"security.end_others": func(x *stage) { webtest.LogIn(x.t, x.s.Handler, x.home().Email[org.Admin], x.home().Password) },
	"security.end_session": func(x *stage) {
		actor := x.admin()
		webtest.LogIn(x.t, x.s.Handler, actor.Label, x.home().Password)
		all, err := x.a.people.Sessions(x.ctx(), actor, actor.Member)
		must(x.t, err)
		x.home().Things["sessions"] = all[0].ID.String()
	},
	"member_security.end_all": (*stage).outsider, "member_security.end": (*stage).outsider,
	"api.sessions.end_all": (*stage).outsider, "api.sessions.end": (*stage).outsider,
	"security.app_confirm": func(x *stage) { x.form(url.Values{"code": {x.code(x.app())}}) },
	"security.app_remove":  (*stage).withApp,
	"security.codes":       (*stage).withApp,
	"oauth.token":          (*stage).confirmed, "tenant_oauth.token": (*stage).confirmed,
	"oauth.revoke": (*stage).withAgent, "tenant_oauth.revoke": (*stage).withAgent,
	"agents.set":              func(x *stage) { x.form(url.Values{"settings": {`{"model":"smart"}`}}) },
	"api.agents.set_settings": func(x *stage) { x.form(url.Values{"settings": {`json:{"model":"smart"}`}}) },
	"settings.delete":         (*stage).spelled, "api.organization.delete": (*stage).spelled,
	"log_in.second":        (*stage).codeAsked,
	"log_in.enrol":         (*stage).factorDemanded,
	"log_in.passkey":       (*stage).passkeyAsked,
	"log_in.chosen":        (*stage).twoOrganizations,
	"security.passkey_add": (*stage).passkeyOffered,
	"security.passkey_remove": func(x *stage) {
		p, _ := x.withPasskey()
		x.home().Things["passkeys"] = p.ID.String()
	},
	"api.applies.end": func(x *stage) {
		turn, err := x.a.applies.Begin(x.ctx(), x.admin(), "audited")
		must(x.t, err)
		x.home().Things["applies"] = turn.ID.String()
	},
	"prompts.delete": (*stage).unlabelledPrompt, "api.prompts.delete": (*stage).unlabelledPrompt,
	"cache.judge": (*stage).ownPair, "api.cache.judge": (*stage).ownPair,
	"sso.back_channel": (*stage).goodbye,
	"compliance.erase": func(x *stage) { x.addressed("people") }, "api.members.erase": func(x *stage) { x.addressed("members") },
	"keys.revoke": (*stage).unusedKey, "api.keys.revoke": (*stage).unusedKey,
	"budgets.release": func(x *stage) {
		lost := x.lostNode()
		x.form(url.Values{"node": {lost.Node.String()}, "start": {lost.Start.UTC().Format(time.RFC3339)}, "note": {"it was switched off"}})
	},
	"api.budgets.release": func(x *stage) {
		x.form(url.Values{"node": {x.lostNode().Node.String()}, "note": {"it was switched off"}})
	},
	"device.approve":      func(x *stage) { d, _ := x.device(); x.form(url.Values{"code": {d.Printed()}}) },
	"device.deny":         func(x *stage) { d, _ := x.device(); x.form(url.Values{"code": {d.Printed()}}) },
	"departments.archive": (*stage).emptyDepartment, "api.departments.archive": (*stage).emptyDepartment,
	"departments.restore": (*stage).emptyDepartment, "api.departments.restore": (*stage).emptyDepartment,
	"api.trials.try": (*stage).refresh,
	"evaluations.start": func(x *stage) {
		actor := x.admin()
		made, err := x.a.keys.Create(x.ctx(), actor, key.Input{Name: "own", Team: x.team(), Member: actor.Member})
		must(x.t, err)
		x.unbudgeted()
		x.form(url.Values{"key": {made.Key.ID.String()}, "model_0": {"sandbox/sandbox-chat"}, "exact": {"on"}, "cap_usd": {"1"}})
	},
	"api.evaluations.start": (*stage).unbudgeted,
	"batches.create": func(x *stage) {
		actor := x.admin()
		made, err := x.a.keys.Create(x.ctx(), actor, key.Input{Name: "own", Team: x.team(), Member: actor.Member})
		must(x.t, err)
		x.unbudgeted()
		x.form(url.Values{"key": {made.Key.ID.String()}, "format": {"jsonl"}, "text": {batchLine}})
	},
	"api.batches.create": (*stage).unbudgeted,
	"batch_schedules.create": func(x *stage) {
		actor := x.admin()
		made, err := x.a.keys.Create(x.ctx(), actor, key.Input{Name: "own", Team: x.team(), Member: actor.Member})
		must(x.t, err)
		x.unbudgeted()
		x.form(url.Values{"name": {"x"}, "cron": {"0 2 * * *"}, "zone": {"UTC"}, "key": {made.Key.ID.String()}, "format": {"jsonl"}, "text": {batchLine}})
	},
	"api.batch_schedules.create": (*stage).unbudgeted,
	"batch_schedules.update":     (*stage).unbudgeted, "api.batch_schedules.update": (*stage).unbudgeted,
	"batch_schedules.run": (*stage).unbudgeted, "api.batch_schedules.run": (*stage).unbudgeted,
	"batches.delete": (*stage).overBatch, "api.batches.delete": (*stage).overBatch,
	"password.ask": func(x *stage) { x.form(url.Values{"email": {x.home().Email[org.Admin]}}) },
	"password.reset": func(x *stage) {
		actor, now := x.admin(), x.a.clock.Now()
		r := identity.Reset{ID: id.NewReset(x.a.ids), Org: actor.Org, Member: actor.Member, CreatedAt: now, ExpiresAt: now.Add(time.Minute)}
		must(x.t, db.NewResetStore(x.a.db).AddReset(x.ctx(), r))
		x.form(url.Values{"t": {x.a.letters.links.Token(string(identity.ResetKind), r.Org, r.ID.UUID(), actor.Label)}, "password": {"another zebra staple 10"}})
	},
	"invitation.accept": func(x *stage) {
		i, err := x.a.letters.joining.Invite(x.ctx(), x.admin(), join.Invite{Grant: join.Grant{Role: org.Developer, Teams: []id.Team{x.team()}}})
		must(x.t, err)
		_, token, _ := strings.Cut(x.a.letters.joining.Link(i), "?t=")
		x.form(url.Values{"t": {token}, "name": {"New"}, "email": {"new@acme.test"}, "password": {webtest.Password}})
	},
	"join.ask": func(x *stage) {
		one := join.Applicant{ID: id.NewApplicant(x.a.ids), Org: x.home().Org, Email: "new@acme.test", CreatedAt: x.a.clock.Now()}
		must(x.t, db.NewJoinStore(x.a.db).AddApplicant(x.ctx(), one))
		x.form(url.Values{"t": {x.a.letters.links.Token(string(join.ConfirmKind), one.Org, one.ID.UUID(), one.Email)}, "name": {"New"}})
	},
	"join.apply": func(x *stage) { // to a domain whose people are let in
		d := x.domain()
		must(x.t, x.a.letters.joining.Admit(x.ctx(), x.admin(), d.ID, join.Admission{Auto: true, Grant: join.Grant{Role: org.Viewer, Teams: []id.Team{x.team()}}}))
		x.form(url.Values{"email": {"new@" + d.Domain}})
	},
	"health.resolve": (*stage).outageOver, "api.health.resolve": (*stage).outageOver,
	"health.remove_rules": (*stage).withRules, "api.health.remove_rules": (*stage).withRules,
	"approvals.revoke": (*stage).approved, "api.approvals.revoke": (*stage).approved,
	"api.inbox.prefer": (*stage).personal, "api.reports.stop": (*stage).personal, "api.reports.resume": (*stage).personal,
	"unsubscribe.do": func(x *stage) {
		actor, kind, until := x.admin(), string(notify.Budget), strconv.FormatInt(x.a.clock.Now().Add(time.Hour).Unix(), 10)
		x.form(url.Values{"t": {x.a.letters.links.Token(notify.StopPurpose, actor.Org, actor.Member.UUID(), kind, until)}, "k": {kind}, "e": {until}})
	},
	"decide.do": func(x *stage) {
		which, err := id.ParseApproval(x.home().Things["approvals"])
		must(x.t, err)
		one := approval.Summons{ID: id.NewSummons(x.a.ids), Org: x.home().Org, Matter: approval.OfPolicy, About: which.UUID(), Member: x.admin().Member,
			CreatedAt: x.a.clock.Now(), ExpiresAt: x.a.clock.Now().Add(time.Hour)}
		must(x.t, x.a.approvals.AddSummons(x.ctx(), one))
		x.form(url.Values{"t": {x.a.letters.links.Token("approval_call", one.Org, one.ID.UUID(), one.Member.UUID(), one.About)}, "verdict": {"approve"}})
	},
	"domains.check": func(x *stage) { x.published() }, "api.domains.check": func(x *stage) { x.published() },
	"sso.set": func(x *stage) {
		x.form(url.Values{"name": {"Okta"}, "issuer": {x.issuer()}, "client_id": {"bodhi"}, "public": {"on"}, "role": {"viewer"}})
	},
	"api.sso.set": func(x *stage) {
		x.form(url.Values{"name": {"Okta"}, "issuer": {x.issuer()}, "client_id": {"bodhi"}, "public": {"json:true"}, "role": {"viewer"}})
	},
	"billing.checkout": func(x *stage) { x.billed() }, "api.billing.checkout": func(x *stage) { x.billed() },
	"billing.change": (*stage).subscribed, "api.billing.change": (*stage).subscribed,
	"sso.remove":     (*stage).withProvider,
	"api.sso.remove": (*stage).withProvider,
	"sso.group_add":  (*stage).withProvider,
	"sso.group_remove": func(x *stage) {
		x.provider()
		at := org.OfTeam(x.home().Org, x.team())
		must(x.t, x.a.sso.SetGroups(x.ctx(), x.admin(), []sso.Group{{Name: "staff", Role: org.Viewer, At: at}}))
		x.form(url.Values{"group": {"staff"}, "at": {x.team().String()}})
	},
}

// stageable lets the application reach an identity provider on this machine, gives it a DNS and an Ollama beside it, and an
// address that passkeys can be bound to.
func (a *App) stageable() zone {
	out := egress.New(egress.Config{AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	a.sso.URLs, a.sso.Out = out, out.Transport()
	a.providers.URLs, a.providers.Prober = out, beside{a.providers.Prober}
	a.factors.PublicURL = passkeyOrigin
	z := zone{}
	a.letters.joining.DNS = z
	return z
}

// approved is the request for an approval, approved.
func (x *stage) approved() {
	which, err := id.ParseApproval(x.home().Things["approvals"])
	must(x.t, err)
	_, err = x.a.asking.Approve(x.ctx(), x.admin(), which, approval.Verdict{})
	must(x.t, err)
}

// outsider is the member whose session is among the things.
func (x *stage) outsider() {
	x.home().Things["members"], x.home().Things["people"] = x.home().Things["Users"], x.home().Things["Users"]
}

func (x *stage) team() id.Team {
	x.t.Helper()
	team, err := id.ParseTeam(x.home().Things["teams"])
	must(x.t, err)
	return team
}

func (x *stage) emptyDepartment() {
	x.t.Helper()
	d, err := x.a.people.AddDepartment(x.ctx(), x.admin(), "Empty")
	must(x.t, err)
	x.home().Things["departments"] = d.ID.String()
}

// refresh brings what was made to the data plane, as the mirrors do.
func (x *stage) refresh() {
	for _, m := range x.a.mirrors {
		must(x.t, m.Start(x.ctx()))
	}
}

// unbudgeted lets requests be priced: nothing runs here that could lend on a budget.
// overBatch makes the batch one that is over.
func (x *stage) overBatch() {
	store, now := db.NewBatchStore(x.a.db), x.a.clock.Now()
	var b batch.Batch
	for b.Org != x.home().Org { // the other tenant's first, perhaps
		var ok bool
		var err error
		b, ok, err = store.Claim(x.ctx(), "audited", nil, now.Add(2*time.Hour), now.Add(3*time.Hour))
		if must(x.t, err); !ok {
			x.t.Fatal("there is no batch")
		}
	}
	b.State, b.EndedAt = batch.Completed, now
	must(x.t, store.End(x.ctx(), b, "audited", nil))
	x.home().Things["batches"] = b.ID.String()
}

func (x *stage) unbudgeted() {
	all, err := x.a.budgets(nil).List(x.ctx(), x.admin())
	must(x.t, err)
	for _, b := range all {
		must(x.t, x.a.budgets(nil).Delete(x.ctx(), x.admin(), b.ID))
	}
	x.refresh()
}

func (x *stage) app() factor.Setup {
	x.t.Helper()
	setup, err := x.a.factors.BeginApp(x.ctx(), x.admin())
	must(x.t, err)
	return setup
}

func (x *stage) code(setup factor.Setup) string { return x.codeAt(setup, 0) }

// codeAt is what the app shows then: one step early is taken.
func (x *stage) codeAt(setup factor.Setup, ahead time.Duration) string {
	x.t.Helper()
	code, err := totp.GenerateCode(setup.Key.Reveal(), x.a.clock.Now().Add(ahead))
	must(x.t, err)
	return code
}

func (x *stage) withApp() {
	x.t.Helper()
	_, err := x.a.factors.ConfirmApp(x.ctx(), x.admin(), x.code(x.app()))
	must(x.t, err)
}

func (x *stage) device() (identity.Device, secret.String) {
	x.t.Helper()
	d, text, err := x.a.people.StartDevice(x.ctx(), org.Actor{IP: "192.0.2.7"}, identity.NewDevice{Program: "bodhi"})
	must(x.t, err)
	return d, text
}

func (x *stage) confirmed() {
	x.t.Helper()
	d, text := x.device()
	must(x.t, x.a.people.DecideDevice(x.ctx(), x.admin(), d.Printed(), true, id.Team{}))
	x.form(url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "device_code": {text.Reveal()}})
}

// withAgent logs a coding agent of the admin's in, who must be in a team for that.
func (x *stage) withAgent() {
	x.t.Helper()
	d, text, err := x.a.people.StartDevice(x.ctx(), org.Actor{IP: "192.0.2.7"}, identity.NewDevice{Agent: "claude_code"})
	must(x.t, err)
	must(x.t, x.a.people.DecideDevice(x.ctx(), x.admin(), d.Printed(), true, x.team()))
	got, err := x.a.people.FinishDevice(x.ctx(), org.Actor{}, text)
	must(x.t, err)
	x.form(url.Values{"token": {got.Refresh.Reveal()}})
}

// published puts the record of the organization's claim into the DNS.
func (x *stage) published() join.Domain {
	x.t.Helper()
	which, err := id.ParseDomain(x.home().Things["domains"])
	must(x.t, err)
	d, err := x.a.letters.joining.Domain(x.ctx(), x.admin(), which)
	must(x.t, err)
	name, value := d.Record()
	x.zone[name+"."] = value
	return d
}

// domain is the organization's own, proven.
func (x *stage) domain() join.Domain {
	x.t.Helper()
	d, err := x.a.letters.joining.Check(x.ctx(), x.admin(), x.published().ID)
	must(x.t, err)
	return d
}

// zone is a DNS of what a test put in.
type zone map[string]string

func (z zone) LookupTXT(_ context.Context, name string) ([]string, error) {
	return []string{z[name]}, nil
}

func (x *stage) issuer() string { return newIssuer(x.t).URL }

func (x *stage) provider() (sso.Provider, *issuer) {
	x.t.Helper()
	idp := newIssuer(x.t)
	p, err := x.a.sso.Set(x.ctx(), x.admin(), sso.Input{Name: "Okta", Issuer: idp.URL, ClientID: "bodhi", Public: true, Role: org.Viewer})
	must(x.t, err)
	return p, idp
}

func (x *stage) withProvider() { x.provider() }

// withRules gives the connection that is asked about rules of its own.
// ownPair is a pair of questions that an admin may read: everybody shares its answer.
func (x *stage) ownPair() {
	o := x.admin().Org
	x.home().Things["likes"] = likePair(x.t, x.a, cache.Sighting{Org: o, Sharing: cache.Org, Node: o.UUID(), Asked: "smart"})
}

// likePair writes down two questions that were found alike, and gives their printed id.
func likePair(t *testing.T, a *App, s cache.Sighting) string {
	t.Helper()
	s.ID, s.Policy, s.At, s.Mode = id.NewRequest(a.ids), id.NewCaching(a.ids), a.clock.Now(), cache.Shadow
	sealed, err := a.keyring.Seal(t.Context(), s.Org, "cache_likes", "sealed", s.ID.String(), secret.New(s.Asked+"\n"+s.Asked))
	must(t, err)
	s.Sealed = sealed
	must(t, a.cacheStore.KeepSightings(t.Context(), s.Org, []cache.Sighting{s}))
	return s.ID.String()
}

func (x *stage) withRules() {
	c, err := id.ParseConnection(x.home().Things["connections"])
	must(x.t, err)
	_, err = x.a.wellbeing().SetRules(x.ctx(), x.admin(), c, health.Input{Row: 5})
	must(x.t, err)
}

// outageOver ends the outage that is asked about.
func (x *stage) outageOver() {
	which, err := id.ParseOutage(x.home().Things["outages"])
	must(x.t, err)
	o, _, err := x.a.healthStore.Outage(x.ctx(), x.home().Org, which)
	must(x.t, err)
	end := health.Event{ID: id.NewOutage(x.a.ids), Change: health.Change{Target: o.Target, To: health.Closed, At: x.a.clock.Now()}}
	must(x.t, x.a.healthStore.Note(x.ctx(), []health.Event{end}))
}

// unlabelledPrompt: a prompt that requests may ask for by a label is not deleted.
func (x *stage) unlabelledPrompt() {
	x.t.Helper()
	p, err := id.ParsePrompt(x.home().Things["prompts"])
	must(x.t, err)
	f, err := x.a.library.Get(x.ctx(), x.admin(), p)
	must(x.t, err)
	for _, l := range f.Labels {
		must(x.t, x.a.library.Unlabel(x.ctx(), x.admin(), p, l.Name))
	}
}

// personal has the program carry the token of the admin themselves.
func (x *stage) personal() {
	text, _, err := x.a.people.CreateToken(x.ctx(), x.admin(), identity.NewToken{Name: "own", Personal: true})
	must(x.t, err)
	x.home().Tokens[org.Admin] = text.Reveal()
}

func (x *stage) supportIn() {
	_, err := x.a.operators.Allow(x.ctx(), x.admin(), "x", time.Hour)
	must(x.t, err)
}

package approvalweb_test

import (
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/approval"
	"github.com/bodhi-gateway/bodhi/app/approval/approvalweb"
	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/mail/mailtest"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/policy"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

type scene struct {
	site   http.Handler
	acme   webtest.Tenant
	office *mailtest.Office
	key    string

	house     *webtest.House
	approvals *approval.Service
}

func newScene(t *testing.T) *scene {
	t.Helper()
	d := dbtest.SQLite(t)
	h := webtest.NewHouse(t, d)
	h.Passwordless = true
	log := slog.New(slog.DiscardHandler)
	s := &scene{acme: h.Found(t, "Acme"), office: mailtest.New(t, d, h.Clock, h.IDs, h.Master)}
	policies := policy.New(policy.Parts{Store: db.NewPolicyStore(d), Tx: d, Audit: h.Audit, Bus: h.Bus, IDs: h.IDs, Clock: h.Clock, Log: log})
	herald := &approval.Herald{Store: db.NewApprovalStore(d), Orgs: db.NewOrgStore(d), Links: s.office.Links, IDs: h.IDs, Clock: h.Clock, Inbox: s.office.Inbox}
	budgets := budget.New(budget.Parts{Store: db.NewBudgetStore(d), Tx: d, Audit: h.Audit, Bus: h.Bus, IDs: h.IDs, Clock: h.Clock, Log: log, Herald: herald})
	limits := limit.New(limit.Parts{Store: db.NewLimitStore(d), Tx: d, Audit: h.Audit, Bus: h.Bus, IDs: h.IDs, Clock: h.Clock, Log: log, Herald: herald.OfLimits()})
	approvals := approval.New(approval.Parts{Store: db.NewApprovalStore(d), Orgs: db.NewOrgStore(d), Policies: policies, Budgets: budgets, Limits: limits, Herald: herald, Tx: d, Audit: h.Audit, Bus: h.Bus,
		IDs: h.IDs, Clock: h.Clock, Log: log, Model: func(_ id.Org, name string) policy.Model {
			return policy.Model{Name: name, Targets: [][]string{{name, "openai/" + name}}}
		}})
	s.office.Events.Own, s.house, s.approvals = approvals.Writers(), h, approvals
	_, err := policies.Create(t.Context(), s.acme.Actor(org.Admin), policy.Input{Scope: org.OfTeam(s.acme.Org.ID, s.acme.Team),
		Terms: policy.Terms{Deny: []string{"*-pro"}, MayAsk: true, AskAbove: money.Dollar, Approver: org.Lead}})
	must(t, err)
	made, err := h.Keys.Create(t.Context(), s.acme.Actor(org.Admin), key.Input{Name: "laptop", Team: s.acme.Team, Member: s.acme.Members[org.Developer].ID})
	must(t, err)
	s.key = made.Key.ID.String()
	s.site = h.Serve(t, append(approvalweb.New(approvals, h.Keys).Routes(), webtest.Enter()))
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheFormThatARefusalLeadsToKnowsWhatWasRefused(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	dev := webtest.As(t, s.site, s.acme.Members[org.Developer])
	at := "/approvals/new?key=" + s.key
	if p := dev.Get(at + "&model=gpt-5&cost=1.23456"); !p.Has("laptop", "gpt-5", "$1.23456", "Team General asks for an approval above $1 for one request.", `value="1.24"`) {
		t.Errorf("%d\n%s", p.Status, p.Body)
	}
	if p := dev.Get(at + "&model=gpt-5"); p.Status != http.StatusUnprocessableEntity || !p.Has("No policy is against this any more.", `value="gpt-5"`) {
		t.Errorf("nothing is refused: %d\n%s", p.Status, p.Body)
	}
	if p := dev.Get(at + "&model=gpt-5&cost=many"); p.Status != http.StatusUnprocessableEntity || !p.Has("Enter an amount in USD above 0") {
		t.Errorf("a made-up cost: %d", p.Status)
	}
	if p := dev.Get("/approvals/new"); !p.Has("laptop (bdh_live_", "Next") {
		t.Errorf("without a refusal:\n%s", p.Body)
	}
	if p := webtest.As(t, s.site, s.acme.Members[org.Viewer]).Get("/approvals/new"); !p.Has("No key to ask for") {
		t.Errorf("without a key: %d", p.Status)
	}
	for name, who := range map[string]org.Member{"a colleague": s.acme.Members[org.Lead], "somebody of another team": s.acme.Outsider} {
		if p := webtest.As(t, s.site, who).Get(at + "&model=gpt-5-pro"); p.Status != http.StatusForbidden && p.Status != http.StatusNotFound {
			t.Errorf("%s opens it: %d", name, p.Status)
		}
	}
}

// noEnter is the disabled button that takes the Enter key from whichever button comes first.
const noEnter = `<button type="submit" disabled hidden>`

// deaf says whether Enter in a field of the form at the address presses nothing: the form's first button is disabled.
func deaf(p webtest.Page, action string) bool {
	_, form, _ := strings.Cut(p.Body, `action="`+action+`"`)
	form, _, _ = strings.Cut(form, "</form>")
	i := strings.Index(form, "<button")
	return i >= 0 && strings.HasPrefix(form[i:], noEnter)
}

func TestMistakesLoseNothing(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	dev := webtest.As(t, s.site, s.acme.Members[org.Developer])
	whole := func(change url.Values) url.Values {
		v := url.Values{"key": {s.key}, "model": {"gpt-5-pro"}, "reason": {"the <b>evaluation</b> of Friday"}, "amount": {"20"}, "times": {"5"}}
		for name, x := range change {
			v[name] = x
		}
		return v
	}
	for name, x := range map[string]struct {
		change     url.Values
		says, kept string
	}{
		"no reason":            {url.Values{"reason": {""}}, "Say what it is for", `value="20"`},
		"words for money":      {url.Values{"amount": {"lots"}}, "Enter an amount in USD above 0", `value="lots"`},
		"half a request":       {url.Values{"times": {"0.5"}}, "Enter a whole number of requests", `value="0.5"`},
		"no day":               {url.Values{"until": {"Friday"}}, "Enter a day such as 2026-12-31", "&lt;b&gt;evaluation&lt;/b&gt; of Friday</textarea>"},
		"a day that is over":   {url.Values{"until": {"2020-01-01"}}, "Choose a day that is not over.", `value="2020-01-01"`},
		"a year":               {url.Values{"until": {"2099-01-01"}}, "at most 90 days", `value="5"`},
		"less than it costs":   {url.Values{"cost": {"25"}}, "One such request may cost up to $25", `value="20"`},
		"nothing for its cost": {url.Values{"cost": {"25"}, "amount": {""}}, "Say how much these requests may cost together", `value="25"`},
	} {
		if p := dev.Post("/approvals", whole(x.change)); p.Status != http.StatusUnprocessableEntity || !p.Has(x.says, x.kept) {
			t.Errorf("%s: %d\n%s", name, p.Status, p.Body)
		}
	}
	if p := dev.Post("/approvals", whole(nil)); p.Status != http.StatusSeeOther || p.Location != "/approvals" {
		t.Fatalf("whole: %d\n%s", p.Status, p.Body)
	}
	if p := dev.Post("/approvals", whole(nil)); p.Status != http.StatusUnprocessableEntity || !p.Has("You have asked for this already") {
		t.Errorf("twice: %d", p.Status)
	}
	lead := webtest.As(t, s.site, s.acme.Members[org.Lead])
	p := lead.Get("/approvals")
	which := regexp.MustCompile(`/approvals/(apr_[a-z0-9]+)/approve`).FindStringSubmatch(p.Body)
	if which == nil || !p.Has("Refused because Team General denies *-pro.", `value="20.00"`, `value="5"`, `placeholder="as asked"`) || !deaf(p, "/approvals/"+which[1]+"/approve") || p.Has(`placeholder="any`) || p.Has("<b>evaluation") {
		t.Fatalf("the inbox:\n%s", p.Body)
	}
	if p := lead.Post("/approvals/"+which[1]+"/approve", url.Values{"times": {"some"}, "amount": {"7"}, "note": {"until <Monday>"}}); p.Status != http.StatusUnprocessableEntity || !p.Has("Enter a whole number of requests", "the &lt;b&gt;evaluation", `value="some"`, `value="7"`, `value="until &lt;Monday&gt;"`) || !deaf(p, "/approvals/"+which[1]+"/approve") {
		t.Errorf("a mistake of the decider: %d\n%s", p.Status, p.Body)
	}
	if p := lead.Post("/approvals/"+which[1]+"/deny", url.Values{"note": {"use gpt-5"}}); p.Status != http.StatusSeeOther {
		t.Errorf("denied: %d", p.Status)
	}
	if p := dev.Get("/approvals?state=denied"); !p.Has("Denied", "use gpt-5", "Decided by lead@acme.test") {
		t.Errorf("what the asker sees:\n%s", p.Body)
	}
	if p := dev.Get("/approvals?state=nonsense"); p.Status != http.StatusOK || !p.Has("Nothing here") {
		t.Errorf("a state that is none: %d", p.Status)
	}
}

// The form shows a day; who approves without touching it grants the moment that was asked for, and not the end of that day.
func TestApprovingUnchangedGrantsWhatWasAskedFor(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	lead := webtest.As(t, s.site, s.acme.Members[org.Lead])
	k, err := id.ParseKey(s.key)
	must(t, err)
	for name, until := range map[string]time.Time{"gpt-5-pro": s.house.Clock.Now().UTC().Add(90 * 24 * time.Hour), "o3-pro": s.house.Clock.Now().UTC().Add(90 * time.Minute)} {
		v, err := s.approvals.Ask(t.Context(), s.acme.Actor(org.Developer), approval.Input{Key: k, Model: name, Reason: "x", Bounds: approval.Bounds{Until: until}})
		must(t, err)
		shown := regexp.MustCompile(`id="until-` + v.ID.String() + `"[^>]*value="([^"]*)"|value="([^"]*)"[^>]*id="until-` + v.ID.String() + `"`).FindStringSubmatch(lead.Get("/approvals").Body)
		if shown == nil {
			t.Fatalf("%s: no day to change", name)
		}
		if p := lead.Post("/approvals/"+v.ID.String()+"/approve", url.Values{"until": {shown[1] + shown[2]}}); p.Status != http.StatusSeeOther {
			t.Errorf("%s: %d", name, p.Status)
		}
		if now, err := s.approvals.Get(t.Context(), s.acme.Actor(org.Lead), v.ID); err != nil || !now.Until.Equal(v.Until) {
			t.Errorf("%s: until %v, asked for %v, %v", name, now.Until, v.Until, err)
		}
	}
}

func TestThePageOfAMailedLinkNeedsAButton(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	dev := webtest.As(t, s.site, s.acme.Members[org.Developer])
	if p := dev.Post("/approvals", url.Values{"key": {s.key}, "model": {"gpt-5-pro"}, "reason": {"x"}}); p.Status != http.StatusSeeOther {
		t.Fatalf("asked: %d", p.Status)
	}
	token := mailtest.Token(t, s.office.One(t, "lead@acme.test"))
	stranger := webtest.As(t, s.site, s.acme.Outsider) // whoever is logged in there, the link speaks for its manager
	if p := stranger.Get("/decide?t=" + token); p.Status != http.StatusOK || !p.Has("developer@acme.test asks for the model gpt-5-pro", "as lead@acme.test") || !deaf(p, "/decide") {
		t.Errorf("%d\n%s", p.Status, p.Body)
	}
	if p := stranger.Post("/decide", url.Values{"t": {token}, "note": {"hm"}}); p.Status != http.StatusUnprocessableEntity || !p.Has("Choose: approve or deny.", `value="hm"`) {
		t.Errorf("without a verdict: %d", p.Status)
	}
	if p := stranger.Post("/decide", url.Values{"t": {token}, "verdict": {"deny"}}); p.Status != http.StatusOK || !p.Has("Denied: the model gpt-5-pro") {
		t.Errorf("denied: %d\n%s", p.Status, p.Body)
	}
	for _, bad := range []string{token, "", "x", "a.b.c", token + "0"} {
		if p := stranger.Post("/decide", url.Values{"t": {bad}, "verdict": {"approve"}}); p.Status != http.StatusNotFound {
			t.Errorf("%q: %d", bad, p.Status)
		}
	}
}

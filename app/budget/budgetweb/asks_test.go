package budgetweb_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
)

// refused books a request that a budget refused, made with the scene's key as a member.
func (s *scene) refused(t *testing.T, b budget.Entry, m id.Member) id.Request {
	t.Helper()
	q := ledger.Request{ID: id.NewRequest(s.house.IDs), Chain: org.Chain{Org: s.acme.Org.ID, Team: s.acme.Team, Member: m, Key: s.key.ID}, At: s.house.Clock.Now(),
		Family: "openai", Endpoint: "chat", Asked: "smart", Status: 402, Code: "budget_exhausted", Message: "Team General's monthly budget is used up.",
		Refusal: ledger.Refusal{Budget: b.ID, Need: 3 * money.Dollar, Limit: 60 * money.Dollar, Spent: 59 * money.Dollar}}
	to := budget.Mark{At: journal.Position{Segment: 1, Offset: 1}, Low: journal.Position{Segment: 1, Offset: 1}}
	if _, err := db.NewLedgerStore(s.house.DB).Post(t.Context(), id.NewNode(s.house.IDs), budget.Batch{Requests: []ledger.Request{q}, To: to}); err != nil {
		t.Fatal(err)
	}
	return q.ID
}

func TestWhoWasRefusedAsksAndAManagerDecides(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	b := s.set(t, org.OfTeam(s.acme.Org.ID, s.acme.Team), 60*money.Dollar, budget.Hard)
	developer := s.acme.Members[org.Developer]
	request := s.refused(t, b, developer.ID)
	one := "/budgets/" + b.ID.String()
	dev, lead, manager := webtest.As(t, s.site, developer), webtest.As(t, s.site, s.acme.Members[org.Lead]), webtest.As(t, s.site, s.acme.Members[org.Manager])

	if p := dev.Get(one); p.Status != http.StatusOK || !p.Has("/requests/"+request.String(), "$3.00", "used up", one+"/ask") || p.Has(one+"/edit", "Raise it for a while", "Delete budget") {
		t.Errorf("a developer's view of the budget: %d", p.Status)
	}
	if p := dev.Get(one + "/ask?request=" + request.String()); p.Status != http.StatusOK || !p.Has("Team General&#39;s monthly budget is used up.", "Request "+request.String()+" to smart was refused.") {
		t.Errorf("the form does not say what led to it: %d", p.Status)
	}
	p := dev.Post(one+"/ask", url.Values{"amount": {"many"}, "until": {"soon"}, "reason": {"for the launch"}, "request": {request.String()}})
	if p.Status != http.StatusUnprocessableEntity || !p.Has("Enter an amount in USD", "Enter a day such as", `value="many"`, "for the launch</textarea>", request.String()) {
		t.Errorf("mistakes: %d %v", p.Status, said(p))
	}
	if p := dev.Post(one+"/ask", url.Values{"amount": {"25"}, "reason": {""}}); p.Status != http.StatusUnprocessableEntity || len(said(p)) == 0 {
		t.Errorf("without a reason: %d %v", p.Status, said(p))
	}
	if p := dev.Post(one+"/ask", url.Values{"amount": {"25"}, "reason": {"for the launch"}}); p.Status != http.StatusSeeOther || p.Location != "/approvals" {
		t.Fatalf("asked: %d %v", p.Status, said(p))
	}
	if p := dev.Get(one); !p.Has("$25.00", "for the launch", "Waiting", "Until the period ends.") || p.Has("Approve</span>") {
		t.Errorf("what the asker sees:\n%s", p.Body)
	}
	if p := lead.Get(one); p.Has("Approve</span>") {
		t.Error("a lead is offered to decide about their team's budget")
	}
	p = manager.Get(one)
	which := regexp.MustCompile(`/budget-requests/(ask_[a-z0-9]+)/approve`).FindStringSubmatch(p.Body)
	if which == nil || !p.Has("formaction=\"/budget-requests/", `value="25"`) {
		t.Fatalf("a manager cannot decide:\n%s", p.Body)
	}
	_, form, _ := strings.Cut(p.Body, "/approve\"")
	if i := strings.Index(form, "<button"); i < 0 || !strings.HasPrefix(form[i:], `<button type="submit" disabled hidden>`) {
		t.Errorf("Enter in the note presses the form's first button: %.300s", form)
	}
	if p := manager.Get("/budgets"); p.Has("Waiting for you") {
		t.Error("figures above a single budget")
	}
	if p := dev.Post("/budget-requests/"+which[1]+"/approve", nil); p.Status != http.StatusForbidden {
		t.Errorf("the asker approves: %d", p.Status)
	}
	p = manager.Post("/budget-requests/"+which[1]+"/approve", url.Values{"amount": {"10,00"}, "note": {"the rest on <Monday>"}})
	if p.Status != http.StatusUnprocessableEntity || !p.Has("Enter an amount in USD", `value="10,00"`, `value="the rest on &lt;Monday&gt;"`, which[1]+"/approve", which[1]+"/deny", "for the launch") {
		t.Errorf("a mistake of the decider: %d\n%s", p.Status, p.Body)
	}
	if p := manager.Post("/budget-requests/"+which[1]+"/approve", url.Values{"amount": {"10"}, "note": {"the rest on Monday"}}); p.Status != http.StatusSeeOther {
		t.Fatalf("approved: %d %v", p.Status, said(p))
	}
	if p := dev.Get(one); !p.Has("Approved", "Decided by manager@acme.test", "the rest on Monday") {
		t.Errorf("what the asker sees then:\n%s", p.Body)
	}
	if p := dev.Get(one); !p.Has("of $70.00", "$10.00", "Raised", "counts now", "asked by developer@acme.test") {
		t.Errorf("the grant is not on the budget's page")
	}
	if p := manager.Get(one + "/edit"); !p.Has(`value="60"`) {
		t.Error("the grant changed the limit itself")
	}
}

func TestMoreIsGivenForAPeriodFromTheBudgetsPage(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	e, err := s.budgets.Create(t.Context(), s.acme.Actor(org.Admin), budget.Input{Scope: org.OfOrg(s.acme.Org.ID), Limit: 100 * money.Dollar, Reserve: 40 * money.Dollar, Period: budget.Monthly, Enforce: budget.Hard})
	if err != nil {
		t.Fatal(err)
	}
	one := "/budgets/" + e.ID.String()
	admin := webtest.As(t, s.site, s.acme.Members[org.Admin])
	if p := admin.Get(one); !p.Has("Raise it for a while", "Borrow from the next period", "Open the reserve", "$40.00 of the reserve is still closed.", "of $60.00") {
		t.Errorf("what may be given:\n%s", p.Body)
	}
	p := admin.Post(one+"/grants", url.Values{"kind": {"increase"}, "amount": {"x"}, "until": {"never"}, "reason": {"fair"}})
	if p.Status != http.StatusUnprocessableEntity || !p.Has(`value="x"`, `value="never"`, `value="fair"`, `id="increase-amount-error"`, `id="increase-until-error"`) || p.Has(`id="borrow-amount-error"`) {
		t.Errorf("a mistake: %d %v", p.Status, said(p))
	}
	if p := admin.Post(one+"/grants", url.Values{"kind": {"present"}, "amount": {"1"}, "reason": {"x"}}); p.Status != http.StatusUnprocessableEntity || len(said(p)) == 0 {
		t.Errorf("an unknown kind: %d %v", p.Status, said(p))
	}
	until := s.house.Clock.Now().Add(24 * time.Hour).UTC()
	last := until.Format(time.DateOnly)
	for kind, want := range map[string]string{"reserve": "Reserve opened", "increase": "Raised", "borrow": "Borrowed"} {
		form := url.Values{"kind": {kind}, "amount": {"10"}, "reason": {"fair " + kind}}
		if kind == "increase" && until.Month() == s.house.Clock.Now().UTC().Month() {
			form.Set("until", last)
		}
		if p := admin.Post(one+"/grants", form); p.Status != http.StatusSeeOther || p.Location != one {
			t.Fatalf("%s: %d %v", kind, p.Status, said(p))
		}
		if p := admin.Get(one); !p.Has(want, "fair "+kind) {
			t.Errorf("%s is not shown", kind)
		}
	}
	open := url.Values{"kind": {"reserve"}, "amount": {"30"}, "reason": {"fair"}}
	if p := admin.Post(one+"/grants", open); p.Status != http.StatusSeeOther {
		t.Fatalf("the rest of the reserve: %d %v", p.Status, said(p))
	}
	if p := admin.Post(one+"/grants", open); p.Status != http.StatusUnprocessableEntity || !p.Has("At most $0.00 can be opened") {
		t.Errorf("sent twice: %d, says nothing of why nothing was opened: %v", p.Status, said(p))
	}
	if p := admin.Get(one); !p.Has("of $120.00", "Repaid", "due in the next period") {
		t.Error("the period does not have what was given")
	}
	manager := webtest.As(t, s.site, s.acme.Members[org.Manager])
	if p := manager.Get(one); p.Status != http.StatusOK || p.Has("Raise it for a while") {
		t.Errorf("a manager is offered to raise the organization's budget: %d", p.Status)
	}
	if p := manager.Post(one+"/grants", url.Values{"kind": {"increase"}, "amount": {"1"}, "reason": {"x"}}); p.Status != http.StatusForbidden {
		t.Errorf("a manager raises it: %d", p.Status)
	}
}

func TestTheBurnDownComesFromTheFactsAndEndsAtWhatIsLeft(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.flight.spent = 40 * money.Dollar
	b := s.set(t, org.OfTeam(s.acme.Org.ID, s.acme.Team), 100*money.Dollar, budget.Hard)
	p := webtest.As(t, s.site, s.acme.Members[org.Manager]).Get("/budgets/" + b.ID.String())
	if !p.Has("What was left of the budget at the end of each day", "Show as a table", "$60.00 left", "even pace", "$100") {
		t.Errorf("no burn-down:\n%s", p.Body)
	}
	s.flight.spent = 120 * money.Dollar
	if p := webtest.As(t, s.site, s.acme.Members[org.Manager]).Get("/budgets/" + b.ID.String()); !p.Has("$20.00", "over the limit", "Used up", "120 %") || p.Has("−$20.00", " left</span>") {
		t.Errorf("beyond the limit: %v", said(p))
	}
	if strings.Contains(p.Body, "NaN") || strings.Contains(p.Body, "Inf") {
		t.Error("the chart has impossible coordinates")
	}
}

package limitweb_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
)

func TestWhoIsBoundAsksAndAManagerDecides(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	e := s.set(t, limit.Input{Scope: org.OfTeam(s.acme.Org.ID, s.acme.Team), Unit: limit.Cost, Amount: 2_000_000_000, Window: time.Hour, Soft: true})
	one, soon := "/limits/"+e.ID.String(), s.house.Clock.Now().UTC().Add(3*time.Hour).Format("2006-01-02T15:04")
	dev, boss := webtest.As(t, s.site, s.acme.Members[org.Developer]), webtest.As(t, s.site, s.acme.Members[org.Manager])
	if p := dev.Get(one); !p.Has(one+"/ask", "Ask for more") || p.Has("Raise it for a while", one+"/edit") {
		t.Errorf("a developer's view of the limit: %d\n%s", p.Status, p.Body)
	}
	if p := boss.Get(one); p.Has(one + "/ask") {
		t.Error("who may raise it is told to ask")
	}
	if p := dev.Get(one + "/ask"); p.Status != http.StatusOK || !p.Has("Send request", "Times are", "$0.00 of $2.00") {
		t.Errorf("the form: %d\n%s", p.Status, p.Body)
	}
	p := dev.Post(one+"/ask", url.Values{"add": {"lots"}, "until": {"Friday"}, "reason": {"the <b>launch</b>"}})
	if p.Status != http.StatusUnprocessableEntity || !p.Has("Enter an amount in USD", "Enter a date and a time", `value="lots"`, `value="Friday"`, "the &lt;b&gt;launch&lt;/b&gt;") {
		t.Errorf("mistakes: %d\n%s", p.Status, p.Body)
	}
	if p := dev.Post(one+"/ask", url.Values{"add": {"1"}, "until": {soon}}); p.Status != http.StatusUnprocessableEntity || !p.Has("Say what it is for") {
		t.Errorf("without a reason: %d", p.Status)
	}
	whole := url.Values{"add": {"1.5"}, "until": {soon}, "reason": {"the launch"}}
	if p := dev.Post(one+"/ask", whole); p.Status != http.StatusSeeOther || p.Location != "/approvals" {
		t.Fatalf("asked: %d\n%s", p.Status, p.Body)
	}
	if p := dev.Post(one+"/ask", whole); p.Status != http.StatusUnprocessableEntity || !p.Has("You have asked for more of this limit already") {
		t.Errorf("twice: %d", p.Status)
	}
	all, err := s.limits.Requests(t.Context(), s.acme.Actor(org.Manager), limit.Pending)
	if err != nil || len(all) != 1 || all[0].Add != 1_500_000_000 || all[0].AskedBy != "developer@acme.test" {
		t.Fatalf("kept %+v, %v", all, err)
	}
	which := "/limit-requests/" + all[0].ID.String()
	if p := dev.Post(which+"/approve", nil); p.Status != http.StatusForbidden {
		t.Errorf("the asker approves: %d", p.Status)
	}
	if p := webtest.As(t, s.site, s.acme.Outsider).Post(which+"/approve", nil); p.Status != http.StatusForbidden && p.Status != http.StatusNotFound {
		t.Errorf("somebody of another team approves: %d", p.Status)
	}
	for name, typed := range map[string]struct{ amount, says string }{
		"words":          {"some", "Enter an amount in USD"},
		"more than most": {"100001", "Enter how much to add: up to"},
	} {
		p := boss.Post(which+"/approve", url.Values{"amount": {typed.amount}, "note": {"after <Monday>"}})
		if p.Status != http.StatusUnprocessableEntity || !p.Has(typed.says, `value="`+typed.amount+`"`, `value="after &lt;Monday&gt;"`, which+"/approve", which+"/deny", "the launch") {
			t.Errorf("a mistake of the decider, %s: %d\n%s", name, p.Status, p.Body)
		}
	}
	if p := boss.Post(which+"/deny", url.Values{"note": {strings.Repeat("no ", 200)}}); p.Status != http.StatusUnprocessableEntity || !p.Has("Write at most 500 characters.", "no no no") {
		t.Errorf("a note that is too long: %d\n%s", p.Status, p.Body)
	}
	if p := boss.Post(which+"/approve", url.Values{"amount": {"0.5"}}); p.Status != http.StatusSeeOther || p.Location != "/approvals" {
		t.Errorf("approved: %d\n%s", p.Status, p.Body)
	}
	if p := dev.Get(one); !p.Has("+ $0.5", "the launch", "manager@acme.test") {
		t.Errorf("what the asker sees:\n%s", p.Body)
	}
	if p := boss.Post("/limit-requests/nonsense/deny", nil); p.Status != http.StatusNotFound {
		t.Errorf("a made-up request: %d", p.Status)
	}
}

func TestProgramsAskAndDecide(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	e := s.set(t, limit.Input{Scope: org.OfOrg(s.acme.Org.ID), Unit: limit.Requests, Amount: 10, Window: time.Minute})
	dev, boss := s.house.Program(t, s.site, s.acme, org.Developer), s.house.Program(t, s.site, s.acme, org.Admin)
	soon := s.house.Clock.Now().UTC().Add(3 * time.Hour).Format(time.RFC3339)
	ask := "/api/v1/limits/" + e.ID.String() + "/requests"
	for name, x := range map[string]struct{ body, says string }{
		"no number":  {`{"add":"many","until":"` + soon + `","reason":"x"}`, "Enter a whole number"},
		"no reason":  {`{"add":"5","until":"` + soon + `"}`, "Say what it is for"},
		"no end":     {`{"add":"5","reason":"x"}`, "within the next 31 days"},
		"a factor":   {`{"factor":"2","until":"` + soon + `","reason":"x"}`, "factor"},
		"not a time": {`{"add":"5","until":"soon","reason":"x"}`, "does not fit this request"},
	} {
		if p := dev.JSON(http.MethodPost, ask, x.body); p.Status < 400 || p.Status >= 500 || !p.Has(x.says) {
			t.Errorf("%s: %d %s", name, p.Status, p.Body)
		}
	}
	p := dev.JSON(http.MethodPost, ask, `{"add":"5","until":"`+soon+`","reason":"the launch"}`)
	if p.Status != http.StatusCreated || !p.Has(`"state":"pending"`, `"add":"5"`, `"unit":"requests"`, `"can_decide":false`) {
		t.Fatalf("asked: %d %s", p.Status, p.Body)
	}
	if p := boss.Get("/api/v1/limit-requests?state=pending"); !p.Has(`"can_decide":true`, `"scope_label":"Acme"`, `"decided_at":null`) {
		t.Errorf("waiting: %d %s", p.Status, p.Body)
	}
	if p := boss.Get("/api/v1/limit-requests?state=lost"); p.Status < 400 || p.Status >= 500 || !p.Has("state is one of pending") {
		t.Errorf("a state that is none: %d %s", p.Status, p.Body)
	}
	all, err := s.limits.Requests(t.Context(), s.acme.Actor(org.Admin), "")
	if err != nil || len(all) != 1 {
		t.Fatalf("%+v, %v", all, err)
	}
	one := "/api/v1/limit-requests/" + all[0].ID.String()
	if p := boss.JSON(http.MethodPost, one+"/approve", `{"add":"half"}`); p.Status < 400 || p.Status >= 500 || !p.Has("Enter a whole number") {
		t.Errorf("a mistake of the decider: %d %s", p.Status, p.Body)
	}
	if p := boss.JSON(http.MethodPost, one+"/approve", `{"note":"go"}`); p.Status != http.StatusOK || !p.Has(`"state":"approved"`, `"increase":"inc_`, `"note":"go"`) {
		t.Errorf("approved: %d %s", p.Status, p.Body)
	}
	if p := boss.JSON(http.MethodPost, one+"/deny", `{"note":"no"}`); p.Status != http.StatusConflict || !p.Has("already_decided") {
		t.Errorf("denied afterwards: %d %s", p.Status, p.Body)
	}
	if p := dev.Get(one); !p.Has(`"decided_by":"`, `"state":"approved"`) {
		t.Errorf("the asker reads %s", p.Body)
	}
}

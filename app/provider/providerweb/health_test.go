package providerweb_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
)

// attempt books one attempt at a connection.
func (s *scene) attempt(t *testing.T, r provider.ConnectionRecord, class string, status int, cost money.USD) {
	t.Helper()
	h := s.house
	chain := org.Chain{Org: s.acme.Org.ID, Team: s.acme.Team}
	at := h.Clock.Now().Add(-time.Minute)
	a := ledger.Attempt{ID: id.NewAttempt(h.IDs), Request: id.NewRequest(h.IDs), Number: 1, Chain: chain, At: at, Connection: r.ID, Provider: r.Name, Kind: string(r.Kind), Model: "m"}
	end := ledger.Settlement{Attempt: a.ID, State: ledger.Complete, Cost: cost, Class: class, Status: status, Duration: 1500 * time.Millisecond, At: at}
	if class != "" {
		end.State, end.Note = ledger.Voided, "provider said no"
	}
	if _, err := db.NewLedgerStore(h.DB).Post(t.Context(), id.NewNode(h.IDs), budget.Batch{Attempts: []budget.Posting{{Attempt: a, End: end}}}); err != nil {
		t.Fatal(err)
	}
}

func TestAConnectionShowsHowItFaresAndWhatItCosts(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	r := s.add(t, "box")
	admin := webtest.As(t, s.site, s.acme.Members[org.Admin])
	if p := admin.Get("/connections"); !p.Has("No traffic") {
		t.Errorf("without traffic:\n%s", p.Body)
	}
	for range 9 {
		s.attempt(t, r, "", 200, 50*money.Cent)
	}
	s.attempt(t, r, "rate_limit", 429, 0)
	if p := admin.Get("/connections"); !p.Has("Failing at times", "90 % of 10 attempts", "p50 1.5 s, p95 1.5 s", "$4.50", "under the name that the connection has now") {
		t.Errorf("the list:\n%s", p.Body)
	}
	page := "/connections/" + r.ID.String()
	if p := admin.Get(page); !p.Has("Failing at times", "90 %", "Rate limit (status 429)", "provider said no", "$4.50", "under this name since ", "stays under the old name", "1.5 s") {
		t.Errorf("its page:\n%s", p.Body)
	}
	if p := webtest.As(t, s.site, s.acme.Members[org.Manager]).Get(page); p.Status != 200 || !p.Has("Rate limit (status 429)") || p.Has("provider said no") {
		t.Errorf("a manager reads another department's failure: %d\n%s", p.Status, p.Body)
	}
	api := s.house.Program(t, s.site, s.acme, org.Viewer)
	if p := api.Get("/api/v1/connections/" + r.ID.String() + "/health"); p.Status != 200 || !p.Has(`"attempts":10`, `"failed":1`, `"class":"rate_limit"`) || p.Has("provider said no") {
		t.Errorf("a viewer's view: %d %s", p.Status, p.Body)
	}
	if p := s.house.Program(t, s.site, s.acme, org.Admin).Get("/api/v1/connections/" + r.ID.String() + "/health"); !p.Has("provider said no", `"spent_this_month_usd":"4.5"`) {
		t.Errorf("an admin's view: %s", p.Body)
	}
}

func TestReplacingAKeyKeepsTheOldOneUntilTheNewOneWorks(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
	browser.Post("/connections", url.Values{"kind": {"openai"}, "name": {"openai"}, "credential": {testKey}})
	page := "/connections/" + s.only(t).ID.String()
	if p := browser.Get(page); !p.Has(page+"/credential", "Replace key") {
		t.Errorf("no way to it:\n%s", p.Body)
	}
	if p := browser.Get(page + "/credential"); p.Status != 200 || p.Has("Use it all the same") {
		t.Errorf("the form: %d", p.Status)
	}
	p := browser.Post(page+"/credential", url.Values{"credential": {"sk-bad-0123456789"}})
	if p.Status != http.StatusUnprocessableEntity || !p.Has("Incorrect API key provided", "The key in use stays", "Use it all the same") || p.Has("sk-bad") || s.only(t).KeyHint != "abcd" {
		t.Errorf("a bad key: %d\n%s", p.Status, p.Body)
	}
	if p := browser.Post(page+"/credential", url.Values{"credential": {"sk-new-0123456789"}}); p.Status != http.StatusSeeOther || s.only(t).KeyHint != "6789" {
		t.Errorf("a good key: %d, %s", p.Status, s.only(t).KeyHint)
	}
	if p := browser.Post(page+"/credential", url.Values{"credential": {"sk-bad-0123456xyz"}, "untested": {"on"}}); p.Status != http.StatusSeeOther || s.only(t).KeyHint != "6xyz" {
		t.Errorf("a key that somebody insists on: %d", p.Status)
	}
	api := s.house.Program(t, s.site, s.acme, org.Admin)
	if p := api.JSON("POST", "/api/v1"+page+"/credential", `{"credential":"sk-bad-0123456789"}`); p.Status != http.StatusBadRequest || !p.Has(`"field":"credential"`) {
		t.Errorf("over the API: %d %s", p.Status, p.Body)
	}
	if p := webtest.As(t, s.site, s.acme.Members[org.Developer]).Post(page+"/credential", url.Values{"credential": {"x"}}); p.Status != http.StatusForbidden {
		t.Errorf("a developer: %d", p.Status)
	}
}

package budgetweb_test

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
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
)

// lose has a node lease four dollars of a budget and be taken for dead.
func (s *scene) lose(t *testing.T, e budget.Entry) id.Node {
	t.Helper()
	books := db.NewLedgerStore(s.house.DB)
	s.budgets.Held = books
	now := s.house.Clock.Now()
	n := id.NewNode(s.house.IDs)
	epoch, err := books.Begin(t.Context(), n, budget.Opening{Label: "eu-west-7", Now: now})
	if err != nil {
		t.Fatal(err)
	}
	from, _ := e.Calendar().Window(now, e.Standing.ResetsAt.Location())
	_, err = books.Lease(t.Context(), n, []budget.LeaseAsk{{Op: id.NewGrant(s.house.IDs), Epoch: epoch, Org: e.Org,
		Account: ledger.Account{Budget: e.ID, Start: from.Unix()}, Ask: ledger.Ask{Need: 4 * money.Dollar}}})
	if err != nil {
		t.Fatal(err)
	}
	pulse, err := books.Beat(t.Context(), n, epoch, now)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pulse.Peers {
		if done, err := books.Reap(t.Context(), p, now); p.ID == n && (err != nil || !done) {
			t.Fatalf("reaped %v: %v", done, err)
		}
	}
	return n
}

func TestSuspenseIsSeenByTheTeamAndReleasedByAnAdmin(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	e := s.set(t, org.OfTeam(s.acme.Org.ID, s.acme.Team), 60*money.Dollar, budget.Hard)
	node := s.lose(t, e)
	one := "/budgets/" + e.ID.String()
	manager, admin := webtest.As(t, s.site, s.acme.Members[org.Manager]), webtest.As(t, s.site, s.acme.Members[org.Admin])
	if p := manager.Get("/budgets"); !p.Has("$4.00 of $60.00", "in suspense") {
		t.Errorf("list: %d\n%s", p.Status, p.Body)
	}
	if p := manager.Get(one); !p.Has("In suspense", "$4.00", "eu-west-7", "gives no sign of life") || p.Has("Release $4.00") {
		t.Errorf("a manager sees: %d\n%s", p.Status, p.Body)
	}
	p := admin.Get(one)
	if !p.Has("Release $4.00", `name="node" value="`+node.String()+`"`) {
		t.Fatalf("an admin sees: %d\n%s", p.Status, p.Body)
	}
	all, err := s.budgets.Suspense(t.Context(), s.acme.Actor(org.Admin), e.ID)
	if err != nil || len(all) != 1 {
		t.Fatalf("%v, %v", all, err)
	}
	form := url.Values{"node": {node.String()}, "start": {all[0].Start.Format(time.RFC3339)}, "note": {""}}
	if p := admin.Post(one+"/suspense", form); p.Status != http.StatusUnprocessableEntity || !p.Has("f-note-0-error", "how you know") {
		t.Errorf("without a note: %d\n%s", p.Status, p.Body)
	}
	form.Set("note", "terminated at noon")
	if p := manager.Post(one+"/suspense", form); p.Status != http.StatusForbidden {
		t.Errorf("a manager releases: %d", p.Status)
	}
	if p := admin.Post(one+"/suspense", form); p.Status != http.StatusSeeOther {
		t.Errorf("released: %d\n%s", p.Status, p.Body)
	}
	if p := admin.Get(one); p.Has("gives no sign of life") {
		t.Errorf("afterwards:\n%s", p.Body)
	}
	if p := admin.Post(one+"/suspense", form); p.Status != http.StatusUnprocessableEntity && p.Status != http.StatusConflict {
		t.Errorf("again: %d\n%s", p.Status, p.Body)
	}
}

func TestTheAPIListsAndReleasesSuspense(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	e := s.set(t, org.OfOrg(s.acme.Org.ID), 60*money.Dollar, budget.Hard)
	node := s.lose(t, e)
	api := s.house.Program(t, s.site, s.acme, org.Admin)
	path := "/api/v1/budgets/" + e.ID.String() + "/suspense"
	if p := api.JSON("GET", path, ""); p.Status != http.StatusOK || !p.Has(`"node":"`+node.String()+`"`, `"amount":"4"`, `"reason":"node lost"`, `"host":"eu-west-7"`) {
		t.Errorf("list: %d %s", p.Status, p.Body)
	}
	for body, says := range map[string]string{
		`{"node":"x","note":"checked"}`:                                  "node is the id",
		`{"node":"` + node.String() + `","note":""}`:                     "how you know",
		`{"node":"` + node.String() + `","note":"checked","amount":"x"}`: "exact decimal",
		`{"node":"` + node.String() + `","note":"checked","amount":"5"}`: "not so much in suspense",
	} {
		if p := api.JSON("POST", path+"/release", body); p.Status < 400 || p.Status >= 500 || !p.Has(says) {
			t.Errorf("%s: %d %s", body, p.Status, p.Body)
		}
	}
	if p := api.JSON("POST", path+"/release", `{"node":"`+node.String()+`","note":"checked","amount":"1.5"}`); p.Status != http.StatusCreated || !p.Has(`"amount":"1.5"`, `"note":"checked"`) {
		t.Errorf("release: %d %s", p.Status, p.Body)
	}
	if p := api.JSON("GET", path, ""); !p.Has(`"amount":"2.5"`) {
		t.Errorf("afterwards: %s", p.Body)
	}
}

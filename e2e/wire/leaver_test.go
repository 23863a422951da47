package wire

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// Somebody who is disabled on one node loses key, sessions, the command line's token and what they asked for on both, and
// gets key and token back when they are enabled.
func TestALeaverLosesEverythingOnBothNodes(t *testing.T) {
	t.Parallel()
	f := startFleet(t)
	dave, key := f.member("dave")
	var cookies []*http.Cookie
	for _, n := range f.nodes {
		cookies = append(cookies, logIn(t, n, "dave@acme.test", password))
		if !f.sessionWorks(n, cookies[len(cookies)-1]) {
			t.Fatal("a fresh session does not work")
		}
	}
	token := f.commandLine(cookies[0])
	if !f.tokenWorks(f.nodes[0], token) || !f.tokenWorks(f.nodes[1], token) {
		t.Fatal("a fresh token does not work")
	}
	var budget, asked struct{ ID, Status string }
	f.manage(http.MethodPost, "/budgets", map[string]any{"scope": f.TeamID, "limit_usd": "5", "period": "monthly", "enforcement": "hard"}, &budget)
	f.as(token, http.MethodPost, "/budgets/"+budget.ID+"/requests", map[string]any{"amount": "1", "reason": "a big job"}, &asked)

	f.manage(http.MethodPost, "/members/"+dave+"/disable", nil, nil)
	start := time.Now()
	for i, n := range f.nodes {
		if f.sessionWorks(f.nodes[1-i], cookies[i]) || f.sessionWorks(n, cookies[i]) {
			t.Errorf("the session of node %d lives", i+1)
		}
		if f.tokenWorks(n, token) {
			t.Errorf("node %d takes the command line's token", i+1)
		}
		if status, b := f.call(n, f.AdminToken, http.MethodGet, "/budget-requests/"+asked.ID, nil); status != http.StatusOK || strings.Contains(string(b), `"pending"`) {
			t.Errorf("node %d still has the request: %d %s", i+1, status, b)
		}
		if status, b := f.call(n, f.AdminToken, http.MethodPost, "/budget-requests/"+asked.ID+"/approve", map[string]any{}); status != http.StatusConflict {
			t.Errorf("node %d lets the request be approved: %d %s", i+1, status, b)
		}
	}
	f.gone(key, start)

	f.manage(http.MethodPost, "/members/"+dave+"/enable", nil, nil)
	for i, n := range f.nodes {
		harness.Wait(t, "the key to work again", func() bool { return f.keyWorks(n, key) })
		if f.sessionWorks(n, cookies[i]) {
			t.Errorf("the session of node %d rose from the dead", i+1)
		}
		if !f.tokenWorks(n, token) {
			t.Errorf("node %d refuses the token of somebody who is back", i+1)
		}
	}
}

// An organization that its admin deletes on one node is dead on both.
func TestADeletedOrganizationIsDeadOnBothNodes(t *testing.T) {
	t.Parallel()
	f := startFleet(t)
	_, key := f.member("dave")
	admin, dave := logIn(t, f.nodes[0], "admin@acme.test", "correct horse battery staple"), logIn(t, f.nodes[1], "dave@acme.test", password)
	var scim struct{ Secret string }
	f.manage(http.MethodPost, "/directory/scim-tokens", map[string]any{"name": "Okta"}, &scim)
	directoryWorks := func(n *harness.Gateway) bool {
		r, _ := http.NewRequestWithContext(within(t, 10*time.Second), http.MethodGet, n.URL+"/scim/v2/Users", nil)
		r.Header.Set("Authorization", "Bearer "+scim.Secret)
		status, _ := f.send(r)
		return status == http.StatusOK
	}
	if !directoryWorks(f.nodes[1]) {
		t.Fatal("a fresh directory token does not work")
	}
	if status, _ := f.form(f.nodes[0], "/settings/delete", admin, url.Values{"name": {"acme"}}); status != http.StatusUnprocessableEntity {
		t.Fatalf("under a name that is nearly right: %d", status)
	}
	if !f.sessionWorks(f.nodes[1], dave) {
		t.Fatal("a refused deletion ended a session")
	}
	if status, b := f.form(f.nodes[0], "/settings/delete", admin, url.Values{"name": {"Acme"}}); status != http.StatusOK || !strings.Contains(string(b), "is deleted") {
		t.Fatalf("delete: %d %s", status, b)
	}
	start := time.Now()
	for i, n := range f.nodes {
		if f.sessionWorks(n, admin) || f.sessionWorks(n, dave) {
			t.Errorf("node %d: a session lives", i+1)
		}
		if f.tokenWorks(n, f.AdminToken) {
			t.Errorf("node %d takes a management token", i+1)
		}
		if directoryWorks(n) {
			t.Errorf("node %d takes a directory's token", i+1)
		}
		if status, _ := f.form(n, "/log-in", nil, url.Values{"email": {"admin@acme.test"}, "password": {"correct horse battery staple"}}); status != http.StatusUnprocessableEntity {
			t.Errorf("node %d lets the admin log in: %d", i+1, status)
		}
	}
	f.gone(key, start)
	f.gone(madeKey{Secret: f.VirtualKey}, start)
	if out, _, err := f.Try(t, "verify", "--json"); err != nil || !json.Valid(out) { // its books are still looked after
		t.Errorf("verify: %v %s", err, out)
	}
}

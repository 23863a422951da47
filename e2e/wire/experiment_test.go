package wire

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/db/pgtest"
	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// routeOf is what a node says of the way that a user's request went.
func (f fleet) routeOf(n *harness.Gateway, user string) string {
	f.t.Helper()
	r, _ := http.NewRequestWithContext(within(f.t, 20*time.Second), http.MethodPost, n.ProxyURL+"/chat/completions", strings.NewReader(`{"model":"smart","max_tokens":5,"messages":[{"role":"user","content":"hi"}]}`))
	r.Header.Set("Authorization", "Bearer "+f.VirtualKey)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Bodhi-User", user)
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		f.t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		f.t.Fatalf("a request of %s: %d", user, resp.StatusCode)
	}
	return resp.Header.Get("X-Bodhi-Route")
}

// TestAUserKeepsTheirVariantOnAllNodesAndOverARestart asks for the same users on two nodes, and again after the first was started anew;
// and holds an alias that the experiment needs to be kept, and the end to be mailed.
func TestAUserKeepsTheirVariantOnAllNodesAndOverARestart(t *testing.T) {
	t.Parallel()
	s := harness.StartSandbox(t)
	g := harness.Start(t, harness.Setup{Env: harness.OnPostgres(pgtest.Start(t).URL()), Providers: []string{"name=sb,kind=sandbox,key-env=E2E_KEY,base-url=" + s.URL},
		Models: []string{"smart=sb/sandbox-chat", "other=sb/sandbox-vision"}})
	f := fleet{t, g, []*harness.Gateway{g, g.Join(t)}}
	var e struct{ ID string }
	f.manage(http.MethodPost, "/experiments", map[string]any{"name": "two-nodes", "alias": "smart", "unit": "user",
		"variants": []map[string]any{{"name": "control", "percent": 50}, {"name": "new", "percent": 50, "target": "other"}}}, &e)
	for _, n := range f.nodes {
		harness.Wait(t, "the node to divide requests", func() bool { return strings.Contains(f.routeOf(n, "first"), "experiment two-nodes") })
	}
	const users = 40
	had, arms := map[string]string{}, map[string]int{}
	for i := range users {
		user := fmt.Sprint("user-", i)
		had[user] = f.routeOf(f.nodes[0], user)
		arms[had[user]]++
		if also := f.routeOf(f.nodes[1], user); also != had[user] {
			t.Errorf("%s goes %q on one node and %q on the other", user, had[user], also)
		}
	}
	if len(arms) != 2 {
		t.Errorf("of %d users all go the same way: %v", users, arms)
	}
	f.nodes[0].Stop(t)
	f.nodes[0].Serve(t)
	for user, way := range had {
		if again := f.routeOf(f.nodes[0], user); again != way {
			t.Errorf("%s goes %q after the restart, %q before", user, again, way)
		}
	}
	var aliases struct{ Data []struct{ ID, Name string } }
	f.manage(http.MethodGet, "/aliases", nil, &aliases)
	for _, a := range aliases.Data {
		if a.Name != "smart" && a.Name != "other" {
			continue
		}
		if status, b := f.call(g, f.AdminToken, http.MethodDelete, "/aliases/"+a.ID, nil); status != http.StatusConflict || !strings.Contains(string(b), "The experiment two-nodes") {
			t.Errorf("deleting %s, which the experiment needs: %d %s", a.Name, status, b)
		}
	}
	f.manage(http.MethodPost, "/experiments/"+e.ID+"/stop", map[string]any{}, nil)
	harness.Wait(t, "the report by mail", func() bool {
		for _, n := range f.nodes {
			for _, l := range mailbox(t, n) {
				if strings.Contains(l.Subject, "two-nodes was stopped") && strings.Contains(strings.ToLower(l.Text), "how certain it is") {
					return true
				}
			}
		}
		return false
	})
}

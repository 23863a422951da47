package wire

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// mostWaiting is how long after a decision any node may still refuse the same call: the promise of the product.
const mostWaiting = 5 * time.Second

// smart asks a node for the model "smart", and gives the status and the body.
func (f fleet) smart(n *harness.Gateway, key string) (int, string) {
	f.t.Helper()
	r, _ := http.NewRequestWithContext(within(f.t, 20*time.Second), http.MethodPost, n.ProxyURL+"/chat/completions",
		strings.NewReader(`{"model":"smart","max_tokens":5,"messages":[{"role":"user","content":"hi"}]}`))
	r.Header.Set("Authorization", "Bearer "+key)
	r.Header.Set("Content-Type", "application/json")
	status, b := f.send(r)
	return status, string(b)
}

// asked sends the form of /approvals as a member on the second node, and gives the request's id.
func (f fleet) asked(cookie *http.Cookie, key madeKey, times string) string {
	f.t.Helper()
	status, b := f.form(f.nodes[1], "/approvals", cookie, url.Values{"key": {key.ID}, "model": {"smart"}, "reason": {"to try it"}, "times": {times}})
	if status != http.StatusSeeOther {
		f.t.Fatalf("ask: %d %.300s", status, b)
	}
	var waiting struct {
		Data []struct{ ID, State string }
	}
	f.manage(http.MethodGet, "/approvals?state=pending", nil, &waiting)
	if len(waiting.Data) != 1 {
		f.t.Fatalf("%d requests wait: %+v", len(waiting.Data), waiting)
	}
	return waiting.Data[0].ID
}

// An approval opens on both nodes within the promise, lets no more requests through than were granted on both together, and
// ends on both; what somebody asked for dies with their membership.
func TestAnApprovalBindsOnBothNodesAndTheirUsesAreOneCount(t *testing.T) {
	t.Parallel()
	f := startFleet(t)
	member, key := f.member("dev")
	cookie := logIn(t, f.nodes[1], "dev@acme.test", password)
	f.manage(http.MethodPost, "/policies", map[string]any{"deny": []string{"sandbox-chat"}, "may_ask": true, "approver": "admin"}, nil)
	for _, n := range f.nodes {
		harness.Wait(t, "the policy to bind", func() bool { status, _ := f.smart(n, key.Secret); return status == http.StatusForbidden })
		if _, b := f.smart(n, key.Secret); !strings.Contains(b, `"approval_required"`) || !strings.Contains(b, "/approvals/new?key="+key.ID) {
			t.Errorf("refused with %s", b)
		}
	}
	const times = 6
	which := f.asked(cookie, key, "6")
	f.manage(http.MethodPost, "/approvals/"+which+"/approve", map[string]any{}, nil)
	began := time.Now()
	passed := 0
	for i, n := range f.nodes {
		harness.Wait(t, "the approval to bind", func() bool { status, _ := f.smart(n, key.Secret); return status == http.StatusOK })
		passed++
		t.Logf("node %d lets the call through %s after the answer", i+1, time.Since(began).Round(time.Millisecond))
	}
	if took := time.Since(began); took > mostWaiting {
		t.Errorf("it took %s until both nodes let the call through", took)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	for i := range 4 * times {
		wg.Go(func() {
			status, b := f.smart(f.nodes[i%2], key.Secret)
			mu.Lock()
			defer mu.Unlock()
			if status == http.StatusOK {
				passed++
			} else if status != http.StatusForbidden {
				t.Errorf("%d %s", status, b)
			}
		})
	}
	wg.Wait()
	if passed != times {
		t.Errorf("%d requests were let through on an approval for %d", passed, times)
	}

	which = f.asked(cookie, key, "")
	f.manage(http.MethodPost, "/approvals/"+which+"/approve", map[string]any{}, nil)
	for _, n := range f.nodes {
		harness.Wait(t, "the second approval to bind", func() bool { status, _ := f.smart(n, key.Secret); return status == http.StatusOK })
	}
	f.manage(http.MethodPost, "/approvals/"+which+"/revoke", nil, nil)
	began = time.Now()
	for _, n := range f.nodes {
		harness.Wait(t, "the end of the approval", func() bool { status, _ := f.smart(n, key.Secret); return status == http.StatusForbidden })
	}
	if took := time.Since(began); took > mostWaiting {
		t.Errorf("it took %s until both nodes refused again", took)
	}

	which = f.asked(cookie, key, "1")
	f.manage(http.MethodPost, "/members/"+member+"/disable", nil, nil)
	if status, b := f.call(f.nodes[1], f.AdminToken, http.MethodPost, "/approvals/"+which+"/approve", map[string]any{}); status != http.StatusConflict {
		t.Errorf("the request of somebody who is out was approved: %d %s", status, b)
	}
}

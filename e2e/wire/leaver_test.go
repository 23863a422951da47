package wire

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/db/pgtest"
	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// mostLeaving is how long after a person is disabled a key of theirs may still work on any node: the promise is a second.
const mostLeaving = time.Second

// Somebody who is disabled on one node loses key and session on both, and gets the key back when they are enabled.
func TestALeaverLosesEverythingOnBothNodes(t *testing.T) {
	t.Parallel()
	g := harness.Start(t, harness.Setup{Env: harness.OnPostgres(pgtest.Start(t).URL())})
	nodes := []*harness.Gateway{g, g.Join(t)}
	manage := func(method, path string, in, out any) {
		t.Helper()
		body, _ := json.Marshal(in)
		r, _ := http.NewRequestWithContext(within(t, 20*time.Second), method, g.URL+"/api/v1"+path, strings.NewReader(string(body)))
		r.Header.Set("Authorization", "Bearer "+g.AdminToken)
		r.Header.Set("Content-Type", "application/json")
		resp, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		b, _ := io.ReadAll(resp.Body)
		if resp.StatusCode > 299 {
			t.Fatalf("%s %s: %d %s", method, path, resp.StatusCode, b)
		}
		if out != nil {
			if err := json.Unmarshal(b, out); err != nil {
				t.Fatal(err)
			}
		}
	}
	const password = "correct zebra staple 9"
	var dave struct{ ID string }
	manage(http.MethodPost, "/members", map[string]any{"name": "Dave", "email": "dave@acme.test", "role": "developer", "teams": []string{g.TeamID}, "password": password}, &dave)
	var key madeKey
	manage(http.MethodPost, "/keys", map[string]any{"name": "dave's laptop", "team": g.TeamID, "member": dave.ID}, &key)
	keyWorks := func(n *harness.Gateway) bool {
		r, _ := http.NewRequestWithContext(within(t, 10*time.Second), http.MethodGet, n.ProxyURL+"/models", nil)
		r.Header.Set("Authorization", "Bearer "+key.Secret)
		resp, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	}
	sessionWorks := func(n *harness.Gateway, cookie *http.Cookie) bool {
		r, _ := http.NewRequestWithContext(within(t, 10*time.Second), http.MethodGet, n.URL+"/keys", nil)
		r.AddCookie(cookie)
		resp, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	}
	var cookies []*http.Cookie
	for _, n := range nodes {
		harness.Wait(t, "the key to work", func() bool { return keyWorks(n) })
		cookies = append(cookies, logIn(t, n, "dave@acme.test", password))
		if !sessionWorks(n, cookies[len(cookies)-1]) {
			t.Fatal("a fresh session does not work")
		}
	}
	manage(http.MethodPost, "/members/"+dave.ID+"/disable", nil, nil)
	start := time.Now()
	for i, n := range nodes {
		harness.Wait(t, "the key to be refused", func() bool { return !keyWorks(n) })
		t.Logf("node %d refuses the key %s after the answer", i+1, time.Since(start).Round(time.Millisecond))
		if sessionWorks(nodes[1-i], cookies[i]) {
			t.Errorf("the session of node %d lives", i+1)
		}
	}
	if took := time.Since(start); took > 3*mostLeaving { // the margin is for a busy machine
		t.Errorf("it took %s until both nodes refused the key", took)
	}
	manage(http.MethodPost, "/members/"+dave.ID+"/enable", nil, nil)
	for i, n := range nodes {
		harness.Wait(t, "the key to work again", func() bool { return keyWorks(n) })
		if sessionWorks(n, cookies[i]) {
			t.Errorf("the session of node %d rose from the dead", i+1)
		}
	}
}

// logIn is a session of somebody on a node.
func logIn(t *testing.T, n *harness.Gateway, email, password string) *http.Cookie {
	t.Helper()
	form := url.Values{"email": {email}, "password": {password}}
	r, _ := http.NewRequestWithContext(within(t, 20*time.Second), http.MethodPost, n.URL+"/log-in", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if len(resp.Cookies()) == 0 {
		b, _ := io.ReadAll(resp.Body)
		t.Fatalf("log-in: %d %s", resp.StatusCode, b)
	}
	return resp.Cookies()[0]
}

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

// mostLeaving is how long after a person leaves, a key is revoked or an organization is deleted something of theirs may
// still work on any node: the promise is a second.
const mostLeaving = time.Second

const password = "correct zebra staple 9"

// fleet is two gateways on one PostgreSQL.
type fleet struct {
	t *testing.T
	*harness.Gateway
	nodes []*harness.Gateway
}

func startFleet(t *testing.T) fleet {
	t.Helper()
	g := harness.Start(t, harness.Setup{Env: harness.OnPostgres(pgtest.Start(t).URL())})
	return fleet{t, g, []*harness.Gateway{g, g.Join(t)}}
}

// call asks the management API of a node, and gives the status and the body.
func (f fleet) call(n *harness.Gateway, token, method, path string, in any) (int, []byte) {
	f.t.Helper()
	body, _ := json.Marshal(in)
	r, _ := http.NewRequestWithContext(within(f.t, 20*time.Second), method, n.URL+"/api/v1"+path, strings.NewReader(string(body)))
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	return f.send(r)
}

func (f fleet) send(r *http.Request) (int, []byte) {
	f.t.Helper()
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		f.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	return resp.StatusCode, b
}

// manage does something as an admin on the first node.
func (f fleet) manage(method, path string, in, out any) {
	f.t.Helper()
	f.as(f.AdminToken, method, path, in, out)
}

func (f fleet) as(token, method, path string, in, out any) {
	f.t.Helper()
	status, b := f.call(f.Gateway, token, method, path, in)
	if status > 299 {
		f.t.Fatalf("%s %s: %d %s", method, path, status, b)
	}
	if out != nil {
		if err := json.Unmarshal(b, out); err != nil {
			f.t.Fatal(err)
		}
	}
}

// member adds a developer who logs in as name@acme.test, with a key of their own.
func (f fleet) member(name string) (memberID string, key madeKey) {
	f.t.Helper()
	var made struct{ ID string }
	f.manage(http.MethodPost, "/members", map[string]any{"name": name, "email": name + "@acme.test", "role": "developer", "teams": []string{f.TeamID}, "password": password}, &made)
	f.manage(http.MethodPost, "/keys", map[string]any{"name": name + "'s laptop", "team": f.TeamID, "member": made.ID}, &key)
	for _, n := range f.nodes {
		harness.Wait(f.t, "the key to work", func() bool { return f.keyWorks(n, key) })
	}
	return made.ID, key
}

func (f fleet) keyWorks(n *harness.Gateway, key madeKey) bool {
	f.t.Helper()
	r, _ := http.NewRequestWithContext(within(f.t, 10*time.Second), http.MethodGet, n.ProxyURL+"/models", nil)
	r.Header.Set("Authorization", "Bearer "+key.Secret)
	status, _ := f.send(r)
	return status == http.StatusOK
}

func (f fleet) sessionWorks(n *harness.Gateway, cookie *http.Cookie) bool {
	f.t.Helper()
	r, _ := http.NewRequestWithContext(within(f.t, 10*time.Second), http.MethodGet, n.URL+"/keys", nil)
	r.AddCookie(cookie)
	status, _ := f.send(r)
	return status == http.StatusOK
}

func (f fleet) tokenWorks(n *harness.Gateway, token string) bool {
	f.t.Helper()
	status, _ := f.call(n, token, http.MethodGet, "/whoami", nil)
	return status == http.StatusOK
}

// gone waits until a key is refused on both nodes, and holds that to the promise. The margin is for a busy machine.
func (f fleet) gone(key madeKey, since time.Time) {
	f.t.Helper()
	for i, n := range f.nodes {
		harness.Wait(f.t, "the key to be refused", func() bool { return !f.keyWorks(n, key) })
		f.t.Logf("node %d refuses the key %s after the answer", i+1, time.Since(since).Round(time.Millisecond))
	}
	if took := time.Since(since); took > 3*mostLeaving {
		f.t.Errorf("it took %s until both nodes refused the key", took)
	}
}

// form sends a page's form, as a browser on that page does.
func (f fleet) form(n *harness.Gateway, path string, cookie *http.Cookie, in url.Values) (int, []byte) {
	f.t.Helper()
	r, _ := http.NewRequestWithContext(within(f.t, 20*time.Second), http.MethodPost, n.URL+path, strings.NewReader(in.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if cookie != nil {
		r.AddCookie(cookie)
	}
	return f.send(r)
}

// commandLine logs our command line in on one node, confirmed in a browser on the other, and gives its token.
func (f fleet) commandLine(cookie *http.Cookie) string {
	f.t.Helper()
	one, two := f.nodes[0], f.nodes[1]
	_, b := f.form(one, "/oauth/device_authorization", nil, url.Values{"client_id": {"bodhi"}})
	var device struct {
		Code string `json:"device_code"`
		User string `json:"user_code"`
	}
	if err := json.Unmarshal(b, &device); err != nil || device.User == "" {
		f.t.Fatalf("no device code: %v: %s", err, b)
	}
	if status, b := f.form(two, "/device/approve", cookie, url.Values{"code": {device.User}}); status != http.StatusSeeOther {
		f.t.Fatalf("confirm the log-in: %d %s", status, b)
	}
	_, b = f.form(one, "/oauth/token", nil, url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "device_code": {device.Code}})
	var token struct {
		Access string `json:"access_token"`
	}
	if err := json.Unmarshal(b, &token); err != nil || token.Access == "" {
		f.t.Fatalf("no token: %v: %s", err, b)
	}
	return token.Access
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

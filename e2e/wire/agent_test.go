package wire

import (
	"bytes"
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

// coder is Claude Code's part of its gateway contract, request for request as its binary sends them.
type coder struct {
	t    *testing.T
	base string // https://gateway.example.com/t/acme
	as   string // access token
}

type reply struct {
	status int
	header http.Header
	body   []byte
}

func (c *coder) do(method, target string, body io.Reader, header http.Header) reply {
	c.t.Helper()
	r, err := http.NewRequestWithContext(within(c.t, 20*time.Second), method, target, body)
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header = header
	r.Header.Set("User-Agent", "claude-code/2.1.330")
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return reply{resp.StatusCode, resp.Header, b}
}

// form posts to an OAuth endpoint: no client id, no scope, and a parameter that nobody knows yet.
func (c *coder) form(target string, values url.Values) (reply, map[string]any) {
	c.t.Helper()
	values.Set("something_new", "x")
	got := c.do(http.MethodPost, target, strings.NewReader(values.Encode()), http.Header{"Content-Type": {"application/x-www-form-urlencoded"}})
	out := map[string]any{}
	if len(got.body) > 0 {
		if err := json.Unmarshal(got.body, &out); err != nil {
			c.t.Fatalf("%s: %d %s", target, got.status, got.body)
		}
	}
	return got, out
}

// ask asks a model for something, in the session.
func (c *coder) ask(model string) reply {
	body := `{"model":"` + model + `","max_tokens":32,"messages":[{"role":"user","content":"hello"}]}`
	return c.do(http.MethodPost, c.base+"/v1/messages?beta=true", strings.NewReader(body), http.Header{"Authorization": {"Bearer " + c.as},
		"Content-Type": {"application/json"}, "Anthropic-Version": {"2026-10-21"}, "X-App": {"cli"}})
}

func (c *coder) get(path string, more http.Header) reply {
	h := http.Header{"Authorization": {"Bearer " + c.as}}
	for k, v := range more {
		h[k] = v
	}
	return c.do(http.MethodGet, c.base+path, nil, h)
}

// endpoints reads the metadata as the client does.
func (c *coder) endpoints() (device, token, revoke string) {
	c.t.Helper()
	got := c.do(http.MethodGet, c.base+"/.well-known/oauth-authorization-server", nil, http.Header{})
	var m struct {
		Device string `json:"device_authorization_endpoint"`
		Token  string `json:"token_endpoint"`
		Revoke string `json:"revocation_endpoint"`
		Issuer string `json:"issuer"`
	}
	if err := json.Unmarshal(got.body, &m); err != nil || got.status != 200 || m.Issuer != c.base {
		c.t.Fatalf("metadata: %d %s %v", got.status, got.body, err)
	}
	return m.Device, m.Token, m.Revoke
}

// confirm confirms a code in the browser of somebody who is logged in.
func confirm(t *testing.T, at *harness.Gateway, cookie *http.Cookie, code string) *http.Response {
	t.Helper()
	r, _ := http.NewRequestWithContext(within(t, 10*time.Second), http.MethodPost, at.URL+"/device/approve", strings.NewReader(url.Values{"code": {code}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.AddCookie(cookie)
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp
}

// logIn is /login in Claude Code: a code, a person's confirmation, the tokens.
func (c *coder) logIn(at *harness.Gateway, cookie *http.Cookie) (refresh string) {
	c.t.Helper()
	device, token, _ := c.endpoints()
	begun, d := c.form(device, url.Values{"surface": {"claude_code"}})
	if begun.status != 200 || d["interval"] != 5.0 || d["user_code"] == "" {
		c.t.Fatalf("device: %d %s", begun.status, begun.body)
	}
	grant := url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "device_code": {d["device_code"].(string)}}
	if got, out := c.form(token, grant); got.status != 400 || out["error"] != "authorization_pending" {
		c.t.Fatalf("before anybody confirmed: %d %s", got.status, got.body)
	}
	if resp := confirm(c.t, at, cookie, d["user_code"].(string)); resp.StatusCode != http.StatusSeeOther {
		c.t.Fatalf("confirm: %d", resp.StatusCode)
	}
	got, out := c.form(token, grant)
	if got.status != 200 || out["token_type"] != "Bearer" || out["email"] != "dave@acme.test" || out["expires_in"].(float64) < 3500 {
		c.t.Fatalf("token: %d %s", got.status, got.body)
	}
	c.as = out["access_token"].(string)
	if again, _ := c.form(token, grant); again.status != 400 {
		c.t.Errorf("a code worked twice: %d", again.status)
	}
	return out["refresh_token"].(string)
}

// developer adds Dave, who may spend for the team.
func developer(t *testing.T, w *world) (id string, cookie *http.Cookie) {
	t.Helper()
	const password = "correct zebra staple 9"
	var dave struct{ ID string }
	w.manage(t, http.MethodPost, "/members", map[string]any{"name": "Dave", "email": "dave@acme.test", "role": "developer", "teams": []string{w.TeamID}, "password": password}, 201, &dave)
	return dave.ID, logIn(t, w.Gateway, "dave@acme.test", password)
}

func TestClaudeCodesContractIsServed(t *testing.T) {
	t.Parallel()
	w := begin(t, "")
	_, cookie := developer(t, w)
	c := &coder{t: t, base: strings.TrimSuffix(w.ProxyURL, "/v1")}
	refresh := c.logIn(w.Gateway, cookie)
	if got := c.ask("smart"); got.status != 200 || !bytes.Contains(got.body, []byte("This is the sandbox.")) {
		t.Fatalf("the first question: %d %s", got.status, got.body)
	}
	if got := c.get("/v1/models?limit=1000", http.Header{"Anthropic-Version": {"2026-10-21"}}); got.status != 200 || !bytes.Contains(got.body, []byte(`"smart"`)) {
		t.Errorf("models: %d %s", got.status, got.body)
	}
	if got := c.get("/managed/settings", nil); got.status != 404 {
		t.Errorf("settings that nobody set: %d %s", got.status, got.body)
	}
	w.manage(t, http.MethodPut, "/agents/settings", map[string]any{"settings": map[string]any{"model": "smart", "env": map[string]any{"CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY": "1"}}}, 200, nil)
	var sent reply
	harness.Wait(t, "the settings", func() bool { sent = c.get("/managed/settings", nil); return sent.status == 200 })
	// {"env":{"CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY":"1"},"model":"smart"}, hashed as the client does.
	const checksum = "sha256:06e6d385236a181909f185eac8c5a458a31369474038ea9d3766b71570b22857"
	var doc struct{ UUID, Checksum string }
	if err := json.Unmarshal(sent.body, &doc); err != nil || doc.UUID == "" || sent.header.Get("Etag") != `"`+doc.Checksum+`"` {
		t.Errorf("settings: %s %v", sent.body, err)
	}
	if doc.Checksum != checksum {
		t.Errorf("the checksum is %s; the client computes %s", doc.Checksum, checksum)
	}
	if got := c.get("/managed/settings", http.Header{"If-None-Match": {sent.header.Get("Etag")}}); got.status != 304 || len(got.body) > 0 {
		t.Errorf("settings that it has: %d %s", got.status, got.body)
	}
	for _, path := range []string{"/v1/metrics", "/v1/logs", "/v1/traces"} {
		h := http.Header{"Authorization": {"Bearer " + c.as}, "Content-Type": {"application/x-protobuf"}}
		if got := c.do(http.MethodPost, c.base+path, strings.NewReader("\x0a\x00"), h); got.status != 200 || len(got.body) > 0 {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
	_, token, revoke := c.endpoints()
	first := c.as
	got, out := c.form(token, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}})
	if got.status != 200 || out["refresh_token"] == refresh || out["access_token"] == "" {
		t.Fatalf("refresh: %d %s", got.status, got.body)
	}
	c.as = out["access_token"].(string)
	if got := c.ask("smart"); got.status != 200 {
		t.Errorf("after the refresh: %d %s", got.status, got.body)
	}
	if got, out := c.form(token, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh + "x"}}); got.status != 401 || out["error"] != "invalid_grant" {
		t.Errorf("a refresh token that is none: %d %s", got.status, got.body)
	}
	if got, _ := c.form(revoke, url.Values{"token": {c.as}}); got.status != 200 {
		t.Errorf("log out: %d", got.status)
	}
	harness.Wait(t, "the log-out", func() bool { return c.ask("smart").status == 401 })
	end := c.ask("smart")
	if end.header.Get("X-Should-Retry") != "false" {
		t.Errorf("a session that ended is asked again: %v", end.header)
	}
	c.as = first
	if got := c.ask("smart"); got.status != 401 {
		t.Errorf("an older token of a session that ended: %d", got.status)
	}
	if got, out := c.form(token, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {out["refresh_token"].(string)}}); got.status != 401 || out["error"] != "invalid_grant" {
		t.Errorf("a refresh after the log-out: %d %s", got.status, got.body)
	}
}

// The agent of somebody who is disabled stops on both nodes within a second, and gets no new token.
func TestALeaversAgentStops(t *testing.T) {
	t.Parallel()
	g := harness.Start(t, harness.Setup{Env: harness.OnPostgres(pgtest.Start(t).URL()), Providers: []string{"name=own,kind=sandbox"}, Models: []string{"smart=own/sandbox-chat"}})
	w := &world{Gateway: g}
	other := g.Join(t)
	dave, cookie := developer(t, w)
	c := &coder{t: t, base: strings.TrimSuffix(g.ProxyURL, "/v1")}
	refresh := c.logIn(g, cookie)
	on := func(n *harness.Gateway) *coder {
		return &coder{t: t, base: n.URL + "/t/" + g.OrgSlug, as: c.as}
	}
	for _, n := range []*harness.Gateway{g, other} {
		harness.Wait(t, "the session to work", func() bool { return on(n).ask("smart").status == 200 })
	}
	_, token, _ := c.endpoints()
	w.manage(t, http.MethodPost, "/members/"+dave+"/disable", nil, 200, nil)
	start := time.Now()
	for i, n := range []*harness.Gateway{g, other} {
		harness.Wait(t, "the agent to be refused", func() bool { return on(n).ask("smart").status == 401 })
		t.Logf("node %d refuses the agent %s after the answer", i+1, time.Since(start).Round(time.Millisecond))
	}
	if took := time.Since(start); took > 3*mostLeaving { // the margin is for a busy machine
		t.Errorf("it took %s until both nodes refused the agent", took)
	}
	if got, out := c.form(token, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}}); got.status != 401 || out["error"] != "invalid_grant" {
		t.Errorf("a leaver's refresh: %d %s", got.status, got.body)
	}
}

// An agent hears where its person's own budget stands, in the words that its notice is made from, and stops when it is used up.
func TestAnAgentHearsOfItsBudget(t *testing.T) {
	t.Parallel()
	w := begin(t, "")
	dave, cookie := developer(t, w)
	c := &coder{t: t, base: strings.TrimSuffix(w.ProxyURL, "/v1")}
	c.logIn(w.Gateway, cookie)
	if got := c.ask("smart"); got.header.Get("Anthropic-Ratelimit-Unified-Status") != "" {
		t.Errorf("a standing without a budget: %v", got.header)
	}
	if got := c.get("/api/oauth/usage", nil); got.status != 200 || string(got.body) != `{"limits":[]}` {
		t.Errorf("usage without a budget: %d %s", got.status, got.body)
	}
	w.manage(t, http.MethodPost, "/budgets", map[string]any{"scope": dave, "limit_usd": "0.002", "period": "daily", "enforcement": "hard"}, 201, nil)
	var last reply
	harness.Wait(t, "the budget to bind", func() bool {
		last = c.ask("smart")
		return last.header.Get("Anthropic-Ratelimit-Unified-Status") == "allowed"
	})
	if last.header.Get("Anthropic-Ratelimit-Unified-Representative-Claim") != "overage" || last.header.Get("Anthropic-Ratelimit-Unified-Overage-Reset") == "" {
		t.Errorf("%v", last.header)
	}
	warned := false
	for range 100 {
		if last = c.ask("smart"); last.status != 200 {
			break
		}
		if passed := last.header.Get("Anthropic-Ratelimit-Unified-Overage-Surpassed-Threshold"); passed != "" {
			warned = warned || passed == "0.75" || passed == "0.95"
		}
	}
	if !warned {
		t.Error("no threshold was told on the way")
	}
	h := last.header
	if last.status != 429 || h.Get("X-Should-Retry") != "false" || h.Get("Retry-After") == "" || h.Get("Anthropic-Ratelimit-Unified-Status") != "rejected" ||
		h.Get("Anthropic-Ratelimit-Unified-Overage-Period") != "daily" || h.Get("Anthropic-Ratelimit-Unified-Overage-Scope") != "" || h.Get("Anthropic-Ratelimit-Unified-Representative-Claim") != "" {
		t.Errorf("used up: %d %v", last.status, h)
	}
	if !bytes.Contains(last.body, []byte(`"type":"billing_error"`)) || !bytes.Contains(last.body, []byte("resets on")) {
		t.Errorf("used up: %s", last.body)
	}
	var usage struct {
		Extra struct {
			Limit float64 `json:"monthly_limit"`
		} `json:"extra_usage"`
		Limits []struct {
			Group    string
			ResetsAt string `json:"resets_at"`
			Active   bool   `json:"is_active"`
		}
	}
	got := c.get("/api/oauth/usage", nil)
	if err := json.Unmarshal(got.body, &usage); err != nil || len(usage.Limits) != 1 || usage.Limits[0].Group != "daily" || !usage.Limits[0].Active {
		t.Errorf("usage: %s %v", got.body, err)
	}
}

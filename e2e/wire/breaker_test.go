package wire

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/db/pgtest"
	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// mostAgreeing is how long two nodes may differ about a breaker: the promise is a second. The margin is for a busy machine.
const mostAgreeing = time.Second

// upstream is the provider's model. It has a price, as the budget is a hard one.
const upstream = "gpt-4o-mini"

// faulty is a provider that speaks OpenAI's chat completions, counts its requests, and can go down.
type faulty struct {
	*httptest.Server
	down  atomic.Bool
	asked atomic.Int64
}

func startFaulty(t *testing.T) *faulty {
	t.Helper()
	f := &faulty{}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		if r.Method == http.MethodGet {
			_, _ = io.WriteString(w, `{"object":"list","data":[{"id":"gpt-4o-mini","object":"model"}]}`)
			return
		}
		f.asked.Add(1)
		if f.down.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = io.WriteString(w, `{"error":{"message":"down","type":"server_error"}}`)
			return
		}
		_, _ = io.WriteString(w, `{"id":"c","object":"chat.completion","created":1,"model":"gpt-4o-mini","choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}`)
	}))
	t.Cleanup(f.Close)
	return f
}

// ring is two gateways on one PostgreSQL and one Redis, with a provider that can fail in front of the sandbox.
type ring struct {
	fleet
	provider *faulty
	sandbox  *harness.Sandbox
	redis    *harness.Cable
}

// startRing starts a ring whose breakers stay open for a while. Both nodes begin with that rule, so that nothing depends on
// when they hear of it.
func startRing(t *testing.T, coolDown string) *ring {
	t.Helper()
	server, err := url.Parse(os.Getenv("TEST_REDIS_URL"))
	if err != nil || server.Host == "" {
		harness.Missing(t, "TEST_REDIS_URL is not set; scripts/services.sh sets it")
	}
	r := &ring{provider: startFaulty(t), sandbox: harness.StartSandbox(t), redis: harness.NewCable(t, server.Host)}
	server.Host = r.redis.Addr
	g := harness.Start(t, harness.Setup{Env: append(harness.OnPostgres(pgtest.Start(t).URL()), "REDIS_URL="+server.String()),
		Providers: []string{"name=main,kind=openai,base-url=" + r.provider.URL + "/v1,key-env=E2E_KEY", "name=sb,kind=sandbox,base-url=" + r.sandbox.URL + ",key-env=E2E_KEY"},
		Models:    []string{"smart=main/" + upstream + ",sb/sandbox-chat"}})
	r.fleet = fleet{t, g, []*harness.Gateway{g}}
	r.manage(http.MethodPut, "/health/rules", map[string]any{"cool_down": coolDown, "max_cool_down": coolDown}, nil)
	g.Stop(t)
	g.Serve(t)
	r.nodes = append(r.nodes, g.Join(t))
	return r
}

// chat asks a node once and gives which connection answered; "" with the status where none did.
func (r *ring) chat(n *harness.Gateway, model string, headers ...string) (string, string) {
	r.t.Helper()
	req, _ := http.NewRequestWithContext(within(r.t, 30*time.Second), http.MethodPost, n.ProxyURL+"/chat/completions", strings.NewReader(`{"model":"`+model+`","max_tokens":50,"messages":[{"role":"user","content":"x"}]}`))
	req.Header.Set("Authorization", "Bearer "+r.VirtualKey)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return "", err.Error()
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusOK {
		return "", fmt.Sprintf("%d %s", resp.StatusCode, b)
	}
	return resp.Header.Get("X-Bodhi-Provider"), ""
}

// ask asks a node some times, every one of which must be answered, and gives how often the provider was asked for it.
func (r *ring) ask(n *harness.Gateway, times int) (asked int64) {
	r.t.Helper()
	before := r.provider.asked.Load()
	for i := range times {
		if _, wrong := r.chat(n, "smart"); wrong != "" {
			r.t.Fatalf("request %d of %d was not answered: %s", i+1, times, wrong)
		}
	}
	return r.provider.asked.Load() - before
}

// state is what a node's breaker for the provider says; "" where it has none.
func (r *ring) state(n *harness.Gateway) (state, connection string) {
	r.t.Helper()
	var list struct {
		Data []struct {
			ConnectionID string `json:"connection_id"`
			Connection   string `json:"connection"`
			Model        string `json:"model"`
			State        string `json:"state"`
		} `json:"data"`
	}
	status, b := r.call(n, r.AdminToken, http.MethodGet, "/health", nil)
	if err := json.Unmarshal(b, &list); status != http.StatusOK || err != nil {
		r.t.Fatalf("health: %d %s", status, b)
	}
	for _, x := range list.Data {
		if x.Connection == "main" {
			if connection = x.ConnectionID; x.Model == upstream {
				return x.State, connection
			}
		}
	}
	return "", connection
}

// agree waits until a node's breaker is in a state and holds how long that took to the promise.
func (r *ring) agree(n *harness.Gateway, want string) {
	r.t.Helper()
	since := time.Now()
	harness.Wait(r.t, "the other node to see it "+want, func() bool { state, _ := r.state(n); return state == want })
	took := time.Since(since)
	r.t.Logf("the other node sees it %s after %s", want, took.Round(time.Millisecond))
	if took > mostAgreeing+5*time.Second {
		r.t.Errorf("it took %s until the other node saw it %s", took, want)
	}
}

func (r *ring) putBack() {
	r.t.Helper()
	_, c := r.state(r.nodes[0])
	r.manage(http.MethodPost, "/health/close", map[string]any{"connection_id": c, "model": upstream}, nil)
}

// changes is how often the books say that the provider's breaker came to a state.
func (r *ring) changes(state string) (n int) {
	r.t.Helper()
	var list struct {
		Data []struct{ Model, State string } `json:"data"`
	}
	r.manage(http.MethodGet, "/health/events", nil, &list)
	for _, e := range list.Data {
		if e.Model == upstream && e.State == state {
			n++
		}
	}
	return n
}

// TestTwoNodesShareWhatTheyKnowOfAProvider takes a provider down, puts it back, and takes Redis away in between. No client
// sees anything of it.
func TestTwoNodesShareWhatTheyKnowOfAProvider(t *testing.T) {
	t.Parallel()
	r := startRing(t, "10m") // so that no probe comes in between, however slow this machine is
	one, two := r.nodes[0], r.nodes[1]
	if asked := r.ask(one, 3) + r.ask(two, 3); asked != 6 {
		t.Fatalf("the first target was asked %d times for six requests", asked)
	}

	const requests = 100
	r.provider.down.Store(true)
	if asked := r.ask(one, requests); asked > 10 || asked+requests > requests*12/10 {
		t.Errorf("%d requests with a provider that is down asked it %d times", requests, asked)
	}
	r.agree(two, "open")
	if asked := r.ask(two, 20); asked != 0 {
		t.Errorf("the second node asked a provider of which it knew that it is down %d times", asked)
	}
	r.provider.down.Store(false)
	r.putBack()
	r.agree(two, "closed")
	for _, n := range r.nodes {
		if asked := r.ask(n, 5); asked != 5 {
			t.Errorf("put back, and asked %d times for five requests", asked)
		}
	}

	// Without Redis each node goes by what it sees, and nobody is refused.
	r.redis.Cut()
	r.provider.down.Store(true)
	for i, n := range r.nodes {
		if asked := r.ask(n, 40); asked == 0 || asked > 10 {
			t.Errorf("without Redis, node %d asked the provider %d times for 40 requests", i+1, asked)
		}
	}
	for _, n := range r.nodes {
		harness.Wait(t, "the log to say that Redis is away", func() bool { return strings.Contains(n.Log(), "redis is away; breakers go by what this node sees") })
	}

	// It is back: what one node finds out reaches the other again.
	r.redis.Mend()
	for _, n := range r.nodes {
		harness.Wait(t, "the log to say that Redis is back", func() bool { return strings.Contains(n.Log(), "redis is back; breakers are shared again") })
	}
	r.provider.down.Store(false)
	r.putBack()
	r.agree(two, "closed")
	r.agree(one, "closed")
	if asked := r.ask(one, 5) + r.ask(two, 5); asked != 10 {
		t.Errorf("after all, the provider was asked %d times for ten requests", asked)
	}
}

// TestAProviderThatComesBackIsUsedAfterOneProbe leaves a provider down for several cool-downs: one probe each, and the
// breaker closes for none of them. Once it answers, the next probe is the last.
func TestAProviderThatComesBackIsUsedAfterOneProbe(t *testing.T) {
	t.Parallel()
	const coolDown = time.Second
	r := startRing(t, coolDown.String())
	one := r.nodes[0]
	r.ask(one, 1)
	r.provider.down.Store(true)
	began, asked := time.Now(), int64(0)
	harness.Wait(t, "three probes", func() bool { asked += r.ask(one, 2); return r.changes("half_open") >= 3 })
	// Eight failures opened it; then comes at most one probe for each cool-down, of which a quarter is left to chance.
	if most := 10 + int64(time.Since(began)/(coolDown*3/4)) + 1; asked > most {
		t.Errorf("in %s it was asked %d times, want at most %d", time.Since(began).Round(time.Millisecond), asked, most)
	}
	if n := r.changes("closed"); n != 0 {
		t.Errorf("it closed %d times while the provider was down: it flaps", n)
	}
	r.provider.down.Store(false)
	back := time.Now()
	asked = 0
	harness.Wait(t, "the provider to be used again", func() bool { asked += r.ask(one, 1); return asked > 0 })
	if took := time.Since(back); took > coolDown+5*time.Second {
		t.Errorf("it took %s until it was asked again", took)
	}
	if n := r.ask(one, 10); n != 10 {
		t.Errorf("after one probe that passed, ten requests asked it %d times", n)
	}
	harness.Wait(t, "the closing in the books", func() bool { return r.changes("closed") == 1 })
	var list struct {
		Data []struct {
			Model    string  `json:"model"`
			Openings int     `json:"openings"`
			Ended    *string `json:"ended"`
		} `json:"data"`
	}
	r.manage(http.MethodGet, "/health/outages", nil, &list)
	if len(list.Data) != 1 || list.Data[0].Model != upstream || list.Data[0].Ended == nil || list.Data[0].Openings < 3 {
		t.Errorf("outages: %+v", list.Data)
	}
}

// TestTwoNodesSendASessionToTheSameTarget asks both nodes for forty sessions under the strategy that keeps them together.
func TestTwoNodesSendASessionToTheSameTarget(t *testing.T) {
	t.Parallel()
	r := startRing(t, "10m")
	r.manage(http.MethodPost, "/routes", map[string]any{"alias": "kept", "strategy": "sticky", "targets": []map[string]string{{"to": "main/" + upstream}, {"to": "sb/sandbox-chat"}}}, nil)
	for _, n := range r.nodes {
		harness.Wait(t, "both nodes to know the alias", func() bool { at, _ := r.chat(n, "kept"); return at != "" })
	}
	for _, redis := range []string{"there", "away"} {
		answered := map[string]int{}
		for i := range 20 {
			session := fmt.Sprintf("%s %d", redis, i)
			var at [2]string
			for j, n := range r.nodes {
				var wrong string
				if at[j], wrong = r.chat(n, "kept", "X-Bodhi-Session", session); wrong != "" {
					t.Fatal(wrong)
				}
			}
			if answered[at[0]]++; at[0] != at[1] {
				t.Errorf("redis %s, session %d: one node sent it to %s, the other to %s", redis, i, at[0], at[1])
			}
		}
		if len(answered) != 2 {
			t.Errorf("redis %s: all sessions went to one target: %v", redis, answered)
		}
		r.redis.Cut()
	}
}

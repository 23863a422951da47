package gateway

import (
	"encoding/json"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/egress"
	"github.com/bodhi-gateway/bodhi/app/gateway/gatewaytest"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/patience"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// way is the real way out, with the same reading of its errors as in the product.
type way struct{ out http.RoundTripper }

func (w way) Send(_ *ledger.Hold, _ *provider.Connection, r *http.Request) (*http.Response, error) {
	resp, err := w.out.RoundTrip(r)
	if egress.Unsent(err) {
		return nil, &provider.Failure{Class: provider.Unreachable, Message: "nothing was sent", Cause: err}
	}
	return resp, err
}

// calm is everybody's patience.
type calm patience.Policy

func (p calm) For(id.Org, string, llm.Operation) *patience.Policy {
	full := patience.Policy(p).Or(patience.Defaults())
	return &full
}

// faulty is a house in front of raw upstreams. It has little patience only where the fault is one of time, so that a
// busy machine fails no test.
func faulty(t *testing.T, want *gatewaytest.Want, urls ...string) *house {
	t.Helper()
	waits := Waits{Total: time.Minute, Gap: time.Minute}
	if want.Code == "upstream_timeout" {
		waits = Waits{Total: 2 * time.Second, Gap: 400 * time.Millisecond, Ping: 100 * time.Millisecond}
	}
	out := egress.New(egress.Config{AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	t.Cleanup(out.CloseIdle)
	h := build(t, func(c *Config) {
		c.Ports.Upstreams = way{out.Transport()}
		c.Ports.Patience = calm{Tries: 3, Backoff: time.Millisecond, MaxBackoff: time.Millisecond, Waits: patience.Waits{Total: waits.Total, Gap: waits.Gap}}
		c.Waits = waits
	})
	ids := id.NewSource(clock.System{}.Now, nil)
	for i, u := range urls {
		h.targets = append(h.targets, route.Target{Model: "up-model", Why: "test", Connection: &provider.Connection{
			ID: id.NewConnection(ids), Name: []string{"first", "second"}[i], Kind: provider.Compatible, BaseURL: u}})
	}
	return h
}

// Every fault ends in the documented way for the client, in one settlement, with nothing held and nothing left open.
func TestProviderFaults(t *testing.T) {
	t.Parallel()
	for _, f := range gatewaytest.Faults() {
		for mode, want := range map[string]*gatewaytest.Want{question: f.Document, streamed: f.Stream} {
			if want == nil {
				continue
			}
			name := f.Name + ", document"
			if mode == streamed {
				name = f.Name + ", stream"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				up := gatewaytest.Listen(t, f.Serve)
				h := faulty(t, want, up.URL)
				resp, body := h.ask(mode)
				judge(t, want, resp, body)
				h.books.only(t, 1)
				settled(t, h, want, 0)
				// Fewer is right where another try met the connection that the provider was about to close.
				if n := len(up.Requests()); n > max(1, f.Tries) {
					t.Errorf("the provider was asked %d times, at most %d can help", n, max(1, f.Tries))
				}
				closed(t, up)
			})
		}
	}
}

// A fault before the first byte is answered by the next target, with a hold of its own; a refusal of the request itself
// and anything after the first byte is not.
func TestAfterAFaultTheNextTargetIsAskedOnlyIfNothingArrived(t *testing.T) {
	t.Parallel()
	for _, f := range gatewaytest.Faults() {
		for mode, want := range map[string]*gatewaytest.Want{question: f.Document, streamed: f.Stream} {
			if want == nil || want.Code == "upstream_timeout" {
				continue
			}
			name := f.Name + ", document"
			if mode == streamed {
				name = f.Name + ", stream"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				second := gatewaytest.Listen(t, gatewaytest.Healthy)
				h := faulty(t, want, gatewaytest.Listen(t, f.Serve).URL, second.URL)
				resp, body := h.ask(mode)
				asked := len(second.Requests())
				if f.Falls {
					if resp.StatusCode != 200 || asked != 1 || !strings.Contains(body, "Hello") {
						t.Errorf("the next target was asked %d times; status %d, body %s", asked, resp.StatusCode, body)
					}
					h.books.only(t, 1)
					settled(t, h, want, 0)
					settled(t, h, &gatewaytest.Want{States: []ledger.State{ledger.Complete}, Cost: 16}, 1)
				} else if asked != 0 {
					t.Errorf("the next target was asked; status %d, body %s", resp.StatusCode, body)
				}
			})
		}
	}
}

func TestAProviderThatCannotBeReachedCostsNothing(t *testing.T) {
	t.Parallel()
	for mode := range map[string]bool{question: true, streamed: true} {
		want := &gatewaytest.Want{Status: 502, Code: "upstream_failed", States: []ledger.State{ledger.Voided}}
		h := faulty(t, want, gatewaytest.Refusing(t))
		resp, body := h.ask(mode)
		judge(t, want, resp, body)
		h.books.only(t, 1)
		settled(t, h, want, 0)
	}
}

// A reused connection that the provider closed in the meantime may swallow a request, but never doubles one: what the
// provider executed is exactly what was answered, and what was not answered is booked at its hold.
func TestAConnectionThatDiedWhileIdleDoublesNoRequest(t *testing.T) {
	t.Parallel()
	up := gatewaytest.Listen(t, func(c *gatewaytest.Conn) {
		if _, ok := c.Request(); ok {
			c.Answer(200, "application/json", gatewaytest.Document) // and the connection is closed, unannounced
		}
	})
	h := faulty(t, new(gatewaytest.Want), up.URL)
	const n = 200
	answered := 0
	for range n {
		if resp, _ := h.ask(question); resp.StatusCode == 200 {
			answered++
		}
	}
	h.books.only(t, n)
	if executed := len(up.Requests()); executed != answered || answered < n/2 {
		t.Errorf("of %d requests the provider executed %d and %d were answered", n, executed, answered)
	}
	for _, end := range h.books.ends {
		if end.State != ledger.Complete && end.State != ledger.Ambiguous {
			t.Errorf("settled as %s", end.State)
		}
	}
}

func judge(t *testing.T, want *gatewaytest.Want, resp *http.Response, body string) {
	t.Helper()
	if resp.StatusCode != want.Status {
		t.Errorf("status %d, want %d: %.600s", resp.StatusCode, want.Status, body)
	}
	if got := codeOf(body); want.Code != "" && got != want.Code {
		t.Errorf("code %q, want %q: %.600s", got, want.Code, body)
	}
	headers := ""
	for k, v := range resp.Header {
		headers += k + ": " + strings.Join(v, ", ") + "\n"
	}
	for _, s := range want.Holds {
		if !strings.Contains(body, s) {
			t.Errorf("the client did not get %q: %.600s", s, body)
		}
	}
	for _, s := range want.Never {
		if strings.Contains(headers+body, s) {
			t.Errorf("the client got %q: %.600s", s, headers+body)
		}
	}
}

// codeOf finds the error code in a document or in the last event of a stream.
func codeOf(body string) string {
	at := strings.LastIndex(body, `{"error"`)
	if at < 0 {
		return ""
	}
	var e struct {
		Error struct {
			Code  string
			Bodhi struct{ Code string }
		}
	}
	_ = json.NewDecoder(strings.NewReader(body[at:])).Decode(&e)
	if e.Error.Bodhi.Code != "" {
		return e.Error.Bodhi.Code
	}
	return e.Error.Code
}

// settled looks at the attempt with this number: one terminal state, at the right cost.
func settled(t *testing.T, h *house, want *gatewaytest.Want, i int) {
	t.Helper()
	h.books.mu.Lock()
	defer h.books.mu.Unlock()
	if len(h.books.ends) != len(h.books.attempts) || len(h.books.ends) <= i {
		t.Fatalf("%d attempts, %d settlements", len(h.books.attempts), len(h.books.ends))
	}
	end := h.books.ends[i]
	if !slices.Contains(want.States, end.State) {
		t.Errorf("settled as %s (class %q, status %d), want %v", end.State, end.Class, end.Status, want.States)
	}
	if end.State == ledger.Voided && end.Cost != 0 || want.Cost >= 0 && end.Cost != money.USD(want.Cost) {
		t.Errorf("settled %s at %d nano-dollars, want %d", end.State, end.Cost, want.Cost)
	}
	if held := h.books.attempts[i].Held.Money; end.Cost > held && want.Cost < 0 {
		t.Errorf("settled at %d, above the hold of %d, without a reported usage", end.Cost, held)
	}
}

// closed waits until the gateway let go of the provider: connections are closed or idle in its pool.
func closed(t *testing.T, up *gatewaytest.Upstream) {
	t.Helper()
	deadline := time.NewTimer(5 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for up.Open() > 0 {
		select {
		case <-deadline.C:
			t.Fatalf("%d connections to the provider are still open", up.Open())
		case <-tick.C:
		}
	}
}

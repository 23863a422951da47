package gateway

import (
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/egress"
	"github.com/bodhi-gateway/bodhi/app/gateway/gatewaytest"
	"github.com/bodhi-gateway/bodhi/app/health"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/patience"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/secret"
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

// plight is one fault of one kind of provider, met by one request of one family's client.
type plight struct {
	fault    gatewaytest.Fault
	kind     *gatewaytest.Kind
	client   speaker
	streamed bool
}

func (c plight) String() string {
	mode := "document"
	if c.streamed {
		mode = "stream"
	}
	return fmt.Sprintf("%d %s, %s asked by %s, %s", c.fault.Row, c.fault.Name, c.kind.Name, c.client.family, mode)
}

// translated says that the client speaks another dialect than the provider.
func (c plight) translated() bool {
	k := c.kind.Name
	switch c.client.family {
	case llm.Anthropic:
		return k != "anthropic"
	case llm.Gemini, llm.Bedrock:
		return false
	}
	return k == "anthropic" || k == "gemini" || k == "vertex" || k == "bedrock"
}

func (c plight) want() *gatewaytest.Want { return c.fault.Want(c.kind, c.streamed, c.translated()) }

// slow says that the fault is one of time, which has to pass.
func (c plight) slow() bool {
	return c.want().Code == "upstream_timeout" || c.fault.Row == 2 || c.fault.Row == 3
}

// plights are all faults of all kinds, asked in the kind's own dialect, whose bytes pass, and in another, which is translated.
func plights() (list []plight) {
	native := map[string]speaker{"anthropic": anthropicSpeaker(), "gemini": geminiSpeaker(), "vertex": geminiSpeaker(), "bedrock": bedrockSpeaker()}
	for _, f := range gatewaytest.Faults() {
		for _, k := range gatewaytest.Kinds() {
			own, ok := native[k.Name]
			other := openaiSpeaker()
			if !ok {
				own, other = openaiSpeaker(), anthropicSpeaker()
			}
			for _, s := range []speaker{own, other} {
				for _, streamed := range []bool{false, true} {
					if f.Applies(k, streamed) {
						list = append(list, plight{f, k, s, streamed})
					}
				}
			}
		}
	}
	return list
}

// eachOf runs a test for each plight, some beside each other: more of those that only wait.
func eachOf(t *testing.T, list []plight, run func(t *testing.T, c plight)) {
	t.Helper()
	for slow, width := range map[bool]int{true: 64, false: 4} {
		work := make(chan plight)
		var wg sync.WaitGroup
		for range width {
			wg.Go(func() {
				for c := range work {
					t.Run(c.String(), func(t *testing.T) { run(t, c) })
				}
			})
		}
		for _, c := range list {
			if c.slow() == slow {
				work <- c
			}
		}
		close(work)
		wg.Wait()
	}
}

// faulty is a house in front of raw upstreams. It has little patience only where the fault is one of time, so that a
// busy machine fails no test.
func (c plight) faulty(t *testing.T, ups ...*gatewaytest.Upstream) (*house, *health.Board) {
	t.Helper()
	waits := patience.Waits{Total: time.Minute, Gap: time.Minute}
	ping := time.Duration(0)
	switch {
	case c.slow() && c.want().Text != "": // once there was something, only the gap ends it
		waits.Gap, ping = 400*time.Millisecond, 100*time.Millisecond
	case c.slow():
		waits.Total, ping = 3*time.Second, 100*time.Millisecond
	}
	if c.fault.Row == 2 || c.fault.Row == 3 {
		waits, ping = patience.Waits{Total: time.Minute, Connect: 300 * time.Millisecond}, 0
	}
	out := egress.New(egress.Config{AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Roots: ups[0].Roots, Resolver: ups[0].Resolver})
	t.Cleanup(out.CloseIdle)
	board := health.NewBoard(health.Config{})
	h := build(t, func(k *Config) {
		k.Ports.Upstreams, k.Ports.Health = way{out.Transport()}, board
		k.Ports.Patience = calm{Tries: 3, Backoff: time.Millisecond, MaxBackoff: time.Millisecond, Waits: waits}
		k.Waits = Waits{Ping: ping}
	})
	h.out = out
	ids := id.NewSource(clock.System{}.Now, nil)
	for i, u := range ups {
		h.targets = append(h.targets, route.Target{Model: "up-model", Why: "test", Connection: &provider.Connection{
			ID: id.NewConnection(ids), Name: []string{"first", "second"}[i], Kind: provider.Kind(c.kind.Name), BaseURL: u.URL, Credential: secret.New("provider-key")}})
	}
	return h, board
}

// asked sends the plight's request, and tells the providers when the client has read something.
func (c plight) asked(t *testing.T, h *house, ups ...*gatewaytest.Upstream) (*http.Response, string) {
	t.Helper()
	q := c.client.ask["usage"]
	path := q.path
	if c.streamed && q.streams != "" {
		path = q.streams
	}
	body := strings.NewReplacer("$MODEL", "smart", "$STREAM", fmt.Sprint(c.streamed), "$OPTIONS", "null").Replace(q.body)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.server.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Api-Key", "good")
	for i := 0; i+1 < len(c.client.headers); i += 2 {
		r.Header.Set(c.client.headers[i], c.client.headers[i+1])
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var all strings.Builder
	for piece := make([]byte, 4096); err == nil; {
		var n int
		n, err = resp.Body.Read(piece)
		all.Write(piece[:n])
		for _, u := range ups {
			if strings.Contains(all.String(), "Hello") {
				u.Saw()
			}
		}
	}
	if err != io.EOF {
		t.Fatal(err)
	}
	return resp, all.String()
}

// Every fault ends in the documented way for the client, in one settlement, with nothing held and nothing left open, and
// means for the target's health what it should.
func TestProviderFaults(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	failed := map[int]map[string]bool{}
	eachOf(t, plights(), func(t *testing.T, c plight) {
		defer func() {
			mu.Lock()
			defer mu.Unlock()
			if failed[c.fault.Row] == nil {
				failed[c.fault.Row] = map[string]bool{}
			}
			failed[c.fault.Row][c.kind.Name] = failed[c.fault.Row][c.kind.Name] || t.Failed()
		}()
		up := c.fault.Listen(t, c.kind)
		h, board := c.faulty(t, up)
		n := 0
		if c.fault.Second {
			if resp, body := c.asked(t, h, up); resp.StatusCode != http.StatusOK {
				t.Fatalf("the first request: %d %s", resp.StatusCode, body)
			}
			closed(t, up, nil)
			n = 1
		}
		resp, body := c.asked(t, h, up)
		c.judge(t, resp, body)
		h.books.only(t, n+1)
		settled(t, h, c.want(), n)
		// Fewer is right where another try met the connection that the provider was about to close.
		if tries := len(h.books.attempts) - n; tries > max(1, c.fault.Tries) {
			t.Errorf("the provider was asked %d times, at most %d can help", tries, max(1, c.fault.Tries))
		}
		if executed := len(up.Requests()); executed > len(h.books.attempts) {
			t.Errorf("the provider was sent %d requests in %d attempts", executed, len(h.books.attempts))
		}
		if got := markOf(board, h); got != c.fault.Mark(c.kind, c.translated()) {
			t.Errorf("the breaker: %s, want %s", got, c.fault.Mark(c.kind, c.translated()))
		}
		closed(t, up, h.out)
	})
	documented(t, failed)
}

// A fault before the first byte is answered by the next target, with a hold of its own; a refusal of the request itself
// and anything after the first byte is not.
func TestAfterAFaultTheNextTargetIsAskedOnlyIfNothingArrived(t *testing.T) {
	t.Parallel()
	list := slices.DeleteFunc(plights(), func(c plight) bool {
		return c.want().Code == "upstream_timeout" || c.fault.Second || c.client.family != llm.OpenAI
	})
	eachOf(t, list, func(t *testing.T, c plight) {
		second := gatewaytest.Listen(t, c.kind, gatewaytest.Healthy)
		first := c.fault.Listen(t, c.kind)
		h, _ := c.faulty(t, first, second)
		resp, body := c.asked(t, h, first)
		asked := len(second.Requests())
		if !c.fault.Next(c.streamed) {
			if asked != 0 {
				t.Errorf("the next target was asked; status %d, body %s", resp.StatusCode, body)
			}
			return
		}
		if resp.StatusCode != http.StatusOK || asked != 1 || !strings.Contains(c.client.hear(t, body, c.streamed).text, "Hello there friend") {
			t.Errorf("the next target was asked %d times; status %d, body %s", asked, resp.StatusCode, body)
		}
		h.books.only(t, 1)
		settled(t, h, c.want(), 0)
		settled(t, h, &gatewaytest.Want{States: []ledger.State{ledger.Complete}, Cost: 16}, 1)
	})
}

// A reused connection that the provider closed in the meantime may swallow a request, but never doubles one: what the
// provider executed is exactly what was answered, and what was not answered is booked at its hold.
func TestAConnectionThatDiedWhileIdleDoublesNoRequest(t *testing.T) {
	t.Parallel()
	up := gatewaytest.Listen(t, gatewaytest.Compatible(), func(c *gatewaytest.Conn) {
		if _, ok := c.Request(); ok {
			c.Answer(200, "application/json", c.Says.Document()) // and the connection is closed, unannounced
		}
	})
	any := plight{gatewaytest.Fault{Document: &gatewaytest.Want{}}, gatewaytest.Compatible(), openaiSpeaker(), false}
	h, _ := any.faulty(t, up)
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

// judge looks at what the client got, as the client reads it.
func (c plight) judge(t *testing.T, resp *http.Response, body string) {
	t.Helper()
	want := c.want()
	if resp.StatusCode != want.Status {
		t.Fatalf("status %d, want %d: %.600s", resp.StatusCode, want.Status, body)
	}
	all := fmt.Sprint(resp.Header, resp.Trailer) + body
	for _, s := range want.Never {
		if strings.Contains(all, s) {
			t.Errorf("the client got %q: %.600s", s, all)
		}
	}
	switch {
	case want.Status != http.StatusOK:
		if got := c.client.refused(body); want.Code != "" && got != want.Code {
			t.Errorf("code %q, want %q: %.600s", got, want.Code, body)
		}
		return
	case !strings.Contains(body, want.Code):
		t.Errorf("no event says %q: %.600s", want.Code, body)
	}
	// What the provider says and no reader of these tests takes, as a count that cannot be, passes to its own clients as it is.
	if (c.fault.Row == 39 || c.fault.Row == 44) && !c.translated() {
		for _, word := range strings.Fields(want.Text) {
			if !strings.Contains(body, word) {
				t.Errorf("the client did not get %q: %.600s", word, body)
			}
		}
		return
	}
	got := c.client.hear(t, plainly(c, body), c.streamed)
	if got.complete != want.Whole() || !strings.HasPrefix(got.text, want.Text) {
		t.Errorf("the client reads %+v, want %q, complete: %v: %.600s", got, want.Text, want.Whole(), body)
	}
}

// plainly is a stream of server-sent events as the simple readers of these tests take it.
func plainly(c plight, body string) string {
	if c.client.family == llm.Bedrock {
		return body
	}
	lines := strings.Split(strings.ReplaceAll(strings.TrimPrefix(body, "\ufeff"), "\r\n", "\n"), "\n")
	for i, line := range lines {
		for _, name := range []string{"data:", "event:"} {
			if rest, ok := strings.CutPrefix(line, name); ok {
				lines[i] = name + " " + strings.TrimPrefix(rest, " ")
			}
		}
	}
	plain := strings.Join(lines, "\n")
	if c.client.family != llm.Gemini {
		return plain
	}
	events := strings.FieldsFunc(strings.ReplaceAll(plain, "\n\n", "\x00"), func(r rune) bool { return r == 0 })
	for i := range events {
		events[i] = strings.Trim(events[i], "\n")
	}
	return strings.Join(events, "\r\n\r\n")
}

// markOf is what the board made of a house's only target.
func markOf(b *health.Board, h *house) gatewaytest.Mark {
	mark := gatewaytest.Fine
	for _, s := range b.Standings(h.grant.Chain.Org, clock.System{}.Now()) {
		switch {
		case s.Cause == health.Credential, s.Cause == health.Quota:
			return gatewaytest.Locks
		case s.Cause == health.RateLimit:
			mark = gatewaytest.Pauses
		case s.Failures > 0 && mark == gatewaytest.Fine:
			mark = gatewaytest.Counts
		}
	}
	return mark
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

// closed waits until the gateway let go of the provider: every connection is closed, and those that it keeps for later are
// when it is told to drop them. Without out, the provider closes them itself.
func closed(t *testing.T, up *gatewaytest.Upstream, out *egress.Egress) {
	t.Helper()
	deadline := time.NewTimer(10 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for up.Open() > 0 {
		if out != nil {
			out.CloseIdle()
		}
		select {
		case <-deadline.C:
			t.Fatalf("%d connections to the provider are still open", up.Open())
		case <-tick.C:
		}
	}
}

package gateway

import (
	"bytes"
	"net/http"
	"strconv"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/turnstile"
)

// caller is who asks, as far as it is known before there is an Exchange.
type caller struct {
	grant *key.Grant // nil = not looked for
	visit turnstile.Visit
}

// sendAway takes a turn for a request while the gateway is pressed, or answers it if there is none: before an Exchange is made for it,
// which is half of what a refusal would leave to the collector, and the collector is what those wait for that are refused in the next
// moment. One that is sent away costs a twentieth of one that is served, so it leaves a count (bodhi_requests_total) and no record:
// writing thousands of refusals a second into the books would be the overload. What else is wrong with a request the pipeline says.
func (g *Gateway) sendAway(w http.ResponseWriter, r *http.Request, m matched, c *caller) bool {
	if g.Turnstile == nil || !g.Turnstile.Refuses() || m.endpoint.answer != nil {
		return false
	}
	if _, returned := w.(Replayer); returned {
		return false
	}
	came := g.clock.Now()
	if c.grant == nil {
		grant, err := g.Keys.Authenticate(presented(r))
		if err != nil {
			return false
		}
		c.grant = grant
	}
	after := g.Turnstile.Claim(&c.visit, c.grant.Chain.Org)
	if after == 0 {
		return false
	}
	fact := ledger.Request{ID: id.NewRequest(g.ids), Chain: c.grant.Chain, At: came, Endpoint: string(m.endpoint.op), Code: "overloaded", Cache: uncached}
	g.deny(w, r, g.denials[wording{g.dialect(m.family).Family(), after}], &fact)
	if g.Tracer != nil {
		g.Tracer.Observe(&fact, nil, r.Header)
	}
	if g.Meter != nil {
		g.Meter.Observe(&fact, "")
	}
	return true
}

// deny writes a denial.
func (g *Gateway) deny(w http.ResponseWriter, r *http.Request, d denial, f *ledger.Request) {
	h := w.Header()
	for k, v := range d.header {
		h[k] = v
	}
	identify(h, f.ID)
	f.Status, f.Message, f.FirstByte = d.status, d.message, g.clock.Now().Sub(f.At)
	f.Overhead = f.FirstByte
	h["X-Bodhi-Overhead-Us"] = []string{strconv.FormatInt(f.Overhead.Microseconds(), 10)}
	if r.ContentLength != 0 {
		g.abandon(w)
	}
	w.WriteHeader(d.status)
	_ = http.NewResponseController(w).SetWriteDeadline(clock.System{}.Now().Add(g.waits.write())) // by the machine's clock, as in hand
	for i, part := range d.body {
		if i > 0 {
			_, _ = w.Write([]byte(f.ID.String()))
		}
		_, _ = w.Write(part)
	}
	f.Duration = g.clock.Now().Sub(f.At)
}

// denial is what a dialect says to who is sent away. It is written once: sending away is the one thing that is done more often the less
// time there is.
type denial struct {
	status  int
	message string
	header  http.Header
	body    [][]byte // between them stands the request's id
}

// wording is what a denial depends on.
type wording struct {
	family llm.Family
	after  time.Duration
}

// nobody stands in a denial where a request's id goes, and is as long.
const nobody = "req_7zzzzzzzzzzzzzzzzzzzzzzzzz"

func denials(dialects []llm.Dialect) map[wording]denial {
	out := map[wording]denial{}
	for _, after := range turnstile.Delays {
		for _, d := range dialects {
			f := turnstile.Overloaded(after)
			status, header, body := d.Refusal(f.With("request_id", nobody), nobody, false)
			header["Content-Type"], header["Content-Length"], header["X-Bodhi-Cache"] = []string{"application/json"}, []string{strconv.Itoa(len(body))}, []string{uncached}
			out[wording{d.Family(), after}] = denial{status, f.Public, header, bytes.Split(body, []byte(nobody))}
		}
	}
	return out
}

package gateway

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

// authenticate finds the virtual key wherever the official SDKs put theirs. Its Finish records the request's fact, so
// it runs last of all.
func (g *Gateway) authenticate(_ context.Context, x *Exchange) (Finish, error) {
	grant, err := x.Grant, error(nil)
	if grant == nil { // else somebody in this process vouches for it (As)
		grant, err = g.Keys.Authenticate(presented(x.R))
	}
	if err != nil {
		return nil, err
	}
	if x.Slug != "" && x.Slug != grant.OrgSlug {
		return nil, fault.New(fault.Unauthenticated, "invalid_key", "This key does not belong to the organization in the URL. Use the base URL that your dashboard shows.")
	}
	x.Grant = grant
	if x.Hints, err = readHints(x.R.Header); err == nil {
		x.Hints.Tags, err = withKeyTags(x.Hints.Tags, grant.Tags)
	}
	return g.record, err
}

func presented(r *http.Request) string {
	if v := r.Header.Get("Authorization"); v != "" {
		if scheme, token, ok := strings.Cut(v, " "); ok && strings.EqualFold(scheme, "bearer") {
			return strings.TrimSpace(token)
		}
		if s, ok := readSignature(v); ok {
			return s.key
		}
	}
	for _, name := range [...]string{"X-Api-Key", "Api-Key", "X-Goog-Api-Key"} {
		if v := r.Header[name]; len(v) > 0 {
			return v[0]
		}
	}
	if strings.Contains(r.URL.RawQuery, "key=") {
		return r.URL.Query().Get("key")
	}
	return ""
}

// uncached is what a request says of the cache that no cache was asked for.
const uncached = "bypass"

// record writes the fact of the request, refused or served, to the journal.
func (g *Gateway) record(_ context.Context, x *Exchange) {
	f := &x.fact
	f.ID, f.Chain, f.At = x.ID, x.Grant.Chain, x.Started
	f.Endpoint, f.Client = string(x.Endpoint.op), x.Hints.Client
	f.Tags, f.EndUser, f.Session = x.Hints.Tags, x.Hints.EndUser, x.Hints.Session
	f.Attempts, f.Cost, f.Route = x.tries, x.spent, x.Plan.Route
	if x.Call != nil {
		f.Family, f.Stream, f.Asked = string(x.Call.Family), x.Call.Stream, x.askedFor()
	}
	f.Cache = cmp.Or(f.Cache, uncached)
	for _, w := range x.warnings {
		x.note("warning: ", w)
	}
	f.Decisions, f.Trial = x.decisions.String(), x.trial()
	f.Duration = g.clock.Now().Sub(x.Started)
	if x.deferred {
		return
	}
	if r := x.returned; r != nil {
		f.At, f.Duration = r.Deposit.At, g.clock.Now().Sub(r.Deposit.At)
		r.Fact = *f
	} else if !x.away {
		g.Budgets.Record(f)
	}
	g.submit(x, f.Trial)
	var trace string
	if g.Tracer != nil {
		trace = g.Tracer.Observe(f, x.tried, x.R.Header)
	}
	if g.Meter != nil {
		g.Meter.Observe(f, trace)
	}
}

// decode reads the body within its limit and scans it strictly, once (decision D7).
func (g *Gateway) decode(ctx context.Context, x *Exchange) (Finish, error) {
	if v := x.Endpoint.version; v != nil {
		if f := v(x.R.URL.RawQuery); f != nil {
			return nil, f
		}
	}
	size := x.R.ContentLength
	if size < 0 {
		size = g.limits.Body // it may be as long as that
	}
	landed, err := g.flight.take(min(size, g.limits.Body))
	if err != nil {
		return nil, err
	}
	return landed, g.decoded(ctx, x)
}

func (g *Gateway) decoded(ctx context.Context, x *Exchange) error {
	body, err := g.readBody(x)
	if err != nil {
		return err
	}
	if err := g.checkSignature(ctx, x.R, body); err != nil {
		return err
	}
	if x.Endpoint.stored && g.Prompts == nil {
		return unknownPath(x.R)
	}
	composed := x.prompt != "" // what is fetched anew for the cache
	if composed || !x.Endpoint.stored {
		err = g.read(x, body)
	}
	if !composed && (x.Endpoint.stored || g.storedPrompt(x, body, err)) {
		x.Call, x.stored = nil, body
		return nil
	}
	if err != nil {
		return err
	}
	return g.fits(x.Call)
}

func (g *Gateway) fits(call *llm.Call) error {
	if call.Bound.TextBytes > g.limits.Text {
		return fault.Newf(fault.TooLarge, "body_too_large", "The text of this request is %d MiB; at most %d MiB fit any model. Shorten it or split it.", call.Bound.TextBytes>>20, g.limits.Text>>20)
	}
	return nil
}

func (g *Gateway) readBody(x *Exchange) ([]byte, error) {
	n := x.R.ContentLength
	if n > g.limits.Body {
		return nil, g.tooLarge()
	}
	if e := x.R.Header.Get("Content-Encoding"); e != "" && e != "identity" {
		return nil, fault.Field("content-encoding", "Compressed request bodies are not accepted; send the JSON as it is.")
	}
	g.hurry(x, n)
	if n < 0 {
		b, err := io.ReadAll(io.LimitReader(x.R.Body, g.limits.Body+1))
		if err != nil {
			return nil, unreadable(err)
		}
		g.relax(x)
		if int64(len(b)) > g.limits.Body {
			return nil, g.tooLarge()
		}
		return b, nil
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(x.R.Body, b); err != nil {
		return nil, unreadable(err)
	}
	g.relax(x)
	return b, nil
}

func (g *Gateway) tooLarge() error {
	return fault.Newf(fault.TooLarge, "body_too_large", "The request is larger than %d MiB, the most this endpoint takes. Send less, or refer to media by URL.", g.limits.Body>>20)
}

// hurry bounds how long a body may take, so that clients that send a byte now and then cannot keep connections and memory. The
// slowest line that is waited for has 16 KiB a second.
func (g *Gateway) hurry(x *Exchange, n int64) {
	if n == 0 {
		return
	}
	if n < 0 {
		n = 4 << 20 // it does not say; few are longer
	}
	x.due = true
	_ = http.NewResponseController(x.W).SetReadDeadline(g.clock.Now().Add(g.waits.Body + time.Duration(n>>14)*time.Second))
}

// relax takes the deadline back when the body is there: the answer has no length, and net/http notices by reading on whether
// the client has left.
func (g *Gateway) relax(x *Exchange) {
	if x.due {
		x.read, x.due = true, false
		_ = http.NewResponseController(x.W).SetReadDeadline(time.Time{})
	}
}

// abandon bounds how long net/http waits for what is left of a body that nobody will read: it would wait for it before it
// sends a refusal.
func (g *Gateway) abandon(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetReadDeadline(g.clock.Now().Add(min(g.waits.Body, 5*time.Second)))
}

func unreadable(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return fault.New(fault.Invalid, "body_too_slow", "The request body did not arrive in time. Send it again over a faster line, or refer to media by URL.").Because(err)
	}
	return fault.New(fault.Invalid, "invalid_request", "The request body ended before its Content-Length. Send it again.").Because(err)
}

// admit checks what the key narrows: networks, endpoints and models.
func (g *Gateway) admit(_ context.Context, x *Exchange) (Finish, error) {
	if x.returned != nil { // it was admitted when it was handed over, and is paid for
		return nil, nil
	}
	if err := narrowed(x); err != nil {
		return nil, err
	}
	if !x.Call.Operation.Kept() && x.Call.Model != "" && len(x.Grant.Models) > 0 && !slices.Contains(x.Grant.Models, x.Call.Model) {
		return nil, fault.Newf(fault.NotFound, "model_not_allowed", "The key %q may not use the model %q. It may use: %s.", x.Grant.Name, clip(x.Call.Model), strings.Join(x.Grant.Models, ", "))
	}
	x.bound = g.bound(x.Grant.Chain)
	return nil, nil
}

// narrowed checks what a key is narrowed to whatever is asked: networks and endpoints.
func narrowed(x *Exchange) error {
	if nets := x.Grant.Networks; len(nets) > 0 {
		addr, err := netip.ParseAddrPort(x.R.RemoteAddr)
		ip := addr.Addr().Unmap()
		if err != nil || !slices.ContainsFunc(nets, func(p netip.Prefix) bool { return p.Contains(ip) }) {
			return fault.Newf(fault.Forbidden, "not_allowed", "The key %q may not be used from %s. Ask whoever manages it to add this network.", x.Grant.Name, ip)
		}
	}
	if !x.Grant.Endpoints.Allows(classOf(x.Endpoint)) {
		return fault.Newf(fault.NotFound, "model_not_allowed", "The key %q may not be used for %s. It is for: %s. Ask whoever manages it to add this endpoint.", x.Grant.Name, clip(x.R.URL.Path), x.Grant.Endpoints)
	}
	return nil
}

// plan turns the model's name into targets.
func (g *Gateway) plan(ctx context.Context, x *Exchange) (Finish, error) {
	if x.returned != nil {
		x.Plan = pinned(x.returned)
		return nil, nil
	}
	if x.Call.Operation.Kept() {
		return nil, g.planKept(ctx, x)
	}
	if x.Call.Operation.Filed() {
		return nil, g.planFile(ctx, x)
	}
	p, err := g.choose(x)
	if err != nil {
		return nil, err
	}
	p = g.tried(x, p)
	x.placed(p)
	if p, err = permit(&x.bound, x.Call.Model, p, g.tiers(x.Grant.Chain.Org)); err != nil {
		return nil, err
	}
	if len(p.Targets) == 0 {
		return nil, fault.Newf(fault.NotFound, "model_not_found", "Nothing serves the model %q at the moment: its connections are disabled.", clip(x.Call.Model))
	}
	if x.Call.Operation.Media() {
		if p.Targets = g.able(p.Targets, x.Call.Operation); len(p.Targets) == 0 {
			return nil, g.unable(x)
		}
	}
	if err = g.bridge(ctx, x, p); err != nil {
		return nil, err
	}
	if p, err = g.demanded(x, p, nil); err != nil {
		return nil, err
	}
	p = g.descend(x, p)
	if x.Call.Follows != "" {
		if p, err = g.follow(ctx, x, p); err != nil {
			return nil, err
		}
	}
	p = g.fit(x, g.stick(x, g.balanced(x, released(p))))
	if p, err = g.refer(ctx, x, p); err != nil {
		return nil, err
	}
	if x.Hints.NoFallback {
		p.Targets = p.Targets[:1]
	}
	for i := range p.Targets {
		t := &p.Targets[i]
		x.note("target: ", t.Connection.Name, "/", t.Model, " (", t.Why, ")")
	}
	x.Plan = p
	g.enrol(x)
	if x.Call.Operation == llm.CountTokens {
		return nil, g.countHere(x)
	}
	return nil, nil
}

var errClientGone = errors.New("the client went away")

func statusOf(f *fault.Error) int {
	switch f.Code {
	case "method_not_allowed":
		return http.StatusMethodNotAllowed
	case "body_too_slow":
		return http.StatusRequestTimeout
	case "upgrade_required":
		return http.StatusUpgradeRequired
	case "not_implemented":
		return http.StatusNotImplemented
	}
	return 0
}

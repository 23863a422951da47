package openai

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

var update = flag.Bool("update", false, "rewrite golden files")

// refusals are the cases of docs/reference/errors.md. What clients get for each is in testdata/refusals.txt.
func refusals() []struct {
	name  string
	fault *fault.Error
	codex bool
} {
	wait := func(f *fault.Error, d time.Duration) *fault.Error { f.RetryAfter = d; return f }
	spent := func() *fault.Error {
		return fault.New(fault.Exhausted, "budget_exhausted", "Team Apollo has spent its monthly budget of 100 USD. It resets on 1 October; ask ada@acme.test to raise it.").
			With("scope", "team").With("limit_usd", "100").With("spent_usd", "99.98").With("held_usd", "0").With("resets_at", "2026-10-01T00:00:00Z")
	}
	return []struct {
		name  string
		fault *fault.Error
		codex bool
	}{
		{"a bad key", fault.New(fault.Unauthenticated, "invalid_key", "This key is not known here."), false},
		{"an unknown model", fault.New(fault.NotFound, "model_not_found", "Nothing serves the model \"x\"."), false},
		{"a forbidden network", fault.New(fault.Forbidden, "not_allowed", "Not from there."), false},
		{"a bad request", fault.Field("messages[0].role", "messages[0] has no \"role\"."), false},
		{"a large request", fault.New(fault.TooLarge, "body_too_large", "Too large."), false},
		{"a spent budget", spent(), false},
		{"a spent budget, with a wait that must not be told", wait(spent(), time.Hour), false},
		{"a spent budget, to Codex", spent(), true},
		{"a held budget", wait(fault.New(fault.Limited, "budget_reserved", "Held."), 1500*time.Millisecond), false},
		{"a held budget, to Codex", wait(fault.New(fault.Limited, "budget_reserved", "Held."), 1500*time.Millisecond), true},
		{"a rate limit with a far reset", wait(fault.New(fault.Limited, "rate_limited", "Slower."), time.Hour), false},
		{"a rate limit that is nearly over", wait(fault.New(fault.Limited, "rate_limited", "Slower."), time.Nanosecond), false},
		{"an unknown price", fault.New(fault.Exhausted, "price_unknown", "No price."), false},
		{"personal data", fault.New(fault.Invalid, "policy_blocked", "Blocked <here> & now."), false},
		{"failed targets", fault.New(fault.Upstream, "upstream_failed", "All failed."), false},
		{"an open circuit", wait(fault.New(fault.Unavailable, "circuit_open", "Open."), 5*time.Second), false},
		{"a slow target", fault.New(fault.Timeout, "upstream_timeout", "Slow."), false},
		{"no ledger", wait(fault.New(fault.Unavailable, "budget_unavailable", "We cannot say."), 2*time.Second), false},
		{"a conflict", fault.New(fault.Conflict, "conflict", "Busy."), false},
		{"a bug", fault.From(fmt.Errorf("secret detail")), false},
		{"a kind that is not there yet", &fault.Error{Kind: 99, Code: "x", Public: "y"}, false},
	}
}

func TestRefusalsLookAsDocumented(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for _, x := range refusals() {
		status, header, body := Dialect{}.Refusal(x.fault, "req_1", x.codex)
		fmt.Fprintf(&b, "%s\n%d %s\n", x.name, status, http.StatusText(status))
		for _, k := range []string{"Content-Type", "X-Should-Retry", "Retry-After", "Retry-After-Ms"} {
			if v := header.Get(k); v != "" {
				fmt.Fprintf(&b, "%s: %s\n", k, v)
			}
			header.Del(k)
		}
		if len(header) > 0 {
			t.Errorf("%s: unexpected headers %v", x.name, header)
		}
		if !json.Valid(body) || strings.Contains(string(body), "secret detail") {
			t.Errorf("%s: %s", x.name, body)
		}
		fmt.Fprintf(&b, "%s\n\n", body)
	}
	golden(t, "testdata/refusals.txt", b.String())
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || string(want) != got {
		t.Errorf("%s differs (%v); look at it and run with -update. Got:\n%s", path, err, got)
	}
}

func TestAnErrorEventEndsAStreamWithoutItsMark(t *testing.T) {
	t.Parallel()
	raw := Dialect{}.ErrorEvent(nil, fault.New(fault.Upstream, "upstream_truncated", "It broke."), "req_1")
	const want = `data: {"error":{"message":"It broke.","type":"server_error","param":null,"code":"upstream_truncated","bodhi":{"code":"upstream_truncated","request_id":"req_1"}}}` + "\n\n"
	if string(raw) != want {
		t.Errorf("\n got %s\nwant %s", raw, want)
	}
	h := hear(t, open(strings.NewReader(string(raw)), false))
	if h.kinds != "f" || !strings.Contains(h.fault.Public, "It broke.") {
		t.Errorf("our own reader hears %+v", h)
	}
}

func TestAPingIsHeardByNobody(t *testing.T) {
	t.Parallel()
	h := hear(t, open(strings.NewReader(string(Dialect{}.Ping(nil))+mark), false))
	if h.kinds != "dt" || h.bytes != 0 {
		t.Errorf("%+v", h)
	}
}

func TestModelsAreListed(t *testing.T) {
	t.Parallel()
	got := string(Dialect{}.Models([]llm.Offer{{ID: "smart", OwnedBy: "acme"}, {ID: "a/\"b\"", OwnedBy: "acme", Created: 7}}))
	const want = `{"object":"list","data":[{"id":"smart","object":"model","created":0,"owned_by":"acme"},{"id":"a/\"b\"","object":"model","created":7,"owned_by":"acme"}]}`
	if got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	if got := string(Dialect{}.Models(nil)); got != `{"object":"list","data":[]}` {
		t.Error(got)
	}
	if got := string(Dialect{}.Model(llm.Offer{ID: "smart"})); got != `{"id":"smart","object":"model","created":0,"owned_by":""}` {
		t.Error(got)
	}
}

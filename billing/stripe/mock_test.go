package stripe_test

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/billing"
	"github.com/bodhi-gateway/bodhi/billing/stripe"
)

// mock is Stripe's own mock of its API: it has no memory, but it refuses what the published description of the API does not allow, which
// stripetest, written by us, cannot know. It is built from its module, so it needs what building the program needs.
func mock(t *testing.T) (base string) {
	t.Helper()
	program := filepath.Join(t.TempDir(), "stripe-mock")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "github.com/stripe/stripe-mock")
	build.Dir = filepath.Join("..", "..", "scripts", "stripemock")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build stripe-mock: %v\n%s", err, out)
	}
	cmd := exec.CommandContext(t.Context(), program, "-http-addr", "127.0.0.1:0")
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, address, ok := strings.Cut(lines.Text(), "Listening for HTTP at address: "); ok {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return "http://" + address
		}
	}
	t.Fatalf("stripe-mock did not begin to listen: %v", lines.Err())
	return ""
}

// witness notes what was asked, and hides the prices that the mock always has from one that is to be made.
type witness struct {
	mu     sync.Mutex
	calls  []string
	bare   bool
	status []int
}

var ids = regexp.MustCompile(`/(cs|sub|in|cus)_[A-Za-z0-9_]+`)

func (w *witness) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	call := r.Method + " " + ids.ReplaceAllString(r.URL.Path, "/ID")
	w.mu.Lock()
	w.calls, w.status = append(w.calls, call), append(w.status, resp.StatusCode)
	bare := w.bare
	w.mu.Unlock()
	switch {
	case resp.StatusCode != http.StatusOK:
	case bare && call == "GET /v1/prices":
		answer(resp, func([]byte) []byte { return []byte(`{"object":"list","data":[],"has_more":false,"url":"/v1/prices"}`) })
	case call == "GET /v1/subscriptions": // one of ours, not paid
		answer(resp, func(b []byte) []byte {
			b = regexp.MustCompile(`"lookup_key": *null`).ReplaceAll(b, []byte(`"lookup_key":"bodhi_growth_seat_month_3900"`))
			return regexp.MustCompile(`"status": *"active"`).ReplaceAll(b, []byte(`"status":"past_due"`))
		})
	}
	return resp, nil
}

// answer changes an answer of the mock, which knows nothing of what was asked before.
func answer(resp *http.Response, change func([]byte) []byte) {
	b, _ := io.ReadAll(resp.Body) // what is cut off is no JSON, which the client says
	_ = resp.Body.Close()
	b = change(b)
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(b)), int64(len(b))
	resp.Header.Del("Content-Length")
}

// called are the kinds of calls that billing makes; a new one belongs here and below.
var called = []string{"POST /v1/customers", "GET /v1/prices", "POST /v1/products", "POST /v1/prices", "POST /v1/checkout/sessions", "POST /v1/checkout/sessions/ID/expire", "POST /v1/billing_portal/sessions",
	"GET /v1/subscriptions", "GET /v1/invoices", "GET /v1/invoices/upcoming", "POST /v1/subscriptions/ID", "DELETE /v1/subscriptions/ID", "GET /v1/customers/ID/tax_ids"}

func TestStripesOwnMockTakesEveryCall(t *testing.T) {
	t.Parallel()
	base, w, ctx := mock(t), &witness{}, t.Context()
	open := func() *stripe.Cashier {
		return stripe.New(stripe.Config{Key: secret.New("sk_test_123"), Webhook: secret.New("whsec_123"), Base: base, Transport: w})
	}
	c, now := open(), clock.System{}.Now()
	must := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	o := id.NewOrg(id.NewSource(clock.System{}.Now, nil))
	customer, err := c.Customer(ctx, o, "Acme", "ada@acme.test", "customer "+o.String())
	must("customer", err)
	// The mock's own price is what it says; the plan is one that costs as much.
	plan := billing.Plans[1]
	plan.PerSeat = 20 * money.Dollar
	session, err := c.Checkout(ctx, billing.Checkout{Org: o, Customer: customer, Plan: plan, Seats: 30, TrialEnd: now.Add(72 * time.Hour), Back: "https://x.test/billing", Done: "https://x.test/billing/done"}, "checkout 1")
	if must("checkout", err); err == nil && session.ID == "" {
		t.Error("a session without an id")
	}
	must("expire", c.Expire(ctx, session.ID))
	_, err = c.Portal(ctx, customer, "https://x.test/billing")
	must("portal", err)
	found, err := c.Subscriptions(ctx, customer)
	if must("subscriptions", err); len(found) == 0 || found[0].Plan != billing.Growth || found[0].DueSince.IsZero() {
		t.Errorf("%+v", found)
	}
	sub := billing.Subscription{ID: "sub_1", Item: "si_1", Plan: billing.Starter, Seats: 6}
	_, err = c.Preview(ctx, customer, sub, plan, 26, now)
	must("preview", err)
	must("change", c.Change(ctx, sub, plan, 26, now, "change 1"))
	must("cancel", c.Cancel(ctx, sub.ID, "cancel 1"))
	_, err = c.Invoices(ctx, customer)
	must("invoices", err)
	_, err = c.TaxNumbers(ctx, customer)
	must("tax numbers", err)
	w.mu.Lock()
	w.bare = true // an account of the owner's on which nothing was sold yet
	w.mu.Unlock()
	must("a first price", open().Change(ctx, sub, plan, 26, now, "change 2"))
	for _, want := range called {
		if !slices.Contains(w.calls, want) {
			t.Errorf("%s was not made", want)
		}
	}
	for i, call := range w.calls {
		if !slices.Contains(called, call) || w.status[i] != http.StatusOK {
			t.Errorf("%s: %d", call, w.status[i])
		}
	}
	wrong, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/v1/customers", bytes.NewReader([]byte("nme=Acme")))
	if err != nil {
		t.Fatal(err)
	}
	wrong.Header.Set("Authorization", "Bearer sk_test_123")
	wrong.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultTransport.RoundTrip(wrong)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusBadRequest {
		t.Errorf("the mock takes a field that Stripe does not have: %d", resp.StatusCode)
	}
}

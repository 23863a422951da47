package wire

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/billing/stripe/stripetest"
	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// debtor is a gateway that bills, and its Stripe.
type debtor struct {
	*harness.Gateway
	stripe *stripetest.Server
	ago    atomic.Int64 // how long ago Stripe's clock says that it is
}

func (d *debtor) send(t *testing.T, base, token, method, path, body string, header ...string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(within(t, 30*time.Second), method, base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	said, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(said)
}

// hear delivers what Stripe has to say, signed.
func (d *debtor) hear(t *testing.T) {
	t.Helper()
	for _, e := range d.stripe.Events() {
		if status, said := d.send(t, d.URL, "", http.MethodPost, "/webhooks/stripe", string(e.Body), "Stripe-Signature", stripetest.Sign(e.Body, stripetest.Secret, clock.System{}.Now())); status != http.StatusNoContent {
			t.Fatalf("%s: %d %s", e.Kind, status, said)
		}
	}
}

// answers fails unless billing is in a state, a request through the proxy is answered all the same, and people can be added or not.
func (d *debtor) answers(t *testing.T, state string, adds bool) {
	t.Helper()
	if status, said := d.send(t, d.URL, d.AdminToken, http.MethodGet, "/api/v1/billing", ""); status != http.StatusOK || !strings.Contains(said, `"state":"`+state+`"`) {
		t.Fatalf("not %s: %d %s", state, status, said)
	}
	status, said := d.send(t, d.ProxyURL, d.VirtualKey, http.MethodPost, "/chat/completions", `{"model":"smart","messages":[{"role":"user","content":"hi"}]}`)
	if status != http.StatusOK || !strings.Contains(said, `"choices"`) {
		t.Errorf("%s: a request: %d %s", state, status, said)
	}
	var person bytes.Buffer
	_ = json.NewEncoder(&person).Encode(map[string]any{"name": "One more", "email": state + "@acme.test", "role": "developer", "teams": []string{d.TeamID}, "password": "correct horse battery staple"})
	want := http.StatusCreated
	if !adds {
		want = http.StatusConflict
	}
	if status, said := d.send(t, d.URL, d.AdminToken, http.MethodPost, "/api/v1/members", person.String()); status != want || !adds && !strings.Contains(said, `"plan_limit"`) {
		t.Errorf("%s: adding somebody: %d %s", state, status, said)
	}
}

// Whatever is not paid, and however long, a company's apps get their answers: the whole way through the running program.
func TestARequestIsAnsweredInEveryStateOfADebt(t *testing.T) {
	t.Parallel()
	d := &debtor{}
	d.stripe = stripetest.New(t, func() time.Time { return clock.System{}.Now().Add(-time.Duration(d.ago.Load())) })
	d.Gateway = harness.Start(t, harness.Setup{Providers: []string{"name=sandbox,kind=sandbox"}, Models: []string{"smart=sandbox/sandbox-chat"},
		Env: []string{"STRIPE_SECRET_KEY=sk_test_x", "STRIPE_WEBHOOK_SECRET=" + stripetest.Secret, "STRIPE_API_BASE=" + d.stripe.URL}})
	d.answers(t, "trial", true)

	status, said := d.send(t, d.URL, d.AdminToken, http.MethodPost, "/api/v1/billing/checkout", `{"plan":"starter"}`)
	_, rest, _ := strings.Cut(said, "/pay/")
	session, _, found := strings.Cut(rest, `"`)
	if status != http.StatusOK || !found {
		t.Fatalf("%d %s", status, said)
	}
	sub := d.stripe.Pay(session)
	d.hear(t)
	d.answers(t, "active", true)

	d.stripe.Decline(true)
	d.stripe.Renew(sub)
	d.hear(t)
	d.answers(t, "past_due", true)

	d.ago.Store(int64(20 * 24 * time.Hour)) // an invoice that is open since then, and nothing was paid for three weeks
	d.stripe.Renew(sub)
	d.hear(t)
	d.answers(t, "restricted", false)

	d.stripe.Down(true)
	d.answers(t, "restricted", false)
	d.stripe.Down(false)

	d.stripe.End(sub)
	d.hear(t)
	d.answers(t, "ended", false)
}

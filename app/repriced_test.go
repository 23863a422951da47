package app

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/price"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

func TestThoseWhoSeeCostsAreToldOfPricesThatAffectThem(t *testing.T) {
	t.Parallel()
	a, h, _ := furnished(t, dbtest.SQLiteURL(t))
	ctx := t.Context()
	list := func(input, other string) *catalog.Catalog {
		c, err := catalog.Load([]byte(`{"providers":[{"id":"openai","name":"OpenAI","models":[{"id":"m","match":{"equals":"m"},"prices":{"input_mtok":` + input + `,"output_mtok":2}},` +
			`{"id":"n","match":{"equals":"n"},"prices":{"input_mtok":` + other + `,"output_mtok":2}}]}]}`))
		must(t, err)
		return c
	}
	x, idle, own := h.Found(t, "Gamma"), h.Found(t, "Epsilon"), h.Found(t, "Zeta")
	b := &books{a: a, node: id.NewNode(a.ids)}
	for _, o := range []struct {
		admin org.Actor
		ago   time.Duration
	}{{x.Actor(org.Admin), 29 * 24 * time.Hour}, {idle.Actor(org.Admin), 32 * 24 * time.Hour}, {own.Actor(org.Admin), time.Hour}} {
		_, err := a.providers.Create(ctx, o.admin, provider.Input{Name: "up", Kind: provider.OpenAI, BaseURL: "https://openai.invalid/v1", Credential: secret.New("sk-test-0123456789")})
		must(t, err)
	}
	b.spend(t, x, x.Team, money.Dollar, a.clock.Now().Add(-29*24*time.Hour))
	b.spend(t, idle, idle.Team, money.Dollar, a.clock.Now().Add(-32*24*time.Hour))
	b.spend(t, own, own.Team, money.Dollar, a.clock.Now().Add(-time.Hour))
	must(t, a.prices.Load([]price.Override{{ID: id.NewOverride(a.ids), Org: own.Org.ID, Model: "m", From: a.clock.Now().Add(-time.Hour), Prices: map[catalog.Class]money.Price{catalog.Input: 1}, Version: 1}}))

	change := func(before, after *catalog.Catalog) {
		t.Helper()
		tell, err := a.repriced(ctx, before, after)
		must(t, err)
		must(t, a.db.Do(ctx, tell))
	}
	change(list("1", "1"), list("1", "7")) // of a model that nobody used
	if got := a.told(t, x, notify.Repriced); len(got) != 0 {
		t.Errorf("told of another model: %v", got)
	}
	next := list("1.5", "7")
	change(list("1", "7"), next)
	change(list("1", "7"), next) // a second time
	want := "The price of m at openai changed: input $1 → $1.5 per million"
	if got := a.told(t, x, notify.Repriced); len(got) != 2 || got[org.Manager] != want || got[org.Admin] != want {
		t.Errorf("told: %v", got)
	}
	if got := a.told(t, idle, notify.Repriced); len(got) != 0 {
		t.Errorf("who has not used it for a month: %v", got)
	}
	if got := a.told(t, own, notify.Repriced); len(got) != 0 {
		t.Errorf("who has a price of its own: %v", got)
	}
}

// page is a web server with a price list.
type page string

// RoundTrip implements http.RoundTripper.
func (p page) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(string(p))), Request: r}, nil
}

// TestAPriceListIsTakenAndToldTogether has telling fail once: then the list is not in use either, and the next refresh does both.
func TestAPriceListIsTakenAndToldTogether(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("catalog/prices.json")
	must(t, err)
	const price55 = `"input_mtok":5,"cache_read_mtok":0.5,"output_mtok":30}`
	cheaper := strings.Replace(string(raw), price55, `"input_mtok":4,"cache_read_mtok":0.5,"output_mtok":24}`, 1)
	for name, at := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLiteURL, "postgres": dbtest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, h, _ := furnished(t, at(t))
			ctx := t.Context()
			x, y := h.Found(t, "Gamma"), h.Found(t, "Epsilon")
			b := &books{a: a, node: id.NewNode(a.ids), model: "gpt-5.5"}
			for _, one := range []webtest.Tenant{x, y} {
				_, err := a.providers.Create(ctx, one.Actor(org.Admin), provider.Input{Name: "up", Kind: provider.OpenAI, Credential: secret.New("sk-test-0123456789")})
				must(t, err)
				b.spend(t, one, one.Team, money.Dollar, a.clock.Now().Add(-time.Hour))
			}
			a.refresher.URL, a.refresher.Out = "https://prices.invalid/data.json", page(cheaper)
			whole := a.refresher.Changed
			a.refresher.Changed = func(ctx context.Context, before, after *catalog.Catalog) (func(context.Context) error, error) {
				tell, err := whole(ctx, before, after)
				return func(ctx context.Context) error { return errors.Join(tell(ctx), context.DeadlineExceeded) }, err
			}
			if err := a.refresher.Run(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Fatalf("a failure to tell: %v", err)
			}
			if _, taken, err := a.refresher.Keep.InUse(ctx); taken || err != nil || len(a.told(t, x, notify.Repriced)) > 0 {
				t.Fatalf("the list is in use although nobody was told, or the other way round: %v, %v", taken, err)
			}
			a.refresher.Changed = whole
			must(t, a.refresher.Run(ctx))
			if _, taken, err := a.refresher.Keep.InUse(ctx); !taken || err != nil {
				t.Fatalf("the list is not in use: %v", err)
			}
			for _, one := range []webtest.Tenant{x, y} {
				want := "The price of gpt-5.5 at openai changed: input $5 → $4 per million, output $30 → $24 per million"
				if got := a.told(t, one, notify.Repriced); len(got) != 2 || got[org.Manager] != want || got[org.Admin] != want {
					t.Errorf("told: %v", got)
				}
			}
		})
	}
}

func TestAnAdminsOwnPriceIsToldToTheOthersWhoSeeCosts(t *testing.T) {
	t.Parallel()
	a, h, _ := furnished(t, dbtest.SQLiteURL(t))
	ctx, x := t.Context(), h.Found(t, "Gamma")
	admin := x.Actor(org.Admin)
	_, err := a.providers.Create(ctx, admin, provider.Input{Name: "up", Kind: provider.OpenAI, Credential: secret.New("sk-test-0123456789")})
	must(t, err)
	b := &books{a: a, node: id.NewNode(a.ids), model: "gpt-5.5"}
	b.spend(t, x, x.Team, money.Dollar, a.clock.Now().Add(-time.Hour))
	titles := func() (out []string) {
		t.Helper()
		for role := range x.Members {
			all, _, err := a.inbox.List(ctx, x.Actor(role), notify.Query{})
			must(t, err)
			for _, n := range all {
				if n.Kind == notify.Repriced {
					out = append(out, string(role)+": "+strings.TrimPrefix(n.Title, admin.Label))
				}
			}
		}
		slices.Sort(out)
		return out
	}
	half := map[catalog.Class]money.Price{catalog.Input: 2_500_000, catalog.Output: 15_000_000}
	_, err = a.pricing.Create(ctx, admin, price.Input{Model: "gpt-4o", Prices: half})
	must(t, err)
	if got := titles(); len(got) > 0 {
		t.Errorf("of a model that nobody used: %v", got)
	}
	own, err := a.pricing.Create(ctx, admin, price.Input{Model: "gpt-5*", Provider: "openai", Prices: half})
	must(t, err)
	_, err = a.pricing.Update(ctx, admin, own.ID, price.Input{Prices: half, Note: "as agreed"})
	must(t, err)
	must(t, a.pricing.End(ctx, admin, own.ID))
	exact, err := a.pricing.Create(ctx, admin, price.Input{Model: "gpt-5.5", Prices: half, From: a.clock.Now().Add(time.Hour)})
	must(t, err)
	must(t, a.pricing.End(ctx, admin, exact.ID))
	got := titles()
	for i, want := range []string{"changed what gpt-5* costs you", "changed what gpt-5* costs you", "changed what gpt-5.5 costs you from ", "input $2.5 → $5 per million"} {
		found := slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, want) })
		if !found || len(got) != 4 || !strings.HasPrefix(got[i], "manager: ") {
			t.Errorf("%q is missing, or it is told too often, or to others: %q", want, got)
		}
	}
	// A class that an own price lacks costs as much as the wider one.
	if want := "cache read $0.5 → $2.5 per million, input $5 → $2.5 per million, output $30 → $15 per million"; !slices.ContainsFunc(got, func(s string) bool { return strings.HasSuffix(s, want) }) {
		t.Errorf("%q is missing: %q", want, got)
	}
	again, err := a.pricing.Create(ctx, admin, price.Input{Model: "gpt-5.5", Prices: half})
	must(t, err)
	_, err = a.pricing.Update(ctx, admin, again.ID, price.Input{Prices: half, From: a.clock.Now().Add(time.Hour)})
	must(t, err)
	// The list's price binds at once where a beginning is moved.
	if want := "changed what gpt-5.5 costs you: cache read $2.5 → $0.5 per million, input $2.5 → $5 per million, output $15 → $30 per million"; !slices.ContainsFunc(titles(), func(s string) bool { return strings.HasSuffix(s, want) }) {
		t.Errorf("%q is missing: %q", want, titles())
	}
}

// The data plane forgets prices that ended; days of theirs are still shown at them.
func TestPastDaysArePricedByWhatHeldThen(t *testing.T) {
	t.Parallel()
	a, h, _ := furnished(t, dbtest.SQLiteURL(t))
	ctx, x, now := t.Context(), h.Found(t, "Gamma"), a.clock.Now()
	half := map[catalog.Class]money.Price{catalog.Input: 2_500_000, catalog.Output: 15_000_000}
	ended, err := a.pricing.Create(ctx, x.Actor(org.Admin), price.Input{Model: "gpt-5.5", Prices: half, From: now.AddDate(0, 0, -30), Until: now.AddDate(0, 0, -10)})
	must(t, err)
	quotes, err := a.otherwise().Prices(ctx, x.Org.ID)
	must(t, err)
	if q, ok := quotes.Quote(x.Org.ID, "openai", "gpt-5.5", now.AddDate(0, 0, -20)); !ok || q.Version() != ended.PriceVersion() {
		t.Errorf("twenty days ago: %v, %v", q, ok)
	}
	if q, ok := quotes.Quote(x.Org.ID, "openai", "gpt-5.5", now); !ok || strings.HasPrefix(q.Version(), "override/") {
		t.Errorf("now: %v, %v", q, ok)
	}
}

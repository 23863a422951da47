package app

import (
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

	must(t, a.repriced(ctx, list("1", "1"), list("1", "7"))) // of a model that nobody used
	if got := a.told(t, x, notify.Repriced); len(got) != 0 {
		t.Errorf("told of another model: %v", got)
	}
	next := list("1.5", "7")
	must(t, a.repriced(ctx, list("1", "7"), next))
	must(t, a.repriced(ctx, list("1", "7"), next)) // a second time
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

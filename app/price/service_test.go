package price_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/price"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

func perMTok(in, out string) map[catalog.Class]money.Price {
	i, _ := money.ParsePrice(in)
	o, _ := money.ParsePrice(out)
	return map[catalog.Class]money.Price{catalog.Input: i, catalog.Output: o}
}

func TestAnOverrideIsKeptChangedAndEnded(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		before := s.Entries(t, s.acme.Org.ID)
		o, err := s.prices.Create(t.Context(), s.admin, price.Input{Provider: "OpenAI ", Model: "GPT-5.5*", Prices: perMTok("4", "24"), Note: "contract 7"})
		if err != nil || o.Provider != "openai" || o.Model != "gpt-5.5*" || o.Version != 1 {
			t.Fatalf("%+v, %v", o, err)
		}
		got, err := s.prices.Get(t.Context(), s.admin, o.ID)
		if err != nil || !reflect.DeepEqual(got, o) {
			t.Errorf("got %+v, %v\nwant %+v", got, err, o)
		}
		s.Clock.Advance(time.Hour)
		end := s.Clock.Now().Add(time.Hour)
		changed, err := s.prices.Update(t.Context(), s.admin, o.ID, price.Input{Until: end, Prices: perMTok("3", "20")})
		if err != nil || changed.Version != 2 || changed.Model != o.Model || !changed.From.Equal(o.From) || changed.Prices[catalog.Input] != 3_000_000 {
			t.Errorf("changed: %+v, %v", changed, err)
		}
		if err := s.prices.End(t.Context(), s.admin, o.ID); err != nil {
			t.Fatal(err)
		}
		if got, _ = s.prices.Get(t.Context(), s.admin, o.ID); !got.Until.Equal(s.Clock.Now()) || got.Version != 3 {
			t.Errorf("ended: %+v", got)
		}
		if n := s.Entries(t, s.acme.Org.ID) - before; n != 3 {
			t.Errorf("%d audit entries, want 3", n)
		}
		s.Clock.Advance(time.Second)
		if all, err := s.store.All(t.Context(), s.Clock.Now()); err != nil || len(all) != 0 {
			t.Errorf("an ended one is still compiled: %v, %v", all, err)
		}
	})
}

func TestAnOverrideThatNeverHeldIsDeletedWhenItEnds(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		o, err := s.prices.Create(t.Context(), s.admin, price.Input{Model: "m", From: s.Clock.Now().Add(time.Hour), Prices: perMTok("1", "1")})
		if err == nil {
			err = s.prices.End(t.Context(), s.admin, o.ID)
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.prices.Get(t.Context(), s.admin, o.ID); fault.From(err).Kind != fault.NotFound {
			t.Errorf("it is still there: %v", err)
		}
	})
}

func TestOnlyAdminsChangePricesAndOnlyManagersSeeThem(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	for _, x := range []struct {
		role      org.Role
		see, make bool
	}{{org.Admin, true, true}, {org.Manager, true, false}, {org.Lead, false, false}, {org.Developer, false, false}, {org.Viewer, false, false}} {
		actor := s.acme.Actor(x.role)
		_, err := s.prices.List(t.Context(), actor)
		if (err == nil) != x.see {
			t.Errorf("%s sees: %v", x.role, err)
		}
		o, err := s.prices.Create(t.Context(), actor, price.Input{Model: "m-" + string(x.role), Prices: perMTok("1", "1")})
		if (err == nil) != x.make {
			t.Errorf("%s makes: %v", x.role, err)
		}
		if err != nil && fault.From(err).Kind != fault.Forbidden {
			t.Errorf("%s is refused with %v", x.role, err)
		}
		if err := s.prices.End(t.Context(), actor, o.ID); !x.make && fault.From(err).Kind != fault.Forbidden {
			t.Errorf("%s ends: %v", x.role, err)
		}
	}
}

func TestAnotherTenantsPriceIsNotThere(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		o, err := s.prices.Create(t.Context(), s.admin, price.Input{Model: "m", Prices: perMTok("1", "1")})
		if err != nil {
			t.Fatal(err)
		}
		stranger := s.Found(t, "Beta").Actor(org.Admin)
		_, gone := s.prices.Get(t.Context(), stranger, o.ID)
		_, unknown := s.prices.Get(t.Context(), stranger, id.NewOverride(s.IDs))
		if gone == nil || unknown == nil || gone.Error() != unknown.Error() {
			t.Errorf("%v, %v", gone, unknown)
		}
		_, err = s.prices.Create(t.Context(), stranger, price.Input{Connection: s.connection.ID, Model: "m", Prices: perMTok("1", "1")})
		if fault.From(err).Kind != fault.NotFound {
			t.Errorf("a price for another tenant's connection: %v", err)
		}
	})
}

func TestAPriceIsRefusedInWords(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	now := s.Clock.Now()
	good := perMTok("1", "1")
	if _, err := s.prices.Create(t.Context(), s.admin, price.Input{Model: "taken", Until: now.Add(2 * time.Hour), Prices: good}); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		name  string
		in    price.Input
		field string
	}{
		{"without a model", price.Input{Prices: good}, "model"},
		{"a star in the middle", price.Input{Model: "gpt*5", Prices: good}, "model"},
		{"without an input price", price.Input{Model: "m", Prices: map[catalog.Class]money.Price{catalog.Output: 1}}, "input"},
		{"without an output price", price.Input{Model: "m", Prices: map[catalog.Class]money.Price{catalog.Input: 1}}, "output"},
		{"without one for a model that has one", price.Input{Provider: "openai", Model: "gpt-5.5", Prices: map[catalog.Class]money.Price{catalog.Input: 1}}, "output"},
		{"without one for many models", price.Input{Model: "text-embedding-3*", Prices: map[catalog.Class]money.Price{catalog.Input: 1}}, "output"},
		{"a negative price", price.Input{Model: "m", Prices: map[catalog.Class]money.Price{catalog.Input: -1}}, "input"},
		{"a class that is none", price.Input{Model: "m", Prices: map[catalog.Class]money.Price{catalog.Input: 1, "magic": 1}}, "class"},
		{"an unknown provider", price.Input{Provider: "frobnicator", Model: "m", Prices: good}, "provider"},
		{"provider and connection", price.Input{Provider: "openai", Connection: s.connection.ID, Model: "m", Prices: good}, "provider"},
		{"an end before the beginning", price.Input{Model: "m", From: now, Until: now, Prices: good}, "until"},
		{"an end of five digits", price.Input{Model: "m", Until: time.Date(9999, 12, 31, 23, 0, 0, 0, time.FixedZone("", -5*3600)), Prices: good}, "until"},
		{"a beginning before Unix", price.Input{Model: "m", From: time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC), Prices: good}, "from"},
		{"while another one holds", price.Input{Model: "taken", From: now.Add(time.Hour), Prices: good}, "model"},
	} {
		_, err := s.prices.Create(t.Context(), s.admin, x.in)
		f := fault.From(err)
		if err == nil || f.Field != x.field || f.Public == "" {
			t.Errorf("%s: field %q, %v", x.name, f.Field, err)
		}
	}
	for name, in := range map[string]price.Input{
		"after the other one":                {Model: "taken", From: now.Add(2 * time.Hour), Prices: good},
		"for a provider of the catalogue":    {Provider: "groq", Model: "taken", Prices: good},
		"for one connection":                 {Connection: s.connection.ID, Model: "taken", Prices: good},
		"for all models that begin likewise": {Model: "taken*", Prices: good},
		"for embeddings, which have none":    {Provider: "openai", Model: "text-embedding-3-small", Prices: map[catalog.Class]money.Price{catalog.Input: 1}},
		"for nothing, said so":               {Model: "vectors", Prices: map[catalog.Class]money.Price{catalog.Input: 1, catalog.Output: 0}},
		"for each picture":                   {Model: "pictures", Prices: map[catalog.Class]money.Price{catalog.Input: 1, catalog.PerImage: 1}},
	} {
		if _, err := s.prices.Create(t.Context(), s.admin, in); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

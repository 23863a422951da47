package price_test

import (
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/price"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// cost is what a million tokens in cost, and by which price.
func cost(t *testing.T, q catalog.Quote, ok bool) (usd, version string) {
	t.Helper()
	if !ok {
		return "", ""
	}
	bill, err := q.Bill(llm.Usage{Input: 1_000_000})
	if err != nil {
		t.Fatal(err)
	}
	return bill.Total.String(), bill.Version
}

func TestTheMostExactPriceWins(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		here := s.connection.ID
		ids := map[string]string{}
		for name, in := range map[string]price.Input{
			"all":        {Model: "*", Prices: perMTok("90", "0")},
			"start":      {Model: "gpt-*", Prices: perMTok("80", "0")},
			"longer":     {Model: "gpt-5*", Prices: perMTok("70", "0")},
			"model":      {Model: "gpt-5.5", Prices: perMTok("60", "0")},
			"provider":   {Provider: "openai", Model: "gpt-*", Prices: perMTok("50", "0")},
			"google":     {Provider: "google", Model: "gemini-*", Prices: perMTok("30", "0")},
			"vertex":     {Provider: "vertex", Model: "gemini-2.5-pro", Prices: perMTok("20", "0")},
			"connection": {Connection: here, Model: "gpt-4o", Prices: perMTok("40", "0")},
		} {
			o, err := s.prices.Create(t.Context(), s.admin, in)
			if err != nil {
				t.Fatal(err)
			}
			ids[o.PriceVersion()] = name
		}
		s.load(t)
		for _, x := range []struct{ payee, model, want, usd string }{
			{provider.Payee("openai", here), "gpt-4o", "connection", "40"},
			{"openai@con_other", "gpt-4o", "provider", "50"},
			{"openai", "GPT-5.5", "provider", "50"},
			{"gemini", "gemini-2.5-pro", "google", "30"},
			{"vertex", "gemini-2.5-flash", "google", "30"},
			{"vertex", "gemini-2.5-pro", "vertex", "20"},
			{"azure", "gpt-5.5", "model", "60"},
			{"azure", "gpt-5.6-sol", "longer", "70"},
			{"azure", "gpt-4o", "start", "80"},
			{"anthropic", "claude-opus-5", "all", "90"},
			{"openai-compatible", "a model nobody knows", "all", "90"},
		} {
			q, ok := s.table.Quote(s.acme.Org.ID, x.payee, x.model, s.Clock.Now())
			if usd, version := cost(t, q, ok); usd != x.usd || ids[version] != x.want {
				t.Errorf("%s of %s costs %s by %q (%s), want %s by %q", x.model, x.payee, usd, ids[version], version, x.usd, x.want)
			}
		}
		other := s.Found(t, "Beta")
		q, ok := s.table.Quote(other.Org.ID, "openai", "gpt-4o", s.Clock.Now())
		if usd, version := cost(t, q, ok); usd != "2.5" || strings.HasPrefix(version, "override/") {
			t.Errorf("another tenant pays %s by %s", usd, version)
		}
	})
}

// TestAPriceOfAModelIsOneOfAllItsPictures prices a large picture in high quality by a price for the model, and by one for that grade.
func TestAPriceOfAModelIsOneOfAllItsPictures(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	own := func(model, provider string, cents money.Price) {
		t.Helper()
		in := price.Input{Provider: provider, Model: model, Prices: map[catalog.Class]money.Price{catalog.Input: 0, catalog.PerImage: cents * 10_000_000_000}}
		if _, err := s.prices.Create(t.Context(), s.admin, in); err != nil {
			t.Fatal(err)
		}
	}
	own("dall-e*", "", 9)
	own("dall-e-3", "", 1)
	own("dall-e-3:hd:wide", "", 2)
	own("amazon.nova-canvas-v1:0", "bedrock", 3)
	s.load(t)
	for _, x := range []struct {
		kind, model string
		picture     llm.Picture
		want        string
	}{
		{"openai", "dall-e-3", llm.Picture{Count: 1, Width: 1024, Height: 1024}, "0.01"},
		{"openai", "dall-e-3", llm.Picture{Count: 1, Width: 1024, Height: 1024, Quality: "hd"}, "0.01"},
		{"openai", "dall-e-3", llm.Picture{Count: 1, Width: 1792, Height: 1024, Quality: "hd"}, "0.02"},
		{"openai", "dall-e-2", llm.Picture{Count: 1, Width: 256, Height: 256}, "0.09"},
		{"bedrock", "amazon.nova-canvas-v1:0", llm.Picture{Count: 1, Width: 2048, Height: 2048, Quality: "premium"}, "0.03"},
		{"bedrock", "amazon.nova-canvas-v1:0", llm.Picture{Count: 1, Width: 1024, Height: 1024, Quality: "hd"}, "0.03"},
	} {
		q, ok := s.table.Quote(s.acme.Org.ID, x.kind, catalog.Graded(x.model, x.picture), s.Clock.Now())
		if !ok {
			t.Errorf("%s %+v: no price", x.model, x.picture)
			continue
		}
		if b, err := q.Bill(llm.Usage{Images: 1}); err != nil || b.Total.String() != x.want {
			t.Errorf("%s %+v: %s, %v; want %s", x.model, x.picture, b.Total, err, x.want)
		}
	}
}

func TestAPriceHoldsFromItsBeginningToBeforeItsEnd(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	from := s.Clock.Now().Add(time.Hour).UTC()
	until := from.Add(time.Hour)
	if _, err := s.prices.Create(t.Context(), s.admin, price.Input{Model: "gpt-4o", From: from, Until: until, Prices: perMTok("1", "1")}); err != nil {
		t.Fatal(err)
	}
	s.load(t)
	for at, want := range map[time.Time]string{
		from.Add(-time.Microsecond): "2.5", from: "1", until.Add(-time.Microsecond): "1", until: "2.5",
	} {
		q, ok := s.table.Quote(s.acme.Org.ID, "openai", "gpt-4o", at)
		if usd, _ := cost(t, q, ok); usd != want {
			t.Errorf("at %s it costs %s, want %s", at, usd, want)
		}
	}
}

func TestAnOverrideIsAsCarefulAboutItsModelsWindowAsTheCatalogue(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	if _, err := s.prices.Create(t.Context(), s.admin, price.Input{Model: "gpt-4o", Prices: perMTok("2.5", "10")}); err != nil {
		t.Fatal(err)
	}
	s.load(t)
	q, _ := s.table.Quote(s.acme.Org.ID, "openai", "gpt-4o", s.Clock.Now())
	listed, _ := book().Quote("openai", "gpt-4o", s.Clock.Now())
	a, err := q.Ceiling(llm.Bound{TextBytes: 10_000_000, Messages: 1})
	b, err2 := listed.Ceiling(llm.Bound{TextBytes: 10_000_000, Messages: 1})
	if err != nil || err2 != nil || a.Input != b.Input || a.MaxOutput != b.MaxOutput {
		t.Errorf("ceilings %+v and %+v, %v, %v", a, b, err, err2)
	}
}

func TestAskingAgainAllocatesNothing(t *testing.T) { // not parallel: it counts allocations of the process
	s := newScene(t, dbtest.SQLite(t))
	if _, err := s.prices.Create(t.Context(), s.admin, price.Input{Model: "gpt-4o", Prices: perMTok("1", "1")}); err != nil {
		t.Fatal(err)
	}
	s.load(t)
	payee, now := provider.Payee("openai", s.connection.ID), s.Clock.Now()
	for _, model := range []string{"gpt-4o", "gpt-4o-mini"} {
		if n := testing.AllocsPerRun(100, func() { s.table.Quote(s.acme.Org.ID, payee, model, now) }); n > 0 {
			t.Errorf("%s: %v allocations", model, n)
		}
	}
}

package usageweb

import (
	"net/http"
	"strconv"
	"time"

	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// savingJSON is what caches saved on one model of one provider.
type savingJSON struct {
	Connection   string `json:"connection"`
	Model        string `json:"model"`
	InputTokens  int64  `json:"input_tokens"`
	CachedTokens int64  `json:"cached_tokens"`
	// UnpricedTokens are cached tokens whose price is not known: they are not in saved_usd.
	UnpricedTokens int64     `json:"unpriced_tokens"`
	FullUSD        money.USD `json:"full_usd"` // what the cached input would have cost as new input
	SavedUSD       money.USD `json:"saved_usd"`
	CostUSD        money.USD `json:"cost_usd"`
}

// savingsJSON answers GET /api/v1/usage/savings.
type savingsJSON struct {
	From     time.Time    `json:"from"`
	To       time.Time    `json:"to"`
	Zone     string       `json:"zone"`
	SavedUSD money.USD    `json:"saved_usd"`
	CostUSD  money.USD    `json:"cost_usd"`
	Data     []savingJSON `json:"data"`
}

func savingsOut(a *asked, s savings) savingsJSON {
	out := savingsJSON{From: s.result.Query.From, To: s.result.Query.To, Zone: a.zone.String(), SavedUSD: s.total.Saved, CostUSD: s.result.Total.Cost, Data: []savingJSON{}}
	for i, row := range s.result.Rows {
		one := savingJSON{InputTokens: row.Input, CachedTokens: row.Cached, UnpricedTokens: s.rows[i].Unknown, FullUSD: s.rows[i].Full, SavedUSD: s.rows[i].Saved, CostUSD: row.Cost}
		if !row.Others {
			one.Connection, one.Model = row.Values[0].ID, row.Values[1].ID
		}
		out.Data = append(out.Data, one)
	}
	return out
}

// apiSavings is GET /api/v1/usage/savings.
func (h *Handlers) apiSavings(c *web.Context) error {
	a, err := h.ask(c, savingsPath, monthly)
	if err != nil {
		return err
	}
	s, err := h.savingsOf(a)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, savingsOut(a, s))
}

// exportSavings is GET /savings/export: ?format=csv or json.
func (h *Handlers) exportSavings(c *web.Context) error {
	a, err := h.ask(c, savingsPath, monthly)
	if err != nil {
		return err
	}
	s, err := h.savingsOf(a)
	if err != nil {
		return err
	}
	out, name := savingsOut(a, s), filename("savings", s.result.Query, a.zone)
	if c.QueryParam("format") == "json" {
		return c.Download(name+".json", "application/json", func() error { return encode(c, out) })
	}
	var rows [][]string
	for _, r := range out.Data {
		n := func(v int64) string { return strconv.FormatInt(v, 10) }
		rows = append(rows, []string{r.Connection, r.Model, n(r.InputTokens), n(r.CachedTokens), n(r.UnpricedTokens), r.FullUSD.String(), r.SavedUSD.String(), r.CostUSD.String(), "USD"})
	}
	return c.CSV(name+".csv", []string{"connection", "model", "input_tokens", "cached_tokens", "unpriced_tokens", "cost_of_cached_at_full_price", "saved", "cost", "currency"}, rows)
}

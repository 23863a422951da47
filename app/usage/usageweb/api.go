package usageweb

import (
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// sumJSON is what something comes to. Amounts are exact decimal strings.
type sumJSON struct {
	Requests     int64     `json:"requests"`
	Refused      int64     `json:"refused"` // by a rule, before a provider was asked
	Failed       int64     `json:"failed"`
	Attempts     int64     `json:"attempts"` // at providers
	InputTokens  int64     `json:"input_tokens"`
	CachedTokens int64     `json:"cached_tokens"` // of the input, read from the providers' prompt caches
	OutputTokens int64     `json:"output_tokens"`
	CostUSD      money.USD `json:"cost_usd"`
}

// valueJSON is a value of a dimension.
type valueJSON struct {
	ID   string `json:"id"` // as filters take it; "" where there is none
	Name string `json:"name"`
}

// usageRowJSON is a row of a report.
type usageRowJSON struct {
	Values []valueJSON `json:"values"` // one for each of by
	Others int         `json:"others"` // how many rows this is the sum of; 0 = it is one
	sumJSON
	Before *sumJSON  `json:"before"` // null without a comparison
	Series []sumJSON `json:"series"` // one for each step
}

// stepJSON is a step of a report's time.
type stepJSON struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// reportJSON answers a question about usage. Rows add up to the total, and series to their rows, to the nano-dollar.
type reportJSON struct {
	From         time.Time      `json:"from"`
	To           time.Time      `json:"to"`
	Zone         string         `json:"zone"`
	Grain        usage.Grain    `json:"grain"`
	By           []usage.Dim    `json:"by"`
	Steps        []stepJSON     `json:"steps"`
	Total        sumJSON        `json:"total"`
	Compared     *stepJSON      `json:"compared"` // the span that before is about
	Before       *sumJSON       `json:"before"`
	Rows         []usageRowJSON `json:"rows"`
	Series       []sumJSON      `json:"series"`
	SeriesBefore []sumJSON      `json:"series_before"`
	// Facts says that single requests were added up, which are kept for a shorter time than sums.
	Facts bool `json:"facts"`
}

// apiReport is GET /api/v1/usage/report.
func (h *Handlers) apiReport(c *web.Context) error {
	r, err := h.answer(c)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, reportOut(r))
}

// answer carries out what the URL asks.
func (h *Handlers) answer(c *web.Context) (usage.Result, error) {
	zone, err := h.Usage.Zone(c.Ctx(), c.Actor())
	if err != nil {
		return usage.Result{}, err
	}
	q, err := Read(c.QueryParams(), h.Usage.Now(), zone)
	if err != nil {
		return usage.Result{}, err
	}
	return h.Usage.Query(c.Ctx(), c.Actor(), q)
}

func reportOut(r usage.Result) reportJSON {
	out := reportJSON{From: r.Query.From, To: r.Query.To, Zone: r.Zone.String(), Grain: r.Query.Grain, By: r.Query.By, Steps: make([]stepJSON, len(r.Steps)),
		Total: sumOut(r.Total), Rows: make([]usageRowJSON, len(r.Rows)), Series: sumsOut(r.Series), SeriesBefore: sumsOut(r.SeriesBefore), Facts: r.Facts}
	if out.By == nil {
		out.By = []usage.Dim{}
	}
	compared := r.Query.Compare != usage.NoComparison
	before := func(t usage.Totals) *sumJSON {
		if !compared {
			return nil
		}
		s := sumOut(t)
		return &s
	}
	if compared {
		out.Compared = &stepJSON{r.Compared.From, r.Compared.To}
	}
	out.Before = before(r.Before)
	for i, s := range r.Steps {
		out.Steps[i] = stepJSON{s.From, s.To}
	}
	for i, row := range r.Rows {
		to := usageRowJSON{Values: make([]valueJSON, len(row.Values)), sumJSON: sumOut(row.Totals), Before: before(row.Before), Series: sumsOut(row.Series)}
		if row.Others {
			to.Others = max(row.Folded, 1)
		}
		for j, v := range row.Values {
			to.Values[j] = valueJSON{v.ID, v.Name}
		}
		out.Rows[i] = to
	}
	return out
}

func sumOut(t usage.Totals) sumJSON {
	return sumJSON{Requests: t.Requests, Refused: t.Refused, Failed: t.Failed, Attempts: t.Attempts, InputTokens: t.Input, CachedTokens: t.Cached, OutputTokens: t.Output, CostUSD: t.Cost}
}

func sumsOut(list []usage.Totals) []sumJSON {
	out := make([]sumJSON, len(list))
	for i, t := range list {
		out[i] = sumOut(t)
	}
	return out
}

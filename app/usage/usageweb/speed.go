package usageweb

import (
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/web"
)

// percentilesJSON are percentiles, each within one percent of the true one; zeros where there was nothing to measure.
type percentilesJSON struct {
	P50 float64 `json:"p50"`
	P95 float64 `json:"p95"`
	P99 float64 `json:"p99"`
}

// speedJSON is how fast one value of the dimensions asked for was.
type speedJSON struct {
	Values   []valueJSON     `json:"values"`            // one for each of by
	Attempts int64           `json:"attempts"`          // that a provider answered
	Duration percentilesJSON `json:"duration_seconds"`  // until the last byte
	First    percentilesJSON `json:"first_seconds"`     // until the first byte
	Rate     percentilesJSON `json:"tokens_per_second"` // of output, from the first byte on
}

// speedsJSON is an answer about speed, the busiest first.
type speedsJSON struct {
	Rows []speedJSON `json:"rows"`
}

func (h *Handlers) apiSpeed(c *web.Context) error {
	zone, err := h.Usage.Zone(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	q, err := Read(c.QueryParams(), h.Usage.Now(), zone)
	if err != nil {
		return err
	}
	rows, err := h.Usage.Speeds(c.Ctx(), c.Actor(), q)
	if err != nil {
		return err
	}
	out := speedsJSON{Rows: []speedJSON{}}
	for _, r := range rows {
		row := speedJSON{Values: []valueJSON{}, Attempts: r.Attempts, Duration: percentilesJSON(r.Duration), First: percentilesJSON(r.First), Rate: percentilesJSON(r.Rate)}
		for _, v := range r.Values {
			row.Values = append(row.Values, valueJSON(v))
		}
		out.Rows = append(out.Rows, row)
	}
	return c.JSON(http.StatusOK, out)
}

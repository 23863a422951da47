package promptweb

import (
	"net/http"
	"strconv"
	"time"

	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// promptModelJSON is how a model did with a version in the last 30 days, as far as the caller may see it.
type promptModelJSON struct {
	Version  int     `json:"version"`
	Model    string  `json:"model"`
	Requests int64   `json:"requests"`
	Errors   int64   `json:"not_answered"`
	Input    int64   `json:"input_tokens"`
	Output   int64   `json:"output_tokens"`
	Cost     string  `json:"cost_usd"`
	Timed    int     `json:"timed"`              // answers that the times are of: the newest, without those from the cache
	P50      float64 `json:"p50_seconds"`        // as clients waited; 0 where nothing was timed
	P95      float64 `json:"p95_seconds"`        // as clients waited
	First50  float64 `json:"first_byte_seconds"` // half of them had their first byte within
}

type promptModelList struct {
	Data []promptModelJSON `json:"data"`
}

// promptRatingJSON is what one person says of a prompt.
type promptRatingJSON struct {
	By      string    `json:"by"`
	Stars   int       `json:"stars"` // 1 to 5; 0 = a comment only
	Comment string    `json:"comment"`
	Version int       `json:"version"` // that it is about; 0 = none in particular
	At      time.Time `json:"at"`
}

type promptRatingList struct {
	Data []promptRatingJSON `json:"data"`
}

func (h *Handlers) apiModels(c *web.Context) error {
	f, err := h.get(c)
	if err != nil {
		return err
	}
	spent, err := h.spent(c, asked(&f))
	if err != nil {
		return err
	}
	timed, err := h.timings(c, &f, spent)
	if err != nil {
		return err
	}
	out := promptModelList{Data: []promptModelJSON{}}
	for i := range f.Versions {
		name := prompt.Prefix + f.Name + "@v" + strconv.Itoa(f.Versions[i].Number)
		for _, model := range spent.models[name] {
			t := spent.of[[2]string{name, model}]
			row := promptModelJSON{Version: f.Versions[i].Number, Model: model, Requests: t.Requests, Errors: t.Errors(), Input: t.Input, Output: t.Output, Cost: t.Cost.String()}
			for _, x := range timed[name] {
				if x.Model == model {
					row.timed(x)
				}
			}
			out.Data = append(out.Data, row)
		}
	}
	return c.JSON(http.StatusOK, out)
}

func (r *promptModelJSON) timed(t usage.Timing) {
	r.Timed, r.P50, r.P95, r.First50 = t.Answered, t.P50.Seconds(), t.P95.Seconds(), t.First50.Seconds()
}

func (h *Handlers) apiRatings(c *web.Context) error {
	which, err := promptID(c)
	if err != nil {
		return err
	}
	all, err := h.library.Opinions(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	out := promptRatingList{Data: []promptRatingJSON{}}
	for _, o := range all {
		out.Data = append(out.Data, promptRatingJSON{o.By, o.Stars, o.Comment, o.Number, o.At})
	}
	return c.JSON(http.StatusOK, out)
}

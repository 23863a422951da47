package promptweb

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/prompt"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// promptEstimateJSON is what a request would cost: ranges, because only the model that reads a text counts its tokens.
type promptEstimateJSON struct {
	InputFrom     int64    `json:"input_tokens_from"`
	InputTo       int64    `json:"input_tokens_to"`
	OutputTo      int64    `json:"output_tokens_to"`
	OutputAssumed bool     `json:"output_assumed"` // the version caps its answer at nothing, so that is a guess
	From          string   `json:"from_usd"`       // the cheapest target, without any answer; "" where no price is known
	To            string   `json:"to_usd"`         // the dearest target, with the longest answer
	Targets       []string `json:"targets"`        // who would answer, with a known price
	Unpriced      []string `json:"unpriced"`       // who would answer, at a price that is not known
	Open          []string `json:"open_variables"` // whose texts are not counted
}

func (h *Handlers) cost(c *web.Context, model string, w prompt.Weight) prompt.Estimate {
	if h.offers == nil || model == "" {
		return prompt.Cost(w, nil)
	}
	return prompt.Cost(w, h.offers(c.Ctx(), c.Actor(), model))
}

func estimateOut(e prompt.Estimate) *promptEstimateJSON {
	out := promptEstimateJSON{InputFrom: e.InputLow, InputTo: e.InputHigh, OutputTo: e.OutputHigh, OutputAssumed: e.Assumed,
		Targets: append([]string{}, e.Priced...), Unpriced: append([]string{}, e.Unpriced...), Open: append([]string{}, e.Open...)}
	if len(e.Priced) > 0 {
		out.From, out.To = e.Low.String(), e.High.String()
	}
	return &out
}

func (h *Handlers) apiEstimate(c *web.Context) error {
	f, err := h.get(c)
	if err != nil {
		return err
	}
	v := current(&f)
	if text := c.QueryParam("version"); text != "" {
		n, _ := strconv.Atoi(strings.TrimPrefix(text, "v")) // what is none is not found
		other, ok := f.Version(n)
		if !ok {
			return fault.New(fault.NotFound, "not_found", "The prompt has no such version.")
		}
		v = other
	}
	w, err := h.library.Weigh(c.Ctx(), c.Actor(), f.ID, v.Number)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, estimateOut(h.cost(c, v.Content.Model, w)))
}

// estimated puts what a request costs on a prompt's page. A version that cannot be put together has no estimate, and says so elsewhere.
func (h *Handlers) estimated(c *web.Context, p *views.ShowPage, f *prompt.Full, v *prompt.Version) {
	p.EstimateOf = "An estimate for version " + strconv.Itoa(v.Number) + ", from the length of its text and today's prices. Every request is held by its own bound and settled to the token."
	w, err := h.library.Weigh(c.Ctx(), c.Actor(), f.ID, v.Number)
	if err != nil {
		return
	}
	p.Estimate = estimateFacts(v.Content.Model, h.cost(c, v.Content.Model, w))
}

// estimateFacts are an estimate in words.
func estimateFacts(model string, e prompt.Estimate) []ui.Fact {
	in := between(web.Count(e.InputLow), web.Count(e.InputHigh)) + " tokens"
	if len(e.Open) > 0 {
		in += ", without " + strings.Join(e.Open, ", ")
	}
	to := "up to " + web.Count(e.OutputHigh) + " tokens"
	if e.Assumed {
		to += ", assumed: the version caps it at nothing"
	}
	out := []ui.Fact{{Label: "It reads", Value: in}, {Label: "It writes", Value: to}}
	switch {
	case model == "":
		return append(out, ui.Fact{Label: "A request costs", Value: "what the including prompt's model charges"})
	case len(e.Priced) == 0 && len(e.Unpriced) == 0:
		return append(out, ui.Fact{Label: "A request costs", Value: "nobody answers " + model + " at the moment"})
	case len(e.Priced) == 0:
		return append(out, ui.Fact{Label: "A request costs", Value: "no price is known of " + strings.Join(e.Unpriced, ", ")})
	}
	low, _ := web.Dollars(e.Low)
	high, _ := web.Dollars(e.High)
	out = append(out, ui.Fact{Label: "A request costs", Value: between(low, high), Title: fmt.Sprintf("$%s to $%s", e.Low, e.High)})
	if e.High < math.MaxInt64/1000 {
		low, _ = web.Dollars(e.Low * 1000)
		high, _ = web.Dollars(e.High * 1000)
		out = append(out, ui.Fact{Label: "A thousand cost", Value: between(low, high)})
	}
	out = append(out, ui.Fact{Label: "Answered by", Value: strings.Join(e.Priced, ", "), Mono: true})
	if len(e.Unpriced) > 0 {
		out = append(out, ui.Fact{Label: "At no known price", Value: strings.Join(e.Unpriced, ", "), Mono: true})
	}
	return out
}

func between(low, high string) string {
	if low == high {
		return low
	}
	return low + " to " + high
}

package routeweb

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/route"
)

func (h *Handlers) candidatesPage(c *web.Context) error { return h.candidates(c, web.Refusal{}) }

func (h *Handlers) candidates(c *web.Context, wrong web.Refusal) error {
	query := c.QueryParam("q")
	s, err := h.stand(c, query)
	if err != nil {
		return err
	}
	page := views.SwitchPage{Shell: c.Shell("Switch "+s.alias.Name, "models"), Alias: s.alias.Name, Href: "/aliases/" + s.alias.ID.String(), Query: query,
		Requests: s.traffic.Requests, Days: report.TrafficDays, Error: wrong.Form + wrong.Fields["targets"]}
	page.Booked, page.BookedExact = web.Dollars(s.traffic.Cost)
	var base *candidate
	for i := range s.candidates {
		if s.candidates[i].first && s.candidates[i].known {
			base = &s.candidates[i]
		}
	}
	for i := range s.candidates {
		page.Candidates = append(page.Candidates, presentCandidate(&s.candidates[i], base))
	}
	if s.total > len(s.candidates) {
		page.Shown = fmt.Sprintf("%d of %s candidates. Search to find the others.", len(s.candidates), web.Count(int64(s.total)))
	}
	if wrong.Form+wrong.Fields["targets"] != "" {
		return c.Invalid(views.Switch(page))
	}
	return c.Render(views.Switch(page))
}

func presentCandidate(k *candidate, base *candidate) views.Candidate {
	out := views.Candidate{Name: k.name(), First: k.first, Other: k.other, Down: !k.connection.Usable(), Unpriced: !k.known, Takes: takes(k.offer)}
	if k.facts != nil {
		out.Context = tokens(k.facts.ContextWindow)
	}
	if k.known {
		out.Cost, out.Exact = web.Dollars(k.cost)
		if base != nil && !k.first {
			out.Against, out.Dearer = against(k.cost, base.cost)
		}
	}
	return out
}

// against compares two costs in whole percent: "38 % less".
func against(cost, base money.USD) (words string, dearer bool) {
	switch {
	case cost == base:
		return "the same", false
	case base <= 0:
		return "", false
	}
	points := int64(cost-base) * 100 / int64(base) // what a month costs times a hundred fits by far
	switch {
	case points > 999:
		return "over 10 × as much", true
	case points > 0:
		return fmt.Sprintf("%d %% more", points), true
	case points < 0:
		return fmt.Sprintf("%d %% less", -points), false
	}
	return "about the same", false
}

// takes are what a model is known to take, in words.
func takes(o offer) string {
	if o.facts == nil {
		return ""
	}
	return strings.Join(abilities(o.facts), ", ")
}

func (h *Handlers) switchTarget(c *web.Context) error {
	which, err := aliasID(c)
	if err != nil {
		return err
	}
	target := c.FormValue("target")
	a, err := h.aliases.Switch(c.Ctx(), c.Actor(), which, target, c.FormValue("keep") != "")
	if wrong, ok := web.Refused(err); ok {
		return h.candidates(c, wrong)
	}
	if err != nil {
		return err
	}
	c.Flash(fmt.Sprintf("Requests for %s go to %s from now on.", a.Name, target))
	return c.See(root)
}

// candidateJSON is a target that an alias could have. CostUSD is what the alias's answered requests of the last 30 days come
// to there at today's prices, recomputed by class of usage; absent where a price is unknown.
type candidateJSON struct {
	Target        string `json:"target"`
	Present       bool   `json:"present"` // where requests go first now
	ContextWindow int64  `json:"context_window,omitempty"`
	CostUSD       string `json:"cost_usd,omitempty"`
}

// candidateList holds what was booked too, at the prices of its time.
type candidateList struct {
	Days      int             `json:"days"`
	Requests  int64           `json:"requests"`
	BookedUSD string          `json:"booked_usd"`
	Data      []candidateJSON `json:"data"`
}

func (h *Handlers) apiCandidates(c *web.Context) error {
	s, err := h.stand(c, c.QueryParam("q"))
	if err != nil {
		return err
	}
	out := candidateList{Days: report.TrafficDays, Requests: s.traffic.Requests, BookedUSD: s.traffic.Cost.String(), Data: []candidateJSON{}}
	for _, k := range s.candidates {
		j := candidateJSON{Target: k.name(), Present: k.first}
		if k.facts != nil {
			j.ContextWindow = k.facts.ContextWindow
		}
		if k.known {
			j.CostUSD = k.cost.String()
		}
		out.Data = append(out.Data, j)
	}
	return c.JSON(http.StatusOK, out)
}

// switchInput names the target to send requests to first. Keep tries the present one next.
type switchInput struct {
	Target string `json:"target"`
	Keep   bool   `json:"keep"`
}

func (h *Handlers) apiSwitch(c *web.Context) error {
	which, err := aliasID(c)
	if err != nil {
		return err
	}
	in, err := web.Decode[switchInput](c)
	if err != nil {
		return err
	}
	a, err := h.aliases.Switch(c.Ctx(), c.Actor(), which, in.Target, in.Keep)
	if err != nil {
		return err
	}
	return h.answer(c, http.StatusOK, a)
}

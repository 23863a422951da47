package routeweb

import (
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// rehearsalInput asks to replay the last days' requests, the newest 100,000 of them, against a draft.
type rehearsalInput struct {
	Draft route.Document `json:"draft"`
	Days  int            `json:"days"`
}

// rehearsalJSON is a replay as far as it is: running, done or broken off.
type rehearsalJSON struct {
	ID        string         `json:"id"`
	State     string         `json:"state"`
	Days      int            `json:"days"`
	Draft     route.Document `json:"draft"`
	By        string         `json:"by"`
	At        time.Time      `json:"at"`
	UpdatedAt time.Time      `json:"updated_at"`
	Outcome   outcomeJSON    `json:"outcome"`
}

// outcomeJSON is what a replay found. Costs are of the judged requests whose both ways have a price, with the usage that was
// booked: before and after at today's prices, booked as it was.
type outcomeJSON struct {
	Requests int `json:"requests"`
	Judged   int `json:"judged"`
	// Unjudged are those of which a condition asks what is not stored; missing names it.
	Unjudged  int           `json:"unjudged"`
	Missing   []string      `json:"missing"`
	Lost      int           `json:"lost"` // whose model is gone, or has no target that fulfils what its route demands
	Changed   int           `json:"changed"`
	Unpriced  int           `json:"unpriced"`
	BeforeUSD string        `json:"before_usd"`
	AfterUSD  string        `json:"after_usd"`
	BookedUSD string        `json:"booked_usd"`
	More      bool          `json:"more"` // there were more requests than are replayed
	Routes    []route.Tally `json:"routes"`
	Moves     []moveJSON    `json:"moves"`
}

// moveJSON is how many requests would go to another first target. Waits are the medians of whole answers, as they were observed;
// 0 is not observed.
type moveJSON struct {
	From       string `json:"from"`
	To         string `json:"to"`
	Requests   int    `json:"requests"`
	Unpriced   int    `json:"unpriced"`
	BeforeUSD  string `json:"before_usd"`
	AfterUSD   string `json:"after_usd"`
	WaitBefore int64  `json:"wait_before_ms"`
	WaitAfter  int64  `json:"wait_after_ms"`
}

func rehearsalOut(r route.Rehearsal) rehearsalJSON {
	o := r.Outcome
	out := outcomeJSON{Requests: o.Requests, Judged: o.Judged, Unjudged: o.Unjudged, Missing: append([]string{}, o.Missing...), Lost: o.Lost, Changed: o.Changed, Unpriced: o.Unpriced,
		BeforeUSD: o.Before.String(), AfterUSD: o.After.String(), BookedUSD: o.Booked.String(), More: o.More, Routes: append([]route.Tally{}, o.Routes...), Moves: []moveJSON{}}
	for _, m := range o.Moves {
		out.Moves = append(out.Moves, moveJSON{m.From, m.To, m.Requests, m.Unpriced, m.Before.String(), m.After.String(), m.WaitBefore, m.WaitAfter})
	}
	return rehearsalJSON{r.ID.String(), string(r.State), r.Days, r.Draft, r.By, r.At, r.UpdatedAt, out}
}

func (h *Handlers) apiRehearse(c *web.Context) error {
	in, err := web.Decode[rehearsalInput](c)
	if err != nil {
		return err
	}
	r, err := h.aliases.StartRehearsal(c.Ctx(), c.Actor(), h.table, in.Draft, in.Days)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, rehearsalOut(r))
}

func (h *Handlers) rehearsal(c *web.Context) (route.Rehearsal, error) {
	which, err := id.ParseRehearsal(c.Param("id"))
	if err != nil || which.IsZero() {
		which = id.NewRehearsal(id.NewSource(h.clock.Now, nil)) // a malformed id is as unknown as an unknown one
	}
	return h.aliases.Rehearsal(c.Ctx(), c.Actor(), which)
}

func (h *Handlers) apiRehearsal(c *web.Context) error {
	r, err := h.rehearsal(c)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, rehearsalOut(r))
}

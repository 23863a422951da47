package cacheweb

import (
	"net/http"
	"strconv"
	"time"

	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// cacheSavingJSON is what hits saved: of a day, a model, a team or a member.
type cacheSavingJSON struct {
	Of        string    `json:"of"` // the day, the model's name, or the node's id
	Hits      int64     `json:"hits"`
	Misses    int64     `json:"misses"` // looked up in vain
	SavedUSD  money.USD `json:"saved_usd"`
	SavedTime int64     `json:"saved_ms"`
}

type cacheSavingsJSON struct {
	From  time.Time         `json:"from"`
	To    time.Time         `json:"to"`
	Total cacheSavingJSON   `json:"total"`
	Rows  []cacheSavingJSON `json:"rows"` // days in their order, others by what they saved
}

func savingOut(of string, s cache.Saving) cacheSavingJSON {
	return cacheSavingJSON{of, s.Hits, s.Misses, s.Cost, s.Time.Milliseconds()}
}

func (h *Handlers) apiSavings(c *web.Context) error {
	span := usualSpan
	if text := c.QueryParam("days"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 90 {
			return fault.Field("days", "Ask for 1 to 90 days.")
		}
		span = n
	}
	to := c.Now().UTC()
	out := cacheSavingsJSON{From: to.Truncate(24*time.Hour).AddDate(0, 0, 1-span), To: to, Rows: []cacheSavingJSON{}}
	byDay, err := h.daily(c, out.From, to)
	if err != nil {
		return err
	}
	out.Total = savingOut("", sum(byDay))
	division, divided := map[string]cache.Division{"model": cache.ByModel, "team": cache.ByTeam, "member": cache.ByMember}[c.QueryParam("by")]
	if !divided {
		for _, d := range byDay {
			out.Rows = append(out.Rows, savingOut(d.Hour.Format(time.DateOnly), d))
		}
		return c.JSON(http.StatusOK, out)
	}
	rows, err := h.cache.Savings(c.Ctx(), c.Actor(), division, out.From, to)
	if err != nil {
		return err
	}
	for _, r := range rows {
		out.Rows = append(out.Rows, savingOut(printed(division, r.Value), r))
	}
	return c.JSON(http.StatusOK, out)
}

// printed is a value as the API writes it.
func printed(d cache.Division, v string) string {
	switch d {
	case cache.ByTeam:
		if t, err := id.ParseTeam(v); err == nil && !t.IsZero() {
			return t.String()
		}
		return ""
	case cache.ByMember:
		if m, err := id.ParseMember(v); err == nil && !m.IsZero() {
			return m.String()
		}
		return ""
	}
	return v
}

// entryJSON is a kept answer without what is in it.
type entryJSON struct {
	Key        string     `json:"key"`
	Model      string     `json:"model"` // that answered
	Asked      string     `json:"asked"`
	Provider   string     `json:"provider"`
	Sharing    string     `json:"sharing"`
	SharedBy   string     `json:"shared_by"` // id of the member, key, team or organization
	CostUSD    money.USD  `json:"cost_usd"`
	SavedUSD   money.USD  `json:"saved_usd"`
	TookMS     int64      `json:"took_ms"`
	Hits       int64      `json:"hits"`
	LastHitAt  *time.Time `json:"last_hit_at"`
	Bytes      int64      `json:"bytes"`
	MadeAt     time.Time  `json:"made_at"`
	FreshUntil time.Time  `json:"fresh_until"`
	StaleUntil time.Time  `json:"stale_until"`
	KeptUntil  time.Time  `json:"kept_until"` // for when no provider answers
}

type entryList struct {
	Data    []entryJSON `json:"data"`
	HasMore bool        `json:"has_more"`
	Next    string      `json:"next,omitempty"`
}

func (h *Handlers) apiEntries(c *web.Context) error {
	q := query(c)
	size, err := c.Limit()
	if err != nil {
		return err
	}
	if q.Offset, err = offset(c); err != nil {
		return err
	}
	q.Limit = size
	list, more, err := h.cache.Entries(c.Ctx(), c.Actor(), q, "")
	if err != nil {
		return err
	}
	out := entryList{Data: make([]entryJSON, len(list)), HasMore: more}
	if more {
		out.Next = strconv.Itoa(q.Offset + size)
	}
	for i, e := range list {
		out.Data[i] = entryJSON{Key: e.Key.String(), Model: e.Model, Asked: e.Asked, Provider: e.Provider, Sharing: string(e.Sharing), SharedBy: nodeID(e.Entry), CostUSD: e.Cost, SavedUSD: e.Saved(),
			TookMS: e.Took.Milliseconds(), Hits: e.Hits, LastHitAt: apiTime(e.LastHit), Bytes: e.Size, MadeAt: e.Made, FreshUntil: e.Fresh, StaleUntil: e.Stale, KeptUntil: e.Until()}
	}
	return c.JSON(http.StatusOK, out)
}

// clearInput says what to clear: all, model, prompt, entry, member or node.
type clearInput struct {
	What  string `json:"what"`
	Value string `json:"value"`
}

type clearedJSON struct {
	Entries int `json:"entries"` // that were listed; what nodes hold beside them is ended as well
}

func (h *Handlers) apiClear(c *web.Context) error {
	in, err := web.Decode[clearInput](c)
	if err != nil {
		return err
	}
	n, err := h.cache.Clear(c.Ctx(), c.Actor(), cache.Clearing{Kind: cache.CutKind(in.What), Value: in.Value})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, clearedJSON{n})
}

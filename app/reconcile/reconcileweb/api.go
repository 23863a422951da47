package reconcileweb

import (
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/reconcile"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// dayJSON is one connection's day (UTC) in both books.
type dayJSON struct {
	Connection string     `json:"connection"`
	Day        string     `json:"day"` // 2026-08-20
	Ours       money.USD  `json:"ours_usd"`
	Theirs     money.USD  `json:"theirs_usd"`
	Difference money.USD  `json:"difference_usd"`
	Captured   int64      `json:"captured_per_mille"`
	Verdict    string     `json:"verdict"` // agrees, missing, excess, nothing
	Attempts   int64      `json:"attempts"`
	ReadAt     time.Time  `json:"read_at"`
	OurLines   []lineJSON `json:"our_lines,omitempty"`
	TheirLines []lineJSON `json:"their_lines,omitempty"`
}

type lineJSON struct {
	Item string    `json:"item"`
	Cost money.USD `json:"cost_usd"`
}

// accountJSON is a connection whose provider has a cost report. The credential is never in it.
type accountJSON struct {
	Connection    string     `json:"connection"`
	Name          string     `json:"name"` // "" of a connection that was deleted; what was read stays
	HasCredential bool       `json:"has_credential"`
	KeyHint       string     `json:"key_hint,omitempty"` // last four characters
	Narrow        string     `json:"narrow,omitempty"`
	ReadAt        *time.Time `json:"read_at"`
	Trouble       string     `json:"trouble,omitempty"` // why the last reading failed
	Data          []dayJSON  `json:"data"`
}

type dayList struct {
	Data []dayJSON `json:"data"`
}

// credentialInput sets what reads a report. Credential is written, never read; without it the one there is stays.
type credentialInput struct {
	Credential string `json:"credential"`
	Narrow     string `json:"narrow"` // the provider's project or workspace
}

func dayOut(d reconcile.Day) dayJSON {
	out := dayJSON{Connection: d.Connection.String(), Day: string(d.Day), Ours: d.Ours, Theirs: d.Theirs, Difference: d.Difference(), Captured: d.Captured(),
		Verdict: string(d.Verdict()), Attempts: d.Attempts, ReadAt: d.ReadAt}
	for _, l := range d.OurLines {
		out.OurLines = append(out.OurLines, lineJSON(l))
	}
	for _, l := range d.TheirLines {
		out.TheirLines = append(out.TheirLines, lineJSON(l))
	}
	return out
}

// apiList is GET /api/v1/reconcile?connection=&from=
func (h *Handlers) apiList(c *web.Context) error {
	var which id.Connection
	if text := c.QueryParam("connection"); text != "" {
		var err error
		if which, err = id.ParseConnection(text); err != nil {
			return reconcile.NotFound()
		}
	}
	from := since(c)
	if text := c.QueryParam("from"); text != "" {
		if from = reconcile.Date(text); from.Start().IsZero() {
			return fault.Field("from", "from is a day such as 2026-08-20.")
		}
	}
	days, err := h.books.Days(c.Ctx(), c.Actor(), which, from, maxDays)
	if err != nil {
		return err
	}
	out := dayList{Data: make([]dayJSON, len(days))}
	for i, d := range days {
		out.Data[i] = dayOut(d)
	}
	return c.JSON(http.StatusOK, out)
}

// apiShow is GET /api/v1/reconcile/{connection}?day=: the account with its days, or with one day in detail.
func (h *Handlers) apiShow(c *web.Context) error {
	which, err := connectionID(c)
	if err != nil {
		return err
	}
	a, err := h.books.Account(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	out := accountJSON{Connection: which.String(), Name: a.Connection.Name, Data: []dayJSON{}}
	if k := a.Credential; k != nil {
		out.HasCredential, out.KeyHint, out.Narrow, out.Trouble = true, k.KeyHint, k.Narrow, k.Trouble
		if !k.ReadAt.IsZero() {
			out.ReadAt = &k.ReadAt
		}
	}
	days, err := h.days(c, which)
	if err != nil {
		return err
	}
	for _, d := range days {
		out.Data = append(out.Data, dayOut(d))
	}
	return c.JSON(http.StatusOK, out)
}

// days are the one that is asked for, in detail, or the last ones.
func (h *Handlers) days(c *web.Context, which id.Connection) ([]reconcile.Day, error) {
	text := c.QueryParam("day")
	if text == "" {
		return h.books.Days(c.Ctx(), c.Actor(), which, since(c), maxDays)
	}
	day := reconcile.Date(text)
	if day.Start().IsZero() {
		return nil, fault.Field("day", "day is a day such as 2026-08-20.")
	}
	d, err := h.books.Day(c.Ctx(), c.Actor(), which, day)
	if err != nil || d.Day == "" {
		return nil, err
	}
	return []reconcile.Day{d}, nil
}

func (h *Handlers) apiSet(c *web.Context) error {
	which, err := connectionID(c)
	if err != nil {
		return err
	}
	in, err := web.Decode[credentialInput](c)
	if err != nil {
		return err
	}
	if err := h.books.SetCredential(c.Ctx(), c.Actor(), which, reconcile.Input{Credential: secret.New(in.Credential), Narrow: in.Narrow}); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func (h *Handlers) apiRead(c *web.Context) error {
	which, err := connectionID(c)
	if err != nil {
		return err
	}
	if err := h.books.ReadNow(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func (h *Handlers) apiRemove(c *web.Context) error {
	which, err := connectionID(c)
	if err != nil {
		return err
	}
	if err := h.books.RemoveCredential(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

package transcriptweb

import (
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/transcript"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// overviewJSON says whose texts are kept.
type overviewJSON struct {
	Allowed  bool       `json:"allowed"`   // teams may keep texts
	MostDays int        `json:"most_days"` // for how long at most
	Held     bool       `json:"held"`      // a legal hold keeps everything from going
	Teams    []teamJSON `json:"teams"`     // those that the token sees
}

// teamJSON says whether a team's texts are kept.
type teamJSON struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Wanted int    `json:"wanted_days"` // what was set; 0 = not at all
	Days   int    `json:"days"`        // what holds, after the organization's bound
	Kept   int64  `json:"kept"`        // texts that are there
}

// boundInput says what teams may do.
type boundInput struct {
	Allowed  bool `json:"allowed"`
	MostDays int  `json:"most_days"` // 1 to 365
}

// setInput says for how many days a team's texts are kept.
type setInput struct {
	Days int `json:"days"` // 0 = not at all, and what is there goes
}

// textJSON is what a request and its answer say.
type textJSON struct {
	Request   string        `json:"request"`
	At        time.Time     `json:"at"`
	KeptUntil *time.Time    `json:"kept_until"` // null while a legal hold keeps it
	Messages  []messageJSON `json:"messages"`
	Answer    string        `json:"answer"`
	AskedCut  bool          `json:"asked_cut"`  // the request was longer than what is kept
	AnswerCut bool          `json:"answer_cut"` // the answer was
	Broken    bool          `json:"broken"`     // the answer did not come to its end
	Masked    bool          `json:"masked"`     // placeholders stand for what a data rule found
	Media     bool          `json:"media"`      // of pictures, sound and files only kind and size are kept
}

// messageJSON is one turn.
type messageJSON struct {
	Role string `json:"role"` // system, user or assistant; request for what is no conversation
	Text string `json:"text"`
}

func teamOut(t transcript.Team) teamJSON {
	return teamJSON{ID: t.ID.String(), Name: t.Name, Wanted: t.Wanted, Days: t.Days, Kept: t.Kept}
}

func (h *Handlers) apiShow(c *web.Context) error {
	o, err := h.texts.Overview(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	out := overviewJSON{Allowed: !o.Bound.Forbidden, MostDays: o.Bound.MostDays, Held: o.Held, Teams: make([]teamJSON, len(o.Teams))}
	for i, t := range o.Teams {
		out.Teams[i] = teamOut(t)
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiBound(c *web.Context) error {
	in, err := web.Decode[boundInput](c)
	if err != nil {
		return err
	}
	if err := h.texts.SetBound(c.Ctx(), c.Actor(), transcript.Bound{Forbidden: !in.Allowed, MostDays: in.MostDays}); err != nil {
		return err
	}
	return h.apiShow(c)
}

func (h *Handlers) apiSet(c *web.Context) error {
	which, err := web.Param(c, "id", id.ParseTeam, error(org.MissingTeam()))
	if err != nil {
		return err
	}
	in, err := web.Decode[setInput](c)
	if err != nil {
		return err
	}
	if err := h.texts.Set(c.Ctx(), c.Actor(), which, in.Days); err != nil {
		return err
	}
	o, err := h.texts.Overview(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	for _, t := range o.Teams {
		if t.ID == which {
			return c.JSON(http.StatusOK, teamOut(t))
		}
	}
	return org.MissingTeam()
}

func (h *Handlers) apiRead(c *web.Context) error {
	which, err := requestID(c)
	if err != nil {
		return err
	}
	t, k, err := h.texts.Read(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	out := textJSON{Request: which.String(), At: k.At, Messages: []messageJSON{}, Answer: t.Answer, AskedCut: t.AskedCut, AnswerCut: t.AnswerCut, Broken: t.Broken, Masked: t.Masked, Media: t.Media}
	if !k.Until.IsZero() {
		out.KeptUntil = &k.Until
	}
	for _, m := range t.Messages {
		out.Messages = append(out.Messages, messageJSON{m.Role, m.Text})
	}
	return c.JSON(http.StatusOK, out)
}

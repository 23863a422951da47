package bulletinweb

import (
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/bulletin"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// reportJSON is a regular report in the management API.
type reportJSON struct {
	ID        string     `json:"id"`
	Kind      string     `json:"kind"`  // weekly, monthly, daily, quarterly, or evidence_processing, evidence_access, evidence_costs, evidence_purposes, evidence_subprocessors
	Scope     string     `json:"scope"` // id of the team or of the organization whose figures it holds
	Title     string     `json:"title"`
	Hour      int        `json:"hour"`      // 0 to 23, on the organization's clocks
	Answering bool       `json:"answering"` // goes to those who answer for the team or the organization on the day
	Members   []string   `json:"members"`   // ids of members that get it besides
	CSV       bool       `json:"csv"`
	PDF       bool       `json:"pdf"`
	Paused    bool       `json:"paused"`
	Next      *time.Time `json:"next"`       // null while nothing goes out
	People    int        `json:"recipients"` // how many would get it now
	CreatedAt time.Time  `json:"created_at"`
	UpdatedAt time.Time  `json:"updated_at"`
}

type reportList struct {
	Data []reportJSON `json:"data"`
}

// reportInput sets a report up. Without a scope it is about the organization. Without hour it goes out at 8; without answering
// and members, to those who answer for it.
type reportInput struct {
	Kind      string   `json:"kind"`
	Scope     string   `json:"scope"`
	Hour      *int     `json:"hour"`
	Answering *bool    `json:"answering"`
	Members   []string `json:"members"` // ids of members
	CSV       bool     `json:"csv"`
	PDF       bool     `json:"pdf"`
	Paused    bool     `json:"paused"`
}

// reportChange changes what it names and leaves the rest.
type reportChange struct {
	Hour      *int      `json:"hour"`
	Answering *bool     `json:"answering"`
	Members   *[]string `json:"members"`
	CSV       *bool     `json:"csv"`
	PDF       *bool     `json:"pdf"`
	Paused    *bool     `json:"paused"`
}

func scopeOf(o id.Org, t id.Team) string {
	if t.IsZero() {
		return o.String()
	}
	return t.String()
}

func reportOut(l bulletin.Listed) reportJSON {
	out := reportJSON{ID: l.ID.String(), Kind: string(l.Kind), Scope: scopeOf(l.Org, l.Team), Title: l.Title(), Hour: l.Hour, Answering: l.Answering, Members: []string{}, CSV: l.CSV, PDF: l.PDF, Paused: l.Paused,
		People: len(l.People), CreatedAt: l.CreatedAt, UpdatedAt: l.UpdatedAt}
	for _, m := range l.Members {
		out.Members = append(out.Members, m.String())
	}
	if !l.Next.IsZero() {
		out.Next = &l.Next
	}
	return out
}

func memberIDs(list []string) ([]id.Member, error) {
	out := make([]id.Member, len(list))
	for i, text := range list {
		m, err := id.ParseMember(text)
		if err != nil {
			return nil, fault.Field("members", "members are ids of members, such as those of GET /api/v1/members.")
		}
		out[i] = m
	}
	return out, nil
}

func (h *Handlers) apiList(c *web.Context) error {
	all, err := h.reports.List(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	out := reportList{Data: make([]reportJSON, len(all))}
	for i, l := range all {
		out.Data[i] = reportOut(l)
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiCreate(c *web.Context) error {
	x, err := web.Decode[reportInput](c)
	if err != nil {
		return err
	}
	in := bulletin.Input{Kind: bulletin.Kind(x.Kind), Hour: bulletin.DefaultHour, Answering: len(x.Members) == 0, CSV: x.CSV, PDF: x.PDF, Paused: x.Paused}
	if x.Hour != nil {
		in.Hour = *x.Hour
	}
	if x.Answering != nil {
		in.Answering = *x.Answering
	}
	if x.Scope == "" {
		x.Scope = c.Actor().Org.String()
	}
	if in.Team, err = about(c.Actor(), x.Scope); err != nil {
		return err
	}
	if in.Members, err = memberIDs(x.Members); err != nil {
		return err
	}
	l, err := h.reports.Create(c.Ctx(), c.Actor(), in)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, reportOut(l))
}

func (h *Handlers) apiShow(c *web.Context) error {
	l, err := h.get(c)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, reportOut(l))
}

func (h *Handlers) apiUpdate(c *web.Context) error {
	l, err := h.get(c)
	if err != nil {
		return err
	}
	x, err := web.Decode[reportChange](c)
	if err != nil {
		return err
	}
	in := bulletin.Input{Hour: l.Hour, Answering: l.Answering, Members: l.Members, CSV: l.CSV, PDF: l.PDF, Paused: l.Paused, Seen: l.UpdatedAt}
	if x.Hour != nil {
		in.Hour = *x.Hour
	}
	for _, f := range []struct{ said, into *bool }{{x.Answering, &in.Answering}, {x.CSV, &in.CSV}, {x.PDF, &in.PDF}, {x.Paused, &in.Paused}} {
		if f.said != nil {
			*f.into = *f.said
		}
	}
	if x.Members != nil {
		if in.Members, err = memberIDs(*x.Members); err != nil {
			return err
		}
	}
	if l, err = h.reports.Update(c.Ctx(), c.Actor(), l.ID, in); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, reportOut(l))
}

func (h *Handlers) apiDelete(c *web.Context) error {
	which, err := reportID(c)
	if err != nil {
		return err
	}
	if err := h.reports.Delete(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

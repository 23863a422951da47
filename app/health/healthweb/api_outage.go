package healthweb

import (
	"context"
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/health"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// outageJSON is a time in which a target was left alone.
type outageJSON struct {
	ID             string       `json:"id"`
	ConnectionID   string       `json:"connection_id"`
	Model          string       `json:"model"` // "" = the connection as a whole
	Cause          string       `json:"cause"`
	Openings       int          `json:"openings"` // of its breaker, failed probes included
	Began          time.Time    `json:"began"`
	Ended          *time.Time   `json:"ended"` // null = it goes on
	Acknowledged   *time.Time   `json:"acknowledged"`
	AcknowledgedBy string       `json:"acknowledged_by"`
	Resolved       *time.Time   `json:"resolved"`
	ResolvedBy     string       `json:"resolved_by"`
	Notes          []remarkJSON `json:"notes"` // only where one outage is shown
}

// remarkJSON is what a person noted.
type remarkJSON struct {
	At   time.Time `json:"at"`
	By   string    `json:"by"`
	Text string    `json:"text"`
}

// outageList is all outages.
type outageList struct {
	Data []outageJSON `json:"data"`
}

// remarkInput is a note.
type remarkInput struct {
	Text string `json:"text"` // at most 2000 characters
}

func outageOut(x health.Outage) outageJSON {
	out := outageJSON{ID: x.ID.String(), ConnectionID: x.Target.Connection.String(), Model: x.Target.Model, Cause: string(x.Cause), Openings: x.Openings, Began: x.Began, Ended: when(x.Ended),
		Acknowledged: when(x.Acknowledged), AcknowledgedBy: x.AcknowledgedBy, Resolved: when(x.Resolved), ResolvedBy: x.ResolvedBy, Notes: []remarkJSON{}}
	for _, n := range x.Notes {
		out.Notes = append(out.Notes, remarkJSON{At: n.At, By: n.By, Text: n.Text})
	}
	return out
}

func (h *Handlers) apiOutages(c *web.Context) error {
	all, err := h.health.Outages(c.Ctx(), c.Actor(), 10*shownOutages)
	if err != nil {
		return err
	}
	list := outageList{Data: make([]outageJSON, len(all))}
	for i, x := range all {
		list.Data[i] = outageOut(x)
	}
	return c.JSON(http.StatusOK, list)
}

func (h *Handlers) apiOutage(c *web.Context) error {
	which, err := outageOf(c)
	if err != nil {
		return err
	}
	return h.showOutage(c, which)
}

func (h *Handlers) showOutage(c *web.Context, which id.Outage) error {
	x, _, err := h.health.Outage(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, outageOut(x))
}

func (h *Handlers) apiAcknowledge(c *web.Context) error {
	which, err := outageOf(c)
	if err != nil {
		return err
	}
	if err := h.health.Acknowledge(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	return h.showOutage(c, which)
}

func (h *Handlers) apiResolve(c *web.Context) error { return h.remark(c, h.health.Resolve) }

func (h *Handlers) apiNote(c *web.Context) error { return h.remark(c, h.health.AddNote) }

func (h *Handlers) remark(c *web.Context, do func(context.Context, org.Actor, id.Outage, string) error) error {
	which, err := outageOf(c)
	if err != nil {
		return err
	}
	in, err := web.Decode[remarkInput](c)
	if err != nil {
		return err
	}
	if err := do(c.Ctx(), c.Actor(), which, in.Text); err != nil {
		return err
	}
	return h.showOutage(c, which)
}

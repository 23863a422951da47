package reportweb

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// apiList is GET /api/v1/requests, with the filters of the page, &limit=&after=. Without a span it is all that is kept.
func (h *Handlers) apiList(c *web.Context) error {
	rd, err := h.reading(c)
	if err != nil {
		return err
	}
	rd.always = "all"
	q, err := rd.query(c.QueryParams())
	if err != nil {
		return err
	}
	if q.Limit, err = c.Limit(); err != nil {
		return err
	}
	page, err := h.Reports.Requests(c.Ctx(), c.Actor(), q)
	if err != nil {
		return err
	}
	out := requestList{Data: make([]requestJSON, len(page.Requests)), Next: page.Next.String(), HasMore: !page.Next.IsZero()}
	for i, r := range page.Requests {
		out.Data[i] = requestOut(r)
	}
	return c.JSON(http.StatusOK, out)
}

// apiShow is GET /api/v1/requests/:id
func (h *Handlers) apiShow(c *web.Context) error {
	which, err := requestID(c)
	if err != nil {
		return err
	}
	d, err := h.Reports.Request(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	out := requestDetail{requestJSON: requestOut(d.Request), Message: d.Message, Refusal: refusalOut(d.Refusal), Decisions: sentences(d.Decisions), Tries: make([]attemptJSON, len(d.Attempts))}
	if out.Decisions == nil {
		out.Decisions = []string{}
	}
	for i, a := range d.Attempts {
		out.Tries[i] = attemptOut(a)
	}
	if out.Feedback, err = h.judged(c, which); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, out)
}

// apiUsage is GET /api/v1/usage?by=day&from=&to=&limit=&after=; without bounds it is the last 30 days.
func (h *Handlers) apiUsage(c *web.Context) error {
	by := report.By(or(c.QueryParam("by"), string(report.ByDay)))
	zone, err := h.Reports.Zone(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	from, err := moment(c, "from", zone)
	if err != nil {
		return err
	}
	to, err := moment(c, "to", zone)
	if err != nil {
		return err
	}
	if to.IsZero() {
		to = h.Reports.Now()
	}
	if from.IsZero() {
		from = to.AddDate(0, 0, -29)
	}
	groups, err := h.Reports.Usage(c.Ctx(), c.Actor(), by, from, to, report.All)
	if err != nil {
		return err
	}
	out := usageList{By: by, From: from, To: to, Data: make([]usageJSON, len(groups))}
	for i, g := range groups {
		out.Data[i] = totalOut(g.ID, g.Name, g.Totals)
	}
	return c.JSON(http.StatusOK, out)
}

// moment reads a time from the URL, or the beginning of a day where the organization is; zero if it is not there.
func moment(c *web.Context, name string, zone *time.Location) (time.Time, error) {
	text := c.QueryParam(name)
	if text == "" {
		return time.Time{}, nil
	}
	if day, err := time.ParseInLocation(time.DateOnly, text, zone); err == nil {
		return day.UTC(), nil
	}
	t, err := time.Parse(time.RFC3339, strings.ReplaceAll(text, " ", "+"))
	if err != nil {
		return t, fault.Field(name, fmt.Sprintf("%s is a moment like 2026-11-23T00:00:00Z, or a day like 2026-11-23.", name))
	}
	return t.UTC(), nil
}

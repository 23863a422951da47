package reportweb

import (
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// divisions are what costs are divided by, in the order of the choice; a tag key that is used and not here follows.
var divisions = []struct {
	name, label string // name is how URLs and the API say it
	by          report.By
	rest        string // what no line claims
}{
	{"department", "Department", report.ByDepartment, "Teams outside departments"},
	{"team", "Team", report.ByTeam, "No team"},
	{"member", "Member", report.ByMember, "Keys of service accounts"},
	{"key", "Key", report.ByKey, "No key"},
	{"project", "Project", report.ByTag("project"), "Not tagged with a project"},
	{"client", "Client", report.ByTag("client"), "Not tagged with a client"},
	{"model", "Model", report.ByModel, "Refused before a model was chosen"},
	{"provider", "Provider", report.ByConnection, "Not sent to a provider"},
}

const (
	defaultDivision = "team"
	monthForm       = "2006-01"
	otherDays       = "days"
)

// division is a dimension by the name that URLs give it; a tag key of the organization's own is "tag:name".
func division(name string) (by report.By, label, rest string) {
	for _, d := range divisions {
		if d.name == name || string(d.by) == name {
			return d.by, d.label, d.rest
		}
	}
	by = report.By(name)
	if key, ok := by.Tag(); ok {
		return by, "Tag " + key, "Not tagged with " + key
	}
	return by, name, ""
}

// period reads which days are asked for: ?month=2026-11, or ?month=days&from=2026-11-01&to=2026-11-15. Without any it is
// the present month. What makes no sense is a fault of the field.
func period(c *web.Context, now time.Time, zone *time.Location) (report.Span, error) {
	month, from, to := c.QueryParam("month"), c.QueryParam("from"), c.QueryParam("to")
	if month == "" && from+to != "" {
		month = otherDays
	}
	if month != otherDays {
		first := now.In(zone)
		if month != "" {
			var err error
			if first, err = time.Parse(monthForm, month); err != nil {
				return report.Span{}, fault.Field("month", "month is a year and a month like 2026-11.")
			}
		}
		y, m, _ := first.Date()
		return report.Span{First: time.Date(y, m, 1, 12, 0, 0, 0, zone), Last: time.Date(y, m+1, 0, 12, 0, 0, 0, zone)}, nil
	}
	var days report.Span
	for name, into := range map[string]*time.Time{"from": &days.First, "to": &days.Last} {
		day, err := time.ParseInLocation(time.DateOnly, c.QueryParam(name), zone)
		if err != nil {
			return days, fault.Field(name, name+" is a day like 2026-11-01; both days are included.")
		}
		*into = day
	}
	return days, nil
}

func (h *Handlers) allocate(c *web.Context, name string, days report.Span) (report.Allocation, error) {
	by, _, _ := division(name)
	return h.Reports.Allocate(c.Ctx(), c.Actor(), by, days)
}

// allocationJSON is GET /api/v1/usage/allocation: lines and rest make total, to the nano-dollar.
type allocationJSON struct {
	By    string      `json:"by"`
	From  time.Time   `json:"from"`
	To    time.Time   `json:"to"`
	Zone  string      `json:"zone"`
	Total usageJSON   `json:"total"`
	Rest  usageJSON   `json:"rest"` // what no line claims: untagged, outside departments
	Data  []usageJSON `json:"data"`
}

// apiAllocation is GET /api/v1/usage/allocation?by=project&month=2026-11, or &from=2026-11-01&to=2026-11-15 (both included).
func (h *Handlers) apiAllocation(c *web.Context) error {
	zone, err := h.Reports.Zone(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	days, err := period(c, c.Now(), zone)
	if err != nil {
		return err
	}
	name := or(c.QueryParam("by"), defaultDivision)
	a, err := h.allocate(c, name, days)
	if err != nil {
		return err
	}
	_, _, rest := division(name)
	out := allocationJSON{By: name, From: a.From, To: a.To, Zone: a.Zone.String(), Total: totalOut("", "", a.Total), Rest: totalOut("", rest, a.Rest),
		Data: make([]usageJSON, len(a.Lines))}
	for i, l := range a.Lines {
		out.Data[i] = totalOut(l.ID, l.Name, l.Totals)
	}
	return c.JSON(http.StatusOK, out)
}

func totalOut(id, name string, t report.Totals) usageJSON {
	out := usageJSON{ID: id, Name: name, Requests: t.Requests, Errors: t.Errors, InputTokens: t.Input, CachedTokens: t.Cached, OutputTokens: t.Output, CostUSD: t.Cost}
	if rate, ok := t.CacheRate(); ok {
		out.CacheHitRate = &rate
	}
	return out
}

package reportweb

import (
	"bufio"
	"encoding/json"
	"strconv"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// exportHeader are the columns of a file, as the management API names them.
var exportHeader = []string{"id", "at", "key_id", "key", "team_id", "team", "member_id", "member", "family", "endpoint", "stream", "asked", "model", "connection", "route", "client",
	"tags", "cache", "attempts", "status", "code", "input_tokens", "output_tokens", "cost", "currency", "first_byte_us", "duration_us", "overhead_us"}

// exportRequests is GET /requests/export?format=csv or json, with the filters of the list: up to report.MaxExport requests.
// A file that would be longer says so in its last line instead of looking whole.
func (h *Handlers) exportRequests(c *web.Context) error {
	rd, err := h.reading(c)
	if err != nil {
		return err
	}
	q, err := rd.query(c.QueryParams())
	if err != nil {
		return err
	}
	name := "requests-" + rd.now.In(rd.zone).Format("2006-01-02-1504")
	switch c.QueryParam("format") {
	case "", "csv":
		return c.StreamCSV(name+".csv", exportHeader, func(write func([]string) error) error {
			more, err := h.Reports.Each(c.Ctx(), c.Actor(), q, func(r report.Request) error { return write(exportRow(r)) })
			if more {
				err = write([]string{"There are more than " + count(report.MaxExport) + " requests; narrow the filters and export in parts."})
			}
			return err
		})
	case "json":
		return c.Download(name+".json", "application/json", func() error { return h.exportJSON(c, q) })
	}
	return fault.Field("format", "format is csv or json.")
}

func (h *Handlers) exportJSON(c *web.Context, q report.Query) error {
	w := bufio.NewWriter(c.Response())
	comma := `{"data":[`
	more, err := h.Reports.Each(c.Ctx(), c.Actor(), q, func(r report.Request) error {
		b, err := json.Marshal(requestOut(r))
		if err != nil {
			return err
		}
		_, _ = w.WriteString(comma + "\n") // an error stays until Flush
		comma = ","
		_, err = w.Write(b)
		return err
	})
	if err != nil {
		return err
	}
	if comma != "," {
		_, _ = w.WriteString(comma)
	}
	_, _ = w.WriteString("\n],\"truncated\":" + strconv.FormatBool(more) + "}\n")
	return w.Flush()
}

func exportRow(r report.Request) []string {
	o := requestOut(r)
	n := func(v int64) string { return strconv.FormatInt(v, 10) }
	return []string{o.ID, o.At.Format(time.RFC3339Nano), o.KeyID, o.Key, o.TeamID, o.Team, o.MemberID, o.Member, o.Family, o.Endpoint, strconv.FormatBool(o.Stream), o.Asked, o.Model, o.Connection,
		o.Route, o.Client, o.Tags, o.Cache, strconv.Itoa(o.Attempts), strconv.Itoa(o.Status), o.Code, n(o.InputTokens), n(o.OutputTokens), o.CostUSD.String(), "USD",
		n(o.FirstByteUS), n(o.DurationUS), n(o.OverheadUS)}
}

package auditweb

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/web"
)

var header = []string{"id", "seq", "at", "actor", "role", "member", "via", "action", "target", "target_name", "before", "after", "ip", "user_agent", "request_id"}

func (h *Handlers) export(c *web.Context) error { return h.download(c, c.Zone()) }

// download streams everything that the filters match. The first page is read before the first byte leaves, so a refusal is
// still one; what breaks later cuts the connection, because a short file looks whole.
func (h *Handlers) download(c *web.Context, zone *time.Location) error {
	q, err := asked(c, zone)
	if err != nil {
		return err
	}
	if err := h.readable(c, q); err != nil {
		return err
	}
	name := "audit-" + c.Now().UTC().Format(time.DateOnly)
	switch c.QueryParam("format") {
	case "", "csv":
		return c.StreamCSV(name+".csv", header, func(write func([]string) error) error {
			for r, err := range h.log.Walk(c.Ctx(), c.Actor(), q) {
				if err != nil {
					return err
				}
				if err := write(cells(r)); err != nil {
					return err
				}
			}
			return nil
		})
	case "jsonl":
		return c.Download(name+".jsonl", "application/jsonl", func() error {
			out := json.NewEncoder(c.Response())
			for r, err := range h.log.Walk(c.Ctx(), c.Actor(), q) {
				if err != nil {
					return err
				}
				if err := out.Encode(entryOut(r)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return fault.Field("format", "format is csv or jsonl.")
}

func (h *Handlers) readable(c *web.Context, q audit.Query) error {
	q.Limit = 1
	_, err := h.log.Search(c.Ctx(), c.Actor(), q)
	return err
}

func cells(r audit.Record) []string {
	return []string{r.ID.String(), strconv.FormatInt(r.Seq, 10), r.At.Format(time.RFC3339Nano), r.Actor, string(r.Role), r.Member.String(), string(r.Via), r.Action,
		r.Target, r.TargetName, r.Before, r.After, r.IP, r.UserAgent, r.RequestID}
}

package auditweb

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// entryJSON is an audit entry in the management API. Secrets are masked before they are stored.
type entryJSON struct {
	ID         string          `json:"id"`
	Seq        int64           `json:"seq"` // counts the organization's entries without gaps
	At         time.Time       `json:"at"`
	Actor      string          `json:"actor"`            // an e-mail address, a token's name, or what of the installation itself
	Role       string          `json:"role"`             // the actor's, at that time
	Member     string          `json:"member,omitempty"` // none for tokens of the organization and the installation
	Via        string          `json:"via"`              // web, api, cli, scim, mail, job or operator
	Action     string          `json:"action"`           // "key.created"
	Target     string          `json:"target"`           // the changed thing's id
	TargetName string          `json:"target_name"`      // its name at that time
	Before     json.RawMessage `json:"before"`           // changed fields; null where there was nothing before
	After      json.RawMessage `json:"after"`            // changed fields; null where there is nothing after
	IP         string          `json:"ip"`               // where the request came from
	UserAgent  string          `json:"user_agent"`       // what it called itself
	RequestID  string          `json:"request_id"`       // ties the entry to log lines
}

// entryList is a page of entries, newest first.
type entryList struct {
	Data    []entryJSON `json:"data"`
	HasMore bool        `json:"has_more"`
	Next    string      `json:"next,omitempty"` // give it as ?after=
}

// retentionJSON is how long entries are kept.
type retentionJSON struct {
	KeepDays int `json:"keep_days"` // 30 to 3650, or 0 for ever
}

// verificationJSON is what walking the chain found.
type verificationJSON struct {
	OK      bool   `json:"ok"`
	Entries int64  `json:"entries"` // proven ones
	Problem string `json:"problem"` // where the chain stops being true, and how
}

func entryOut(r audit.Record) entryJSON {
	return entryJSON{ID: r.ID.String(), Seq: r.Seq, At: r.At, Actor: r.Actor, Role: string(r.Role), Member: r.Member.String(), Via: string(r.Via),
		Action: r.Action, Target: r.Target, TargetName: r.TargetName, Before: raw(r.Before), After: raw(r.After), IP: r.IP, UserAgent: r.UserAgent, RequestID: r.RequestID}
}

func raw(text string) json.RawMessage {
	if text == "" {
		return json.RawMessage("null")
	}
	return json.RawMessage(text)
}

func (h *Handlers) apiList(c *web.Context) error {
	q, err := asked(c, time.UTC)
	if err != nil {
		return err
	}
	limit, err := c.Limit()
	if err != nil {
		return err
	}
	if text := c.QueryParam("after"); text != "" {
		if q.Before, err = strconv.ParseInt(text, 10, 64); err != nil || q.Before < 1 {
			return fault.Field("after", "after is the next of the page before.")
		}
	}
	q.Limit = limit + 1 // one more tells whether there are more
	found, err := h.log.Search(c.Ctx(), c.Actor(), q)
	if err != nil {
		return err
	}
	out := entryList{Data: []entryJSON{}}
	if out.HasMore = len(found) > limit; out.HasMore {
		found = found[:limit]
		out.Next = strconv.FormatInt(found[limit-1].Seq, 10)
	}
	for _, r := range found {
		out.Data = append(out.Data, entryOut(r))
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiShow(c *web.Context) error {
	which, err := web.Param(c, "id", id.ParseAudit, error(audit.Missing()))
	if err != nil {
		return err
	}
	r, err := h.log.Get(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, entryOut(r))
}

func (h *Handlers) apiVerify(c *web.Context) error {
	n, err := h.log.Verify(c.Ctx(), c.Actor().Org) // the route's floor is admin
	var broken *audit.Broken
	if errors.As(err, &broken) {
		return c.JSON(http.StatusOK, verificationJSON{false, n, broken.Error()})
	}
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, verificationJSON{OK: true, Entries: n})
}

func (h *Handlers) apiRetention(c *web.Context) error {
	days, err := h.log.Retention(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, retentionJSON{days})
}

func (h *Handlers) apiRetain(c *web.Context) error {
	in, err := web.Decode[retentionJSON](c)
	if err != nil {
		return err
	}
	if err := h.log.SetRetention(c.Ctx(), c.Actor(), in.KeepDays); err != nil {
		return err
	}
	return h.apiRetention(c)
}

func (h *Handlers) apiExport(c *web.Context) error { return h.download(c, time.UTC) }

package notifyweb

import (
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// noticeJSON is one line of an inbox in the management API.
type noticeJSON struct {
	ID     string     `json:"id"`
	Kind   string     `json:"kind"`  // budget_threshold, approval_asked, key_expiring, …
	Title  string     `json:"title"` // one sentence
	Path   string     `json:"path"`  // the page of the dashboard that it leads to
	At     time.Time  `json:"at"`
	ReadAt *time.Time `json:"read_at"` // null = unread
}

// noticeList is a page of an inbox, newest first.
type noticeList struct {
	Data []noticeJSON `json:"data"`
	Next string       `json:"next,omitempty"` // give it as ?after=
}

type readJSON struct {
	Read int64 `json:"read"` // how many lines were unread
}

func out(n notify.Notice) noticeJSON {
	x := noticeJSON{ID: n.ID.String(), Kind: string(n.Kind), Title: n.Title, Path: n.Href, At: n.At}
	if !n.ReadAt.IsZero() {
		x.ReadAt = &n.ReadAt
	}
	return x
}

func (h *Handlers) apiList(c *web.Context) error {
	limit, err := c.Limit()
	if err != nil {
		return err
	}
	q := notify.Query{Limit: limit}
	switch c.QueryParam("unread") {
	case "", "false":
	case "true":
		q.UnreadOnly = true
	default:
		return fault.Field("unread", "unread is true or false.")
	}
	if text := c.QueryParam("after"); text != "" {
		if q.Before, err = id.ParseNotice(text); err != nil {
			return fault.Field("after", "after is the next of the page before.")
		}
	}
	found, more, err := h.inbox.List(c.Ctx(), c.Actor(), q)
	if err != nil {
		return err
	}
	list := noticeList{Data: make([]noticeJSON, len(found))}
	for i, n := range found {
		list.Data[i] = out(n)
	}
	if more {
		list.Next = found[len(found)-1].ID.String()
	}
	return c.JSON(http.StatusOK, list)
}

func (h *Handlers) apiRead(c *web.Context) error {
	which, err := noticeID(c)
	if err != nil {
		return err
	}
	n, err := h.inbox.Read(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, out(n))
}

func (h *Handlers) apiReadAll(c *web.Context) error {
	n, err := h.inbox.ReadAll(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, readJSON{n})
}

package onboardweb

import (
	"bytes"
	"cmp"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/onboard"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/onboard"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

func (h *Handlers) key(c *web.Context) error {
	page, err := h.keyPage(c, web.Refusal{})
	if err != nil {
		return err
	}
	return c.Render(views.Key(page))
}

func (h *Handlers) keyPage(c *web.Context, wrong web.Refusal) (views.KeyPage, error) {
	frame, p, err := h.page(c, onboard.Key, wrong)
	if err != nil {
		return views.KeyPage{}, err
	}
	page := views.KeyPage{Page: frame, Name: c.FormValue("name"), Team: c.FormValue("team"), BaseURL: c.BaseURL(), Wait: wait(p)}
	teams, err := h.People.Teams(c.Ctx(), c.Actor())
	if err != nil {
		return page, err
	}
	for _, t := range teams {
		if t.ArchivedAt.IsZero() {
			page.Teams = append(page.Teams, ui.Option{Value: t.ID.String(), Label: t.Name})
		}
	}
	if own := c.Member().Teams; len(own) > 0 {
		page.Team = cmp.Or(page.Team, own[0].String())
	}
	n, err := h.Keys.Count(c.Ctx(), c.Actor())
	page.There = n.All
	return page, err
}

// makeKey makes a key of the admin's own, or of a service account of the team where the admin is no member of it, and shows it once.
func (h *Handlers) makeKey(c *web.Context) error {
	in := key.Input{Name: strings.TrimSpace(c.FormValue("name")), Member: c.Actor().Member}
	var err error
	if in.Team, err = id.ParseTeam(c.FormValue("team")); err != nil {
		return org.MissingTeam()
	}
	if !member(c.Member(), in.Team) {
		in.Member, in.Account = id.Member{}, "first-app"
	}
	made, err := h.Keys.Create(c.Ctx(), c.Actor(), in)
	if wrong, ok := web.Refused(err); ok {
		page, err := h.keyPage(c, wrong)
		if err != nil {
			return err
		}
		return c.Invalid(views.Key(page))
	}
	if err != nil {
		return err
	}
	page, err := h.keyPage(c, web.Refusal{})
	if err != nil {
		return err
	}
	page.Secret, page.Snippets = made.Secret.Reveal(), web.Snippets(page.BaseURL, made.Secret.Reveal(), "smart")
	return c.Render(views.Key(page))
}

func member(m org.Member, t id.Team) bool {
	for _, own := range m.Teams {
		if own == t {
			return true
		}
	}
	return false
}

func (h *Handlers) request(c *web.Context) error {
	frame, p, err := h.page(c, onboard.Request, web.Refusal{})
	if err != nil {
		return err
	}
	return c.Render(views.Request(views.RequestPage{Page: frame, BaseURL: c.BaseURL(), Snippets: web.Snippets(c.BaseURL(), "YOUR_KEY", "smart"), Wait: wait(p)}))
}

const (
	// look is how often a page that waits is looked for: the request is in the books within a second or two itself.
	look = 500 * time.Millisecond
	// longest is how long one stream waits; the browser then asks again, by which a log-out and a restart come through.
	longest = 50 * time.Second
)

// events tells a waiting page that the first request is there, as one server-sent event with the block that takes its place.
func (h *Handlers) events(c *web.Context) error {
	w := c.Response()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no") // nginx holds streams back otherwise
	w.WriteHeader(http.StatusOK)
	if _, err := fmt.Fprint(w, "retry: 1000\n: waiting\n\n"); err != nil {
		return nil // the browser went away
	}
	w.Flush()
	ticker, end := time.NewTicker(look), time.NewTimer(longest)
	defer ticker.Stop()
	defer end.Stop()
	for {
		p, err := h.Wizard.Waiting(c.Ctx(), c.Actor())
		if err != nil {
			return nil // the browser asks again and is told then
		}
		if p.Done[onboard.Request] {
			return arrived(c, wait(p))
		}
		select {
		case <-ticker.C:
		case <-end.C:
			return nil
		case <-c.Ctx().Done():
			return nil
		}
	}
}

func arrived(c *web.Context, now views.Wait) error {
	var b bytes.Buffer
	if err := views.Arrived(now).Render(c.Ctx(), &b); err != nil {
		return err
	}
	text := "event: arrived\n"
	for line := range strings.Lines(b.String()) {
		text += "data: " + strings.TrimRight(line, "\r\n") + "\n"
	}
	if _, err := fmt.Fprint(c.Response(), text+"\n"); err == nil {
		c.Response().Flush()
	}
	return nil
}

package keyweb

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/key"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

const (
	root    = "/keys"
	perPage = 50
)

func (h *Handlers) list(c *web.Context) error {
	q := key.Query{Search: c.QueryParam("q"), Limit: perPage}
	if c.QueryParam("unused") != "" {
		q.IdleSince = c.Now().Add(-key.Idle)
	}
	var err error
	if text := c.QueryParam("after"); text != "" {
		if q.After, err = id.ParseKey(text); err != nil {
			return fault.Field("after", "This is no page of keys. Begin with the first.")
		}
	}
	page, err := h.listPage(c, q)
	if err != nil {
		return err
	}
	return c.Render(views.List(page))
}

func (h *Handlers) listPage(c *web.Context, q key.Query) (views.ListPage, error) {
	idle := !q.IdleSince.IsZero()
	found, err := h.keys.Find(c.Ctx(), c.Actor(), q)
	if err != nil {
		return views.ListPage{}, err
	}
	counts, err := h.keys.Count(c.Ctx(), c.Actor())
	if err != nil {
		return views.ListPage{}, err
	}
	who, err := h.names(c, found.Keys...)
	if err != nil {
		return views.ListPage{}, err
	}
	page := views.ListPage{Shell: c.Shell("Keys", "keys"), CanCreate: c.Actor().Role.AtLeast(org.Developer), All: counts.All, Idle: counts.Idle, Unused: idle,
		Search: q.Search, Pager: pager(q, found, idle)}
	if !q.After.IsZero() {
		page.After = q.After.String()
	}
	for _, k := range found.Keys {
		r := row(c, who, k)
		r.CanRevoke = page.Unused && key.Revocable(c.Actor(), k)
		page.CanRevoke = page.CanRevoke || r.CanRevoke
		page.Rows = append(page.Rows, r)
	}
	return page, nil
}

// pager leads to the first and the next page of the same list.
func pager(q key.Query, found key.Page, idle bool) ui.PagerProps {
	p := ui.PagerProps{Note: fmt.Sprintf("Newest first, %d a page", perPage), NewerLabel: "First", OlderLabel: "Next"}
	values := url.Values{}
	if q.Search != "" {
		values.Set("q", q.Search)
	}
	if idle {
		values.Set("unused", "true")
	}
	if !q.After.IsZero() {
		p.Newer = root + "?" + values.Encode()
	}
	if !found.Next.IsZero() {
		values.Set("after", found.Next.String())
		p.Older = root + "?" + values.Encode()
	}
	return p
}

func (h *Handlers) form(c *web.Context) error {
	var before *views.Fields
	if c.Typed() {
		fields := typed(c)
		before = &fields
	}
	page, err := h.newPage(c, before)
	if err != nil {
		return err
	}
	return c.Render(views.New(page))
}

func (h *Handlers) create(c *web.Context) error {
	fields := typed(c)
	if _, searching := c.Sought(); searching {
		page, err := h.newPage(c, &fields)
		if err != nil {
			return err
		}
		return c.Render(views.New(page))
	}
	in, err := input(fields, c.Zone())
	var made key.Created
	if err == nil {
		made, err = h.keys.Create(c.Ctx(), c.Actor(), in)
	}
	if r, ok := web.Refused(err); ok {
		page, err := h.newPage(c, &fields)
		if err != nil {
			return err
		}
		page.Error, page.Errors, page.Owner.Error = r.Form, r.Fields, r.Fields["member"]
		return c.Invalid(views.New(page))
	}
	if err != nil {
		return err
	}
	who, err := h.names(c, made.Key)
	if err != nil {
		return err
	}
	return h.reveal(c, views.CreatedPage{Shell: c.Shell("Your new key", "keys"), Title: "Your new key", Row: row(c, who, made.Key)}, made)
}

// reveal answers with a page that shows the secret.
func (h *Handlers) reveal(c *web.Context, page views.CreatedPage, made key.Created) error {
	page.Secret, page.BaseURL = made.Secret.Reveal(), c.BaseURL()
	page.Snippets = web.Snippets(c.BaseURL(), made.Secret.Reveal(), exampleModel(made.Key))
	return c.Render(views.Created(page))
}

// typed is what the form of a key holds.
func typed(c *web.Context) views.Fields {
	return views.Fields{Name: c.FormValue("name"), Team: c.FormValue("team"), Owner: c.FormValue("owner"), Account: c.FormValue("account"),
		Expires: c.FormValue("expires"), Models: c.FormValue("models"), Networks: c.FormValue("networks"), Endpoints: c.Request().Form["endpoints"],
		Tags: c.FormValue("tags"), Version: c.FormValue("version"), Budget: c.FormValue("budget_usd"), Period: c.FormValue("budget_period"), Requests: c.FormValue("requests_per_minute"), Tokens: c.FormValue("tokens_per_minute")}
}

// input reads the form. A team or member that is no id at all is answered by the service like one that is unknown.
func input(f views.Fields, zone *time.Location) (key.Input, error) {
	in := key.Input{Name: f.Name, Account: strings.TrimSpace(f.Account), Models: lines(f.Models), Networks: lines(f.Networks), Endpoints: f.Endpoints, Tags: lines(f.Tags)}
	team, err := id.ParseTeam(f.Team)
	if err != nil && f.Team != "" {
		return in, org.MissingTeam()
	}
	in.Team = team
	if f.Owner != "" {
		if in.Member, err = id.ParseMember(f.Owner); err != nil {
			return in, org.MissingMember()
		}
	}
	in.ExpiresAt, err = expiry(f.Expires, zone)
	allowance, wrong := own(f)
	in.Own = allowance
	return in, errors.Join(err, wrong)
}

// expiry is the last moment of a day; "" is never.
func expiry(text string, zone *time.Location) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	day, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err != nil {
		return time.Time{}, fault.Field("expires_at", "Enter a date like 2027-01-31, or nothing.")
	}
	return day.AddDate(0, 0, 1).UTC(), nil
}

// lastDay is the day that expiry makes such a time of.
func lastDay(at time.Time, zone *time.Location) string {
	if at.IsZero() {
		return ""
	}
	return at.Add(-time.Nanosecond).In(zone).Format(time.DateOnly)
}

func lines(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' || r == ',' })
}

func (h *Handlers) show(c *web.Context) error {
	which, err := keyID(c)
	if err != nil {
		return err
	}
	k, err := h.keys.Get(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	who, err := h.names(c, k)
	if err != nil {
		return err
	}
	used, err := h.used(c, k)
	if err != nil {
		return err
	}
	texts, err := h.kept(c, k)
	if err != nil {
		return err
	}
	return c.Render(views.Show(views.ShowPage{Shell: c.Shell(k.Name, "keys"), Row: row(c, who, k), Disabled: !k.DisabledAt.IsZero(), Agent: k.Agent != "",
		CanChange: key.Changeable(c.Actor(), k), CanEnable: key.Enables(c.Actor(), k), Active: k.Status(c.Now()) == "active", Public: k.Public, Facts: slices.Concat(facts(c, who, k), used, texts),
		Snippets: web.Snippets(c.BaseURL(), "$BODHI_KEY", exampleModel(k))}))
}

func (h *Handlers) disable(c *web.Context) error {
	return h.change(c, h.keys.Disable, "Key disabled. Requests with it are refused from now on.")
}

func (h *Handlers) enable(c *web.Context) error {
	return h.change(c, h.keys.Enable, "Key enabled.")
}

func (h *Handlers) change(c *web.Context, do func(context.Context, org.Actor, id.Key) error, done string) error {
	which, err := keyID(c)
	if err != nil {
		return err
	}
	if err := do(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	c.Flash(done)
	return c.See(root + "/" + which.String())
}

func (h *Handlers) delete(c *web.Context) error {
	which, err := keyID(c)
	if err != nil {
		return err
	}
	if err := h.keys.Delete(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	c.Flash("Key deleted.")
	return c.See(root)
}

func keyID(c *web.Context) (id.Key, error) {
	return web.Param(c, "id", id.ParseKey, error(key.Missing()))
}

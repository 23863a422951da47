package keyweb

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/key"
)

func (h *Handlers) editPage(c *web.Context, k key.Key) (views.EditPage, error) {
	if !key.Changeable(c.Actor(), k) {
		return views.EditPage{}, fault.New(fault.Forbidden, "forbidden", "You can change your own keys only. Ask your team lead.")
	}
	f := views.Fields{Name: k.Name, Expires: lastDay(k.ExpiresAt, c.Zone()), Models: strings.Join(k.Models, "\n"),
		Networks: strings.ReplaceAll(networks(k), ", ", "\n"), Endpoints: k.Endpoints.Names(),
		Tags: strings.Join(k.Tags, "\n"), Version: web.Version(k.UpdatedAt)}
	return views.EditPage{Shell: c.Shell("Edit "+k.Name, "keys"), Row: views.Row{ID: k.ID.String(), Name: k.Name}, Fields: f,
		Endpoints: endpointOptions(f.Endpoints)}, nil
}

func (h *Handlers) edit(c *web.Context) error {
	k, err := h.named(c)
	if err != nil {
		return err
	}
	page, err := h.editPage(c, k)
	if err != nil {
		return err
	}
	return c.Render(views.Edit(page))
}

func (h *Handlers) named(c *web.Context) (key.Key, error) {
	which, err := keyID(c)
	if err != nil {
		return key.Key{}, err
	}
	return h.keys.Get(c.Ctx(), c.Actor(), which)
}

func (h *Handlers) update(c *web.Context) error {
	k, err := h.named(c)
	if err != nil {
		return err
	}
	page, err := h.editPage(c, k)
	if err != nil {
		return err
	}
	fields := typed(c)
	in, err := edited(k, fields, c.Zone())
	in.Seen = c.Seen()
	if err == nil {
		_, err = h.keys.Edit(c.Ctx(), c.Actor(), k.ID, in)
	}
	if r, ok := web.Refused(err); ok {
		page.Fields, page.Error, page.Errors, page.Endpoints = fields, r.Form, r.Fields, endpointOptions(fields.Endpoints)
		return c.Invalid(views.Edit(page))
	}
	if err != nil {
		return err
	}
	c.Flash("Key saved.")
	return c.See(page.Row.Href())
}

// edited reads the form. A day that was not touched leaves the expiry as it is, to the second.
func edited(k key.Key, f views.Fields, zone *time.Location) (key.Edit, error) {
	models, networks, tags := lines(f.Models), lines(f.Networks), lines(f.Tags)
	in := key.Edit{Name: &f.Name, Models: &models, Networks: &networks, Endpoints: &f.Endpoints, Tags: &tags}
	if f.Expires == lastDay(k.ExpiresAt, zone) {
		return in, nil
	}
	at, err := expiry(f.Expires, zone)
	in.ExpiresAt = &at
	return in, err
}

func (h *Handlers) rotate(c *web.Context) error {
	which, err := keyID(c)
	if err != nil {
		return err
	}
	old, err := hours(c.FormValue("overlap_hours"))
	if err != nil {
		return err
	}
	made, err := h.keys.Rotate(c.Ctx(), c.Actor(), which, key.Rotation{Overlap: old, Public: c.FormValue("public")})
	if err != nil {
		return err
	}
	who, err := h.names(c, made.Key)
	if err != nil {
		return err
	}
	page := views.CreatedPage{Shell: c.Shell("The new secret", "keys"), Title: "The new secret", Row: row(c, who, made.Key), Note: "The old secret stopped."}
	if made.Key.Old.Works(c.Now()) {
		page.Note = "The old secret works until " + c.When(made.Key.Old.Until).Text + ". Change your apps before that."
	}
	return h.reveal(c, page, made)
}

// hours reads an overlap; "" is the usual one. The service knows the bounds.
func hours(text string) (time.Duration, error) {
	if text == "" {
		return key.DefaultOverlap, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return -1, fault.Field("overlap_hours", "Enter whole hours from 0 to 168.")
	}
	return overlap(n), nil
}

// overlap keeps what is far out of bounds from wrapping round into them; the service refuses it.
func overlap(hours int) time.Duration {
	if hours < 0 || hours > 1000 {
		return -1
	}
	return time.Duration(hours) * time.Hour
}

func (h *Handlers) revoke(c *web.Context) error {
	_ = c.FormValue("keys") // reads the form
	keys, err := keyIDs(c.Request().Form["keys"])
	if err != nil {
		return err
	}
	err = h.keys.RevokeUnused(c.Ctx(), c.Actor(), keys)
	if wrong, ok := web.Refused(err); ok {
		q := key.Query{Search: c.FormValue("q"), Limit: perPage, IdleSince: c.Now().Add(-key.Idle)}
		q.After, _ = id.ParseKey(c.FormValue("after")) // "" on the first page
		page, err := h.listPage(c, q)
		if err != nil {
			return err
		}
		page.Error = cmp.Or(wrong.Form, wrong.Fields["keys"])
		for i := range page.Rows {
			page.Rows[i].Ticked = slices.Contains(c.Request().Form["keys"], page.Rows[i].ID)
		}
		return c.Invalid(views.List(page))
	}
	if err != nil {
		return err
	}
	c.Flash(strconv.Itoa(len(keys)) + " unused keys revoked.")
	if len(keys) == 1 {
		c.Flash("1 unused key revoked.")
	}
	return c.See(root + "?unused=true")
}

func keyIDs(texts []string) ([]id.Key, error) {
	out := make([]id.Key, 0, len(texts))
	for _, text := range texts {
		k, err := id.ParseKey(text)
		if err != nil {
			return nil, key.Missing()
		}
		out = append(out, k)
	}
	return out, nil
}

// listQuery are the parameters of the API's list.
var listQuery = []web.Parameter{
	{Name: "q", Does: "Only keys with this in their name, or in the name of their member or service account, or with these last four letters.", Example: "laptop"},
	{Name: "unused", Does: "Only keys that were made more than 30 days ago and not used since then or for 30 days.", Values: []string{"true"}, Example: "true"},
}

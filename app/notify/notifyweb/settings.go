package notifyweb

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/notify"
)

// Wishes answer for how people want to be told.
type Wishes struct{ settings *notify.Settings }

// NewWishes makes the handlers.
func NewWishes(s *notify.Settings) *Wishes { return &Wishes{s} }

// Routes are the URLs of preferences, and of the link in letters, whose reader need not be logged in.
func (h *Wishes) Routes() []web.Route {
	const api = web.APIRoot + "inbox/preferences"
	return []web.Route{
		{Method: http.MethodGet, Path: notify.SettingsPath, Name: "inbox.settings", Guard: web.Person, Floor: org.Viewer, Handle: h.show},
		{Method: http.MethodPost, Path: notify.SettingsPath, Name: "inbox.prefer", Guard: web.Person, Floor: org.Viewer, Audit: "inbox.preferred", Handle: h.save},
		{Method: http.MethodGet, Path: notify.StopPath, Name: "unsubscribe.form", Guard: web.Open, Handle: h.stopForm},
		{Method: http.MethodPost, Path: notify.StopPath, Name: "unsubscribe.do", Guard: web.Open, Audit: "inbox.preferred", Handle: h.stop},

		{Method: http.MethodGet, Path: api, Name: "api.inbox.preferences", Does: "Show how one wants to be told.", Guard: web.Token, Floor: org.Viewer, Handle: h.apiShow, Out: preferencesJSON{}, Query: web.NoQuery},
		{Method: http.MethodPut, Path: api, Name: "api.inbox.prefer", Does: "Say how one wants to be told.", Guard: web.Token, Floor: org.Viewer, Audit: "inbox.preferred", Handle: h.apiSave, In: preferencesJSON{}, Out: preferencesJSON{}},
	}
}

// preferencesJSON is how a person wants to be told.
type preferencesJSON struct {
	NoMail          []string `json:"no_mail"`           // kinds of events without a letter
	NoInbox         []string `json:"no_inbox"`          // kinds of events that do not stand in the inbox
	Zone            string   `json:"zone"`              // IANA; "" = the organization's
	QuietFrom       string   `json:"quiet_from"`        // "22:00"; "" = letters at any time
	QuietTo         string   `json:"quiet_to"`          // "07:00"
	Digest          string   `json:"digest"`            // "", hourly or daily
	CoolDownMinutes int      `json:"cool_down_minutes"` // between two letters of a kind; 0 = none
}

func preferencesOut(p notify.Preferences) preferencesJSON {
	x := preferencesJSON{NoMail: words(p.NoMail), NoInbox: words(p.NoInbox), Zone: p.Zone, Digest: p.Digest, CoolDownMinutes: p.CoolDown}
	if p.QuietFrom != p.QuietTo {
		x.QuietFrom, x.QuietTo = clock(p.QuietFrom), clock(p.QuietTo)
	}
	return x
}

func clock(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

// minutes reads a time of the day; "" is midnight, as both empty mean that there is no quiet time.
func minutes(field, text string) (int, error) {
	if text == "" {
		return 0, nil
	}
	hour, minute, ok := strings.Cut(text, ":")
	h, wrong := strconv.Atoi(hour)
	m, bad := strconv.Atoi(minute)
	if !ok || wrong != nil || bad != nil || h < 0 || h > 23 || m < 0 || m > 59 {
		return 0, fault.Field(field, "Enter a time of the day like 22:00.")
	}
	return h*60 + m, nil
}

func (x preferencesJSON) preferences() (notify.Preferences, error) {
	p := notify.Preferences{NoMail: kindsOf(x.NoMail), NoInbox: kindsOf(x.NoInbox), Zone: x.Zone, Digest: x.Digest, CoolDown: x.CoolDownMinutes}
	if (x.QuietFrom == "") != (x.QuietTo == "") {
		return p, fault.Field("quiet_to", "Enter both times, or none.")
	}
	var err error
	if p.QuietFrom, err = minutes("quiet_from", x.QuietFrom); err != nil {
		return p, err
	}
	p.QuietTo, err = minutes("quiet_to", x.QuietTo)
	return p, err
}

func (h *Wishes) apiShow(c *web.Context) error {
	p, err := h.settings.Get(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, preferencesOut(p))
}

func (h *Wishes) apiSave(c *web.Context) error {
	in, err := web.Decode[preferencesJSON](c)
	if err != nil {
		return err
	}
	p, err := in.preferences()
	if err != nil {
		return err
	}
	if err := h.settings.Set(c.Ctx(), c.Actor(), p); err != nil {
		return err
	}
	return h.apiShow(c)
}

func (h *Wishes) show(c *web.Context) error {
	p, err := h.settings.Get(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	x := preferencesOut(p)
	f := views.SettingsFields{From: x.QuietFrom, To: x.QuietTo, Zone: x.Zone, Digest: x.Digest}
	if x.CoolDownMinutes > 0 {
		f.CoolDown = strconv.Itoa(x.CoolDownMinutes)
	}
	return c.Render(h.page(c, f, x.NoMail, x.NoInbox, web.Refusal{}))
}

func (h *Wishes) page(c *web.Context, f views.SettingsFields, noMail, noInbox []string, wrong web.Refusal) templ.Component {
	p := views.SettingsPage{Shell: c.Shell("What you are told", "inbox"), Fields: f, Home: c.Organization().Zone, Form: wrong.Form, Errors: wrong.Fields}
	for _, k := range notify.Kinds {
		one := views.Choice{Value: string(k), Label: k.Label(), Mail: !slices.Contains(noMail, string(k)), Inbox: !slices.Contains(noInbox, string(k))}
		if k.AtOnce() {
			one.Note = "Comes at once"
		}
		p.Kinds = append(p.Kinds, one)
	}
	return views.Settings(p)
}

func (h *Wishes) save(c *web.Context) error {
	v := func(name string) string { return strings.TrimSpace(c.FormValue(name)) }
	f := views.SettingsFields{From: v("quiet_from"), To: v("quiet_to"), Zone: v("zone"), Digest: v("digest"), CoolDown: v("cool_down")}
	x := preferencesJSON{Zone: f.Zone, QuietFrom: f.From, QuietTo: f.To, Digest: f.Digest}
	for _, k := range notify.Kinds {
		if !slices.Contains(c.Request().Form["mail"], string(k)) {
			x.NoMail = append(x.NoMail, string(k))
		}
		if !slices.Contains(c.Request().Form["inbox"], string(k)) {
			x.NoInbox = append(x.NoInbox, string(k))
		}
	}
	var err error
	if f.CoolDown != "" {
		if x.CoolDownMinutes, err = strconv.Atoi(f.CoolDown); err != nil {
			err = fault.Field("cool_down", "Enter 0 to 1440 minutes.")
		}
	}
	var p notify.Preferences
	if err == nil {
		p, err = x.preferences()
	}
	if err == nil {
		err = h.settings.Set(c.Ctx(), c.Actor(), p)
	}
	if wrong, ok := web.Refused(err); ok {
		return c.Invalid(h.page(c, f, x.NoMail, x.NoInbox, wrong))
	}
	if err != nil {
		return err
	}
	c.Flash("Saved.")
	return c.See("/inbox")
}

// link is what a letter's link carries.
func link(c *web.Context) (token, kinds, until string) {
	return c.FormValue("t"), c.FormValue("k"), c.FormValue("e")
}

func (h *Wishes) stopForm(c *web.Context) error {
	token, kinds, until := link(c)
	what, err := h.settings.Stopping(c.Ctx(), token, kinds, until)
	if err != nil {
		return err
	}
	return c.Render(views.Stop(stopPage(c, what, false)))
}

func stopPage(c *web.Context, what notify.Stopping, done bool) views.StopPage {
	s := c.Shell("Letters", "")
	s.OrgName, s.OrgSlug = "", "" // its reader need not be logged in, whoever may be
	token, kinds, until := link(c)
	p := views.StopPage{Shell: s, Email: what.Member.Email, Action: notify.StopPath + "?" + url.Values{"t": {token}, "k": {kinds}, "e": {until}}.Encode(), Done: done}
	for _, k := range what.Kinds {
		p.Kinds = append(p.Kinds, k.Label())
	}
	return p
}

// stop is pressed by a person, or by their mail program (RFC 8058), which has no cookies and no page.
func (h *Wishes) stop(c *web.Context) error {
	token, kinds, until := link(c)
	what, err := h.settings.Stop(c.Ctx(), c.Stranger(""), token, kinds, until)
	if err != nil {
		return err
	}
	return c.Render(views.Stop(stopPage(c, what, true)))
}

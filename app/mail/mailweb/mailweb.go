// Package mailweb lays letters out, and shows the mailbox of a machine without a mail server.
package mailweb

import (
	"net/http"
	"regexp"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/mail"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/mail"
)

// root is where the mailbox is.
const root = "/dev/mail"

// Box answers for the mailbox. Its pages show live links to whoever asks, so app mounts them only where nobody but this
// machine can ask.
type Box struct{ box mail.Box }

// NewBox makes the handlers.
func NewBox(box mail.Box) *Box { return &Box{box} }

// Routes are the mailbox's URLs.
func (h *Box) Routes() []web.Route {
	return []web.Route{
		{Method: http.MethodGet, Path: root, Name: "dev.mail.list", Guard: web.Open, Handle: h.list},
		{Method: http.MethodPost, Path: root + "/empty", Name: "dev.mail.empty", Guard: web.Open, Audit: "none: the development mailbox is no tenant's", Handle: h.empty},
		{Method: http.MethodGet, Path: root + "/:id", Name: "dev.mail.show", Guard: web.Open, Handle: h.show},
		{Method: http.MethodGet, Path: root + "/:id/html", Name: "dev.mail.html", Guard: web.Open, Handle: h.html},
	}
}

func (h *Box) list(c *web.Context) error {
	all, err := h.box.List()
	if err != nil {
		return err
	}
	page := views.BoxPage{Shell: c.Shell("Mailbox", "")}
	for _, m := range all {
		page.Rows = append(page.Rows, row(c, m))
	}
	return c.Render(views.Box(page))
}

func row(c *web.Context, m mail.Boxed) views.BoxRow {
	return views.BoxRow{Href: root + "/" + m.Name, Subject: m.Subject, To: m.To, Sent: c.When(m.At)}
}

var link = regexp.MustCompile(`https?://\S+`)

func (h *Box) show(c *web.Context) error {
	m, err := h.open(c)
	if err != nil {
		return err
	}
	r := row(c, m)
	return c.Render(views.Show(views.LetterPage{Shell: c.Shell(m.Subject, ""), BoxRow: r, Text: m.Text, Links: link.FindAllString(m.Text, -1), HTML: r.Href + "/html"}))
}

// html shows the letter as mail clients do, under a policy of its own: its styles are inline, and nothing else may run.
func (h *Box) html(c *web.Context) error {
	m, err := h.open(c)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "+
		"sandbox allow-top-navigation-by-user-activation allow-popups")
	return c.HTML(http.StatusOK, m.HTML)
}

func (h *Box) open(c *web.Context) (mail.Boxed, error) {
	m, ok, err := h.box.Open(c.Param("id"))
	if err == nil && !ok {
		err = fault.New(fault.NotFound, "not_found", "There is no such letter in the mailbox.")
	}
	return m, err
}

func (h *Box) empty(c *web.Context) error {
	if err := h.box.Empty(); err != nil {
		return err
	}
	c.Flash("The mailbox is empty.")
	return c.See(root)
}

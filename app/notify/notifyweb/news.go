package notifyweb

import (
	"context"
	"io"
	"net/http"

	"github.com/a-h/templ"

	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/notify"
)

// News is the page of what is new. HTML is the changelog, made of our own file and never of input, when somebody first reads it.
type News struct {
	Inbox   *notify.Service
	Version string
	HTML    func() (string, error)
}

// Routes are its URLs.
func (n News) Routes() []web.Route {
	return []web.Route{{Method: http.MethodGet, Path: "/whats-new", Name: "news.show", Guard: web.Person, Floor: org.Viewer, Handle: n.show}}
}

// show also takes the mark beside the entry of the navigation away, until the next version.
func (n News) show(c *web.Context) error {
	if err := n.Inbox.See(c.Ctx(), c.Actor(), n.Version); err != nil {
		return err
	}
	html, err := n.HTML()
	if err != nil {
		return err
	}
	return c.Render(views.News(c.Shell("What’s new", "news"), n.Version, templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, html)
		return err
	})))
}

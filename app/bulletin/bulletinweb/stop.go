package bulletinweb

import (
	"context"
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// stops are the URLs by which readers stop a report for themselves, and get it again.
func (h *Handlers) stops() []web.Route {
	const one, api = root + "/:id", web.APIRoot + "reports/:id"
	return []web.Route{
		{Method: http.MethodPost, Path: one + "/stop", Name: "reports.stop", Guard: web.Person, Floor: org.Viewer, Audit: "report.stopped", Handle: h.stop},
		{Method: http.MethodPost, Path: one + "/resume", Name: "reports.resume", Guard: web.Person, Floor: org.Viewer, Audit: "report.resumed", Handle: h.resume},
		{Method: http.MethodPost, Path: api + "/stop", Name: "api.reports.stop", Guard: web.Token, Floor: org.Viewer, Audit: "report.stopped", Handle: h.apiStop, In: web.None{}, Out: web.None{},
			Does: "Get no more copies of a report, whoever else gets it. The token's person is who stops it for themselves."},
		{Method: http.MethodPost, Path: api + "/resume", Name: "api.reports.resume", Guard: web.Token, Floor: org.Viewer, Audit: "report.resumed", Handle: h.apiResume, In: web.None{}, Out: web.None{},
			Does: "Get copies of a report again that was stopped."},
	}
}

func (h *Handlers) stop(c *web.Context) error {
	return h.said(c, h.reports.Stop, "You get no more copies of this report.")
}

func (h *Handlers) resume(c *web.Context) error {
	return h.said(c, h.reports.Resume, "You get this report again, if you are among those it goes to.")
}

// said makes a change of the reader's own and leads back to the report.
func (h *Handlers) said(c *web.Context, do func(context.Context, org.Actor, id.Report) error, flash string) error {
	which, err := reportID(c)
	if err != nil {
		return err
	}
	if err := do(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	c.Flash(flash)
	return c.See(reportPath(which))
}

func (h *Handlers) apiStop(c *web.Context) error { return h.saidByToken(c, h.reports.Stop) }

func (h *Handlers) apiResume(c *web.Context) error { return h.saidByToken(c, h.reports.Resume) }

func (h *Handlers) saidByToken(c *web.Context, do func(context.Context, org.Actor, id.Report) error) error {
	which, err := reportID(c)
	if err != nil {
		return err
	}
	if err := do(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

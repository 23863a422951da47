package operatorweb

import (
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/web"
)

// jobRoutes serve the queue's own pages and the API that they use. Reading it changes nothing; each other method is noted first.
func (h *Handlers) jobRoutes() []web.Route {
	path := root + "/jobs"
	out := []web.Route{{Method: http.MethodGet, Path: path, Name: "operator.jobs", Guard: web.Operator, Handle: func(c *web.Context) error { return c.See(path + "/") }}}
	for method, name := range map[string]string{http.MethodGet: "", http.MethodPost: "_post", http.MethodPut: "_put", http.MethodPatch: "_patch"} {
		r := web.Route{Method: method, Path: path + "/*", Name: "operator.queue" + name, Guard: web.Operator, Handle: h.queue}
		if method != http.MethodGet {
			r.Audit = "jobs.changed"
		}
		out = append(out, r)
	}
	return out
}

func (h *Handlers) queue(c *web.Context) error {
	if c.Request().Method != http.MethodGet {
		if err := h.Service.ChangeJobs(c.Ctx(), c.Operator(), c.Request().Method+" "+c.Param("*")); err != nil {
			return err
		}
	}
	c.LoosenPolicy()
	h.Jobs.ServeHTTP(c.Response(), c.Request())
	return nil
}

package operatorweb

import (
	"bytes"
	"net/http"
	"strings"

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
	w := &linked{ResponseWriter: c.Response()}
	h.Jobs.ServeHTTP(w, c.Request())
	return w.finish()
}

// linked passes an answer on, and puts a way back to the console into it if it is a page: the queue's own know nothing of us.
type linked struct {
	http.ResponseWriter
	status int
	page   *bytes.Buffer // nil = it is none
}

// WriteHeader implements http.ResponseWriter.
func (l *linked) WriteHeader(status int) {
	if l.status != 0 {
		return
	}
	l.status = status
	if strings.HasPrefix(l.Header().Get("Content-Type"), "text/html") {
		l.page = &bytes.Buffer{}
		l.Header().Del("Content-Length")
		return
	}
	l.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (l *linked) Write(p []byte) (int, error) {
	if l.status == 0 {
		l.WriteHeader(http.StatusOK)
	}
	if l.page != nil {
		return l.page.Write(p)
	}
	return l.ResponseWriter.Write(p)
}

// back is styled where it stands, in the system's own colours: the pages have their style sheet, and may style themselves.
const back = `<a href="` + root + `" style="position:fixed;right:1rem;bottom:1rem;z-index:60;padding:.5rem .75rem;border:1px solid;border-radius:.5rem;` +
	`font:500 .875rem/1.25rem system-ui,sans-serif;color-scheme:light dark;background:Canvas;color:CanvasText">Operator console</a>`

// finish sends a page that was held back, with the link before its end.
func (l *linked) finish() error {
	if l.page == nil {
		return nil
	}
	l.ResponseWriter.WriteHeader(l.status)
	_, err := l.ResponseWriter.Write(bytes.Replace(l.page.Bytes(), []byte("</body>"), []byte(back+"</body>"), 1))
	return err
}

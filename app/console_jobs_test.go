package app

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// TestTheQueuesPagesWorkAndAloneAreLoose asks for the job queue's own pages on either database, and looks at the policy of every
// other page: what they may, no other may.
func TestTheQueuesPagesWorkAndAloneAreLoose(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLiteURL, "postgres": dbtest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := operate(t, url(t))
			must(t, o.a.queuePages.Start(t.Context()))
			loose := o.queuesPages()
			for _, r := range o.a.console().Console() {
				if r.Method == http.MethodGet && !strings.HasPrefix(r.Name, "operator.queue") {
					o.strict(loose, r, func(q *http.Request) { q.AddCookie(o.cookie) })
				}
			}
			for _, r := range o.s.Routes {
				if r.Method == http.MethodGet {
					o.strict(loose, r, func(q *http.Request) { o.s.As(t, q, org.Admin) })
				}
			}
		})
	}
}

// queuesPages goes through them as an operator does, and gives their policy.
func (o operated) queuesPages() (policy string) {
	o.t.Helper()
	page := o.in(http.MethodGet, web.OperatorRoot+"/jobs/", nil)
	policy = page.Header().Get("Content-Security-Policy")
	text := page.Body.String()
	if page.Code != http.StatusOK || !strings.Contains(policy, "'unsafe-inline'") || strings.Contains(policy, "unsafe-eval") || !strings.Contains(policy, "script-src 'self';") {
		o.t.Fatalf("the queue's page: %d under %q", page.Code, policy)
	}
	if !strings.Contains(text, `<a href="`+web.OperatorRoot+`"`) || strings.Count(text, "</body>") != 1 || !strings.HasSuffix(strings.TrimSpace(text), "</html>") {
		o.t.Errorf("the queue's page leads nowhere: %s", text)
	}
	for _, file := range regexp.MustCompile(`(?:src|href)="(/operator/jobs/[^"]+)"`).FindAllStringSubmatch(text, -1) {
		if w := o.in(http.MethodGet, file[1], nil); w.Code != http.StatusOK || strings.Contains(w.Body.String(), "<html") {
			o.t.Errorf("%s: %d", file[1], w.Code)
		}
	}
	before := o.entries()
	for _, path := range []string{"/api/states", "/api/jobs?state=available&limit=20", "/api/queues?limit=20", "/api/features"} {
		w := o.in(http.MethodGet, web.OperatorRoot+"/jobs"+path, nil)
		var said map[string]any
		if w.Code != http.StatusOK || json.Unmarshal(w.Body.Bytes(), &said) != nil || strings.Contains(w.Body.String(), web.OperatorRoot) {
			o.t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	if o.entries() != before {
		o.t.Error("reading jobs was noted as if it had changed something")
	}
	return policy
}

// strict fails if a page may what the queue's pages may.
func (o operated) strict(loose string, r web.Route, who func(*http.Request)) {
	o.t.Helper()
	w := o.ask(r.Method, o.filled(r), nil, who)
	if got := w.Header().Get("Content-Security-Policy"); got == "" || got == loose || strings.Contains(got, "'unsafe-inline'") && strings.Contains(got, "script-src") {
		o.t.Errorf("%s (%d) has the policy %q", r.Name, w.Code, got)
	}
}

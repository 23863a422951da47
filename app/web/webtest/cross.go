package webtest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// elsewhere is how browsers say that a form was sent by another site.
var elsewhere = [][2]string{
	{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Sec-Fetch-Site", "none-of-these"},
	{"Origin", "https://evil.test"}, {"Origin", "null"}, {"Origin", "http://127.0.0.1:8081"},
}

// Cross sends every form of the dashboard, of the pages before the log-in and of the operators' console as another site would make
// an admin's browser send it: with the session, and with fields that are right. Each is refused, and nothing of the organization changes.
func Cross(t testing.TB, s *Site) {
	t.Helper()
	sent, before := 0, s.Entries(t, s.Home.Org)
	cookie := s.cookie(t, &s.Home, org.Admin)
	for _, r := range s.Routes {
		if r.Method == http.MethodGet || r.Guard == web.Token || r.Guard == web.SCIM {
			continue
		}
		form, _ := s.form(t, r, s.Home.Things)
		for _, h := range elsewhere {
			q := httptest.NewRequest(r.Method, s.Path(t, r), strings.NewReader(form.Encode()))
			q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			q.Header.Set(h[0], h[1])
			q.AddCookie(cookie)
			w := httptest.NewRecorder()
			s.Handler.ServeHTTP(w, q)
			if sent++; w.Code != http.StatusForbidden {
				t.Errorf("%s with %s: %s: %d, want 403", r.Name, h[0], h[1], w.Code)
			}
		}
	}
	if after := s.Entries(t, s.Home.Org); after != before {
		t.Errorf("other sites made %d changes", after-before)
	}
	if sent < fewestCrossed {
		t.Errorf("%d forms were sent: the test looks in the wrong place", sent)
	}
	t.Logf("%d forms from other sites, none taken", sent)
}

const fewestCrossed = 1200

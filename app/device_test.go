package app

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/client"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// TestTheCommandLineLogsInThroughTheBrowser begins as bodhi login does, confirms as a person does, and uses the token.
func TestTheCommandLineLogsInThroughTheBrowser(t *testing.T) {
	t.Parallel()
	s := furnish(t, dbtest.SQLiteURL(t))
	server := httptest.NewServer(s.Handler)
	t.Cleanup(server.Close)
	l, err := client.StartLogin(t.Context(), server.URL, "bodhi on laptop")
	must(t, err)
	cookie := webtest.LogIn(t, s.Handler, s.Home.Email[org.Lead], s.Home.Password)
	browser := func(method, path string, form url.Values) *httptest.ResponseRecorder {
		q := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
		if method == http.MethodPost {
			q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		q.AddCookie(cookie)
		w := httptest.NewRecorder()
		s.Handler.ServeHTTP(w, q)
		return w
	}
	page := browser(http.MethodGet, "/device?code="+l.UserCode, nil)
	if page.Code != 200 || !strings.Contains(page.Body.String(), l.UserCode) || !strings.Contains(page.Body.String(), "bodhi on laptop") || !strings.Contains(page.Body.String(), "If somebody sent it to you, refuse") {
		t.Errorf("%d %s", page.Code, page.Body)
	}
	if w := browser(http.MethodGet, "/device?code=BBBB-BBBB", nil); w.Code != 422 || !strings.Contains(w.Body.String(), "No log-in waits under this code") {
		t.Errorf("a wrong code: %d", w.Code)
	}
	l.Interval = 1
	if w := browser(http.MethodPost, "/device/approve", url.Values{"code": {l.UserCode}}); w.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	token, err := l.Wait(t.Context())
	must(t, err)
	c, err := client.New(server.URL, token)
	must(t, err)
	me, err := c.Whoami().Show(t.Context(), nil)
	if err != nil || me.Role != "lead" || me.Actor != s.Home.Email[org.Lead] {
		t.Errorf("%+v, %v", me, err)
	}
	if _, err := l.Wait(t.Context()); err == nil || !strings.Contains(err.Error(), "invalid_grant") {
		t.Errorf("a second token: %v", err)
	}
	refused, err := client.StartLogin(t.Context(), server.URL, "x")
	must(t, err)
	refused.Interval = 1
	browser(http.MethodPost, "/device/deny", url.Values{"code": {refused.UserCode}})
	if _, err := refused.Wait(t.Context()); err != client.ErrRefused {
		t.Errorf("refused: %v", err)
	}
}

package keyweb_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/identity/identityweb"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/key/keyweb"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

var pattern = regexp.MustCompile(secret.TokenPattern)

type site struct {
	t *testing.T
	h *webtest.House
	x webtest.Tenant
	http.Handler
}

func newSite(t *testing.T) *site {
	t.Helper()
	h := webtest.NewHouse(t, dbtest.SQLite(t))
	routes := slices.Concat(identityweb.New(h.Identity, h.Factors, h.SSO).Routes(), keyweb.New(h.Keys, h.Identity, nil, nil).Routes())
	return &site{t, h, h.Found(t, "Acme"), h.Serve(t, routes)}
}

// as sends a form, or reads with a nil one, as the member of a role.
func (s *site) as(r org.Role) func(path string, form url.Values) *httptest.ResponseRecorder {
	s.t.Helper()
	cookie := webtest.LogIn(s.t, s, s.x.Members[r].Email, webtest.Password)
	return func(path string, form url.Values) *httptest.ResponseRecorder {
		q := httptest.NewRequest(http.MethodGet, path, nil)
		if form != nil {
			q = httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
			q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		q.AddCookie(cookie)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, q)
		return w
	}
}

func TestAKeyIsShownOnceAndManagedAfterwards(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	dev := s.as(org.Developer)
	if w := dev("/keys", nil); w.Code != 200 || !strings.Contains(w.Body.String(), "No keys yet") || !strings.Contains(w.Body.String(), `href="/keys/new"`) {
		t.Fatalf("the empty list: %d", w.Code)
	}
	form := dev("/keys/new", nil).Body.String()
	if !strings.Contains(form, ">Me<") || strings.Contains(form, "Member lead") || strings.Contains(form, `name="account"`) {
		t.Error("a developer is offered more than keys for themselves")
	}
	me, team := s.x.Members[org.Developer].ID.String(), s.x.Team.String()
	bad := dev("/keys", url.Values{"name": {""}, "team": {team}, "owner": {me}, "networks": {"x"}, "expires": {"2001-01-01"}, "models": {"smart"}})
	for _, text := range []string{"Enter a name for the key.", "is not an address or range", "time in the future", ">smart<"} {
		if bad.Code != 422 || !strings.Contains(bad.Body.String(), text) {
			t.Errorf("a wrong form: %d without %q", bad.Code, text)
		}
	}
	made := dev("/keys", url.Values{"name": {"laptop"}, "team": {team}, "owner": {me}, "expires": {"2099-01-31"}, "models": {"smart\r\nfast"}})
	text := pattern.FindString(made.Body.String())
	if made.Code != 200 || text == "" || !strings.Contains(made.Body.String(), "http://127.0.0.1:8080/t/acme/v1") || made.Header().Get("Cache-Control") != "no-store" {
		t.Fatalf("created: %d, %v", made.Code, made.Header())
	}
	s.h.Refresh(t)
	g, err := s.h.Desk.Authenticate(text)
	if err != nil || g.ExpiresAt.Format("2006-01-02 15:04") != "2099-02-01 00:00" || len(g.Models) != 2 {
		t.Fatalf("got %+v, %v", g, err)
	}
	path := "/keys/" + g.Chain.Key.String()
	for _, p := range []string{"/keys", path} {
		w := dev(p, nil)
		if w.Code != 200 || !strings.Contains(w.Body.String(), "laptop") || pattern.MatchString(w.Body.String()) {
			t.Errorf("%s: %d, or the secret again", p, w.Code)
		}
	}
	for _, step := range []struct{ do, lands, shows string }{{"disable", path, "Disabled"}, {"enable", path, "Active"}, {"delete", "/keys", "Key deleted."}} {
		w := dev(path+"/"+step.do, url.Values{})
		if w.Code != 303 || w.Header().Get("Location") != step.lands {
			t.Fatalf("%s: %d to %q", step.do, w.Code, w.Header().Get("Location"))
		}
		if w := dev(step.lands, nil); !strings.Contains(w.Body.String(), step.shows) {
			t.Errorf("after %s the page does not say %q", step.do, step.shows)
		}
	}
	if w := dev(path, nil); w.Code != 404 {
		t.Errorf("the deleted key: %d", w.Code)
	}
}

func TestViewersSeeKeysWithoutButtons(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	lead := s.as(org.Lead)
	made := lead("/keys", url.Values{"name": {"ci"}, "team": {s.x.Team.String()}, "owner": {""}, "account": {"build server"}})
	if made.Code != 200 {
		t.Fatalf("%d %s", made.Code, made.Body)
	}
	s.h.Refresh(t)
	g, err := s.h.Desk.Authenticate(pattern.FindString(made.Body.String()))
	if err != nil {
		t.Fatal(err)
	}
	page := s.as(org.Viewer)("/keys/"+g.Chain.Key.String(), nil)
	if page.Code != 200 || strings.Contains(page.Body.String(), "/disable") || !strings.Contains(page.Body.String(), "build server (service)") {
		t.Fatalf("%d", page.Code)
	}
}

func TestTheAPIMakesListsAndDeletesKeys(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	tokenText, _, err := s.h.Identity.CreateToken(t.Context(), s.x.Actor(org.Admin), identity.NewToken{Name: "ci", Role: org.Admin})
	if err != nil {
		t.Fatal(err)
	}
	call := func(method, path, body string, out any) int {
		q := httptest.NewRequest(method, "/api/v1/keys"+path, strings.NewReader(body))
		q.Header.Set("Authorization", "Bearer "+tokenText.Reveal())
		w := httptest.NewRecorder()
		s.ServeHTTP(w, q)
		if out != nil {
			if err := json.Unmarshal(w.Body.Bytes(), out); err != nil {
				t.Fatalf("%s %s: %v in %s", method, path, err, w.Body)
			}
		}
		return w.Code
	}
	type keyOut struct{ ID, Secret, Status, Account string }
	var ids []string
	for range 3 {
		var k keyOut
		if code := call("POST", "", `{"name":"ci","team":"`+s.x.Team.String()+`","account":"build"}`, &k); code != 201 || !pattern.MatchString(k.Secret) {
			t.Fatalf("create: %d %+v", code, k)
		}
		ids = append(ids, k.ID)
	}
	var problem struct {
		Code   string
		Errors []struct{ Field, Detail string }
	}
	if code := call("POST", "", `{"networks":["x"]}`, &problem); code != 400 || problem.Code != "invalid_request" || len(problem.Errors) != 4 {
		t.Errorf("a wrong body: %d %+v", code, problem)
	}
	var page struct {
		Data []keyOut
		Next string
	}
	call("GET", "?limit=2", "", &page)
	if len(page.Data) != 2 || page.Data[0].ID != ids[2] || page.Next != ids[1] || page.Data[0].Secret != "" {
		t.Fatalf("first page: %+v", page)
	}
	next := page.Next
	page.Next = ""
	if call("GET", "?limit=2&after="+next, "", &page); len(page.Data) != 1 || page.Data[0].ID != ids[0] || page.Next != "" {
		t.Fatalf("second page: %+v", page)
	}
	var one keyOut
	if code := call("POST", "/"+ids[0]+"/disable", "", &one); code != 200 || one.Status != "disabled" {
		t.Errorf("disable: %d %+v", code, one)
	}
	if code := call("DELETE", "/"+ids[0], "", nil); code != 204 {
		t.Errorf("delete: %d", code)
	}
	if code := call("GET", "/"+ids[0], "", &problem); code != 404 || problem.Code != "not_found" {
		t.Errorf("after deletion: %d %+v", code, problem)
	}
	if code := call("GET", "?limit=0", "", &problem); code != 400 {
		t.Errorf("a silly limit: %d", code)
	}
}

// texts keeps what is said for so many days.
type texts int

func (d texts) Days(context.Context, org.Actor, id.Team) (int, error) { return int(d), nil }

func TestAKeySaysForHowLongItsTextsAreKept(t *testing.T) {
	t.Parallel()
	for days, says := range map[texts]string{0: "not kept", 1: "kept for 1 day, encrypted", 30: "kept for 30 days, encrypted"} {
		h := webtest.NewHouse(t, dbtest.SQLite(t))
		h.Passwordless = true
		x := h.Found(t, "Acme")
		made, err := h.Keys.Create(t.Context(), x.Actor(org.Admin), key.Input{Name: "laptop", Team: x.Team, Member: x.Members[org.Developer].ID})
		if err != nil {
			t.Fatal(err)
		}
		browser := webtest.As(t, h.Serve(t, append(keyweb.New(h.Keys, h.Identity, nil, days).Routes(), webtest.Enter())), x.Members[org.Developer])
		if p := browser.Get("/keys/" + made.Key.ID.String()); p.Status != http.StatusOK || !p.Has(says) {
			t.Errorf("%d: %d without %q", days, p.Status, says)
		}
	}
}

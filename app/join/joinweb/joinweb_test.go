package joinweb_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity/identityweb"
	"github.com/bodhi-gateway/bodhi/app/join"
	"github.com/bodhi-gateway/bodhi/app/join/joinweb"
	"github.com/bodhi-gateway/bodhi/app/mail/mailtest"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// records is a DNS with these TXT records.
type records map[string]string

func (r records) LookupTXT(_ context.Context, name string) ([]string, error) {
	if v, ok := r[name]; ok {
		return []string{v}, nil
	}
	return nil, &net.DNSError{Err: "no such host", IsNotFound: true}
}

type site struct {
	*webtest.House
	webtest.Tenant
	t       *testing.T
	handler http.Handler
	office  *mailtest.Office
	dns     records
}

func serve(t *testing.T) *site {
	t.Helper()
	d := dbtest.SQLite(t)
	h := webtest.NewHouse(t, d)
	s := &site{House: h, Tenant: h.Found(t, "Acme"), t: t, office: mailtest.New(t, d, h.Clock, h.IDs, h.Master), dns: records{}}
	joining := join.New(join.Parts{Store: db.NewJoinStore(d), Orgs: db.NewOrgStore(d), People: h.Identity, Post: s.office.Post, Links: s.office.Links, Tx: d,
		Audit: h.Audit, DNS: s.dns, Clock: h.Clock, IDs: h.IDs, Log: slog.New(slog.DiscardHandler)})
	for k, c := range joining.Composers() {
		s.office.Courier.Composers[k] = c
	}
	s.handler = h.Serve(t, append(append(joinweb.New(joining, h.Identity, true).Routes(), identityweb.New(h.Identity, h.Factors, h.SSO).Routes()...), webtest.Enter()))
	return s
}

// stranger sends a form, or asks for a page, without a session.
func (s *site) stranger(path string, form url.Values) webtest.Page {
	method := http.MethodGet
	if form != nil {
		method = http.MethodPost
	}
	q := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, q)
	return webtest.Page{Status: w.Code, Location: w.Header().Get("Location"), Body: w.Body.String()}
}

func (s *site) want(what string, p webtest.Page, status int, texts ...string) {
	s.t.Helper()
	if p.Status != status || !p.Has(texts...) {
		s.t.Fatalf("%s: %d to %q, want %d with %q\n%s", what, p.Status, p.Location, status, texts, p.Body)
	}
}

func TestALeadInvitesAColleagueWhoComesIn(t *testing.T) {
	t.Parallel()
	s := serve(t)
	lead := webtest.As(t, s.handler, s.Members[org.Lead])
	s.want("an empty list", lead.Get("/invitations"), 200, "Nobody is invited yet")
	s.want("the form", lead.Get("/invitations/new"), 200, "No mail server is set", "General", "Developer")
	if p := lead.Get("/invitations/new"); p.Has(`value="admin"`) || p.Has(`value="lead"`) || p.Has(">Other<") {
		t.Error("the form offers what a lead may not give")
	}
	form := url.Values{"way": {"mail"}, "email": {"nope"}, "name": {`Ada "<b>"`}, "role": {"developer"}, "team": {s.Team.String()}}
	s.want("no address", lead.Post("/invitations", form), 422, "e-mail address like", `value="nope"`, "Ada &#34;&lt;b&gt;&#34;", `checked`)
	form.Set("email", "")
	s.want("an empty address", lead.Post("/invitations", form), 422, "or choose a link")
	form.Set("email", "ada@acme.test")
	form.Set("role", "admin")
	s.want("more than a lead may give", lead.Post("/invitations", form), 422, "roles below your own")
	form.Set("role", "developer")
	form.Set("team", s.Other.String())
	s.want("another's team", lead.Post("/invitations", form), 404)
	form.Set("team", s.Team.String())
	form.Set("name", "Ada")
	s.want("a good form", lead.Post("/invitations", form), 303)
	s.want("the list", lead.Get("/invitations"), 200, "ada@acme.test", "Open", "The letter is on its way", "Send again", "Revoke")
	token := mailtest.Token(t, s.office.One(t, "ada@acme.test"))
	if p := lead.Get("/invitations"); p.Has("on its way") || p.Has(token) {
		t.Error("the list shows the link, or does not know that the letter is sent")
	}
	s.want("the letter's page", s.stranger("/invitation?t="+token, nil), 200, "Join Acme", "lead@acme.test", `value="ada@acme.test"`, "readonly", `value="Ada"`)
	s.want("a bad password", s.stranger("/invitation", url.Values{"t": {token}, "name": {"Ada L"}, "password": {"short"}}), 422, "at least 12 characters", `value="Ada L"`)
	joined := s.stranger("/invitation", url.Values{"t": {token}, "name": {"Ada L"}, "email": {"eve@evil.test"}, "password": {webtest.Password}})
	if joined.Status != 303 || joined.Location != "/log-in" {
		t.Fatalf("joined: %d to %q", joined.Status, joined.Location)
	}
	s.want("log-in", s.stranger("/log-in", url.Values{"email": {"ada@acme.test"}, "password": {webtest.Password}}), 303)
	s.want("the link again", s.stranger("/invitation?t="+token, nil), 404, "accepted already")
	s.want("a forged link", s.stranger("/invitation?t=x", nil), 404, "leads nowhere any more")
	s.want("the list says so", lead.Get("/invitations"), 200, "Accepted")
}

func TestALinkIsShownToItsAuthor(t *testing.T) {
	t.Parallel()
	s := serve(t)
	admin := webtest.As(t, s.handler, s.Members[org.Admin])
	p := admin.Post("/invitations", url.Values{"way": {"link"}, "role": {"viewer"}})
	if p.Status != 303 {
		t.Fatalf("%d %s", p.Status, p.Body)
	}
	s.want("the link", admin.Get(p.Location), 200, "http://127.0.0.1:8080/invitation?t=", "Whoever holds this link")
	s.want("revoking", admin.Post(p.Location+"/revoke", nil), 303)
	s.want("the link, revoked", admin.Get(p.Location), 200, "no link to hand over")
	s.want("revoking again", admin.Post(p.Location+"/revoke", nil), 409, "accepted or revoked already")
}

func TestAColleagueAsksToJoinThroughTheDomain(t *testing.T) {
	t.Parallel()
	s := serve(t)
	admin := webtest.As(t, s.handler, s.Members[org.Admin])
	s.want("no domain yet", admin.Get("/join-requests"), 200, "Claim a domain")
	s.want("nonsense", admin.Post("/domains", url.Values{"domain": {"nope"}}), 422, "Enter a domain like", `value="nope"`)
	p := admin.Post("/domains", url.Values{"domain": {"corp.example"}})
	s.want("the claim", p, 303)
	page := admin.Get(p.Location)
	s.want("the record", page, 200, "_bodhi.corp.example", "bodhi-verification=", "Not proved yet")
	s.want("no record", admin.Post(p.Location+"/check", nil), 422, "There is no TXT record")
	s.want("auto without proof", admin.Post(p.Location+"/admission", url.Values{"auto": {"on"}, "role": {"viewer"}}), 422, "Prove first")
	_, value, _ := strings.Cut(page.Body, "bodhi-verification=")
	s.dns["_bodhi.corp.example."] = "bodhi-verification=" + value[:26]
	s.want("the record is there", admin.Post(p.Location+"/check", nil), 303)
	s.want("settings", admin.Post(p.Location+"/admission", url.Values{"requests": {"on"}, "role": {"viewer"}, "team": {s.Team.String()}}), 303)
	s.want("the list", admin.Get("/domains"), 200, "corp.example", "Yours", "may ask to join")

	s.want("the door", s.stranger("/join?email=eve@corp.example", nil), 200, `value="eve@corp.example"`)
	s.want("asking", s.stranger("/join", url.Values{"email": {"eve@corp.example"}}), 200, "Look into your inbox")
	token := mailtest.Token(t, s.office.One(t, "eve@corp.example"))
	s.want("the letter's page", s.stranger("/join/confirm?t="+token, nil), 200, "Ask to join Acme")
	s.want("no name", s.stranger("/join/confirm", url.Values{"t": {token}, "note": {"hello"}}), 422, "Enter your name", "hello")
	s.want("a name", s.stranger("/join/confirm", url.Values{"t": {token}, "name": {"Eve <i>"}}), 200, "Your request is sent")
	s.office.One(t, s.Members[org.Admin].Email)
	list := admin.Get("/join-requests")
	s.want("the request", list, 200, "Eve &lt;i&gt;", "eve@corp.example", "Let them in", "checked")
	_, rest, _ := strings.Cut(list.Body, "/join-requests/")
	which, _, _ := strings.Cut(rest, "/")
	s.want("a wrong role", admin.Post("/join-requests/"+which+"/approve", url.Values{"role": {"owner"}}), 422, "Choose a role")
	s.want("let in", admin.Post("/join-requests/"+which+"/approve", url.Values{"role": {"developer"}, "team": {s.Team.String()}}), 303)
	s.office.One(t, "eve@corp.example")
	s.want("refused too late", admin.Post("/join-requests/"+which+"/refuse", nil), 409, "decided already")
	s.want("the decision", admin.Get("/join-requests"), 200, "Decided", "Let in", "admin@acme.test")
	s.want("given up", admin.Post(p.Location+"/release", nil), 303)
}

func TestTheAPIDoesWhatThePagesDo(t *testing.T) {
	t.Parallel()
	s := serve(t)
	admin := s.Program(t, s.handler, s.Tenant, org.Admin)
	read := func(p webtest.Page, status int) map[string]any {
		t.Helper()
		out := map[string]any{}
		if p.Status != status || p.Body != "" && json.Unmarshal([]byte(p.Body), &out) != nil {
			t.Fatalf("%d, want %d: %s", p.Status, status, p.Body)
		}
		return out
	}
	made := read(admin.JSON("POST", "/api/v1/invitations", `{"role":"lead","teams":["`+s.Team.String()+`"]}`), 201)
	if made["state"] != "open" || !strings.Contains(made["link"].(string), "/invitation?t=") || made["role"] != "lead" {
		t.Errorf("made %v", made)
	}
	which := made["id"].(string)
	list := read(admin.Get("/api/v1/invitations"), 200)["data"].([]any)
	if first := list[0].(map[string]any); len(list) != 1 || first["link"] != nil {
		t.Errorf("listed %v", list)
	}
	if again := read(admin.JSON("POST", "/api/v1/invitations/"+which+"/resend", ""), 200); again["link"] == made["link"] {
		t.Error("sent again under the old link")
	}
	read(admin.JSON("DELETE", "/api/v1/invitations/"+which, ""), 204)
	if got := read(admin.Get("/api/v1/invitations/"+which), 200); got["state"] != "revoked" || got["link"] != nil {
		t.Errorf("revoked %v", got)
	}
	read(admin.JSON("DELETE", "/api/v1/invitations/"+which, ""), 409)
	for body, status := range map[string]int{`{"role":"owner"}`: 400, `{"role":"viewer","email":"x"}`: 400, `{"role":"viewer","teams":["x"]}`: 404, `{"rôle":"viewer"}`: 400, `[]`: 400} {
		read(admin.JSON("POST", "/api/v1/invitations", body), status)
	}
	d := read(admin.JSON("POST", "/api/v1/domains", `{"domain":"corp.example"}`), 201)
	path := "/api/v1/domains/" + d["id"].(string)
	read(admin.JSON("POST", path+"/check", ""), 409)
	s.dns[d["record_name"].(string)+"."] = d["record_value"].(string)
	if got := read(admin.JSON("POST", path+"/check", ""), 200); got["verified_at"] == nil {
		t.Errorf("checked %v", got)
	}
	got := read(admin.JSON("PATCH", path, `{"auto":true,"role":"viewer","teams":[]}`), 200)
	if a := got["admission"].(map[string]any); a["auto"] != true || a["role"] != "viewer" {
		t.Errorf("changed %v", got)
	}
	read(admin.JSON("DELETE", path, ""), 204)
	read(admin.Get(path), 404)
	if list := read(admin.Get("/api/v1/join-requests"), 200)["data"].([]any); len(list) != 0 {
		t.Errorf("requests %v", list)
	}
	read(s.Program(t, s.handler, s.Tenant, org.Developer).Get("/api/v1/invitations"), 403)
}

// An organization with a history has more invitations than a page shows: an API client sees them all.
func TestTheAPIListsInvitationsToTheirEnd(t *testing.T) {
	t.Parallel()
	s := serve(t)
	const many = 501
	admin, store := s.Program(t, s.handler, s.Tenant, org.Admin), db.NewJoinStore(s.DB)
	err := s.DB.Do(t.Context(), func(ctx context.Context) error {
		for range many {
			err := store.AddInvitation(ctx, join.Invitation{ID: id.NewInvitation(s.IDs), Org: s.Org.ID, Grant: join.Grant{Role: org.Viewer}, CreatedAt: s.House.Clock.Now(), ExpiresAt: s.House.Clock.Now().Add(time.Hour)})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for after, more := "", true; more; {
		p := admin.Get("/api/v1/invitations?limit=400&after=" + after)
		var page struct {
			Data    []struct{ ID string }
			HasMore bool `json:"has_more"`
			Next    string
		}
		if err := json.Unmarshal([]byte(p.Body), &page); err != nil || p.Status != 200 {
			t.Fatalf("%d %v %s", p.Status, err, p.Body)
		}
		for _, i := range page.Data {
			seen[i.ID] = true
		}
		after, more = page.Next, page.HasMore
	}
	if len(seen) != many {
		t.Errorf("%d of %d", len(seen), many)
	}
}

package keyweb_test

import (
	"encoding/json"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// made creates a developer's key over the form and gives its page and secret.
func (s *site) made(form url.Values) (path, secret string) {
	s.t.Helper()
	form.Set("name", "laptop")
	form.Set("team", s.x.Team.String())
	form.Set("owner", s.x.Members[org.Developer].ID.String())
	secret = pattern.FindString(s.as(org.Developer)("/keys", form).Body.String())
	s.h.Refresh(s.t)
	g, err := s.h.Desk.Authenticate(secret)
	if err != nil {
		s.t.Fatal(err)
	}
	return "/keys/" + g.Key.String(), secret
}

func TestAKeyIsEditedAndRotatedOnItsPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	dev := s.as(org.Developer)
	day := s.h.Clock.Now().UTC().AddDate(0, 0, 90).Format("2006-01-02")
	if form := dev("/keys/new", nil).Body.String(); !strings.Contains(form, `value="`+day+`"`) || !strings.Contains(form, `value="embeddings"`) {
		t.Error("the form proposes no expiry of 90 days, or no endpoints")
	}
	path, old := s.made(url.Values{"endpoints": {"chat", "audio"}, "networks": {"10.0.0.0/8"}})
	if form := dev(path+"/edit", nil).Body.String(); strings.Count(form, " checked") != 2 || !strings.Contains(form, ">10.0.0.0/8<") {
		t.Error("the form does not show what the key is held to")
	}
	bad := dev(path, url.Values{"name": {""}, "models": {"smart"}, "endpoints": {"telepathy", "chat"}, "expires": {"soon"}})
	for _, text := range []string{"date like 2027-01-31", ">smart<"} {
		if bad.Code != 422 || !strings.Contains(bad.Body.String(), text) {
			t.Errorf("a wrong form: %d without %q", bad.Code, text)
		}
	}
	bad = dev(path, url.Values{"name": {""}, "endpoints": {"telepathy", "chat"}})
	if bad.Code != 422 || !strings.Contains(bad.Body.String(), "is no class of endpoints") || !strings.Contains(bad.Body.String(), "Enter a name") {
		t.Errorf("a wrong form: %d", bad.Code)
	}
	if w := dev(path, url.Values{"name": {"desk"}, "endpoints": {"chat"}, "models": {"smart"}}); w.Code != 303 {
		t.Fatalf("saved: %d", w.Code)
	}
	rotated := dev(path+"/rotate", url.Values{"overlap_hours": {"1"}})
	fresh := pattern.FindString(rotated.Body.String())
	if rotated.Code != 200 || fresh == "" || fresh == old || !strings.Contains(rotated.Body.String(), "The old secret works until") || rotated.Header().Get("Cache-Control") != "no-store" {
		t.Fatalf("rotated: %d", rotated.Code)
	}
	s.h.Refresh(t)
	for _, secret := range []string{old, fresh} {
		if g, err := s.h.Desk.Authenticate(secret); err != nil || g.Name != "desk" || g.Endpoints != key.Chat || len(g.Networks) > 0 {
			t.Errorf("after both: %+v, %v", g, err)
		}
	}
	if w := dev(path, nil); !strings.Contains(w.Body.String(), "Old secret works until") || pattern.MatchString(w.Body.String()) {
		t.Error("the key's page does not tell of the old secret, or shows one")
	}
	for hours, want := range map[string]int{"169": 400, "-1": 400, "x": 400, "99999999999999999999": 400} {
		if w := dev(path+"/rotate", url.Values{"overlap_hours": {hours}}); w.Code != want {
			t.Errorf("an overlap of %s hours: %d", hours, w.Code)
		}
	}
	viewer := s.as(org.Viewer)
	for _, p := range []string{path + "/edit", path, path + "/rotate"} {
		form := url.Values{"name": {"x"}}
		if strings.HasSuffix(p, "/edit") {
			form = nil
		}
		if w := viewer(p, form); w.Code != 403 {
			t.Errorf("a viewer at %s: %d", p, w.Code)
		}
	}
}

func TestALeadsDisablingHidesTheMembersButton(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	path, _ := s.made(url.Values{})
	if w := s.as(org.Lead)(path+"/disable", url.Values{}); w.Code != 303 {
		t.Fatal(w.Code)
	}
	dev := s.as(org.Developer)
	if page := dev(path, nil).Body.String(); strings.Contains(page, path+"/enable") || !strings.Contains(page, "cannot enable it again") {
		t.Error("the member is offered to enable it, or not told why not")
	}
	if w := dev(path+"/enable", url.Values{}); w.Code != 403 {
		t.Errorf("the member enables it: %d", w.Code)
	}
	if page := s.as(org.Lead)(path, nil).Body.String(); !strings.Contains(page, path+"/enable") {
		t.Error("the lead cannot enable it")
	}
}

func TestUnusedKeysAreListedAndRevoked(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	path, secret := s.made(url.Values{})
	which := strings.TrimPrefix(path, "/keys/")
	if page := s.as(org.Lead)("/keys?unused=true", nil).Body.String(); !strings.Contains(page, "No unused keys") {
		t.Error("a new key counts as unused")
	}
	s.h.Clock.Advance(key.Idle)
	if page := s.as(org.Developer)("/keys?unused=true", nil).Body.String(); !strings.Contains(page, "laptop") || strings.Contains(page, "/keys/revoke") {
		t.Error("a developer does not see the unused key, or may revoke in bulk")
	}
	if w := s.as(org.Developer)("/keys/revoke", url.Values{"keys": {which}}); w.Code != 403 {
		t.Errorf("a developer revokes in bulk: %d", w.Code)
	}
	lead := s.as(org.Lead)
	page := lead("/keys?unused=true", nil).Body.String()
	if !strings.Contains(page, `value="`+which+`"`) || !strings.Contains(page, "Revoke the ticked keys for good?") {
		t.Error("a lead cannot tick it, or is not asked")
	}
	_, form, _ := strings.Cut(page, `action="/keys/revoke"`)
	if i := strings.Index(form, "<button"); i < 0 || !strings.HasPrefix(form[i:], `<button type="submit" disabled hidden>`) {
		t.Error("Enter at a ticked key revokes without the question")
	}
	if w := lead("/keys/revoke", url.Values{}); w.Code != 422 || !strings.Contains(w.Body.String(), "Choose 1 to") || !strings.Contains(w.Body.String(), `value="`+which+`"`) {
		t.Errorf("nothing ticked: %d\n%s", w.Code, w.Body)
	}
	fresh, _ := s.made(url.Values{"name": {"used"}})
	if w := lead("/keys/revoke", url.Values{"keys": {which, strings.TrimPrefix(fresh, "/keys/")}}); w.Code != 422 || !strings.Contains(w.Body.String(), `value="`+which+`" checked`) {
		t.Errorf("one of them is in use: %d\n%s", w.Code, w.Body)
	}
	if form := lead("/keys?unused=true&q=lap&after="+strings.TrimPrefix(fresh, "/keys/"), nil).Body.String(); !strings.Contains(form, `name="q" value="lap"`) || !strings.Contains(form, `name="after" value="`+strings.TrimPrefix(fresh, "/keys/")+`"`) {
		t.Errorf("what is ticked on a later page, or among what was searched for, is sent without where it stands:\n%s", form)
	}
	for what, at := range map[string]url.Values{"a page that begins after it": {"after": {which}}, "a search that leaves it out": {"q": {"desk"}}} {
		at["keys"] = []string{which, strings.TrimPrefix(fresh, "/keys/")}
		if w := lead("/keys/revoke", at); w.Code != 422 || strings.Contains(w.Body.String(), `value="`+which+`" checked`) {
			t.Errorf("%s is not the one that comes back: %d\n%s", what, w.Code, w.Body)
		}
	}
	if w := lead("/keys/revoke", url.Values{"keys": {which}}); w.Code != 303 {
		t.Fatalf("revoked: %d", w.Code)
	}
	s.h.Refresh(t)
	if _, err := s.h.Desk.Authenticate(secret); err == nil {
		t.Error("the revoked key works")
	}
}

func TestTheAPIChangesOnTheRevisionThatWasRead(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	path, _ := s.made(url.Values{})
	token, _, err := s.h.Identity.CreateToken(t.Context(), s.x.Actor(org.Admin), identity.NewToken{Name: "ci", Role: org.Admin})
	if err != nil {
		t.Fatal(err)
	}
	call := func(method, path, body, match string) *httptest.ResponseRecorder {
		q := httptest.NewRequest(method, "/api/v1"+path, strings.NewReader(body))
		q.Header.Set("Authorization", "Bearer "+token.Reveal())
		if match != "" {
			q.Header.Set("If-Match", match)
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, q)
		return w
	}
	tag := call("GET", path, "", "").Header().Get("ETag")
	s.h.Clock.Advance(1e9)
	if w := call("PATCH", path, `{"endpoints":["chat"],"expires_at":"2099-01-01T00:00:00Z"}`, tag); w.Code != 200 || !strings.Contains(w.Body.String(), `"endpoints":["chat"]`) {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if w := call("PATCH", path, `{"endpoints":[]}`, tag); w.Code != 412 {
		t.Errorf("on an old revision: %d", w.Code)
	}
	if w := call("PATCH", path, `{"expires_at":""}`, ""); w.Code != 200 || !strings.Contains(w.Body.String(), `"expires_at":null`) || !strings.Contains(w.Body.String(), `"endpoints":["chat"]`) {
		t.Errorf("never: %d %s", w.Code, w.Body)
	}
	call("PATCH", path, `{"expires_at":"2099-01-01T00:00:00Z"}`, "")
	if w := call("PATCH", path, `{"name":"again"}`, ""); w.Code != 200 || !strings.Contains(w.Body.String(), `"expires_at":"2099`) {
		t.Errorf("an end that is not named: %d %s", w.Code, w.Body)
	}
	if w := call("PATCH", path, `{"expires_at":null}`, ""); w.Code != 200 || !strings.Contains(w.Body.String(), `"expires_at":null`) {
		t.Errorf("as GET writes it: %d %s", w.Code, w.Body)
	}
	for _, body := range []string{`{"expires_at":"soon"}`, `{"endpoints":["x"]}`, `{"team":"x"}`, `{"name":""}`} {
		if w := call("PATCH", path, body, ""); w.Code != 400 {
			t.Errorf("%s: %d %s", body, w.Code, w.Body)
		}
	}
	var made struct {
		Secret   string
		OldUntil *string `json:"old_secret_until"`
	}
	w := call("POST", path+"/rotate", `{}`, "")
	if err := json.Unmarshal(w.Body.Bytes(), &made); err != nil || w.Code != 200 || !pattern.MatchString(made.Secret) || made.OldUntil == nil {
		t.Fatalf("rotate: %d %s", w.Code, w.Body)
	}
	if w := call("GET", "/keys?unused=yes", "", ""); w.Code != 400 {
		t.Errorf("a silly filter: %d %s", w.Code, w.Body)
	}
}

// The first form's answer may never be seen: the secret of before must go on working whatever is pressed twice.
func TestARotationSentTwiceLeavesTheOldSecretItsOverlap(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	dev := s.as(org.Developer)
	path, old := s.made(url.Values{})
	public := regexp.MustCompile(`name="public" value="([^"]*)"`)
	sent := func() url.Values {
		t.Helper()
		return url.Values{"overlap_hours": {"24"}, "public": append(public.FindStringSubmatch(dev(path, nil).Body.String()), "", "")[1:2]}
	}
	form := sent()
	first, again := dev(path+"/rotate", form), dev(path+"/rotate", form)
	if first.Code != 200 || again.Code != 412 || !strings.Contains(again.Body.String(), "got a new secret since") || pattern.MatchString(again.Body.String()) {
		t.Errorf("rotated: %d, once more: %d", first.Code, again.Code)
	}
	s.h.Refresh(t)
	for _, secret := range []string{old, pattern.FindString(first.Body.String())} {
		if _, err := s.h.Desk.Authenticate(secret); err != nil {
			t.Errorf("afterwards: %v", err)
		}
	}
	if w := dev(path+"/rotate", sent()); w.Code != 200 {
		t.Errorf("from the page loaded again: %d", w.Code)
	}
}

func TestOfTwoWhoChangeAKeyAtOnceTheSecondIsTold(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	dev, lead := s.as(org.Developer), s.as(org.Lead)
	path, secret := s.made(url.Values{})
	read := regexp.MustCompile(`name="version" value="([^"]*)"`)
	version := func(page string) []string { return append(read.FindStringSubmatch(page), "", "")[1:2] }
	mine, theirs := version(dev(path+"/edit", nil).Body.String()), version(lead(path+"/edit", nil).Body.String())
	s.h.Clock.Advance(time.Minute)
	if w := lead(path, url.Values{"version": theirs, "name": {"laptop"}, "endpoints": {"chat"}}); w.Code != 303 {
		t.Fatalf("the first: %d", w.Code)
	}
	late := url.Values{"version": mine, "name": {"desk"}}
	w := dev(path, late)
	if page := w.Body.String(); w.Code != 422 || !strings.Contains(page, "Somebody else changed this key") || !strings.Contains(page, `value="desk"`) || version(page)[0] != mine[0] {
		t.Errorf("the second: %d\n%s", w.Code, page)
	}
	s.h.Refresh(t)
	if g, err := s.h.Desk.Authenticate(secret); err != nil || g.Endpoints != key.Chat || g.Name != "laptop" {
		t.Errorf("kept %+v, %v", g, err)
	}
	late["version"] = version(dev(path+"/edit", nil).Body.String())
	if w := dev(path, late); w.Code != 303 {
		t.Errorf("the second, having loaded it again: %d", w.Code)
	}
}

package limitweb_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
)

var chosen = regexp.MustCompile(`<option value="([^"]*)" selected`)

// In an organization with more people than anybody reads, the form searches: as one types by htmx, and without scripts by
// being sent. Nothing that was typed is lost, and nothing is set by a search.
func TestAPlaceIsSearchedForWithAndWithoutScripts(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	admin := webtest.As(t, s.site, s.acme.Members[org.Admin])
	if p := admin.Get("/limits/new"); p.Has(`name="find"`) {
		t.Error("a small organization is shown a search")
	}
	orgs := db.NewOrgStore(s.house.DB)
	var last org.Member
	for i := range 60 {
		last = s.house.Join(t, s.acme, fmt.Sprintf("crowd%02d", i), org.Developer, s.acme.Team)
	}
	if err := orgs.DisableMember(t.Context(), s.acme.Org.ID, last.ID, s.house.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	if p := admin.Get("/limits/new"); !p.Has(`name="find"`, "… and more: search for them", `hx-get="/limits/new"`) || p.Has("crowd59@acme.test") || p.Has(" selected disabled") {
		t.Errorf("the first page: %d\n%s", p.Status, p.Body)
	}
	typed := url.Values{"find": {"CROWD59"}, "found": {""}, "unit": {"tokens"}, "amount": {"7000"}, "window": {"5m"}, "enforce": {"soft"}, "name": {"Night"}, "scope": {org.OfOrg(s.acme.Org.ID).String()}}
	for what, p := range map[string]webtest.Page{"sent": admin.Post("/limits", typed), "by htmx": admin.Get("/limits/new?" + typed.Encode())} {
		if p.Status != http.StatusOK || !p.Has("crowd59@acme.test", `value="7000"`, `value="5m"`, `value="Night"`, `name="found" value="CROWD59"`) || p.Has("crowd01@acme.test") {
			t.Errorf("%s: %d\n%s", what, p.Status, p.Body)
		}
		if m := chosen.FindStringSubmatch(p.Body[strings.Index(p.Body, `id="pick-scope"`):]); m != nil && m[1] == org.OfOrg(s.acme.Org.ID).String() {
			t.Errorf("%s: the place before is still chosen, though another was found", what)
		}
	}
	typed.Set("find", "nobody at all")
	if p := admin.Post("/limits", typed); p.Status != http.StatusOK || !p.Has("Nothing that you may choose has “nobody at all” in its name.", s.acme.Org.ID.String()) {
		t.Errorf("nothing found: %d\n%s", p.Status, p.Body)
	}
	if all, err := s.limits.List(t.Context(), s.acme.Actor(org.Admin)); err != nil || len(all) != 0 {
		t.Fatalf("a search set a limit: %v, %v", all, err)
	}
	typed.Set("find", "CROWD59")
	typed.Set("found", "CROWD59")
	typed.Set("scope", org.OfMember(s.acme.Org.ID, last.ID).String())
	if p := admin.Post("/limits", typed); p.Status != http.StatusSeeOther {
		t.Fatalf("set: %d\n%s", p.Status, p.Body)
	}
	all, err := s.limits.List(t.Context(), s.acme.Actor(org.Admin))
	if err != nil || len(all) != 1 || all[0].Scope != org.OfMember(s.acme.Org.ID, last.ID) || all[0].Unit != limit.Tokens {
		t.Errorf("what was set: %+v, %v", all, err)
	}
}

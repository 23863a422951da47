package routeweb_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
)

func TestAnAdminSaysWhatBecomesOfUnknownParameters(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
	if p := browser.Get("/models"); !p.Has(`<option value="warn" selected`, "x-bodhi-warning") {
		t.Errorf("at first: %d\n%s", p.Status, p.Body)
	}
	if p := browser.Post("/models/policy", url.Values{"unsupported": {"explode"}}); p.Status != http.StatusUnprocessableEntity || !p.Has("is &#34;warn&#34;, &#34;drop&#34; or &#34;reject&#34;") {
		t.Errorf("a word that is none: %d\n%s", p.Status, p.Body)
	}
	if p := browser.Post("/models/policy", url.Values{"unsupported": {"reject"}}); p.Status != http.StatusSeeOther || p.Location != "/models" {
		t.Fatalf("%d %s\n%s", p.Status, p.Location, p.Body)
	}
	if p := browser.Get("/models"); !p.Has(`<option value="reject" selected`) {
		t.Errorf("afterwards:\n%s", p.Body)
	}
	policy, err := s.aliases.Policy(t.Context(), s.acme.Actor(org.Viewer))
	if err != nil || policy.Unsupported != llm.Reject {
		t.Errorf("%+v, %v", policy, err)
	}
	for _, role := range []org.Role{org.Manager, org.Lead, org.Developer, org.Viewer} {
		other := webtest.As(t, s.site, s.acme.Members[role])
		if p := other.Post("/models/policy", url.Values{"unsupported": {"warn"}}); p.Status != http.StatusForbidden {
			t.Errorf("%s: %d", role, p.Status)
		}
		if p := other.Get("/models"); p.Has("/models/policy") || !p.Has("Refuse the request") {
			t.Errorf("%s sees\n%s", role, p.Body)
		}
	}
	foreign, err := s.aliases.Policy(t.Context(), s.house.Found(t, "Other").Actor(org.Viewer))
	if err != nil || foreign.Unsupported != llm.Warn {
		t.Errorf("another organization: %+v, %v", foreign, err)
	}
}

func TestTheAPISetsThePolicy(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	api := s.house.Program(t, s.site, s.acme, org.Admin)
	if p := api.Get("/api/v1/routing"); p.Status != 200 || !p.Has(`"unsupported_parameters":"warn"`) {
		t.Errorf("%d %s", p.Status, p.Body)
	}
	if p := api.JSON("PUT", "/api/v1/routing", `{"unsupported_parameters":"drop"}`); p.Status != 200 || !p.Has(`"unsupported_parameters":"drop"`) {
		t.Errorf("%d %s", p.Status, p.Body)
	}
	if p := api.JSON("PUT", "/api/v1/routing", `{"unsupported_parameters":"none"}`); p.Status != http.StatusBadRequest && p.Status != http.StatusUnprocessableEntity || !p.Has("unsupported_parameters") {
		t.Errorf("%d %s", p.Status, p.Body)
	}
	if p := s.house.Program(t, s.site, s.acme, org.Viewer).JSON("PUT", "/api/v1/routing", `{"unsupported_parameters":"drop"}`); p.Status != http.StatusForbidden {
		t.Errorf("a viewer: %d", p.Status)
	}
}

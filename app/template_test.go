package app

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/blueprint"
	"github.com/bodhi-gateway/bodhi/app/blueprint/blueprintweb"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// TestTemplatesAreLookedAtAppliedAndChangeNothingTwice walks every template in the dashboard: what a page shows and does is what the
// command line shows and does, and each change is in the audit log under the member's name.
func TestTemplatesAreLookedAtAppliedAndChangeNothingTwice(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLiteURL, "postgres": dbtest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, h, s := furnished(t, at(t))
			admin := s.Browser(t, org.Admin)
			if p := admin.Get("/templates"); !p.Has("Whole company", "Engineering", "Marketing", "Support", "Sales", "Research", "/templates/show?name=support") {
				t.Fatalf("list: %d\n%s", p.Status, p.Body)
			}
			for _, x := range blueprint.Templates() {
				if p := admin.Get("/templates/show?name=" + x.Name); p.Status != http.StatusOK || !p.Has("What applying it changes", "Create") {
					t.Fatalf("%s: %d\n%s", x.Name, p.Status, p.Body)
				}
				form := url.Values{"text": {x.Text}, "title": {x.Title}, "back": {"/start/budget"}}
				before := h.Entries(t, s.Home.Org)
				if p := admin.Post("/templates/apply", form); p.Status != http.StatusSeeOther || p.Location != "/start/budget" {
					t.Fatalf("%s applied: %d\n%s", x.Name, p.Status, p.Body)
				}
				if n := h.Entries(t, s.Home.Org) - before; n < 5 {
					t.Errorf("%s left %d audit entries", x.Name, n)
				}
				if p := admin.Post("/templates/preview", form); !p.Has("Nothing to change") || p.Has("What applying it changes") {
					t.Errorf("%s applied twice changes something:\n%s", x.Name, p.Body)
				}
			}
			text := admin.Get("/templates/current.yaml").Body
			again := url.Values{"text": {text}, "prune": {"on"}, "back": {"https://evil.example/start"}}
			if p := admin.Post("/templates/preview", again); !p.Has("Nothing to change") || p.Has("evil.example") {
				t.Errorf("an export changes what it is of:\n%s", p.Body)
			}
			for _, role := range []org.Role{org.Manager, org.Lead, org.Developer, org.Viewer} {
				if p := s.Browser(t, role).Post("/templates/apply", again); p.Status != http.StatusForbidden {
					t.Errorf("%s applied: %d", role, p.Status)
				}
			}
		})
	}
}

func TestABadBlueprintIsShownWithItsPlacesAndKeepsItsText(t *testing.T) {
	t.Parallel()
	s := furnish(t, dbtest.SQLiteURL(t))
	admin := s.Browser(t, org.Admin)
	for text, want := range map[string]string{
		"blueprint: 1\nbudget: []":                                             "line 2, column 1: There is no",
		"blueprint: 1\nbudgets:\n  - {limit: -5}":                              "line 3, column 13",
		"a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]":                               "line 1, column 1: There is no",
		"blueprint: 1\nteams: &t [{name: a}]\ndepartments: *t":                 "Anchors and aliases",
		"blueprint: 1\nroutes:\n  - {alias: x, targets: [{to: x}]}":            "leads back to itself",
		"blueprint: 1\nteams:\n  - {name: a, department: Nowhere}":             "There is no department",
		"blueprint: 1\nroutes:\n  - {alias: x, targets: [{to: nobody/knows}]}": "line 3",
	} {
		for _, do := range []string{"preview", "apply"} {
			if strings.Contains(text, "nobody/knows") && do == "preview" {
				continue // only the API knows
			}
			p := admin.Post("/templates/"+do, url.Values{"text": {text}})
			if p.Status != http.StatusUnprocessableEntity || !p.Has(want, strings.SplitN(text, "&", 2)[0]) {
				t.Errorf("%s of %q: %d\n%.3000s", do, text, p.Status, p.Body)
			}
		}
	}
	if p := admin.Get("/templates/show?name=nobody"); p.Status != http.StatusNotFound {
		t.Errorf("no such template: %d", p.Status)
	}
	p := s.Browser(t, "").Get(blueprintweb.SchemaPath)
	if p.Status != http.StatusOK || !json.Valid([]byte(p.Body)) {
		t.Errorf("schema: %d %s", p.Status, p.Body)
	}
}

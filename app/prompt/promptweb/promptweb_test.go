package promptweb_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/app/prompt/promptweb"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

type scene struct {
	t     *testing.T
	site  http.Handler
	acme  webtest.Tenant
	house *webtest.House
	admin *webtest.Client // a program
}

func newScene(t *testing.T) *scene {
	t.Helper()
	d := dbtest.SQLite(t)
	h := webtest.NewHouse(t, d)
	h.Passwordless = true
	s := &scene{t: t, acme: h.Found(t, "Acme"), house: h}
	library := prompt.New(prompt.Parts{Store: db.NewPromptStore(d, h.Keyring), Tx: d, Audit: h.Audit, Bus: h.Bus, IDs: h.IDs, Clock: h.Clock, Log: slog.New(slog.DiscardHandler)})
	s.site = h.Serve(t, append(promptweb.New(library, usage.NewService(db.NewUsageStore(d), db.NewOrgStore(d), h.Clock), h.Identity, nil).Routes(), webtest.Enter()))
	s.admin = h.Program(t, s.site, s.acme, org.Admin)
	return s
}

// does calls the API and gives the id of what was made.
func (s *scene) does(c *webtest.Client, method, path, body string, status int, says ...string) string {
	s.t.Helper()
	p := c.JSON(method, "/api/v1/prompts"+path, body)
	if p.Status != status || !p.Has(says...) {
		s.t.Fatalf("%s %s %s: %d %s, want %d and %q", method, path, body, p.Status, p.Body, status, says)
	}
	var made struct{ ID string }
	_ = json.Unmarshal([]byte(p.Body), &made)
	return made.ID
}

func text(name, text, more string) string {
	return fmt.Sprintf(`{"name":%q,"kind":"text","content":{"messages":[{"role":"user","text":%q}]}%s}`, name, text, more)
}

func TestWhatIsInUseIsNotDeletedAndCirclesAreRefused(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	tone := s.does(s.admin, "POST", "", text("tone", "Be kind.", `,"label":"production"`), 201, `"latest":1`)
	reply := s.does(s.admin, "POST", "", `{"name":"reply","content":{"model":"smart","messages":[{"role":"user","text":"{{> tone}} {{q}}"}],"variables":[{"name":"q","type":"string","required":true}]},"label":"production"}`, 201)
	s.does(s.admin, "POST", "", text("tone", "x", ""), 409, "prompt_exists")
	s.does(s.admin, "POST", "/"+tone+"/versions", `{"content":{"messages":[{"role":"user","text":"{{> tone}}"}]}}`, 409, "prompt_broken", "tone → tone")
	circle := s.does(s.admin, "POST", "", text("circle", "{{> tone}}", `,"label":"production"`), 201)
	s.does(s.admin, "POST", "/"+tone+"/versions", `{"content":{"messages":[{"role":"user","text":"{{> circle}}"}]}}`, 409, "tone → circle → tone")
	s.does(s.admin, "POST", "/"+tone+"/versions", `{"content":{"messages":[{"role":"user","text":"Be brief."}]},"message":"shorter"}`, 201, `"version":2`)
	s.does(s.admin, "DELETE", "/"+tone+"/versions/1", "", 409, "has the label production")
	s.does(s.admin, "DELETE", "/"+tone+"/labels/production", "", 409, "prompt_in_use", "circle v1, reply v1")
	s.does(s.admin, "DELETE", "/"+tone, "", 409, "prompt_in_use")
	s.does(s.admin, "PUT", "/"+tone+"/labels/production", `{"version":2}`, 200, `"version":2`)
	s.does(s.admin, "PUT", "/"+tone+"/labels/production", `{"version":3}`, 400, "no version 3")
	s.does(s.admin, "PUT", "/"+tone+"/labels/V1", `{"version":2}`, 400, "A label has small letters")
	s.does(s.admin, "PUT", "/"+tone+"/labels/v7", `{"version":2}`, 400, "A label has small letters")
	s.does(s.admin, "DELETE", "/"+tone+"/versions/1", "", 204)
	s.does(s.admin, "POST", "/"+tone+"/versions", `{"content":{"messages":[{"role":"user","text":"Be nice."}]}}`, 201, `"version":3`)
	s.does(s.admin, "PATCH", "/"+tone, `{"visibility":"team","team":"`+s.acme.Team.String()+`"}`, 409, "fewer people")
	for _, p := range []string{circle, reply} {
		s.does(s.admin, "DELETE", "/"+p+"/labels/production", "", 204)
		s.does(s.admin, "DELETE", "/"+p, "", 204)
	}
	s.does(s.admin, "DELETE", "/"+tone+"/labels/production", "", 204)
	s.does(s.admin, "DELETE", "/"+tone, "", 204)
	s.does(s.admin, "GET", "/"+tone, "", 404)
}

func TestBadPromptsAreRefusedInWords(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	for body, says := range map[string]string{
		text("A b", "x", ""):                     "small letters",
		text("x", "{{y", ""):                     "never closed",
		text("x", "{{y}}", ""):                   "no such variable",
		text("x", "{{> y}}", ""):                 "prompt_broken",
		`{"name":"x","content":{"messages":[]}}`: "1 to 50 messages",
		`{"name":"x","content":{"messages":[{"role":"user","text":"x"}]}}`:                                                                           "model",
		`{"name":"x","content":{"model":"m","messages":[{"role":"boss","text":"x"}]}}`:                                                               "Message 1 is of the system",
		`{"name":"x","content":{"model":"m","messages":[{"role":"user","text":"x"}],"oops":1}}`:                                                      "oops",
		`{"name":"x","content":{"model":"prompt:y","messages":[{"role":"user","text":"x"}]}}`:                                                        "not for another prompt",
		`{"name":"x","content":{"model":"m","messages":[{"role":"user","text":"x"}],"settings":{"temperature":3}}}`:                                  "0 to 2",
		`{"name":"x","content":{"model":"m","messages":[{"role":"user","text":"{{v}}"}],"variables":[{"name":"v","type":"enum"}]}}`:                  "1 to 50 options",
		`{"name":"x","content":{"model":"m","messages":[{"role":"user","text":"{{v}}"}],"variables":[{"name":"v","type":"integer","default":"x"}]}}`: "whole number",
		`{"name":"x","content":{"model":"m","messages":[{"role":"user","text":"x"}],"schema":{"schema":[]}}}`:                                        "an object",
		`{"name":"x","content":{"model":"m","messages":[{"role":"user","text":"` + strings.Repeat("x", prompt.MaxContent) + `"}]}}`:                  "at most 128",
	} {
		p := s.admin.JSON("POST", "/api/v1/prompts", body)
		if p.Status != 400 && p.Status != 409 || !p.Has(says) {
			t.Errorf("%.200s: %d %s, want %q", body, p.Status, p.Body, says)
		}
	}
}

func TestWhoMayChangeWhatAndMoveWhichLabel(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	as := func(r org.Role) *webtest.Client { return webtest.As(t, s.site, s.acme.Members[r]) }
	form := url.Values{"name": {"mine"}, "kind": {"chat"}, "visibility": {"private"}, "model": {"smart"}, "text": {"{{q}}"}, "production": {"on"}}
	made := as(org.Developer).Post("/prompts", form)
	if made.Status != 303 {
		t.Fatalf("%d %s", made.Status, made.Body)
	}
	mine := made.Location
	if p := as(org.Viewer).Get(mine); p.Status != 404 {
		t.Errorf("a viewer sees a private prompt: %d", p.Status)
	}
	if p := as(org.Developer).Get(mine); !p.Has("prompt:mine", "Version 1", "production") {
		t.Errorf("its owner: %d %s", p.Status, p.Body)
	}
	form.Set("name", "ours")
	form.Set("visibility", "organization")
	if p := as(org.Developer).Post("/prompts", form); p.Status != 422 || !p.Has("published by leads", `value="ours"`, "{{q}}") {
		t.Errorf("a developer publishes: %d %s", p.Status, p.Body)
	}
	ours := as(org.Lead).Post("/prompts", form).Location
	if p := as(org.Developer).Post(ours+"/versions", form); p.Status != 403 {
		t.Errorf("a developer changes the organization's: %d", p.Status)
	}
	if p := as(org.Manager).Post(ours+"/labels", url.Values{"label": {"production"}, "version": {"1"}, "protect": {"on"}}); p.Status != 303 {
		t.Errorf("a manager protects: %d %s", p.Status, p.Body)
	}
	form.Set("text", "{{q}}!")
	if p := as(org.Lead).Post(ours+"/versions", form); p.Status != 303 {
		t.Errorf("a lead adds a version: %d %s", p.Status, p.Body)
	}
	if p := as(org.Lead).Post(ours+"/labels", url.Values{"label": {"production"}, "version": {"2"}}); p.Status != 403 {
		t.Errorf("a lead moves a protected label: %d", p.Status)
	}
	for protect, status := range map[string]int{"": 403, "off": 303} { // moving it says nothing of who may move it next
		if p := as(org.Manager).Post(ours+"/labels", url.Values{"label": {"production"}, "version": {"1"}, "protect": {"on"}}); p.Status != 303 {
			t.Errorf("a manager protects it again: %d %s", p.Status, p.Body)
		}
		if p := as(org.Manager).Post(ours+"/labels", url.Values{"label": {"production"}, "version": {"2"}, "protect": {protect}}); p.Status != 303 {
			t.Errorf("a manager moves it: %d %s", p.Status, p.Body)
		}
		if p := as(org.Lead).Post(ours+"/labels", url.Values{"label": {"production"}, "version": {"1"}}); p.Status != status {
			t.Errorf("a lead moves it after a manager moved it with %q: %d, want %d", protect, p.Status, status)
		}
	}
	if p := as(org.Lead).Post(ours+"/labels", url.Values{"label": {"staging"}, "version": {"2"}}); p.Status != 303 {
		t.Errorf("a lead sets another: %d %s", p.Status, p.Body)
	}
	if p := as(org.Manager).Get(ours + "?version=2"); !p.Has("What changed since version 1", "+   - role: user", "staging") && !p.Has("What changed since version 1", "{{q}}!") {
		t.Errorf("the difference: %d %s", p.Status, p.Body)
	}
	if p := as(org.Viewer).Post(ours+"/preview", url.Values{"version": {"2"}, "var_q": {"{{q}} <b>"}}); p.Status != 200 || !p.Has("{{q}} &lt;b&gt;!") {
		t.Errorf("a preview: %d %s", p.Status, p.Body)
	}
	if p := as(org.Viewer).Post(ours+"/preview", url.Values{"version": {"2"}}); p.Status != 422 || !p.Has("needs the variable") {
		t.Errorf("a preview without its variable: %d", p.Status)
	}
	if p := as(org.Viewer).Post(ours+"/rate", url.Values{"stars": {"4"}, "version": {"2"}, "comment": {"Works."}}); p.Status != 303 {
		t.Errorf("a viewer rates: %d %s", p.Status, p.Body)
	}
	if p := as(org.Viewer).Post(ours+"/rate", url.Values{"stars": {"0"}, "version": {"2"}}); p.Status != 422 || !p.Has("or say something") {
		t.Errorf("nothing said: %d", p.Status)
	}
	if p := as(org.Viewer).Get("/prompts"); !p.Has("ours", "4.0 of 5 (1)") || p.Has("mine") {
		t.Errorf("the list: %d %s", p.Status, p.Body)
	}
}

// The form of variables works by itself: rows are added, a draft is looked at, and what is saved is what was typed.
func TestVariablesAreRowsAndADraftIsLookedAt(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	c := webtest.As(t, s.site, s.acme.Members[org.Developer])
	form := url.Values{"name": {"mine"}, "kind": {"chat"}, "visibility": {"private"}, "model": {"smart"}, "text": {"{{tone}} {{n}} {{q}}"}, "production": {"on"},
		"v0_name": {"tone"}, "v0_type": {"enum"}, "v0_options": {"kind, dry"}, "v0_default": {"dry"}, "v0_about": {"How it sounds"}, "v3_name": {"n"}, "v3_type": {"integer"}, "v3_default": {"7"}}
	with := func(more url.Values) url.Values {
		out := url.Values{}
		for _, from := range []url.Values{form, more} {
			for k, v := range from {
				out[k] = v
			}
		}
		return out
	}
	if p := c.Post("/prompts", with(url.Values{"do": {"rows"}})); p.Status != 200 || !p.Has(`name="v4_name"`, `value="kind, dry"`, `value="tone"`, "How it sounds", "{{tone}} {{n}} {{q}}") || p.Has(`name="v5_name"`) {
		t.Errorf("rows: %d %s", p.Status, p.Body)
	}
	if p := c.Post("/prompts", with(url.Values{"do": {"preview"}})); p.Status != 200 || !p.Has("dry 7 ‹q›", `name="var_q"`, "q: text, required", "up to 1,000 tokens, assumed") {
		t.Errorf("a look by examples: %d %s", p.Status, p.Body)
	}
	if p := c.Post("/prompts", with(url.Values{"do": {"preview"}, "var_q": {"{{tone}}"}, "var_n": {"x"}})); p.Status != 200 || !p.Has("must be a whole number", `value="x"`, "{{tone}}</textarea>") || p.Has("dry 7") {
		t.Errorf("a look with a wrong value: %d %s", p.Status, p.Body)
	}
	if p := c.Post("/prompts", with(url.Values{"do": {"preview"}, "var_q": {"{{tone}}"}})); p.Status != 200 || !p.Has("dry 7 {{tone}}") {
		t.Errorf("a value that looks like a template: %d %s", p.Status, p.Body)
	}
	for field, x := range map[string][2]string{"v3_default": {"seven", "The default of"}, "v0_max": {"-1", "number of characters"}, "text": {"{{tone", "never closed"}, "v3_name": {"n!", "A variable&#39;s name has"}} {
		for _, do := range []string{"preview", ""} {
			if p := c.Post("/prompts", with(url.Values{"do": {do}, field: {x[0]}})); p.Status != 422 || !p.Has(x[1], x[0]) {
				t.Errorf("%s = %q, %q: %d %s", field, x[0], do, p.Status, p.Body)
			}
		}
	}
	if p := c.Get("/prompts"); p.Has(">mine<") {
		t.Error("a look saved it")
	}
	made := c.Post("/prompts", form)
	if made.Status != 303 {
		t.Fatalf("%d %s", made.Status, made.Body)
	}
	again := c.Get(made.Location + "/versions/new")
	if !again.Has(`value="kind, dry"`, `value="dry"`, "n: whole number", "q: text, required", "Add a variable") {
		t.Errorf("the form of what was saved: %s", again.Body)
	}
	if p := c.Post(made.Location+"/versions", with(url.Values{"do": {"preview"}, "text": {"{{> nothing}}"}})); p.Status != 422 || !p.Has("no prompt &#34;nothing&#34; to include") {
		t.Errorf("an include of nothing: %d %s", p.Status, p.Body)
	}
	if p := webtest.As(t, s.site, s.acme.Members[org.Lead]).Post(made.Location+"/versions", with(url.Values{"do": {"preview"}})); p.Status != 404 {
		t.Errorf("somebody else looks at a draft of it: %d", p.Status)
	}
	s.does(s.admin, "POST", "/preview", `{"content":{"model":"smart","messages":[{"role":"user","text":"Hi {{x}}"}],"variables":[{"name":"x","type":"string","required":true}]},"variables":{"x":"{{y}}"}}`, 200, "Hi {{y}}", `"output_tokens_to":1000`)
	s.does(s.admin, "POST", "/preview", `{"content":{"model":"smart","messages":[{"role":"user","text":"Hi {{x}}"}],"variables":[{"name":"x","type":"string","required":true}]}}`, 400, "invalid_variable")
	id := s.does(s.admin, "POST", "", text("tone", "Be kind.", `,"about":"For everybody"`), 201)
	s.does(s.admin, "GET", "/"+id+"/models", "", 200, `"data":[]`)
	s.does(s.admin, "GET", "/"+id+"/ratings", "", 200, `"data":[]`)
	s.does(s.admin, "GET", "/"+id+"/estimate?version=1", "", 200, `"input_tokens_from":1`, `"from_usd":""`)
	s.does(s.admin, "GET", "/"+id+"/estimate?version=9", "", 404)
	if p := s.admin.JSON("GET", "/api/v1/prompts?q=be+KIND", ""); !p.Has(`"name":"tone"`) || p.Has(`"name":"mine"`) {
		t.Errorf("by its text: %s", p.Body)
	}
}

func TestAFileIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	c := webtest.As(t, s.site, s.acme.Members[org.Admin])
	if p := c.Get("/prompts/import"); !p.Has(`name="production"`) {
		t.Errorf("what is imported answers nobody who names no version: %d", p.Status)
	}
	starters := c.Get("/prompts/starters")
	if !starters.Has("bug-report-analyzer", "pr-description-generator", "seo-meta-generator", "customer-response") {
		t.Fatalf("%d %s", starters.Status, starters.Body)
	}
	all := regexp.MustCompile(`name="text" value="([^"]*)"`).FindAllStringSubmatch(starters.Body, -1)
	if len(all) != 5 {
		t.Fatalf("%d starters", len(all))
	}
	unescape := strings.NewReplacer("&#34;", `"`, "&#39;", "'", "&lt;", "<", "&gt;", ">", "&amp;", "&")
	for _, m := range all {
		file := unescape.Replace(m[1])
		p := c.Post("/prompts/import", url.Values{"text": {file}, "visibility": {"organization"}, "production": {"on"}})
		if p.Status != 303 {
			t.Fatalf("%d %s\n%s", p.Status, p.Body, file)
		}
		at := p.Location
		if got := c.Get(at + "/export"); got.Status != 200 || got.Body != file {
			t.Errorf("exported\n%s\nwant\n%s", got.Body, file)
		}
		if p := c.Post("/prompts/import", url.Values{"text": {file}, "visibility": {"organization"}}); p.Status != 303 {
			t.Errorf("again: %d %s", p.Status, p.Body)
		}
		if p := c.Get(at); p.Has("Version 2") {
			t.Error("the same file made another version")
		}
		if form := c.Get(at + "/versions/new"); form.Status != 200 {
			t.Errorf("the form: %d", form.Status)
		}
	}
	for file, says := range map[string]string{"a: [": "not YAML", "name: x\nname: y": "twice", "name: &a x\nmodel: *a": "anchors", "": "no prompt in it", "name: x\nmodel: m\nmessages: []": "x: A chat prompt has", "name: x\nodd: 1": "odd"} {
		if p := c.Post("/prompts/import", url.Values{"text": {file}, "visibility": {"organization"}}); p.Status != 422 || !p.Has(says) {
			t.Errorf("%q: %d %s", file, p.Status, p.Body)
		}
	}
}

// A prompt of a team may include the team's texts, so who is not in it may not even look at a draft of one.
func TestALookAtANewPromptShowsNoTextsOfAnotherTeam(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	theirs := url.Values{"name": {"b-secret"}, "kind": {"text"}, "visibility": {"team"}, "team": {s.acme.Other.String()}, "text": {"among ourselves"}, "production": {"on"}}
	member := webtest.As(t, s.site, s.acme.Outsider)
	if p := member.Post("/prompts", theirs); p.Status != 303 {
		t.Fatalf("%d %s", p.Status, p.Body)
	}
	look := url.Values{"do": {"preview"}, "name": {"mine"}, "kind": {"text"}, "visibility": {"team"}, "team": {s.acme.Other.String()}, "text": {"{{> b-secret@production}}"}}
	if p := member.Post("/prompts", look); p.Status != 200 || !p.Has("among ourselves") {
		t.Errorf("a member of the team: %d %s", p.Status, p.Body)
	}
	if p := webtest.As(t, s.site, s.acme.Members[org.Developer]).Post("/prompts", look); p.Status != 422 || !p.Has("Choose a team that you work in") || p.Has("among ourselves") {
		t.Errorf("somebody of another team: %d %s", p.Status, p.Body)
	}
}

// A browser sends the first option where none is selected: the form must have the one that stands, or who corrects a word in the
// description of a prompt that a lead published takes it from everybody.
func TestAFormKeepsWhoSeesAPrompt(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	owner, lead := webtest.As(t, s.site, s.acme.Members[org.Developer]), webtest.As(t, s.site, s.acme.Members[org.Lead])
	shared := url.Values{"visibility": {"team"}, "team": {s.acme.Team.String()}}
	at := owner.Post("/prompts", url.Values{"name": {"reply"}, "kind": {"chat"}, "visibility": {"team"}, "team": {s.acme.Team.String()}, "model": {"smart"}, "text": {"Hi"}}).Location
	if p := owner.Get(at + "/edit"); p.Status != 200 || p.Has("The organization</option>") {
		t.Errorf("a developer may choose the organization: %d", p.Status)
	}
	if p := lead.Post(at, url.Values{"visibility": {"organization"}}); p.Status != 303 {
		t.Fatalf("a lead publishes: %d %s", p.Status, p.Body)
	}
	if p := owner.Get(at + "/edit"); !p.Has(`<option value="organization" selected>The organization</option>`) {
		t.Errorf("the form of its owner: %d %s", p.Status, p.Body)
	}
	if p := owner.Post(at, url.Values{"visibility": {"private"}, "about": {strings.Repeat("x", 5000)}}); p.Status != 422 || !p.Has(`value="organization"`) {
		t.Errorf("the form again, with what is wrong: %d %s", p.Status, p.Body)
	}
	if p := owner.Post(at, url.Values{"visibility": {"organization"}, "about": {"Answers"}}); p.Status != 303 {
		t.Errorf("its owner describes it: %d %s", p.Status, p.Body)
	}
	if p := owner.Post(at, shared); p.Status != 303 {
		t.Errorf("its owner shows it to fewer: %d %s", p.Status, p.Body)
	}
	admin, dev := s.acme.Actor(org.Admin), s.acme.Members[org.Developer].ID
	for at, role := range map[org.Scope]org.Role{org.OfTeam(s.acme.Org.ID, s.acme.AwayTeam): org.Developer, org.OfTeam(s.acme.Org.ID, s.acme.Team): org.Viewer} {
		if err := s.house.Identity.Assign(t.Context(), admin, dev, org.Assignment{Role: role, At: at}); err != nil {
			t.Fatal(err)
		}
	}
	edits := func(who string, c *webtest.Client) {
		t.Helper()
		if p := c.Get(at + "/edit"); !p.Has(`<option value="` + s.acme.Team.String() + `" selected>`) {
			t.Errorf("the form of %s: %d %s", who, p.Status, p.Body)
		}
		if p := c.Post(at, url.Values{"visibility": {"team"}, "team": {s.acme.Team.String()}, "about": {who}}); p.Status != 303 {
			t.Errorf("%s describes it: %d %s", who, p.Status, p.Body)
		}
	}
	edits("its owner, who only reads there by now", owner)
	if err := s.house.Identity.ArchiveTeam(t.Context(), admin, s.acme.Team); err != nil {
		t.Fatal(err)
	}
	edits("an admin, of an archived team", webtest.As(t, s.site, s.acme.Members[org.Admin]))
}

package routeweb_test

import (
	"html"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
)

// builder is the address of the rules of the alias smart.
func (s *scene) builder(t *testing.T) string {
	t.Helper()
	return "/aliases/" + s.smart(t).ID.String() + "/rules"
}

func (s *scene) document(t *testing.T) route.Document {
	t.Helper()
	names, err := s.aliases.Names(t.Context(), s.acme.Actor(org.Viewer))
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range names.Aliases {
		if a.Name == "smart" {
			return names.Document(a)
		}
	}
	return route.Document{}
}

func TestRulesAreBuiltWithoutJavaScript(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	base, browser := s.builder(t), webtest.As(t, s.site, s.acme.Members[org.Admin])
	if p := browser.Get(base); !p.Has("No rules yet", "Business hours", "sandbox/sandbox-chat") {
		t.Fatalf("%d\n%s", p.Status, p.Body)
	}
	form := url.Values{"version": {"1"}, "rules": {"0"}, "do": {"template:long"}}
	if p := browser.Post(base, form); p.Status != http.StatusOK || !p.Has(`value="long context"`, `value="100000"`, `<option value="input_tokens" selected`) {
		t.Fatalf("a template: %d\n%s", p.Status, p.Body)
	}
	form = url.Values{"version": {"1"}, "rules": {"2"}, "do": {"save"}, "canary-percent": {"5"}, "canary-sticky": {"user"}, "canary-to-0": {"openai/gpt-4o"}, "unsupported": {"reject"},
		"rule-0-name": {"long"}, "rule-0-join": {"all"}, "rule-0-fact-0": {"input_tokens"}, "rule-0-op-0": {"gt"}, "rule-0-value-0": {"100000"}, "rule-0-fact-3": {"tags"}, "rule-0-op-3": {"is"}, "rule-0-value-3": {"project=apollo"}, "rule-0-to-0": {"openai/gpt-4o"}, "rule-0-to-1": {"fast"},
		"rule-1-name": {"odd"}, "rule-1-mode": {"text"}, "rule-1-text": {`hour < 6 and (team == "A" or team == "B")`}, "rule-1-to-0": {"fast"}}
	up := url.Values{}
	for k, v := range form {
		up[k] = v
	}
	up.Set("do", "up:1")
	if p := browser.Post(base, up); p.Status != http.StatusOK || strings.Index(p.Body, `value="odd"`) > strings.Index(p.Body, `value="long"`) || !p.Has(`value="project=apollo"`) {
		t.Errorf("moving up loses or keeps: %d\n%s", p.Status, p.Body)
	}
	if len(s.document(t).Rules) != 0 {
		t.Error("a button that only shows the form saved it")
	}
	if p := browser.Post(base, form); p.Status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", p.Status, p.Body)
	}
	d := s.document(t)
	if len(d.Rules) != 2 || d.Rules[0].When != `input_tokens > 100000 and tags.project == "apollo"` || len(d.Rules[0].Targets) != 2 || d.Canary == nil || d.Canary.Percent != 5 || d.Unsupported != "reject" || d.Version != 2 {
		t.Errorf("saved %+v", d)
	}
	if p := browser.Get(base); !p.Has(`value="project=apollo"`, "hour &lt; 6 and (team", `value="5"`) {
		t.Errorf("shown again:\n%s", p.Body)
	}
	if p := browser.Post(base, form); p.Status != http.StatusUnprocessableEntity || !p.Has("Somebody changed this alias while you did") {
		t.Errorf("an old version: %d", p.Status)
	}
	form.Set("version", "2")
	form.Set("rule-1-text", "hour < 6 and\ntema == 1")
	form.Set("rule-0-to-0", "nope/x")
	if p := browser.Post(base, form); p.Status != http.StatusUnprocessableEntity || !p.Has("Line 2, column 1: There is no fact", "Did you mean team?", "There is no connection", "tema == 1", `value="nope/x"`) {
		t.Errorf("mistakes: %d\n%s", p.Status, p.Body)
	}
	other := webtest.As(t, s.site, s.acme.Members[org.Developer])
	if p := other.Post(base, form); p.Status != http.StatusForbidden {
		t.Errorf("a developer: %d", p.Status)
	}
}

func TestYAMLAndVersionsAreTheSameRoute(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	base, browser := s.builder(t), webtest.As(t, s.site, s.acme.Members[org.Admin])
	const text = "alias: smart\ntargets:\n  - to: sandbox/sandbox-chat\nrules:\n  - name: nights\n    when: hour < 6\n    targets:\n      - to: fast\n"
	if p := browser.Post(base+"/yaml", url.Values{"yaml": {text}, "version": {"1"}}); p.Status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", p.Status, p.Body)
	}
	if p := browser.Get(base + "/yaml"); !p.Has("when: hour &lt; 6") {
		t.Errorf("\n%s", p.Body)
	}
	for bad, says := range map[string]string{"alias: [": "This is not YAML of routes", "alias: smart\ncolour: red\n": "field colour not found", text + "---\n" + text: "holds one route", "": "no route in it",
		strings.Replace(text, "hour < 6", "hour", 1): "rules.0.when: Line 1, column 1: The condition must come out as yes or no"} {
		if p := browser.Post(base+"/yaml", url.Values{"yaml": {bad}}); p.Status != http.StatusUnprocessableEntity || !p.Has(says) {
			t.Errorf("%q: %d, want %q\n%s", bad, p.Status, says, p.Body)
		}
	}
	if p := browser.Get(base + "/versions"); !p.Has("Version 2", "in force", "+     when: hour &lt; 6", "Roll back") {
		t.Errorf("\n%s", p.Body)
	}
	if p := browser.Post(base+"/versions", url.Values{"version": {"1"}}); p.Status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", p.Status, p.Body)
	}
	if d := s.document(t); len(d.Rules) != 0 || d.Version != 3 {
		t.Errorf("rolled back to %+v", d)
	}
	if p := browser.Post("/models/rules/yaml", url.Values{"yaml": {"holidays: [2026-12-25]\nrules:\n  - {name: r, when: holiday, targets: [{to: fast}]}\n"}}); p.Status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", p.Status, p.Body)
	}
	if p := browser.Get("/models/rules"); !p.Has("2026-12-25", `value="r"`) {
		t.Errorf("\n%s", p.Body)
	}
}

// A rule that is renamed and moved in the builder is the same rule: its targets keep what the form has no fields for.
func TestTheBuilderKeepsWhatItHasNoFieldsFor(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	base, browser := s.builder(t), webtest.As(t, s.site, s.acme.Members[org.Admin])
	const text = "alias: smart\nfallback:\n  order: scored\ntargets:\n  - to: sandbox/sandbox-chat\nrules:\n" +
		"  - name: days\n    when: hour > 6\n    targets:\n      - to: fast\n" +
		"  - name: nights\n    when: hour < 6\n    targets:\n      - to: sandbox/sandbox-chat\n        quality: 2\n        hours: 22:00-06:00\n      - to: openai/gpt-4o\n        after: [quota]\n"
	if p := browser.Post(base+"/yaml", url.Values{"yaml": {text}, "version": {"1"}}); p.Status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", p.Status, p.Body)
	}
	was := s.document(t).Rules[1]
	kept := regexp.MustCompile(`name="rule-(\d)-kept" value="([^"]*)"`)
	hidden := kept.FindAllStringSubmatch(browser.Get(base).Body, -1)
	if len(hidden) != 1 || hidden[0][1] != "1" {
		t.Fatalf("the form carries %q", hidden)
	}
	form := url.Values{"version": {"2"}, "rules": {"2"}, "do": {"up:1"}, "rule-0-name": {"days"}, "rule-0-mode": {"text"}, "rule-0-text": {"hour > 6"}, "rule-0-to-0": {"fast"},
		"rule-1-name": {"early mornings"}, "rule-1-mode": {"text"}, "rule-1-text": {"hour < 6"}, "rule-1-to-0": {"sandbox/sandbox-chat"}, "rule-1-to-1": {"openai/gpt-4o"}, "rule-1-kept": {html.UnescapeString(hidden[0][2])}}
	if again := kept.FindAllStringSubmatch(browser.Post(base, form).Body, -1); len(again) != 1 || again[0][1] != "0" || again[0][2] != hidden[0][2] {
		t.Errorf("moved, the form carries %q", again)
	}
	form.Set("do", "save")
	if p := browser.Post(base, form); p.Status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", p.Status, p.Body)
	}
	now := s.document(t).Rules
	if len(now) != 2 || now[1].Name != "early mornings" || !reflect.DeepEqual(now[1].Targets, was.Targets) || now[0].Targets[0].Quality != 0 {
		t.Errorf("saved %+v, was %+v", now, was)
	}
}

// Two people who open the organization's rules while there are none do not overwrite each other.
func TestTheFirstGeneralRulesAreNotOverwritten(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
	form := url.Values{"version": {"0"}, "rules": {"1"}, "do": {"save"}, "rule-0-name": {"mine"}, "rule-0-mode": {"text"}, "rule-0-text": {"hour < 6"}, "rule-0-to-0": {"fast"}}
	if p := browser.Post("/models/rules", form); p.Status != http.StatusSeeOther {
		t.Fatalf("%d", p.Status)
	}
	form.Set("rule-0-name", "yours")
	if p := browser.Post("/models/rules", form); p.Status != http.StatusUnprocessableEntity || !p.Has("Somebody changed", `value="yours"`) {
		t.Errorf("an old form: %d", p.Status)
	}
	if p := browser.Get("/models/rules"); !p.Has(`value="mine"`) {
		t.Error("the first rule is gone")
	}
}

// A draft that was replayed is one of the version that it was typed over, and does not overwrite what a colleague saved since.
func TestAReplayedDraftOverwritesNobody(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
	for base, seen := range map[string]string{s.builder(t): "1", "/models/rules": "0"} {
		form := url.Values{"version": {seen}, "rules": {"1"}, "days": {"1"}, "do": {"replay"}, "rule-0-name": {"mine"}, "rule-0-mode": {"text"}, "rule-0-text": {"hour < 6"}, "rule-0-to-0": {"openai/gpt-4o"}}
		replay := func() string {
			t.Helper()
			p := browser.Post(base, form)
			if p.Status != http.StatusSeeOther {
				t.Fatalf("%s: %d\n%s", base, p.Status, p.Body)
			}
			for range 1000 { // one at a time
				if browser.Get(p.Location).Has("Apply the draft") {
					break
				}
			}
			return p.Location
		}
		draft := replay()
		form.Set("do", "save")
		form.Set("rule-0-name", "theirs")
		if p := browser.Post(base, form); p.Status != http.StatusSeeOther {
			t.Fatalf("%s: a colleague: %d\n%s", base, p.Status, p.Body)
		}
		if p := browser.Post(draft, nil); p.Status != http.StatusUnprocessableEntity || !p.Has("Somebody changed") {
			t.Errorf("%s: applied: %d\n%s", base, p.Status, p.Body)
		}
		back := base + "?draft=" + draft[strings.LastIndex(draft, "/")+1:]
		if p := browser.Get(back); !p.Has(`value="mine"`, `name="version" value="`+seen+`"`) {
			t.Errorf("%s: back to the draft:\n%s", base, p.Body)
		}
		if p := browser.Get(base); !p.Has(`value="theirs"`) {
			t.Errorf("%s: the colleague's rule is gone", base)
		}
	}
}

func TestADryRunIsALinkThatExplains(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	base, browser := s.builder(t), webtest.As(t, s.site, s.acme.Members[org.Admin])
	if p := browser.Get(base + "/try"); p.Status != http.StatusOK || !p.Has(`value="smart"`, "Try it") || p.Has("What each rule said") {
		t.Errorf("%d\n%s", p.Status, p.Body)
	}
	for query, says := range map[string]string{"asked=1": "Say which model", "asked=1&model=smart&input_tokens=x": "Input is a whole number", "asked=1&model=smart&at=noon": "is not a moment"} {
		if p := browser.Get(base + "/try?" + query); p.Status != http.StatusUnprocessableEntity || !p.Has(says) {
			t.Errorf("%s: %d\n%s", query, p.Status, p.Body)
		}
	}
}

// A condition that was written as text may have more comparisons than anybody builds, and the form shows each of them.
func TestTheBuilderKeepsEveryComparison(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	base, browser := s.builder(t), webtest.As(t, s.site, s.acme.Members[org.Admin])
	form, when := url.Values{"version": {"1"}, "rules": {"1"}, "do": {"save"}, "rule-0-name": {"many"}, "rule-0-join": {"any"}, "rule-0-to-0": {"fast"}}, ""
	for i := range 75 {
		n := strconv.Itoa(i)
		form["rule-0-fact-"+n], form["rule-0-op-"+n], form["rule-0-value-"+n] = []string{"images"}, []string{"is"}, []string{"yes"}
		when += " or images"
	}
	if p := browser.Post(base, form); p.Status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", p.Status, p.Body)
	}
	if d := s.document(t); len(d.Rules) != 1 || d.Rules[0].When != strings.TrimPrefix(when, " or ") {
		t.Errorf("saved %+v", d.Rules)
	}
}

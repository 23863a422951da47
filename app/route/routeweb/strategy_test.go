package routeweb_test

import (
	"net/http"
	"net/url"
	"reflect"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
)

func TestStrategiesAndWeightsAreChosenOnTheBuilder(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	base, browser := s.builder(t), webtest.As(t, s.site, s.acme.Members[org.Admin])
	page := browser.Get(base)
	for _, name := range route.Strategies[1:] {
		if !page.Has(`<option value="` + string(name) + `"`) {
			t.Errorf("%s cannot be chosen", name)
		}
	}
	form := url.Values{"version": {"1"}, "rules": {"1"}, "do": {"save"}, "canary-sticky": {"session"}, "strategy": {"weighted"}, "weight-0": {"3"},
		"rule-0-name": {"long"}, "rule-0-fact-0": {"input_tokens"}, "rule-0-op-0": {"gt"}, "rule-0-value-0": {"100000"}, "rule-0-strategy": {"sticky"},
		"rule-0-to-1": {"openai/gpt-4o"}, "rule-0-weight-1": {"7"}, "rule-0-to-2": {"sandbox/sandbox-chat"}}
	if p := browser.Post(base, form); p.Status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", p.Status, p.Body)
	}
	d := s.document(t)
	if d.Strategy != "weighted" || d.Targets[0].Weight != 3 || d.Rules[0].Strategy != "sticky" ||
		!reflect.DeepEqual(d.Rules[0].Targets, []route.ToTarget{{To: "openai/gpt-4o", Weight: 7}, {To: "sandbox/sandbox-chat"}}) {
		t.Errorf("saved %+v", d)
	}
	if p := browser.Get(base); !p.Has(`<option value="weighted" selected`, `<option value="sticky" selected`, `value="7"`) {
		t.Errorf("shown again:\n%s", p.Body)
	}
	if p := browser.Post(base[:len(base)-len("/rules")], url.Values{"name": {"smart"}, "target": {"openai/gpt-4o", "sandbox/sandbox-chat"}}); p.Status != http.StatusSeeOther {
		t.Fatalf("the alias's own form: %d\n%s", p.Status, p.Body)
	}
	if d = s.document(t); d.Strategy != "weighted" || !reflect.DeepEqual(d.Targets[1], route.ToTarget{To: "sandbox/sandbox-chat", Weight: 3}) {
		t.Errorf("the alias's own form lost the weight: %+v", d)
	}
	form.Set("version", "3")
	for weight, want := range map[string]string{"many": "It is 1 to", "0": "It is 1 to", "-4": "It is 1 to", "99999999": "It is 1 to"} {
		form.Set("rule-0-weight-1", weight)
		if p := browser.Post(base, form); p.Status != http.StatusUnprocessableEntity || !p.Has(want, `value="`+weight+`"`) {
			t.Errorf("a weight of %q: %d\n%s", weight, p.Status, p.Body)
		}
	}
	form.Set("rule-0-weight-1", "7")
	form.Set("rule-0-strategy", "magic")
	if p := browser.Post(base, form); p.Status != http.StatusUnprocessableEntity || !p.Has("There is no strategy") {
		t.Errorf("an unknown strategy: %d", p.Status)
	}
}

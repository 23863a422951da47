package blueprint

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestEveryTemplateIsWholeAndReadable(t *testing.T) {
	t.Parallel()
	entries, err := files.ReadDir("template")
	if err != nil || len(entries) != len(order) {
		t.Fatalf("%d files and %d names, %v", len(entries), len(order), err)
	}
	for _, x := range Templates() {
		d, err := Parse([]byte(x.Text))
		if err != nil || x.Title == "" || !strings.HasSuffix(x.About, ".") {
			t.Errorf("%s (%q, %q): %v", x.Name, x.Title, x.About, err)
			continue
		}
		if len(d.Teams) == 0 || len(d.Budgets) == 0 || len(d.Routes) == 0 || len(d.DataRules) == 0 || len(d.Policies) == 0 || len(d.Limits) == 0 {
			t.Errorf("%s leaves a section out", x.Name)
		}
		if _, err := Plan(empty(), d, false); err != nil {
			t.Errorf("%s: %v", x.Name, err)
		}
	}
	for _, name := range []string{"", "nobody", "../document", "company.yaml"} {
		if _, ok := TemplateOf(name); ok {
			t.Errorf("there is a template %q", name)
		}
	}
}

// The schema knows what the reader knows: every name that a complaint about a misspelt one lists.
func TestTheSchemaNamesWhatTheReaderReads(t *testing.T) {
	t.Parallel()
	var s struct {
		Properties map[string]struct {
			Items struct {
				Properties map[string]json.RawMessage
				Required   []string
			}
		}
	}
	if err := json.Unmarshal(Schema(), &s); err != nil {
		t.Fatal(err)
	}
	for section, text := range map[string]string{"": "x: 1", "budgets": "budgets: [{x: 1}]", "limits": "limits: [{x: 1}]", "routes": "routes: [{x: 1}]", "timeouts": "timeouts: [{x: 1}]", "data_rules": "data_rules: [{x: 1}]", "cache_policies": "cache_policies: [{x: 1}]", "prompts": "prompts: [{x: 1}]"} {
		_, err := Parse([]byte("blueprint: 1\n" + text))
		if err == nil {
			t.Fatalf("%s: a field x is read", section)
		}
		_, list, _ := strings.Cut(err.Error(), "There is: ")
		for _, name := range strings.Split(strings.TrimSuffix(list, "."), ", ") {
			_, ok := s.Properties[section].Items.Properties[name]
			if section == "" {
				_, ok = s.Properties[name]
			}
			if !ok {
				t.Errorf("%s: the schema has no %q", section, name)
			}
		}
	}
	if got := s.Properties["limits"].Items.Required; strings.Join(got, " ") != "unit amount window" {
		t.Errorf("a limit needs %v", got)
	}
}

func TestARouteThatLeadsBackToItselfIsRefusedAtItsTarget(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"routes:\n  - alias: a\n    targets: [{to: a}]": "line 4, column 15: The route a leads back to itself: a → a.",
		"routes:\n  - {alias: a, targets: [{to: b}]}\n  - {alias: b, targets: [{to: up/x}, {to: c}]}\n  - {alias: c, targets: [{to: a}]}": "line 4, column 38: The route b leads back to itself: b → c → a → b.",
	} {
		d, err := Parse([]byte("blueprint: 1\n" + text))
		if err != nil {
			t.Fatal(err)
		}
		if _, err = Plan(empty(), d, false); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v\nwant %s", err, want)
		}
	}
	d, err := Parse([]byte("blueprint: 1\nroutes:\n  - {alias: a, targets: [{to: b}, {to: c}]}\n  - {alias: b, targets: [{to: c}]}\n  - {alias: c, targets: [{to: up/x}]}"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Plan(empty(), d, false); err != nil {
		t.Errorf("two ways to one target are no ring: %v", err)
	}
}

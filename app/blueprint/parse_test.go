package blueprint

import (
	"strings"
	"testing"
)

// Everything that is wrong is said at once, each with its line and column.
func TestWhatIsWrongIsSaidWithItsPlace(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                    "The document is empty.",
		"a: [":                                "This is not YAML: line 1",
		"# nothing\n---\n":                    "Here belong names and values",
		"- a":                                 "line 1, column 1: Here belong names and values",
		"budgets: []":                         "Begin the document with: blueprint: 1",
		"blueprint: 2":                        "line 1, column 12: This program reads blueprints of the form 1.",
		"blueprint: 1\nbudget: []":            `line 2, column 1: There is no "budget" here. There is: blueprint, connections,`,
		"blueprint: 1\nteams: {}":             "line 2, column 8: Here belongs a list",
		"blueprint: 1\nteams:\nteams: []":     `line 3, column 1: "teams" is here twice.`,
		"blueprint: 1\n---\nteams: []":        "more than one YAML document",
		"blueprint: 1\nteams:\n  - name: [a]": "line 3, column 11: Here belongs one value.",
		"blueprint: 1\nteams:\n  - name:":     "line 3, column 10: There is no value.",
		"blueprint: 1\nteams: &a []":          "line 2, column 8: Anchors and aliases",
		"blueprint: 1\nbudgets:\n  - {limit: ten}":                                  `line 3, column 13: "ten" is no number`,
		"blueprint: 1\nbudgets:\n  - {limit: -1}":                                   `column 13: "-1" is no number`,
		"blueprint: 1\nbudgets:\n  - {limit: 1e3}":                                  `"1e3" is no number`,
		"blueprint: 1\nbudgets:\n  - {limit: 1, enforcement: hrad}":                 `line 3, column 29: "hrad" is none of: hard, soft, throttle, downgrade.`,
		"blueprint: 1\nbudgets:\n  - {limit: 1, starts: first}":                     `"first" is no whole number`,
		"blueprint: 1\nbudgets:\n  - {limit: 1, strict: maybe}":                     `"maybe" is neither true nor false`,
		"blueprint: 1\nlimits:\n  - {unit: requests, amount: 1, window: 60}":        `"60" is no length of time`,
		"blueprint: 1\ndata_rules:\n  - actions: {email: hide}":                     `line 3, column 22: "hide" is none of: off, log, warn, mask, block.`,
		"blueprint: 1\nroutes:\n  - {alias: a, targets: [{to: b, wait: 1}]}":        `line 3, column 34: There is no "wait" here. There is: to, weight, quality, hours, after.`,
		"blueprint: 1\nteams:\n  - {id: team_1, name: a}\nbudgets:\n  - {limit: x}": "line 5, column 13",
	} {
		_, err := Parse([]byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q:\n got %v\nwant %s", text, err, want)
		}
	}
	_, err := Parse([]byte("blueprint: 1\nteams:\n  - {id: team_1}\nbudgets:\n  - {limit: x}"))
	if err == nil || strings.Count(err.Error(), "line ") != 2 {
		t.Errorf("not everything is said: %v", err)
	}
	if _, err := Parse([]byte(strings.Repeat("#", maxText+1))); err == nil {
		t.Error("a document without end was read")
	}
}

// empty is an organization without anything.
func empty() *State {
	return &State{Name: "Acme", org: "org_1", ids: map[string]string{at("connections", "up"): "openai"}, parts: map[string]bool{}}
}

// What names something that is nowhere is refused before anything is changed.
func TestAPlanNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"connections: [{name: up, kind: anthropic}]":                                   `line 2, column 15: The connection "up" is of the kind openai here`,
		"connections: [{name: down, kind: openai}]":                                    `There is no connection "down"`,
		"teams: [{name: a, department: x}]":                                            `line 2, column 31: There is no department "x"`,
		"teams: [{name: a}, {name: ' a '}]":                                            "line 2, column 20: The team a is here twice.",
		"budgets: [{of: 'team:b', limit: 1}]":                                          `line 2, column 16: There is no team "b"`,
		"budgets: [{of: 'pool:b', limit: 1}]":                                          `There is no team "b"`,
		"budgets: [{of: 'member:eve', limit: 1}]":                                      `"member:eve" is no place`,
		"budgets: [{limit: 1}, {limit: 2, name: Acme, period: monthly, measure: usd}]": "The monthly budget of Acme is here twice.",
		"routes: [{targets: [{to: a}]}]":                                               "A route needs an alias.",
		"routes: [{alias: a}, {alias: a}]":                                             "The route a is here twice.",
		"rules: {alias: a}":                                                            "The organization's rules have no alias.",
	} {
		d, err := Parse([]byte("blueprint: 1\n" + text))
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if _, err := Plan(empty(), d, true); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s:\n got %v\nwant %s", text, err, want)
		}
	}
}

// A section that is left out is left alone, by pruning too; an empty one says that there is nothing.
func TestPruningKeepsToTheSectionsOfTheFile(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"": 0, "\npolicies:": 0, "\npolicies: []": 1, "\npolicies: []\ntimeouts: []": 2} {
		now := empty()
		now.Policies, now.Timeouts = []Policy{{Deny: []string{"x"}}}, []Timeout{{Total: "5m"}}
		d, err := Parse([]byte("blueprint: 1" + text))
		if err != nil {
			t.Fatal(err)
		}
		kept, err := Plan(now, d, false)
		if err != nil || len(kept) != 0 {
			t.Errorf("%q without pruning: %v, %v", text, kept, err)
		}
		if gone, err := Plan(now, d, true); err != nil || len(gone) != want {
			t.Errorf("%q: %d changes, %v", text, len(gone), err)
		}
	}
}

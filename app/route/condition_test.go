package route_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/route"
)

func TestWordsAndFactsAgree(t *testing.T) {
	t.Parallel()
	facts := reflect.TypeFor[route.Facts]()
	if facts.NumField() != len(route.Words) {
		t.Errorf("%d facts, %d words", facts.NumField(), len(route.Words))
	}
	for i := range facts.NumField() {
		name := facts.Field(i).Tag.Get("expr")
		w, ok := route.WordOf(name)
		kind := map[reflect.Kind]route.WordKind{reflect.String: route.Text, reflect.Int: route.Number, reflect.Bool: route.YesNo, reflect.Map: route.Pairs}[facts.Field(i).Type.Kind()]
		if !ok || w.Says == "" || w.Kind != kind {
			t.Errorf("%s: %+v, want kind %s", name, w, kind)
		}
	}
}

// refuse saves a rule with a condition and gives what is said of it.
func refuse(t *testing.T, when string) string {
	t.Helper()
	d := newDesk()
	d.create(t, "smart", "up/gpt-5.5")
	_, err := d.SetGeneral(t.Context(), d.a, route.Document{Rules: []route.RuleText{{Name: "r", When: when, Targets: []route.ToTarget{{To: "smart"}}}}})
	if got := fields(err); len(got) != 1 || got[0] != "rules.0.when" {
		t.Fatalf("%.60q: %v in the fields %q", when, err, got)
	}
	return fault.From(err.(interface{ Unwrap() []error }).Unwrap()[0]).Public
}

func TestABadConditionIsRefusedWithItsPlace(t *testing.T) {
	t.Parallel()
	for when, says := range map[string]string{
		``:                                "Line 1, column 1: A condition is missing.",
		`tema == "x"`:                     `Line 1, column 1: There is no fact "tema". Did you mean team?`,
		"hour > 3\nand colour == 1":       `Line 2, column 5: There is no fact "colour". There are: team, `,
		`hour`:                            "Line 1, column 1: The condition must come out as yes or no, and this is of the type int.",
		`team`:                            "of the type string",
		`hour > `:                         "Line 1, column 6: The condition ends before it is complete.",
		`team == 5`:                       "Line 1, column 6: ",
		`all([1,2], # > 0)`:               "Line 1, column 12: Conditions have no loops",
		`any([1], {# == 3})`:              "no loops",
		`5 in 1..1000000000`:              "Line 1, column 7: Ranges are not there.",
		`let x = 5; x > 3`:                "no variables",
		`true; false`:                     "no second statement",
		`2 ** 1000 > 4`:                   "Line 1, column 3: Powers are not there.",
		`team matches model`:              "Line 1, column 14: The pattern behind matches must be a text in quotes.",
		`team matches "(a"`:               "This is not a regular expression (RE2): missing closing )",
		`team[1:3] == "x"`:                "Parts of texts cannot be cut out.",
		`repeat("x", 1000000000) == "y"`:  "Line 1, column 1: ",
		`now() == 3`:                      "Line 1, column 1: ",
		`weekday == "monday"`:             `weekday is never "monday". It is one of mon, tue,`,
		`role in ["admin", "chief"]`:      `Line 1, column 19: role is never "chief".`,
		`between(time, "9:00", "17:00")`:  "between takes the time and two times of day",
		`between(hour, "09:00", "17:00")`: "Line 1, column 9: ",
		strings.Repeat("hour == 1 or ", 70) + "true":  "more than 150 parts",
		`team == "` + strings.Repeat("ä", 1000) + `"`: "at most 1000 characters, this one has 1010",
		strings.Repeat("(", 400) + "true":             "Line 1, column ",
		`tags.project.name == "x"`:                    "Line 1, column ",
		`team.name == "x"`:                            "Line 1, column ",
		`session contains hour`:                       "Line 1, column ",
	} {
		if got := refuse(t, when); !strings.Contains(got, says) {
			t.Errorf("%.60q\nsays %q\nwant %q", when, got, says)
		}
	}
}

package blueprint

import (
	"strings"
	"testing"
)

// A strict budget can be lowered when those below it are, and those below raised when it is: every step must be allowed by itself.
func TestBudgetsAreLoweredFromBelow(t *testing.T) {
	t.Parallel()
	parse := func(text string) *Document {
		d, err := Parse([]byte("blueprint: 1\ndepartments: [{name: R}]\nteams: [{name: a, department: R}, {name: b, department: R}]\nbudgets:\n" + text))
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	now := &State{Document: *parse(`
  - {limit: 100, strict: true}
  - {of: "department:R", limit: 100, strict: true}
  - {of: "team:a", limit: 90}
  - {of: "team:b", limit: 10}
  - {of: "tag:x=y", limit: 10}`), Name: "Acme"}
	wanted := parse(`
  - {limit: 60, strict: true}
  - {of: "department:R", limit: 60.00, strict: true}
  - {of: "team:a", limit: 9}
  - {of: "team:b", limit: 20}
  - {of: "tag:x=y", limit: 11}
  - {of: "pool:a", limit: 1}`)
	for _, d := range []*Document{&now.Document, wanted} {
		for i := range d.Budgets {
			d.Budgets[i].settle("Acme")
		}
	}
	changes, err := Plan(now, wanted, false)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range changes {
		got = append(got, string(c.Verb)+" "+c.What)
	}
	want := "update monthly budget of Team a, update monthly budget of Department R, update monthly budget of Acme, update monthly budget of Team b, update monthly budget of Tag x=y, create monthly budget of Pool of team a"
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
}

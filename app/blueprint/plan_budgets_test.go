package blueprint

import (
	"reflect"
	"strconv"
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

// A budget that was named after its place keeps the name when the place is renamed. It is not a second one to a file that names none,
// and nothing that somebody named themselves is taken for it.
func TestABudgetOfARenamedPlaceIsTheSame(t *testing.T) {
	t.Parallel()
	const head = "blueprint: 1\ndepartments: []\nteams: [{name: Find}]\nbudgets:\n"
	for name, c := range map[string]struct {
		now, wanted, want string
		prune             bool
	}{
		"a team's, and its limit": {`[{of: "team:Find", name: Team Search, limit: 4, period: weekly}]`, `[{of: "team:Find", limit: 5, period: weekly}]`,
			"update weekly budget of Team Find (name limit)", true},
		"a pool's":                           {`[{of: "pool:Find", name: Pool of team Search, limit: 4}]`, `[{of: "pool:Find", limit: 4}]`, "update monthly budget of Pool of team Find (name)", false},
		"the organization's":                 {`[{name: Old Acme, limit: 4}]`, `[{limit: 4}]`, "update monthly budget of Acme (name)", false},
		"the organization's, which would go": {`[{name: Old Acme, limit: 4}]`, `[{limit: 5}]`, "update monthly budget of Acme (name limit)", true},
		"somebody's own":                     {`[{of: "team:Find", name: Contractors, limit: 4}, {name: Safety net, limit: 9}]`, `[{of: "team:Find", limit: 5}, {limit: 5}]`, "create monthly budget of Team Find, create monthly budget of Acme", false},
		"of another period":                  {`[{of: "team:Find", name: Team Search, limit: 4}]`, `[{of: "team:Find", limit: 4, period: daily}]`, "create daily budget of Team Find", false},
		"one that the file names": {`[{of: "team:Find", name: Team Search, limit: 4}]`, `[{of: "team:Find", limit: 4}, {of: "team:Find", name: Team Search, limit: 4}]`,
			"create monthly budget of Team Find", true},
		"one of two": {`[{of: "team:Find", name: Team Search, limit: 4}, {of: "team:Find", name: Team Seek, limit: 4}]`, `[{of: "team:Find", limit: 4}]`, "create monthly budget of Team Find", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now, err := Parse([]byte(head + "  " + c.now))
			if err != nil {
				t.Fatal(err)
			}
			wanted, err := Parse([]byte(head + "  " + c.wanted))
			if err != nil {
				t.Fatal(err)
			}
			state := &State{Document: *now, Name: "Acme", ids: map[string]string{}}
			for i := range now.Budgets {
				state.settled(reflect.ValueOf(&now.Budgets[i]))
				state.ids[at("budgets", now.Budgets[i].key())] = "bud_" + strconv.Itoa(i)
			}
			changes, err := Plan(state, wanted, c.prune)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, ch := range changes {
				text := string(ch.Verb) + " " + ch.What
				if ch.Verb == Update {
					var fields []string
					for _, f := range ch.Fields {
						fields = append(fields, f.Name)
					}
					text += " (" + strings.Join(fields, " ") + ")"
					if ch.id != "bud_0" {
						t.Errorf("%s is of %q", text, ch.id)
					}
				}
				got = append(got, text)
			}
			if s := strings.Join(got, ", "); s != c.want {
				t.Errorf("got  %s\nwant %s", s, c.want)
			}
		})
	}
}

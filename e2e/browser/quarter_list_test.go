package browser

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/chromedp/chromedp"
)

// houses are departments with their teams.
var houses = []struct {
	name  string
	teams []string
}{
	{"Engineering", []string{"Atlas", "Borealis", "Cascade", "Delta"}},
	{"Research", []string{"Ember", "Fjord", "Glacier", "Harbour"}},
	{"Sales", []string{"Iris", "Juniper", "Kestrel", "Lagoon"}},
}

// crews are the teams of all houses.
func crews() (out []string) {
	for _, h := range houses {
		out = append(out, h.teams...)
	}
	return out
}

// houseOf is the department of a team.
func houseOf(team string) string {
	for _, h := range houses {
		for _, t := range h.teams {
			if t == team {
				return h.name
			}
		}
	}
	return ""
}

// person is the name, and from it the address, of the one with a number; the teams take turns.
func person(i int) (name, email string) {
	return fmt.Sprintf("Person %03d", i), fmt.Sprintf("p%03d@acme.test", i)
}

// byList is how a larger company comes: a list of its people, departments and teams is pasted, and everybody takes a mailed invitation.
// The first of each team leads it. Two of them do so in the browser; the others do what the form does.
func byList(q *quarter) {
	teams := crews()
	list := "email,name,role,team,department\n"
	for i := range q.people - 1 {
		name, email := person(i)
		role, team := "developer", teams[i%len(teams)]
		if i < len(teams) {
			role = "lead"
		}
		list += strings.Join([]string{email, name, role, team, houseOf(team)}, ",") + "\n"
	}
	b := q.ada
	b.goTo("/import")
	b.choose("What it is", "People and teams: a CSV")
	b.paste("Its text", list)
	b.press("Show what it does")
	b.sees("What importing does")
	b.shown("quarter-import")
	b.press("Import")
	b.sees(fmt.Sprintf("Imported: %d steps.", len(houses)+len(teams)+q.people-1))
	b.finds("/invitations", "p118@acme.test")
	b.shown("quarter-invitations")

	for i := range 2 {
		name, email := person(i * len(teams)) // the lead of the first team, and somebody of it
		guest := q.browser()
		q.join(guest, name, email)
		q.key(guest, email, teams[0])
	}
	q.others(map[string]bool{q.staff[0].email: true, q.staff[1].email: true})
	q.keysFor(0, q.people-1)
}

// ownTeamOnly is a lead at work, who sees the team and nobody else.
func ownTeamOnly(q *quarter) {
	_, email := person(0)
	lead, team, other := q.again(email), q.team("Atlas"), q.team("Borealis")
	_, mate := person(len(crews()))
	mateName, stranger := "Person 012", "p001@acme.test"
	lead.finds("/people", mate)
	lead.neverSees(stranger)
	lead.shown("quarter-lead-people")
	lead.press(mateName)
	lead.sees("Roles")
	lead.sees("Atlas")
	lead.shown("quarter-lead-member")
	lead.goTo("/teams/" + team + "/usage")
	lead.sees(mateName)
	lead.shown("quarter-lead-usage")
	lead.goTo("/costs?by=team")
	lead.sees("Atlas")
	lead.neverSees("Borealis")
	lead.provokes(http.StatusNotFound)
	for _, path := range []string{"/teams/" + other, "/teams/" + other + "/usage"} {
		var status int
		lead.ask("look at another team", fmt.Sprintf(`(() => { const x = new XMLHttpRequest(); x.open('GET', %q, false); x.send(); return x.status })()`, path), &status)
		if status != http.StatusNotFound {
			q.t.Errorf("a lead asks for %s of another team: %d", path, status)
		}
	}
}

// team is the id of one.
func (q *quarter) team(name string) string {
	q.t.Helper()
	for team, err := range q.api.Teams().All(q.t.Context(), nil) {
		if err != nil {
			q.t.Fatal(err)
		}
		if team.Name == name {
			return team.ID
		}
	}
	q.t.Fatalf("there is no team %s", name)
	return ""
}

// paste puts a text into a field in one go.
func (b *tab) paste(label, text string) {
	b.t.Helper()
	b.run("paste into "+label, chromedp.SetValue(b.labelled(label), text, chromedp.ByQuery))
}

// shown keeps pictures of a page as people with a telephone and with a wide screen see it.
func (b *tab) shown(name string) {
	b.t.Helper()
	if !*pictures {
		return
	}
	for _, s := range []screen{screens[0], screens[3]} {
		b.through(s)
		b.picture(name + "-" + s.String())
	}
	b.through(screens[0])
}

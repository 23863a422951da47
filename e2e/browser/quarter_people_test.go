package browser

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/client"
)

// others take their invitations.
func (q *quarter) others(but map[string]bool) {
	q.t.Helper()
	for i := range q.people - 1 {
		name, email := person(i)
		if but[email] {
			continue
		}
		link, err := url.Parse(q.mail(email, "Join ").link("/invitation?"))
		if err != nil {
			q.t.Fatal(err)
		}
		resp, err := http.PostForm(q.s.URL+link.Path, url.Values{"t": {link.Query().Get("t")}, "name": {name}, "email": {email}, "password": {"correct horse battery staple"}})
		if err != nil {
			q.t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK || !strings.HasPrefix(resp.Request.URL.Path, "/log-in") {
			q.t.Fatalf("%s joins: %d at %s", email, resp.StatusCode, resp.Request.URL.Path)
		}
	}
}

// keysFor gives people with these numbers a key each, as a script of the company's would, unless they have one.
func (q *quarter) keysFor(from, until int) {
	q.t.Helper()
	names, wanted := map[string]string{}, map[string]bool{}
	for i := from; i < until; i++ {
		_, email := person(i)
		wanted[email] = true
	}
	for team, err := range q.api.Teams().All(q.t.Context(), nil) {
		if err != nil {
			q.t.Fatal(err)
		}
		names[team.ID] = team.Name
	}
	for _, w := range q.staff {
		delete(wanted, w.email)
	}
	for m, err := range q.api.Members().All(q.t.Context(), nil) {
		if err != nil {
			q.t.Fatal(err)
		}
		if !wanted[m.Email] {
			continue
		}
		team := names[m.Teams[0]]
		made, err := q.api.Keys().Create(q.t.Context(), client.KeyInput{Name: "laptop", Team: m.Teams[0], Member: m.ID, Tags: []string{"cost-center=" + houseOf(team)}})
		if err != nil {
			q.t.Fatal(err)
		}
		q.staff = append(q.staff, worker{m.Email, team, made.Secret})
	}
	q.known()
}

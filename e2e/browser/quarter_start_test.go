package browser

import (
	"fmt"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/client"
	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// bySandbox goes on with the provider that is there.
func bySandbox(q *quarter) {
	b := q.ada
	b.goTo("/start")
	b.press("Go on with the sandbox")
	b.sees("Begin with a template?")
	b.press("Without a template")
}

// limited sets the budget of the organization, orders the monthly report, and gives finance a token.
func (q *quarter) limited() {
	q.t.Helper()
	b := q.ada
	b.sees("How much may it cost?")
	b.fill("Limit", q.limit)
	b.press("Set the budget")
	b.sees("The budget is set.")
	b.goTo("/reports/new")
	b.tick("Monthly report")
	b.choose("About", q.name)
	b.press("Set up")
	b.sees("Send now")
	b.goTo("/tokens/new")
	b.fill("Name", "finance")
	b.press("Create token")
	b.sees("Copy this token now")
	api, err := client.New(q.s.URL, b.text("#secret"))
	if err != nil {
		q.t.Fatal(err)
	}
	q.api = api
}

// byForm is how a dozen people come: nobody needs a file or a directory for that. Two of them join by a mailed link.
func byForm(q *quarter) {
	b := q.ada
	b.goTo("/teams")
	b.fill("Name", "Research")
	b.press("Create team")
	b.sees("Research")
	for i := range q.people - 3 {
		address := fmt.Sprintf("p%d@acme.test", i)
		b.goTo("/people/new")
		b.fill("Name", fmt.Sprintf("Person %d", i))
		b.fill("E-mail", address)
		b.choose("Team optional", "Research")
		b.press("Add person")
		b.sees(address)
	}
	q.key(b, "ada@acme.test", "General")
	for _, name := range []string{"Grace", "Alan"} {
		address := strings.ToLower(name) + "@acme.test"
		b.goTo("/invitations/new")
		b.fill("E-mail", address)
		b.tick("Research")
		b.press("Invite")
		b.sees(address)
		guest := q.browser()
		q.join(guest, name, address)
		q.key(guest, address, "Research")
	}
}

// join takes an invitation from the mailbox and comes in with it.
func (q *quarter) join(guest *tab, name, address string) {
	q.t.Helper()
	link := ""
	harness.Wait(q.t, "an invitation of "+address, func() bool { link = q.letterTo(address, "Join ").link("/invitation?"); return link != "" })
	guest.goTo(strings.TrimPrefix(link, q.s.URL))
	guest.fill("Your name", name)
	guest.fill("Password", "correct horse battery staple")
	guest.press("Join")
	guest.sees("Forgot your password?")
	guest.logIn(address)
}

// key makes one for whoever is at the browser, and waits until it works.
func (q *quarter) key(b *tab, email, team string) {
	b.t.Helper()
	b.goTo("/keys/new")
	b.fill("Name", email)
	b.choose("Team that pays", team)
	b.press("Create key")
	b.sees("Copy this key now")
	q.staff = append(q.staff, worker{email, team, b.text("#secret")})
	q.known()
}

// known waits until requests with the newest key pass.
func (q *quarter) known() {
	q.t.Helper()
	secret := q.staff[len(q.staff)-1].secret
	harness.Wait(q.t, "the newest key to work", func() bool { return q.knows(secret) })
}

// counted says whether all are there, and none besides.
func (q *quarter) counted() {
	q.t.Helper()
	n := 0
	for m, err := range q.api.Members().All(q.t.Context(), nil) {
		if err != nil {
			q.t.Fatal(err)
		}
		if m.Status == "active" {
			n++
		}
	}
	if n != q.people {
		q.t.Errorf("%d people are there, %d should be", n, q.people)
	}
}

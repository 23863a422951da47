package browser

import (
	"net/url"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/apptest"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// signOn connects the company's identity provider, by which finance comes in: its group there may read everything here.
func (q *quarter) signOn() {
	q.t.Helper()
	idp := apptest.OpenDirectory(q.t, q.s.Clock)
	b := q.ada
	b.goTo("/settings/sso")
	b.fill("Name", "Okta")
	b.fill("Issuer", idp.URL)
	b.fill("Client id", idp.Client)
	b.fill("Client secret", idp.Secret)
	b.tick("Let new people in at their first log-in")
	b.fill("Mail domains of new people", "finance.test")
	b.fill("Claim with the groups", "groups")
	b.press("Check and save")
	b.sees("Single sign-on is set up")
	b.fill("Group", "controllers")
	b.choose("Role", "Viewer")
	b.choose("Where", q.name)
	b.press("Map group")
	b.sees("Mapped by")
	idp.Who, idp.Name, idp.In = "fay@finance.test", "Fay Controller", []string{"controllers"}
	q.finance = q.browser()
	q.signsOn()
}

// signsOn is finance at the log-in page.
func (q *quarter) signsOn() {
	q.t.Helper()
	b := q.finance
	b.goTo("/account")
	if !strings.HasPrefix(b.at(), "/log-in") {
		return
	}
	b.press("Single sign-on")
	b.sees("Its short name")
	b.fill("Organization", strings.Split(strings.TrimPrefix(q.base, q.s.URL+"/t/"), "/")[0])
	b.press("Continue")
	b.sees("Fay Controller")
}

// unusual is an hour in which one team spends far more than it does at that hour: those who answer for it are told.
func unusual(q *quarter) {
	long, before := strings.Repeat("And what of this? ", 27_000), q.month().cost
	for q.month().cost < before+7*money.Dollar {
		if err := q.ask(q.staff[0], long); err != nil {
			q.t.Fatal(err)
		}
	}
	q.booked() // the hour is looked at once, when it is over
	q.s.Forward(q.t, q.s.Clock.Now().Truncate(time.Hour).Add(70*time.Minute))
	b := q.ada
	b.comesBack("ada@acme.test")
	b.finds("/inbox", q.staff[0].team+" spent $")
	b.shown("quarter-unusual")
}

// reconciled is finance that holds the provider's own report against the books.
func reconciled(q *quarter) {
	b := q.ada
	b.comesBack("ada@acme.test")
	b.goTo("/reconcile")
	b.press("anthropic")
	b.fill("Admin API key", q.account.AdminKey)
	b.press("Save")
	b.press("Read now")
	b.sees("Agrees")
	b.shown("quarter-reconciled")
	days := 0
	for d, err := range q.api.Reconcile().All(q.t.Context(), url.Values{"from": {q.from.Format(time.DateOnly)}}) {
		if err != nil {
			q.t.Fatal(err)
		}
		if d.Ours != d.Theirs {
			q.t.Errorf("on %s our books say %s, the provider %s", d.Day, d.Ours, d.Theirs)
		}
		if d.Ours != "0" {
			days++
		}
	}
	if days < 4 {
		q.t.Errorf("only %d days were compared", days)
	}
}

// costCentres holds that what carries a cost centre, and what carries none, is everything.
func costCentres(q *quarter, days url.Values, m *tally) {
	q.t.Helper()
	said, err := q.api.Usage().Allocation(q.t.Context(), url.Values{"by": {"tag:cost-center"}, "from": days["from"], "to": days["to"]})
	if err != nil {
		q.t.Fatal(err)
	}
	sum, err := money.Parse(said.Rest.CostUSD)
	if err != nil {
		q.t.Fatal(err)
	}
	for _, line := range said.Data {
		cost, err := money.Parse(line.CostUSD)
		if err != nil {
			q.t.Fatal(err)
		}
		sum += cost
	}
	if sum != m.cost || len(said.Data) != len(houses) {
		q.t.Errorf("%d cost centres and the rest come to %s of %s", len(said.Data), sum, m.cost)
	}
}

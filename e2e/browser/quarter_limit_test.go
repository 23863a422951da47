package browser

import (
	"strings"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// usedUp is the day on which the organization's month is spent: people are told, somebody is refused, asks for more in the browser, and
// the founder grants it there.
func usedUp(q *quarter) {
	b, grace := q.ada, q.again("grace@acme.test")
	w := q.staff[1]
	q.spend(w)
	q.s.Forward(q.t, q.s.Clock.Now().Add(time.Hour))
	b.comesBack("ada@acme.test")
	b.finds("/inbox", "% of its budget")
	b.picture("quarter-inbox")
	harness.Wait(q.t, "a letter about the budget", func() bool {
		m := q.letterTo("ada@acme.test", "of its budget")
		if m == "" { // thresholds that are crossed together come in one letter
			m = q.letterTo("ada@acme.test", "things happened that concern you")
		}
		return strings.Contains(string(m), "of its budget")
	})
	grace.finds("/requests?code=budget_exhausted", "402 budget exhausted")
	grace.run("open the refused request", chromedp.Click("tbody .b-row-link", chromedp.ByQuery))
	grace.sees("Why this was refused")
	grace.press("Ask for more")
	grace.fill("How much more", "1")
	grace.press("Send request")
	grace.sees("Request sent.")
	b.goTo("/budgets")
	b.press("Requests for more")
	b.sees("grace@acme.test")
	b.press("Approve")
	b.sees("Approved. grace@acme.test can spend it")
	harness.Wait(q.t, "the grant to bind", func() bool { return q.ask(w, "and now?") == nil })
}

// comesBack logs in again if that is needed: sessions end by the led clock.
func (b *tab) comesBack(email string) {
	b.t.Helper()
	b.goTo("/account")
	if strings.HasPrefix(b.at(), "/log-in") {
		b.logIn(email)
	}
}

// again is a browser of somebody who has been here before.
func (q *quarter) again(email string) *tab {
	q.t.Helper()
	b := q.browser()
	b.logIn(email)
	return b
}

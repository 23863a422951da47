package browser

import (
	"encoding/csv"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// closeMonth is the morning after a month: the report has come by mail, and finance reads the same sum on the page of costs, by the
// management API, in the file for finance tools, and in the organization's budget.
func (q *quarter) closeMonth(first time.Time) {
	q.t.Helper()
	m := q.months[first.Format("2006-01")]
	if m == nil || m.cost == 0 {
		q.t.Fatalf("nothing was spent in %s", first.Month())
	}
	exact, title := m.cost.String(), first.Format("January 2006")
	letter := q.mail("ada@acme.test", title)
	if !strings.Contains(string(letter), m.cost.Format(2)+" USD") {
		q.t.Errorf("the report of %s does not say %s USD:\n%s", title, m.cost.Format(2), letter)
	}
	b := q.ada
	b.comesBack("ada@acme.test")
	b.goTo(strings.TrimPrefix(letter.link("/reports/"), q.s.URL))
	b.says(m.cost.Format(2) + " USD") // as in the letter
	if q.finance != nil {
		b = q.finance
		q.signsOn()
	}

	days := url.Values{"from": {first.Format(time.DateOnly)}, "to": {first.AddDate(0, 1, -1).Format(time.DateOnly)}}
	b.goTo("/costs?" + days.Encode())
	b.says(exact)
	b.picture(fmt.Sprintf("quarter-%d-%s", q.people, first.Format("01")))
	if focus := q.focus(b); focus != m.cost {
		q.t.Errorf("the finance export of %s comes to %s, the answers to %s", title, focus, exact)
	}
	q.sums(days, m)
	q.ledger(first, m)
	if q.closing != nil {
		q.closing(q, days, m)
	}
}

// focus follows the page's own link to the file for finance tools and adds it up.
func (q *quarter) focus(b *tab) (sum money.USD) {
	q.t.Helper()
	var text string
	b.run("export for finance", chromedp.Evaluate(`fetch([...document.querySelectorAll('a[download]')].find(a => a.innerText.trim() === 'FOCUS').href).then(r => r.text())`, &text,
		func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(rows) < 2 {
		q.t.Fatalf("the finance export: %v %.300s", err, text)
	}
	for _, row := range rows[1:] {
		cost, err := money.Parse(row[slices.Index(rows[0], "BilledCost")])
		if err != nil {
			q.t.Fatal(err)
		}
		sum += cost
	}
	return sum
}

// sums compares a month with what the management API reports, in all and by team.
func (q *quarter) sums(days url.Values, m *tally) {
	q.t.Helper()
	days.Set("by", "team")
	days.Set("top", "100")
	r, err := q.api.Usage().Report(q.t.Context(), days)
	if err != nil {
		q.t.Fatal(err)
	}
	if t := r.Total; t.CostUSD != m.cost.String() || t.Requests != m.requests || t.Refused != m.refused {
		q.t.Errorf("the report says %d requests, %d refused, %s USD; we counted %d, %d, %s", t.Requests, t.Refused, t.CostUSD, m.requests, m.refused, m.cost)
	}
	teams := 0
	for _, row := range r.Rows {
		if want, ok := m.teams[row.Values[0].Name]; ok {
			if teams++; want.String() != row.CostUSD {
				q.t.Errorf("%s spent %s, the report says %s", row.Values[0].Name, want, row.CostUSD)
			}
		}
	}
	if teams != len(m.teams) {
		q.t.Errorf("the report has %d of the %d teams that spent: %+v", teams, len(m.teams), r.Rows)
	}
}

// closeQuarter holds that everything that was answered is in the books, once, and that those balance. Requests are kept for 30 days, what
// they came to for good: so it is the organization's budget, which is as old as it is, that has the quarter's sum.
func (q *quarter) closeQuarter() {
	q.t.Helper()
	var all money.USD
	for _, m := range q.months {
		all += m.cost
	}
	for _, level := range q.s.Verify(q.t).Levels {
		if level.Name == "organization" && level.Spent != all {
			q.t.Errorf("the organization's budgets say %s was spent, the answers come to %s", level.Spent, all)
		}
	}
	if q.account != nil && q.account.Billed() != all {
		q.t.Errorf("the provider bills %s, the answers come to %s", q.account.Billed(), all)
	}
	q.t.Logf("%d requests, %d of them answered, %s USD in the quarter", q.asked, q.answers, all)
}

// booked waits until every answer of the month is in the books: the led clock goes faster than they are posted.
func (q *quarter) booked() {
	q.t.Helper()
	now, m := q.s.Clock.Now(), q.month()
	first := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	days := url.Values{"from": {first.Format(time.DateOnly)}, "to": {first.AddDate(0, 1, -1).Format(time.DateOnly)}}
	harness.Wait(q.t, fmt.Sprintf("%d requests to be in the books", m.requests), func() bool {
		r, err := q.api.Usage().Report(q.t.Context(), days)
		return err == nil && r.Total.Requests == m.requests
	})
}

// says waits until the page holds a figure, written out or as what a rounded one tells who points at it.
func (b *tab) says(figure string) {
	b.t.Helper()
	var found bool
	b.until("the figure "+figure, fmt.Sprintf(`document.body.innerText.includes(%[1]q) || !!document.querySelector('[title*="' + %[1]q + '"]')`, figure), &found)
}

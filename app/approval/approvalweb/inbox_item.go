package approvalweb

import (
	"slices"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/approval"
	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/approval"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// items are all kinds of requests in one list, newest first.
func items(c *web.Context, mine []approval.View, more []budget.Request, faster []limit.Request, wanted []approval.State) []views.Item {
	in := func(s approval.State) bool { return wanted == nil || slices.Contains(wanted, s) }
	type dated struct {
		at   int64
		item views.Item
	}
	var all []dated
	for _, v := range mine {
		if in(v.State) {
			all = append(all, dated{v.AskedAt.UnixMicro(), policyItem(c, v)})
		}
	}
	for _, r := range more {
		if in(approval.State(r.State)) {
			all = append(all, dated{r.AskedAt.UnixMicro(), budgetItem(c, r)})
		}
	}
	for _, r := range faster {
		if in(approval.State(r.State)) {
			all = append(all, dated{r.AskedAt.UnixMicro(), limitItem(c, r)})
		}
	}
	slices.SortStableFunc(all, func(a, b dated) int { return int(min(1, max(-1, b.at-a.at))) })
	out := make([]views.Item, len(all))
	for i, d := range all {
		out[i] = d.item
	}
	return out
}

var shown = map[approval.State]ui.StatusProps{
	approval.Pending:   {Tone: ui.Warn, Icon: "hourglass", Label: "Waiting"},
	approval.Approved:  {Tone: ui.Good, Label: "Approved"},
	approval.Denied:    {Tone: ui.Bad, Icon: "x", Label: "Denied"},
	approval.Expired:   {Tone: ui.Neutral, Icon: "clock", Label: "Expired", Title: "Nobody decided in time."},
	approval.Withdrawn: {Tone: ui.Neutral, Icon: "x", Label: "Withdrawn", Title: "Whoever asked took it back, or is not let in any more."},
	approval.Revoked:   {Tone: ui.Bad, Icon: "ban", Label: "Revoked"},
	approval.Over:      {Tone: ui.Neutral, Icon: "check", Label: "Used up", Title: "Its time, its money or its number of requests is over."},
}

func policyItem(c *web.Context, v approval.View) views.Item {
	one := root + "/" + v.ID.String()
	i := views.Item{ID: v.ID.String(), Icon: "shield-check", What: "Model " + v.Model, For: "the key " + v.Subject.Name + ", team " + v.Subject.Team, Reason: v.Reason, Against: strings.Join(v.Reasons, "; "),
		By: v.AskedBy, At: c.When(v.AskedAt), State: shown[v.State], Bounds: "Until " + c.When(v.Until).Text + ", " + v.Most() + "."}
	if v.Cost > 0 {
		cost, _ := web.Dollars(v.Cost)
		i.Against += "; one request costs up to " + cost
	}
	if v.Used > 0 {
		spent, _ := web.Dollars(v.Spent)
		i.Used = "Used " + times(v.Used) + ", " + spent + "."
	}
	i.Decided = decided(c, v.DecidedBy, v.Note, v)
	if v.CanDecide {
		i.Decide = &views.Decision{Approve: one + "/approve", Deny: one + "/deny", Policy: true, Amount: plain(v.Amount), AmountHint: hint(v.Amount == 0, "any"), TimesHint: hint(v.Times == 0, "any number"), Unit: "USD", Until: lastDay(c, v)}
		if v.Times > 0 {
			i.Decide.Times = strconv.FormatInt(v.Times, 10)
		}
	}
	if v.CanRevoke {
		i.Revoke = &ui.ConfirmProps{Label: "Revoke", Icon: "ban", Small: true, Title: "End this approval?", Text: "The policies bind again within a second. Requests under way run on.", Action: one + "/revoke", Button: "End it", Kind: ui.Destructive}
		if v.State == approval.Pending {
			i.Revoke.Label, i.Revoke.Icon, i.Revoke.Title, i.Revoke.Text, i.Revoke.Button = "Withdraw", "x", "Withdraw your request?", "Nobody needs to decide then.", "Withdraw"
		}
	}
	return i
}

// lastDay is the day that a request's time ends on, as the form that decides has it.
func lastDay(c *web.Context, v approval.View) string {
	return v.Until.Add(-1).In(c.Zone()).Format("2006-01-02")
}

func plain(v money.USD) string {
	switch {
	case v == 0:
		return ""
	case v%money.Cent == 0:
		return v.Format(2)
	}
	return v.String()
}

func times(n int64) string {
	if n == 1 {
		return "once"
	}
	return strconv.FormatInt(n, 10) + " times"
}

func decided(c *web.Context, by, note string, v approval.View) string {
	if v.DecidedAt.IsZero() {
		return ""
	}
	out := "Decided by " + by + ", " + c.When(v.DecidedAt).Text + "."
	if note != "" {
		out += " “" + note + "”"
	}
	return out
}

func budgetItem(c *web.Context, r budget.Request) views.Item {
	i := views.Item{ID: r.ID.String(), Icon: "wallet", What: budget.Amount(r.Measure, r.Amount) + " more", For: r.Label, Href: "/budgets/" + r.Budget.String(), Reason: r.Reason,
		By: r.AskedBy, At: c.When(r.AskedAt), State: shown[approval.State(r.State)], Bounds: "Until the period ends."}
	if r.Name != r.Label {
		i.For += ", " + r.Name
	}
	if r.Kind == budget.Borrow {
		i.What, i.Bounds = budget.Amount(r.Measure, r.Amount)+" borrowed", "From the next period."
	}
	if !r.Until.IsZero() {
		i.Bounds = "Until " + c.When(r.Until).Text + "."
	}
	i.Decided = decided(c, r.DecidedBy, r.Note, approval.View{Approval: approval.Approval{DecidedAt: r.DecidedAt}})
	if r.CanDecide {
		one := "/budget-requests/" + r.ID.String()
		i.Decide = &views.Decision{Approve: one + "/approve", Deny: one + "/deny", Amount: r.Measure.Plain(r.Amount), Unit: strings.ToUpper(r.Measure.String())}
		if r.Measure.String() != "usd" {
			i.Decide.Unit = r.Measure.String()
		}
	}
	return i
}

// hint says what a field grants that is left empty: what was asked for, and whatever is wanted where that had no bound.
func hint(unbounded bool, words string) string {
	if unbounded {
		return words
	}
	return "as asked"
}

package approvalweb

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/approval"
	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/approval"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// tabs are what the inbox can be narrowed to. Budget's and limit's states are a part of ours.
var tabs = []struct {
	label, name string
	states      []approval.State
}{
	{"Waiting", "pending", []approval.State{approval.Pending}},
	{"Approved", "approved", []approval.State{approval.Approved}},
	{"Denied", "denied", []approval.State{approval.Denied}},
	{"Ended", "ended", []approval.State{approval.Expired, approval.Withdrawn, approval.Revoked, approval.Over}},
	{"All", "all", nil},
}

// inbox is the page of all requests, budget's and limit's among them.
func (h *Handlers) inbox(c *web.Context) error {
	page, err := h.inboxPage(c, c.QueryParam("state"))
	if err != nil {
		return err
	}
	return c.Render(views.Inbox(page))
}

func (h *Handlers) inboxPage(c *web.Context, name string) (views.InboxPage, error) {
	if !slices.ContainsFunc(tabs, func(t struct {
		label, name string
		states      []approval.State
	}) bool {
		return t.name == name
	}) {
		name = "pending"
	}
	page := views.InboxPage{Shell: c.Shell("Approvals", "approvals"), None: ui.EmptyProps{Kind: ui.NeverAny, Icon: "inbox", Title: "Nothing here",
		Text: "No request that you made, or that is of your part of the organization, is in this state. Where a policy refuses something that can be approved, the error says where to ask."}}
	var wanted []approval.State
	q := approval.Query{}
	for _, t := range tabs {
		page.Tabs = append(page.Tabs, ui.Tab{Label: t.label, Href: root + "?state=" + t.name, Active: t.name == name})
		if t.name == name {
			wanted = t.states
		}
	}
	if name == "pending" {
		q.State = approval.Pending
	}
	mine, err := h.approvals.List(c.Ctx(), c.Actor(), q)
	if err != nil {
		return page, err
	}
	more, err := h.approvals.Budgets.Requests(c.Ctx(), c.Actor(), budget.RequestQuery{State: budget.RequestState(q.State)})
	if err != nil {
		return page, err
	}
	faster, err := h.approvals.Limits.Requests(c.Ctx(), c.Actor(), limit.RequestState(q.State))
	if err != nil {
		return page, err
	}
	page.Items = items(c, mine, more, faster, wanted)
	return page, nil
}

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
		i.Decide = &views.Decision{Approve: one + "/approve", Deny: one + "/deny", Policy: true, Amount: plain(v.Amount), AmountHint: "any", Unit: "USD", Until: v.Until.Add(-1).In(c.Zone()).Format("2006-01-02")}
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

// approve grants what was asked for, or what the decider typed.
func (h *Handlers) approve(c *web.Context) error {
	v, err := h.present(c)
	if err != nil {
		return err
	}
	verdict := approval.Verdict{Note: c.FormValue("note")}
	if verdict.Bounds, err = bounds(c, c.FormValue("amount"), c.FormValue("times"), c.FormValue("until")); err == nil {
		v, err = h.approvals.Approve(c.Ctx(), c.Actor(), v.ID, verdict)
	}
	if err != nil {
		return h.refused(c, err)
	}
	c.Flash("Approved. The same request of " + v.AskedBy + " passes within seconds.")
	return c.See(root)
}

// refused shows the inbox again with what was wrong.
func (h *Handlers) refused(c *web.Context, err error) error {
	wrong, ok := web.Refused(err)
	var f *fault.Error
	if !ok || !errors.As(err, &f) {
		return err
	}
	page, failed := h.inboxPage(c, "pending")
	if failed != nil {
		return failed
	}
	page.Error = wrong.Form
	for _, text := range wrong.Fields {
		page.Error = strings.TrimSpace(page.Error + " " + text)
	}
	return c.Invalid(views.Inbox(page))
}

func (h *Handlers) deny(c *web.Context) error {
	v, err := h.present(c)
	if err != nil {
		return err
	}
	if v, err = h.approvals.Deny(c.Ctx(), c.Actor(), v.ID, c.FormValue("note")); err != nil {
		return h.refused(c, err)
	}
	c.Flash("Denied. " + v.AskedBy + " gets a letter.")
	return c.See(root)
}

func (h *Handlers) revoke(c *web.Context) error {
	which, err := approvalID(c)
	if err != nil {
		return err
	}
	v, err := h.approvals.Revoke(c.Ctx(), c.Actor(), which)
	if err != nil {
		return h.refused(c, err)
	}
	if v.State == approval.Withdrawn {
		c.Flash("Withdrawn.")
	} else {
		c.Flash("Ended. The policies bind again within a second.")
	}
	return c.See(root)
}

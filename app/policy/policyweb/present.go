package policyweb

import (
	"slices"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/policy"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/policy"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

var icons = map[org.ScopeKind]string{org.OrgScope: "building", org.DepartmentScope: "users-group", org.TeamScope: "users",
	org.MemberScope: "user", org.KeyScope: "key"}

func path(l policy.Listed) string { return root + "/" + l.ID.String() }

func row(c *web.Context, l policy.Listed) views.Row {
	return views.Row{ID: l.ID.String(), Icon: icons[l.Scope.Kind()], Label: l.Place.Label, Allow: few(l.Allow, "all"), Deny: few(l.Deny, "none"), Tier: or(l.Highest.String(), "any"), MaxCost: most(l.MaxCost), AskAbove: above(l.AskAbove),
		CanChange: policy.Changeable(c.Actor(), l), Delete: question(l)}
}

// few are the first patterns of a list.
func few(list []string, none string) string {
	const some = 3
	switch {
	case len(list) == 0:
		return none
	case len(list) > some:
		return strings.Join(list[:some], ", ") + " and " + strconv.Itoa(len(list)-some) + " more"
	}
	return strings.Join(list, ", ")
}

func or(text, none string) string {
	if text == "" {
		return none
	}
	return text
}

func above(v money.USD) string {
	if v == 0 {
		return ""
	}
	return "asks above " + most(v)
}

// approves says who may approve what a policy refuses.
func approves(l policy.Listed) string {
	if !l.Asks() {
		return "nothing to approve"
	}
	if l.Approver == org.Admin {
		return "organization admins"
	}
	return l.Approver.Title() + " or above, in their part"
}

// goes says where a policy lets data go.
func goes(l policy.Listed) string {
	var out []string
	if len(l.Regions) > 0 {
		out = append(out, "stays in "+strings.Join(l.Regions, " or "))
	}
	if l.ZeroRetention {
		out = append(out, "zero retention")
	}
	if l.NoTraining {
		out = append(out, "no training")
	}
	return or(strings.Join(out, ", "), "anywhere")
}

// tierOptions are the tiers with what they mean, for a choice.
func tierOptions(none string) []ui.Option {
	var out []ui.Option
	if none != "" {
		out = append(out, ui.Option{Value: "", Label: none})
	}
	for _, t := range catalog.Tiers() {
		out = append(out, ui.Option{Value: t.String(), Label: tierLabel(t)})
	}
	return out
}

func tierLabel(t catalog.Tier) string {
	name := strings.ToUpper(t.String()[:1]) + t.String()[1:]
	if most := t.UpTo(); most > 0 {
		return name + ": up to $" + strconv.FormatInt(most, 10) + " per million tokens"
	}
	return name + ": above that"
}

func approvers() []ui.Option {
	var out []ui.Option
	for _, r := range []org.Role{org.Lead, org.Manager, org.Admin} {
		out = append(out, ui.Option{Value: string(r), Label: r.Title()})
	}
	return out
}

func most(v money.USD) string {
	switch {
	case v == 0:
		return "any"
	case v%money.Cent == 0:
		return "$" + v.Format(2)
	}
	return "$" + v.String() // parts of a cent are not rounded away
}

func typedDollars(v money.USD) string {
	if v == 0 {
		return ""
	}
	return most(v)
}

func question(l policy.Listed) ui.ConfirmProps {
	return ui.ConfirmProps{Label: "Delete", Icon: "trash", Small: true, Title: "Delete this policy?",
		Text: "What the policy of " + l.Place.Label + " denies may be used again, as far as the policies above allow it.", Action: path(l) + "/delete", Button: "Delete policy", Kind: ui.Destructive}
}

func showPage(c *web.Context, l policy.Listed, verdicts []policy.Verdict, note string) views.ShowPage {
	ask := question(l)
	ask.Small = false
	page := views.ShowPage{Shell: c.Shell("Policy of "+l.Place.Label, "policies"), Title: "Policy of " + l.Place.Label, Row: row(c, l), Action: path(l), Delete: ask, Note: note,
		Facts: []ui.Fact{
			{Label: "Binds", Value: l.Place.Label},
			{Label: "Allowed", Value: few(l.Allow, "all models")},
			{Label: "Denied", Value: few(l.Deny, "none")},
			{Label: "Highest tier", Value: or(l.Highest.String(), "any")},
			{Label: "Largest cost of one request", Value: most(l.MaxCost)},
			{Label: "Needs an approval above", Value: or(typedDollars(l.AskAbove), "never")},
			{Label: "Who approves", Value: approves(l)},
			{Label: "Where data may go", Value: goes(l)},
			{Label: "Changed", Body: ui.Time(c.When(l.UpdatedAt))},
			{Label: "Id", Value: l.ID.String(), Mono: true, Copy: true},
		}}
	left := 0
	for _, v := range verdicts {
		page.Models = append(page.Models, views.Model{Name: v.Name, Refused: v.Refused, Ask: v.Ask})
		if v.Refused == "" {
			left++
		}
	}
	page.Remain = strconv.Itoa(left) + " of " + strconv.Itoa(len(verdicts)) + " models remain"
	slices.SortStableFunc(page.Models, func(a, b views.Model) int { // what remains first
		return strings.Compare(a.Refused, b.Refused)
	})
	return page
}

// chain is the way from the organization to the node that a policy sits on, for its preview; note says what it leaves open.
func (h *Handlers) chain(c *web.Context, l policy.Listed) (chain org.Chain, note string, err error) {
	chain, err = web.Places{People: h.people, Keys: h.keys}.Chain(c, l.Scope)
	if l.Scope.Kind() == org.MemberScope { // of whichever team's key they use
		chain.Department, chain.Team, note = id.Department{}, id.Team{}, "Policies of the team whose key they use bind as well."
	}
	return chain, note, err
}

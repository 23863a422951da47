package limitweb

import (
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/limit"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

var icons = map[org.ScopeKind]string{org.OrgScope: "building", org.DepartmentScope: "users-group", org.TeamScope: "users",
	org.MemberScope: "user", org.KeyScope: "key"}

func path(e limit.Entry) string { return root + "/" + e.ID.String() }

// where is what a limit binds, in words: "Team Search, project=apollo, model smart".
func where(e limit.Entry) string {
	parts := []string{e.Label}
	if e.Tag != "" {
		parts = append(parts, e.Tag)
	}
	if e.Model != "" {
		parts = append(parts, "model "+e.Model)
	}
	if e.Endpoint != "" {
		parts = append(parts, string(e.Endpoint))
	}
	return strings.Join(parts, ", ")
}

// row turns a limit into what its row prints.
func row(c *web.Context, e limit.Entry) views.Row {
	r := views.Row{ID: e.ID.String(), Icon: icons[e.Scope.Kind()], Label: where(e), Soft: e.Soft, Bursting: e.Standing.Bursting, Raised: len(e.Increases) > 0,
		Progress: progress(e), Burst: rises(e.Burst), CanChange: limit.Changeable(c.Actor(), e), Delete: question(e)}
	if e.Named() {
		r.Sub = e.Name
	}
	return r
}

func progress(e limit.Entry) ui.ProgressProps {
	s := e.Standing
	p := ui.ProgressProps{Label: "Rate limit of " + where(e), Text: figures(e.Unit, s.Used, s.Amount), Note: limit.Per(e.Window), Value: max(0, s.Used), Max: s.Amount}
	if p.Max == 0 {
		p.Value, p.Max = 1, 1
	}
	return p
}

// figures are what is used and what is allowed: "12 of 6,000 requests", "$0.50 of $2.00".
func figures(u limit.Unit, used, most int64) string {
	if u == limit.Cost {
		return u.Count(used) + " of " + u.Count(most)
	}
	return web.Count(used) + " of " + u.Count(most)
}

// rises is a burst in words: "× 1.5 for 15m, once a day".
func rises(b limit.Burst) string {
	if !b.Any() {
		return ""
	}
	return "× " + factor(b.Percent) + " for " + span(b.Duration) + ", once a day"
}

func question(e limit.Entry) ui.ConfirmProps {
	return ui.ConfirmProps{Label: "Delete", Icon: "trash", Small: true, Title: "Delete this rate limit?",
		Text: e.Name + " no longer binds anybody.", Action: path(e) + "/delete", Button: "Delete limit", Kind: ui.Destructive}
}

func showPage(c *web.Context, e limit.Entry, fields views.Rise, wrong web.Refusal) templ.Component {
	ask := question(e)
	ask.Small = false
	page := views.ShowPage{Shell: c.Shell(e.Name, "limits"), Row: row(c, e), Title: e.Name, Action: path(e), Facts: facts(c, e), Delete: ask,
		Unit: string(e.Unit), Cost: e.Unit == limit.Cost, Zone: c.Zone().String(), Fields: fields, Form: wrong.Form, Errors: wrong.Fields}
	for _, x := range e.Increases {
		page.Increases = append(page.Increases, increase(c, e, x))
	}
	return views.Show(page)
}

func facts(c *web.Context, e limit.Entry) []ui.Fact {
	kind := "refused at the limit"
	if e.Soft {
		kind = "warned at the limit, refused at twice the limit"
	}
	cool := ""
	if e.Burst.Any() {
		cool = rises(e.Burst) + ", " + span(max(e.Burst.Cool, 0)) + " between two"
		if e.Burst.Cool == 0 {
			cool = rises(e.Burst)
		}
	}
	reset := "nothing counts now"
	if e.Standing.Reset > 0 {
		reset = "in " + span(e.Standing.Reset.Round(time.Second))
	}
	return []ui.Fact{
		{Label: "Binds", Value: where(e)},
		{Label: "Limit", Value: e.Unit.Count(e.Amount) + " " + limit.Per(e.Window)},
		{Label: "In force now", Value: e.Unit.Count(e.Standing.Amount)},
		{Label: "Free again", Value: reset},
		{Label: "Requests are", Value: kind},
		{Label: "Burst", Value: cool},
		{Label: "Changed", Body: ui.Time(c.When(e.UpdatedAt))},
		{Label: "Id", Value: e.ID.String(), Mono: true, Copy: true},
	}
}

func increase(c *web.Context, e limit.Entry, x limit.Increase) views.Increase {
	var what []string
	if x.Percent > 0 {
		what = append(what, "× "+factor(x.Percent))
	}
	if x.Add > 0 {
		what = append(what, "+ "+e.Unit.Count(x.Add))
	}
	return views.Increase{What: strings.Join(what, ", "), Until: c.When(x.Until), By: x.CreatedBy, Reason: x.Reason,
		End: ui.ConfirmProps{Label: "End now", Small: true, Title: "End this increase now?", Text: "It would end by itself " + c.When(x.Until).Text + ".",
			Action: path(e) + "/increases/" + x.ID.String() + "/end", Button: "End increase", Kind: ui.Destructive}}
}

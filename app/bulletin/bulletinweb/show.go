package bulletinweb

import (
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/bulletin"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/bulletin"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

const (
	mostPeople = 20  // shown of those who get a report
	mostCopies = 500 // shown of an edition's
	perPage    = 50
)

func goes(l bulletin.Listed) string { return l.Kind.Goes() + " at " + clockTime(l.Hour) }

func row(c *web.Context, l bulletin.Listed) views.Row {
	r := views.Row{Href: reportPath(l.ID), Title: l.Title(), When: goes(l), Next: c.When(l.Next), To: people(len(l.People)), Files: with(l.PDF, l.CSV)}
	switch {
	case l.Archived:
		r.State = ui.StatusProps{Icon: "archive", Label: "Team archived"}
	case l.Paused:
		r.State = ui.StatusProps{Icon: "clock", Label: "Paused"}
	case len(l.People) == 0:
		r.State = ui.StatusProps{Tone: ui.Warn, Label: "Goes to nobody"}
	}
	return r
}

func people(n int) string {
	switch n {
	case 0:
		return "nobody"
	case 1:
		return "1 person"
	}
	return web.Count(int64(n)) + " people"
}

func with(pdf, csv bool) string {
	switch {
	case pdf && csv:
		return "PDF, CSV"
	case pdf:
		return "PDF"
	case csv:
		return "CSV"
	}
	return "–"
}

func (h *Handlers) show(c *web.Context) error {
	l, err := h.get(c)
	if err != nil {
		return err
	}
	page := views.ShowPage{Title: l.Title(), Sub: "Goes out " + goes(l) + ", on the clocks of " + l.Zone.String() + ".", Edit: reportPath(l.ID) + "/edit", CanChange: l.CanChange, All: archive + "?report=" + l.ID.String()}
	page.Shell = c.Shell(l.Title(), active)
	next := ui.Fact{Label: "Next", Body: ui.Time(c.When(l.Next))}
	if l.Next.IsZero() {
		next = ui.Fact{Label: "Next", Value: row(c, l).State.Label}
	}
	page.Facts = []ui.Fact{{Label: "Goes out", Value: goes(l)}, next, {Label: "To", Value: to(l)}, {Label: "With it", Value: with(l.PDF, l.CSV)}, {Label: "Changed", Body: ui.Time(c.When(l.UpdatedAt))}, {Label: "Id", Value: l.ID.String(), Mono: true, Copy: true}}
	for i, m := range l.People {
		if i == mostPeople {
			page.More = fmt.Sprintf("and %d more", len(l.People)-mostPeople)
			break
		}
		page.People = append(page.People, ui.Fact{Label: m.Name, Value: m.Email})
	}
	page.Send = ui.ConfirmProps{Label: "Send now", Icon: "mail", Title: "Send it now?", Text: "The last period that has ended goes to " + people(len(l.People)) + ", besides what the schedule sends.", Action: reportPath(l.ID) + "/send", Button: "Send", Kind: ui.Primary}
	page.Delete = ui.ConfirmProps{Label: "Delete", Icon: "trash", Title: "Delete this report?", Text: "Nothing goes out any more. What was sent stays in the archive.", Action: reportPath(l.ID) + "/delete", Button: "Delete report", Kind: ui.Destructive}
	switch {
	case l.Stopped:
		page.Mine = &views.Mine{Action: reportPath(l.ID) + "/resume", Label: "Send it to me again", Text: "You stopped this report for yourself."}
	case l.Gets:
		page.Mine = &views.Mine{Action: reportPath(l.ID) + "/stop", Label: "Stop it for me", Text: "You get this report."}
	}
	e, err := h.reports.Preview(c.Ctx(), c.Actor(), l.ID)
	if err != nil {
		return err
	}
	if e.Content.Whose == "" {
		page.None = ui.EmptyProps{Kind: ui.FilteredOut, Icon: "circle-check", Title: "Nothing to say today", Text: "No budget is more than 90 % used, so this report would not go out."}
	} else {
		shown := present(e)
		shown.Mail = reportPath(l.ID) + "/mail"
		page.Preview = &shown
	}
	sent, err := h.reports.Archive(c.Ctx(), c.Actor(), bulletin.EditionQuery{Report: l.ID, Limit: 5})
	if err != nil {
		return err
	}
	for _, e := range sent {
		page.Sent = append(page.Sent, h.editionRow(c, e, l.Title()))
	}
	return c.Render(views.Show(page))
}

func to(l bulletin.Listed) string {
	chosen := people(len(l.Members))
	switch {
	case l.Answering && len(l.Members) > 0:
		return "those who answer for it, and " + chosen
	case l.Answering:
		return "those who answer for it"
	}
	return chosen
}

// present is an edition as a page shows it.
func present(e bulletin.Edition) views.Edition {
	c := e.Content
	out := views.Edition{Span: span(e), Lead: lead(e) + " " + asOf(e)}
	for _, f := range facts(e) {
		out.Figures = append(out.Figures, ui.StatProps{Label: f.Label, Value: f.Value})
	}
	if c.Evidence == nil { // what was spent comes first
		_, out.Figures[0].Exact = web.Dollars(c.Now.Cost)
	}
	if drawn(e) {
		zone, one := zoneOf(e), ui.Series{Name: "Spend"}
		p := ui.SeriesProps{Title: chartTitle(e), Heading: "Day", Summary: described(e)}
		for _, d := range c.Days {
			p.Columns = append(p.Columns, d.From.In(zone).Format("2 Jan"))
			one.Values, one.Texts = append(one.Values, int64(d.Cost)), append(one.Texts, web.USD(d.Cost))
		}
		if c.Grain == "week" {
			p.Heading = "Week from"
		}
		p.Series = []ui.Series{one}
		p.Axis = ui.AxisFor(p.Tallest(), ui.MoneyTick)
		out.Chart = p
	}
	if c.Evidence != nil {
		out.Sections = shownSheets(c.Evidence)
		return out
	}
	for _, s := range tables(e) {
		one := views.Section{Title: s.Heading, Text: s.Text}
		if s.Table != nil {
			one.Rows = s.Table.Rows
			for i, label := range s.Table.Columns {
				one.Columns = append(one.Columns, ui.Column{Label: label, Numeric: i > 0})
			}
		}
		out.Sections = append(out.Sections, one)
	}
	return out
}

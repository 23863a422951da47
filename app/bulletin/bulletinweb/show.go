package bulletinweb

import (
	"encoding/base64"
	"fmt"
	"html"
	"net/http"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/bulletin"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/mail/mailweb"
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

func (h *Handlers) editionRow(c *web.Context, e bulletin.Edition, title string) views.EditionRow {
	e.Content.Zone = c.Zone().String() // lists are read without what editions say
	by := e.By
	if by == "" {
		by = "the schedule"
	}
	return views.EditionRow{Href: editionPath(e.ID), Title: title, Span: span(e), By: by, Made: c.When(e.MadeAt)}
}

func (h *Handlers) archive(c *web.Context) error {
	q, err := h.archiveQuery(c, perPage)
	if err != nil {
		return err
	}
	q.Limit++
	sent, err := h.reports.Archive(c.Ctx(), c.Actor(), q)
	if err != nil {
		return err
	}
	names, err := h.reports.Names(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	page := views.ArchivePage{Shell: c.Shell("Sent reports", active), Tabs: tabs(archive), Sub: "What went out, as it was then.", None: ui.EmptyProps{Kind: ui.NeverAny, Icon: "mail", Title: "Nothing was sent yet", Text: "What regular reports say is kept here, with who got it.", Label: "Regular reports", Href: root}}
	if !q.Report.IsZero() {
		page.Sub = "What went out of one report."
		page.None = ui.EmptyProps{Kind: ui.FilteredOut, Title: "Nothing of this report was sent", Label: "All sent reports", Href: archive}
	}
	if len(sent) > perPage {
		sent = sent[:perPage]
		page.Pager.Older = archive + "?after=" + sent[perPage-1].ID.String()
		if !q.Report.IsZero() {
			page.Pager.Older += "&report=" + q.Report.String()
		}
	}
	if !q.After.IsZero() {
		page.Pager.Newer, page.Pager.NewerLabel = archive, "Newest"
	}
	for _, e := range sent {
		page.Rows = append(page.Rows, h.editionRow(c, e, bulletin.Title(e.Kind, names(e.Team))))
	}
	return c.Render(views.Archive(page))
}

// archiveQuery reads what a page or an API call asks of the archive.
func (h *Handlers) archiveQuery(c *web.Context, limit int) (q bulletin.EditionQuery, err error) {
	q.Limit = limit
	if text := c.QueryParam("report"); text != "" {
		if q.Report, err = id.ParseReport(text); err != nil {
			return q, fault.Field("report", "report is the id of a report.")
		}
	}
	if text := c.QueryParam("after"); text != "" {
		if q.After, err = id.ParseEdition(text); err != nil {
			return q, fault.Field("after", "after is the next of the page before.")
		}
	}
	return q, nil
}

func (h *Handlers) edition(c *web.Context) error {
	e, err := h.getEdition(c)
	if err != nil {
		return err
	}
	copies, err := h.reports.Deliveries(c.Ctx(), c.Actor(), e.ID)
	if err != nil {
		return err
	}
	page := views.EditionPage{Shell: c.Shell(title(e), active), Title: title(e), Sub: span(e) + ", made " + e.MadeAt.In(zoneOf(e)).Format("2 January 2006, 15:04") + " by " + h.editionRow(c, e, "").By + ".", Edition: present(e)}
	page.Edition.Mail = editionPath(e.ID) + "/mail"
	page.Edition.Files = []views.Link{{Label: "PDF", Icon: "download", Href: editionPath(e.ID) + "/file?format=pdf"}, {Label: "CSV", Icon: "download", Href: editionPath(e.ID) + "/file?format=csv"}}
	if _, err := h.reports.Get(c.Ctx(), c.Actor(), e.Report); err == nil {
		page.Report = reportPath(e.Report)
	} else if !fault.Is(err, fault.NotFound) {
		return err
	}
	for i, d := range copies {
		if i == mostCopies {
			page.More = fmt.Sprintf("and %d more", len(copies)-mostCopies)
			break
		}
		page.Copies = append(page.Copies, views.CopyRow{Name: d.Name, Address: d.Address, State: fares[d.Status], Sent: c.When(d.SentAt), Problem: d.Problem})
	}
	return c.Render(views.ShowEdition(page))
}

var fares = map[bulletin.Status]ui.StatusProps{
	bulletin.Waiting:   {Tone: ui.Info, Label: "On its way"},
	bulletin.Sent:      {Tone: ui.Good, Label: "Sent"},
	bulletin.Dropped:   {Tone: ui.Bad, Label: "Given up"},
	bulletin.Forgotten: {Label: "Ordered", Title: "How mails fared is kept for 90 days."},
}

// previewMail is the mail that a report would be now.
func (h *Handlers) previewMail(c *web.Context) error {
	which, err := reportID(c)
	if err != nil {
		return err
	}
	e, err := h.reports.Preview(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	return h.asMail(c, e)
}

func (h *Handlers) editionMail(c *web.Context) error {
	e, err := h.getEdition(c)
	if err != nil {
		return err
	}
	return h.asMail(c, e)
}

// asMail shows an edition as mail programs do, alone and under a policy of its own: its styles are inline, its picture is in the
// document, and nothing may run or be loaded.
func (h *Handlers) asMail(c *web.Context, e bulletin.Edition) error {
	if e.Content.Whose == "" {
		return bulletin.NoEdition()
	}
	e.CSV, e.PDF = false, false // they are not shown
	l, err := h.writer.Letter(e)
	if err != nil {
		return err
	}
	_, page, err := mailweb.Render(l)
	if err != nil {
		return err
	}
	for _, s := range l.Sections {
		if p := s.Picture; p != nil {
			page = strings.ReplaceAll(page, `src="`+html.EscapeString("cid:"+p.Name)+`"`, `src="data:image/png;base64,`+base64.StdEncoding.EncodeToString(p.PNG)+`"`)
		}
	}
	c.Response().Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "+
		"sandbox allow-top-navigation-by-user-activation allow-popups")
	return c.HTML(http.StatusOK, page)
}

// file is GET …/file?format=pdf or csv.
func (h *Handlers) file(c *web.Context) error {
	format := c.QueryParam("format")
	if format != "" && format != "pdf" && format != "csv" {
		return fault.Field("format", "format is pdf or csv.")
	}
	e, err := h.getEdition(c)
	if err != nil {
		return err
	}
	e.CSV, e.PDF = format == "csv", format != "csv"
	files, err := files(e)
	if err != nil {
		return err
	}
	return c.Download(files[0].Name, files[0].Type, func() error {
		_, err := c.Response().Write(files[0].Body)
		return err
	})
}

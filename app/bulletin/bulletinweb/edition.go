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
		if !q.Report.IsZero() {
			page.Pager.Newer += "?report=" + q.Report.String()
		}
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

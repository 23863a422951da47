package complianceweb

import (
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/bulletin/paper"
	"github.com/bodhi-gateway/bodhi/app/compliance"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/mail"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/compliance"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

const evidencePath = root + "/evidence"

// evidenceJSON is one month's evidence on a topic.
type evidenceJSON struct {
	Topic  string      `json:"topic"`
	Lead   string      `json:"lead"`
	From   time.Time   `json:"from"` // the month, in the organization's zone
	To     time.Time   `json:"to"`
	MadeAt time.Time   `json:"made_at"`
	Sheets []sheetJSON `json:"sheets"`
}

// sheetJSON is one table of it.
type sheetJSON struct {
	Title   string     `json:"title"`
	Columns []string   `json:"columns"`
	Rows    [][]string `json:"rows"`
}

func evidenceQuery(more ...web.Parameter) []web.Parameter {
	var topics []string
	for _, t := range compliance.Topics {
		topics = append(topics, string(t))
	}
	return append([]web.Parameter{{Name: "topic", Does: "what it is about; processing without", Values: topics}, {Name: "month", Does: "in the organization's zone; the present one without", Example: "2026-10"}}, more...)
}

// read is the evidence that the address asks for.
func (h *Handlers) read(c *web.Context) (compliance.Evidence, error) {
	topic := compliance.Topic(c.QueryParam("topic"))
	if topic == "" {
		topic = compliance.Processing
	}
	return h.service.Evidence(c.Ctx(), c.Actor(), topic, c.QueryParam("month"))
}

func (h *Handlers) evidence(c *web.Context) error {
	e, err := h.read(c)
	if err != nil {
		return err
	}
	month := e.From.Format("2006-01")
	p := views.EvidencePage{Shell: c.Shell(e.Topic.Title(), "compliance"), Topic: string(e.Topic), Title: e.Topic.Title(), Lead: e.Lead, Month: month, MonthWords: e.From.Format("January 2006"),
		File: evidencePath + "/file?topic=" + string(e.Topic) + "&month=" + month}
	for _, t := range compliance.Topics {
		p.Topics = append(p.Topics, ui.Tab{Label: t.Title(), Href: evidencePath + "?topic=" + string(t) + "&month=" + month, Active: t == e.Topic})
	}
	for _, s := range e.Sheets {
		sheet := views.Sheet{Title: s.Title, Note: s.Note, Rows: s.Rows}
		for i, name := range s.Columns {
			sheet.Columns = append(sheet.Columns, ui.Column{Label: name, Numeric: i >= len(s.Columns)-s.Figures})
		}
		p.Sheets = append(p.Sheets, sheet)
	}
	return c.Render(views.Evidence(p))
}

func (h *Handlers) apiEvidence(c *web.Context) error {
	e, err := h.read(c)
	if err != nil {
		return err
	}
	out := evidenceJSON{Topic: string(e.Topic), Lead: e.Lead, From: e.From.UTC(), To: e.To.UTC(), MadeAt: e.MadeAt, Sheets: []sheetJSON{}}
	for _, s := range e.Sheets {
		if s.Rows == nil {
			s.Rows = [][]string{}
		}
		out.Sheets = append(out.Sheets, sheetJSON{s.Title, s.Columns, s.Rows})
	}
	return c.JSON(http.StatusOK, out)
}

// evidenceFile is the same as a document or as a table, for pages and programs.
func (h *Handlers) evidenceFile(c *web.Context) error {
	e, err := h.read(c)
	if err != nil {
		return err
	}
	name := "evidence-" + string(e.Topic) + "-" + e.From.Format("2006-01")
	switch c.QueryParam("format") {
	case "", "pdf":
		body, err := paper.PDF(document(c, e))
		if err != nil {
			return err
		}
		return c.Download(name+".pdf", "application/pdf", func() error { _, err := c.Response().Write(body); return err })
	case "csv":
		return c.StreamCSV(name+".csv", []string{e.Topic.Title(), e.From.Format("January 2006")}, func(write func([]string) error) error { return tables(e, write) })
	}
	return fault.Field("format", "format is pdf or csv.")
}

// tables writes the sheets below one another, each under its title.
func tables(e compliance.Evidence, write func([]string) error) error {
	for _, s := range e.Sheets {
		for _, line := range append([][]string{{""}, {s.Title}, s.Columns}, s.Rows...) {
			if err := write(line); err != nil {
				return err
			}
		}
	}
	return nil
}

func document(c *web.Context, e compliance.Evidence) paper.Document {
	d := paper.Document{Title: e.Topic.Title() + ", " + e.From.Format("January 2006"), Lead: e.Lead, At: e.MadeAt,
		Facts: []mail.Fact{{Label: "Organization", Value: c.Organization().Name}, {Label: "Month", Value: e.From.Format("January 2006") + ", " + e.From.Location().String()}},
		Foot:  "Read on " + e.MadeAt.In(e.From.Location()).Format("2 January 2006, 15:04 MST") + " by " + c.Actor().Label + "."}
	for _, s := range e.Sheets {
		section := mail.Section{Heading: s.Title}
		if s.Note != "" {
			section.Text = []string{s.Note}
		}
		if len(s.Rows) == 0 {
			section.Text = append(section.Text, "None.")
		} else {
			section.Table = &mail.Table{Columns: s.Columns, Rows: s.Rows}
		}
		d.Sections = append(d.Sections, section)
	}
	return d
}

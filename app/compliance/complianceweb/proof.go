package complianceweb

import (
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/bulletin/paper"
	"github.com/bodhi-gateway/bodhi/app/compliance"
	"github.com/bodhi-gateway/bodhi/app/mail"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/compliance"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

var deeds = map[compliance.Deed]string{compliance.Deleted: "Deleted", compliance.Cleared: "Emptied of what they wrote", compliance.Pseudonymous: "Name and address replaced"}

// facts are what a proof says, for page and document.
func facts(c *web.Context, e compliance.Erasure) [][2]string {
	out := [][2]string{{"Person", e.Pseudonym}, {"Member", e.Member.String()}, {"Erased", date(c, e.At)}, {"By", e.By}, {"Why", e.Reason}, {"Rows", fmt.Sprint(e.Rows())}}
	if e.Entries > 0 {
		out = append(out, [2]string{"Audit log", fmt.Sprintf("%d entries rewritten, signed again from entry %d on", e.Entries, e.First)}, [2]string{"Its last hash before", e.Head})
	}
	if b := e.Behind; !b.Settles.IsZero() {
		out = append(out, [2]string{"What was under way then", underWay(c, b)})
	}
	return out
}

func date(c *web.Context, t time.Time) string {
	return t.In(c.Zone()).Format("2 January 2006, 15:04:05 MST")
}

// underWay says what came of requests that were under way when somebody was erased.
func underWay(c *web.Context, b compliance.Behind) string {
	came := "nothing came behind"
	if n := b.Rows(); n == 1 {
		came = "1 row came behind and was erased"
	} else if n > 1 {
		came = fmt.Sprintf("%d rows came behind and were erased", n)
	}
	nodes := fmt.Sprintf("%d nodes", b.Silent)
	if b.Silent == 1 {
		nodes = "1 node"
	}
	switch {
	case b.Ended.IsZero() && b.Silent > 0:
		return "Waits for the journal of " + nodes + ". So far " + came + "."
	case b.Ended.IsZero():
		return "Still looked for. So far " + came + "."
	case b.Silent > 0:
		return "Ended " + date(c, b.Ended) + " without " + nodes + " that did not come back; of the others " + came + "."
	}
	return "Ended " + date(c, b.Ended) + ": " + came + "."
}

func (h *Handlers) proof(c *web.Context) error {
	e, err := h.theErasure(c)
	if err != nil {
		return err
	}
	p := views.ProofPage{Shell: c.Shell("Proof of erasure", "compliance"), ID: e.ID.String()}
	for _, f := range facts(c, e) {
		p.Facts = append(p.Facts, ui.Fact{Label: f[0], Value: f[1], Mono: f[0] == "Member" || f[0] == "Its last hash before"})
	}
	for _, n := range e.Counts {
		p.Counts = append(p.Counts, views.Count{Table: n.Table, What: deeds[n.What], Rows: fmt.Sprint(n.Rows)})
	}
	for _, n := range e.Behind.Counts {
		p.Behind = append(p.Behind, views.Count{Table: n.Table, What: deeds[n.What], Rows: fmt.Sprint(n.Rows)})
	}
	return c.Render(views.Proof(p))
}

// proofFile is the proof as a PDF.
func (h *Handlers) proofFile(c *web.Context) error {
	e, err := h.theErasure(c)
	if err != nil {
		return err
	}
	d := paper.Document{Title: "Proof of erasure", Lead: "The data of one person was erased at " + c.Organization().Name + ".", At: e.At,
		Foot: "Amounts were not touched. Backups from before the erasure hold the data until they are deleted. " + e.ID.String()}
	for _, f := range facts(c, e) {
		d.Facts = append(d.Facts, mail.Fact{Label: f[0], Value: f[1]})
	}
	for _, part := range []struct {
		heading string
		counts  []compliance.Count
	}{{"What was done, by table", e.Counts}, {"What came behind and was erased later", e.Behind.Counts}} {
		t := &mail.Table{Columns: []string{"Table", "Done", "Rows"}}
		for _, n := range part.counts {
			t.Rows = append(t.Rows, []string{n.Table, deeds[n.What], fmt.Sprint(n.Rows)})
		}
		if len(t.Rows) > 0 || len(d.Sections) == 0 {
			d.Sections = append(d.Sections, mail.Section{Heading: part.heading, Table: t})
		}
	}
	body, err := paper.PDF(d)
	if err != nil {
		return err
	}
	return c.Download(e.ID.String()+".pdf", "application/pdf", func() error { _, err := c.Response().Write(body); return err })
}

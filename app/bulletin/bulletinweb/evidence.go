package bulletinweb

import (
	"bytes"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/bulletin"
	"github.com/bodhi-gateway/bodhi/app/mail"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/bulletin"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// mostAttached is how many bytes of files a mail carries, as they are before they are encoded, which makes a third more of them. Many
// mail servers take 10 MB. What is larger stays behind the link, which needs a log-in: evidence names people, so no address that is
// its own key leads to it.
const mostAttached = 6 << 20

// evidenceFacts say how much there is.
func evidenceFacts(e *bulletin.Evidence) (out []mail.Fact) {
	for _, s := range e.Sheets {
		out = append(out, mail.Fact{Label: s.Title, Value: web.Plural(int64(len(s.Rows)), "line")})
	}
	return out
}

// sheets are evidence as sections of a document.
func sheets(e *bulletin.Evidence) (out []mail.Section) {
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
		out = append(out, section)
	}
	return out
}

// shownSheets are evidence as a page shows it.
func shownSheets(e *bulletin.Evidence) (out []views.Section) {
	for _, s := range e.Sheets {
		one := views.Section{Title: s.Title, Rows: s.Rows}
		if s.Note != "" {
			one.Text = []string{s.Note}
		}
		if len(s.Rows) == 0 {
			one.Text = append(one.Text, "None.")
		}
		for i, label := range s.Columns {
			one.Columns = append(one.Columns, ui.Column{Label: label, Numeric: i >= len(s.Columns)-s.Figures})
		}
		out = append(out, one)
	}
	return out
}

// sheetTable is evidence as a table: the sheets below one another, each under its title.
func sheetTable(e bulletin.Edition) ([]byte, error) {
	var rows [][]string
	for _, s := range e.Content.Evidence.Sheets {
		rows = append(append(rows, []string{""}, []string{s.Title}, s.Columns), s.Rows...)
	}
	var b bytes.Buffer
	if err := web.WriteCSV(&b, []string{title(e), span(e)}, rows); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// fitting are the files that a mail carries, and what it says where they are too large for one.
func fitting(all []mail.File) ([]mail.File, string) {
	size := 0
	for _, f := range all {
		size += len(f.Body)
	}
	if size <= mostAttached {
		return all, ""
	}
	return nil, "The files are too large for a mail. They are behind the link, as long as the edition is kept."
}

// evidenceJSON is what an edition of evidence says.
type evidenceJSON struct {
	Lead   string      `json:"lead"`
	Sheets []sheetJSON `json:"sheets"`
}

// sheetJSON is one table of it.
type sheetJSON struct {
	Title   string     `json:"title"`
	Note    string     `json:"note,omitempty"`
	Columns []string   `json:"columns"`
	Rows    [][]string `json:"rows"`
}

func evidenceOut(e *bulletin.Evidence) *evidenceJSON {
	out := &evidenceJSON{Lead: e.Lead, Sheets: []sheetJSON{}}
	for _, s := range e.Sheets {
		if s.Rows == nil {
			s.Rows = [][]string{}
		}
		out.Sheets = append(out.Sheets, sheetJSON{s.Title, s.Note, s.Columns, s.Rows})
	}
	return out
}

// evidenceName is the name of evidence's files: "evidence-access".
func evidenceName(k bulletin.Kind) string { return strings.ReplaceAll(string(k), "_", "-") }

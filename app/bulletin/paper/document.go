package paper

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"

	"github.com/bodhi-gateway/bodhi/app/mail"
)

// Document is what a PDF says.
type Document struct {
	Title, Lead string
	Facts       []mail.Fact
	ChartTitle  string
	Chart       []byte // PNG; nil is none
	Sections    []mail.Section
	Foot        string
	At          time.Time // when it was made, for its properties
}

// Of a page, in millimetres (A4) and points.
const (
	margin    = 18.0
	width     = 210 - 2*margin
	rowHeight = 6.0
	face      = "go"
)

// PDF prints a document. The same words give the same bytes. Letters are those of the Go typeface: Latin, Greek and Cyrillic; others
// show as empty boxes.
func PDF(d Document) ([]byte, error) {
	d = settable(d)
	f := fpdf.New("P", "mm", "A4", "")
	f.SetCatalogSort(true)
	f.SetCreationDate(d.At.UTC())
	f.SetModificationDate(d.At.UTC())
	f.SetTitle(d.Title, true)
	f.SetCreator("Bodhi Gateway", true)
	f.SetLang("en")
	f.AddUTF8FontFromBytes(face, "", goregular.TTF)
	f.AddUTF8FontFromBytes(face, "B", gobold.TTF)
	f.SetMargins(margin, margin, margin)
	f.SetAutoPageBreak(true, margin)
	f.SetFooterFunc(func() {
		f.SetY(-12)
		say(f, "", 8, soft)
		f.CellFormat(0, 5, fmt.Sprintf("%s, page %d", d.Title, f.PageNo()), "", 0, "C", false, 0, "")
	})
	f.AddPage()
	say(f, "B", 18, ink)
	f.MultiCell(width, 9, d.Title, "", "L", false)
	f.Ln(1)
	say(f, "", 11, ink)
	f.MultiCell(width, 6, d.Lead, "", "L", false)
	f.Ln(3)
	for _, x := range d.Facts {
		say(f, "", 10, soft)
		f.CellFormat(55, rowHeight, x.Label, "", 0, "L", false, 0, "")
		say(f, "B", 10, ink)
		f.CellFormat(width-55, rowHeight, x.Value, "", 1, "L", false, 0, "")
	}
	if d.Chart != nil {
		heading(f, d.ChartTitle)
		options := fpdf.ImageOptions{ImageType: "PNG"}
		f.RegisterImageOptionsReader("chart", options, bytes.NewReader(d.Chart))
		f.ImageOptions("chart", margin, f.GetY(), width, 0, true, options, 0, "")
	}
	for _, s := range d.Sections {
		section(f, s)
	}
	f.Ln(4)
	say(f, "", 8, soft)
	f.MultiCell(width, 4.5, d.Foot, "", "L", false)
	var out bytes.Buffer
	if err := f.Output(&out); err != nil {
		return nil, fmt.Errorf("paper: document: %w", err)
	}
	return out.Bytes(), nil
}

// Shades of text.
const (
	ink  = 27
	soft = 91
)

func say(f *fpdf.Fpdf, style string, size float64, shade int) {
	f.SetFont(face, style, size)
	f.SetTextColor(shade, shade, shade)
}

// heading begins a part, and keeps it from being the last thing on a page.
func heading(f *fpdf.Fpdf, title string) {
	f.Ln(4)
	if f.GetY() > 297-margin-4*rowHeight {
		f.AddPage()
	}
	say(f, "B", 12, ink)
	f.MultiCell(width, 7, title, "", "L", false)
}

func section(f *fpdf.Fpdf, s mail.Section) {
	heading(f, s.Heading)
	say(f, "", 10, ink)
	for _, p := range s.Text {
		f.MultiCell(width, 5.5, "• "+p, "", "L", false)
		f.Ln(1)
	}
	if s.Table == nil {
		return
	}
	first := width / float64(len(s.Table.Columns)+1) * 2 // names need twice the room of figures
	rest := (width - first) / float64(max(1, len(s.Table.Columns)-1))
	say(f, "B", 9, soft)
	row(f, s.Table.Columns, first, rest)
	say(f, "", 9, ink)
	for _, cells := range s.Table.Rows {
		row(f, cells, first, rest)
	}
}

// row prints cells side by side; the first one goes over several lines where it must.
func row(f *fpdf.Fpdf, cells []string, first, rest float64) {
	lines := f.SplitText(strings.TrimSpace(cells[0]), first-2)
	if f.GetY()+rowHeight*float64(len(lines)) > 297-margin {
		f.AddPage()
	}
	y := f.GetY()
	for i, cell := range cells[1:] {
		f.SetXY(margin+first+float64(i)*rest, y)
		f.CellFormat(rest, rowHeight, cell, "", 0, "R", false, 0, "")
	}
	f.SetXY(margin, y)
	for _, l := range lines {
		f.CellFormat(first, rowHeight, l, "", 1, "L", false, 0, "")
	}
	f.SetDrawColor(221, 227, 234)
	f.Line(margin, f.GetY(), margin+width, f.GetY())
}

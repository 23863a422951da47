package paper

import (
	"bytes"
	"fmt"
	"slices"
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
	rowHeight = 6.0
	face      = "go"
	// narrow is how many columns there is room for on an upright page: with more, ten letters would be a line.
	narrow = 5
)

// room is how wide the page is between its margins, and where its text ends.
func room(f *fpdf.Fpdf) (width, bottom float64) {
	w, h := f.GetPageSize()
	return w - 2*margin, h - margin
}

// lying reports whether a document is printed on pages that lie on their long side.
func lying(d Document) bool {
	return slices.ContainsFunc(d.Sections, func(s mail.Section) bool { return s.Table != nil && len(s.Table.Columns) > narrow })
}

// PDF prints a document. The same words give the same bytes. Letters are those of the Go typeface: Latin, Greek and Cyrillic; others
// show as empty boxes.
func PDF(d Document) ([]byte, error) {
	d = settable(d)
	way := "P"
	if lying(d) {
		way = "L"
	}
	f := fpdf.New(way, "mm", "A4", "")
	width, _ := room(f)
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
	width, bottom := room(f)
	if f.GetY() > bottom-4*rowHeight {
		f.AddPage()
	}
	say(f, "B", 12, ink)
	f.MultiCell(width, 7, title, "", "L", false)
}

func section(f *fpdf.Fpdf, s mail.Section) {
	heading(f, s.Heading)
	width, _ := room(f)
	say(f, "", 10, ink)
	for _, p := range s.Text {
		f.MultiCell(width, 5.5, "• "+p, "", "L", false)
		f.Ln(1)
	}
	if s.Table == nil {
		return
	}
	widths := make([]float64, len(s.Table.Columns))
	for i := range widths {
		widths[i] = width / float64(len(widths)+1)
	}
	widths[0] *= 2 // names need twice the room of figures
	say(f, "B", 9, soft)
	row(f, s.Table.Columns, widths)
	say(f, "", 9, ink)
	for _, cells := range s.Table.Rows {
		row(f, cells, widths)
	}
}

// broken are the lines of each cell within its column, and how many the longest has. The library prints what is too long over whatever
// stands beside it.
func broken(f *fpdf.Fpdf, cells []string, widths []float64) (lines [][]string, most int) {
	lines = make([][]string, len(widths))
	for i := range lines {
		lines[i] = f.SplitText(strings.TrimSpace(cells[i]), widths[i]-2)
		most = max(most, len(lines[i]))
	}
	return lines, most
}

// row prints cells side by side, each over as many lines as it needs. Only what is longer than a page goes over several.
func row(f *fpdf.Fpdf, cells []string, widths []float64) {
	lines, most := broken(f, cells, widths)
	width, bottom := room(f)
	if f.GetY()+rowHeight*float64(most) > bottom {
		f.AddPage()
	}
	for n := range most {
		if f.GetY()+rowHeight > bottom {
			f.AddPage()
		}
		x, y, align := margin, f.GetY(), "L"
		for i, w := range widths {
			if n < len(lines[i]) {
				f.SetXY(x, y)
				f.CellFormat(w, rowHeight, lines[i][n], "", 0, align, false, 0, "")
			}
			x, align = x+w, "R"
		}
		f.SetXY(margin, y+rowHeight)
	}
	f.SetDrawColor(221, 227, 234)
	f.Line(margin, f.GetY(), margin+width, f.GetY())
}

package paper

import (
	"bytes"
	"strings"
	"testing"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"

	"github.com/bodhi-gateway/bodhi/app/mail"
)

var crowded = []string{"ada.lovelace@analytical-engines.example", "Ada Lovelace", "developer", "1 place, 1 as developer", "active", "14 September 2026", "https://api.anthropic.com", "3"}

func TestEveryCellStaysInItsColumn(t *testing.T) {
	t.Parallel()
	f := fpdf.New("P", "mm", "A4", "")
	f.AddUTF8FontFromBytes(face, "", goregular.TTF)
	f.AddUTF8FontFromBytes(face, "B", gobold.TTF)
	f.SetMargins(margin, margin, margin)
	f.AddPage()
	say(f, "", 9, ink)
	width, _ := room(f)
	widths := make([]float64, len(crowded))
	for i := range widths {
		widths[i] = width / float64(len(widths))
	}
	lines, most := broken(f, crowded, widths)
	for i, cell := range lines {
		for _, l := range cell {
			if w := f.GetStringWidth(l); w > widths[i] {
				t.Errorf("%q is %.1f mm wide, and its column %.1f", l, w, widths[i])
			}
		}
		if words := strings.Fields(strings.Join(cell, " ")); strings.Join(words, "") != strings.ReplaceAll(crowded[i], " ", "") {
			t.Errorf("%q became %q", crowded[i], cell)
		}
	}
	before := f.GetY()
	row(f, crowded, widths)
	if got := f.GetY() - before; most < 2 || got < rowHeight*float64(most)-0.01 {
		t.Errorf("a row of %d lines is %.1f mm high", most, got)
	}
	row(f, []string{strings.Repeat("A reason that somebody wrote at length. ", 200), "1", "", "", "", "", "", ""}, widths)
	if f.PageNo() < 3 || f.Err() {
		t.Errorf("%d pages, %v", f.PageNo(), f.Error())
	}
}

func TestManyColumnsLieOnTheLongSide(t *testing.T) {
	t.Parallel()
	for columns, box := range map[int]string{5: "595.28 841.89", 8: "841.89 595.28"} {
		out, err := PDF(Document{Title: "Who has access", Sections: []mail.Section{{Heading: "People", Table: &mail.Table{Columns: crowded[:columns], Rows: [][]string{crowded[:columns]}}}}})
		if err != nil || !bytes.Contains(out, []byte("/MediaBox [0 0 "+box+"]")) {
			t.Errorf("%d columns are not on %s, %v", columns, box, err)
		}
	}
}

package paper_test

import (
	"bytes"
	"image/png"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/bulletin/paper"
	"github.com/bodhi-gateway/bodhi/app/mail"
	"github.com/bodhi-gateway/bodhi/app/money"
)

func TestBarsAreDrawnTwiceAsLargeAsTheyAreShown(t *testing.T) {
	t.Parallel()
	flat, err := paper.Chart(paper.Bars{Labels: []string{"Mon", "Tue"}, Values: []money.USD{0, 0}, Width: 300, Height: 120})
	if err != nil {
		t.Fatal(err)
	}
	high, err := paper.Chart(paper.Bars{Labels: []string{"Mon", "Tue"}, Values: []money.USD{0, 12 * money.Dollar}, Width: 300, Height: 120})
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(high))
	if err != nil {
		t.Fatal(err)
	}
	if b := picture.Bounds(); b.Dx() != 600 || b.Dy() != 240 {
		t.Errorf("the picture is %v", b)
	}
	count := func(raw []byte) (n int) { // of the bars' colour
		p, err := png.Decode(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		for x := range p.Bounds().Dx() {
			for y := range p.Bounds().Dy() {
				if r, g, b, _ := p.At(x, y).RGBA(); r>>8 == 0x12 && g>>8 == 0x71 && b>>8 == 0x5b {
					n++
				}
			}
		}
		return n
	}
	if n := count(high); n < 5000 || count(flat) > n/10 {
		t.Errorf("%d points of a bar, %d of none", n, count(flat))
	}
	if _, err := paper.Chart(paper.Bars{Labels: []string{"Mon"}, Width: 10, Height: 10}); err == nil {
		t.Error("a chart without values is drawn")
	}
}

func TestADocumentIsTheSameBytesAndGoesOverPages(t *testing.T) {
	t.Parallel()
	table := &mail.Table{Columns: []string{"Person", "Spent (USD)", "Change"}}
	for range 80 {
		table.Rows = append(table.Rows, []string{"Ada Čapková, whose name is Ωμέγα, and who has a very long title indeed", "12.00", "+3 %"})
	}
	d := paper.Document{Title: "Weekly report: Team <Platform>", Lead: "12.00 USD were spent.", Facts: []mail.Fact{{Label: "Spent", Value: "12.00 USD"}}, Sections: []mail.Section{{Heading: "By person", Table: table}, {Heading: "Worth a look", Text: []string{"Words."}}},
		Foot: "As of now.", At: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)}
	one, err := paper.PDF(d)
	if err != nil {
		t.Fatal(err)
	}
	two, err := paper.PDF(d)
	if err != nil || !bytes.Equal(one, two) {
		t.Errorf("printed twice it is another document, %v", err)
	}
	if !bytes.HasPrefix(one, []byte("%PDF-")) || strings.Count(string(one), "/Type /Page\n") < 3 {
		t.Errorf("%d bytes with %d pages", len(one), strings.Count(string(one), "/Type /Page\n"))
	}
}

func TestADocumentHasBoxesForLettersThatItsTypefaceCannotHold(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	const rocket = "Rockets 🚀"
	table := &mail.Table{Columns: []string{rocket, rocket}, Rows: [][]string{{rocket, "1"}, {"Ada", rocket}}}
	for where, d := range map[string]paper.Document{
		"title":       {Title: rocket},
		"lead":        {Lead: rocket},
		"fact":        {Facts: []mail.Fact{{Label: rocket, Value: rocket}}},
		"heading":     {Sections: []mail.Section{{Heading: rocket}}},
		"text":        {Sections: []mail.Section{{Text: []string{rocket}}}},
		"table":       {Sections: []mail.Section{{Table: table}}},
		"foot":        {Foot: rocket},
		"half a rune": {Lead: "Rockets \xf0\x9f"},
	} {
		d.At = at
		if out, err := paper.PDF(d); err != nil || !bytes.HasPrefix(out, []byte("%PDF-")) {
			t.Errorf("%s: %v", where, err)
		}
	}
	if table.Rows[0][0] != rocket || table.Columns[0] != rocket {
		t.Error("printing changed the words of the mail that carries the document")
	}
}

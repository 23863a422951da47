package apart_test

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"github.com/bodhi-gateway/bodhi/app/document"
	"github.com/bodhi-gateway/bodhi/app/document/apart"
	"github.com/bodhi-gateway/bodhi/app/fault"
)

// TestMain makes this program a reader where Read starts it, as cmd/bodhi does.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == apart.Command {
		if apart.Serve(os.Stdin, os.Stdout, 0) != nil {
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func reader(t *testing.T) *document.Reader {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return document.New(apart.New(self).Read)
}

// file is a PDF of these objects, numbered from 1; the first is the catalog.
func file(objects ...string) []byte {
	var out bytes.Buffer
	out.WriteString("%PDF-1.4\n")
	var at []int
	for i, o := range objects {
		at = append(at, out.Len())
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	x := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, n := range at {
		fmt.Fprintf(&out, "%010d 00000 n \n", n)
	}
	fmt.Fprintf(&out, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, x)
	return out.Bytes()
}

func stream(content string, bomb int) string {
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	for range max(bomb, 1) {
		_, _ = w.Write([]byte(content))
	}
	_ = w.Close()
	return fmt.Sprintf("<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream", z.Len(), z.String())
}

func page(content string) []string {
	return []string{"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Count 1 /Kids [3 0 R] >>", "<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>", content}
}

// Each of these would end the process that reads it, or never end.
func TestWhatWouldEndAProcessEndsTheReader(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", 4<<20)
	for name, c := range map[string]struct {
		data []byte
		code string // "" if it is read as a page without a text
	}{
		"nesting in the file":   {file("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Count 1 /Kids [3 0 R] >>", "<< /Type /Page /Contents "+deep+" >>"), document.CodeCostly},
		"nesting in a page":     {file(page(stream("[[[[[[[[", 4<<20))...), document.CodeCostly},
		"numbers without end":   {file(page(stream("1 1 1 1 1 1 1 1 ", 8<<20))...), document.CodeCostly},
		"a table of everything": {bytes.Replace(file(page(stream("", 1))...), []byte("xref\n0 5\n"), []byte("xref\n4000000000 5\n"), 1), ""},
		"pages in a ring":       {file("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Count 9 /Kids [2 0 R 2 0 R 2 0 R] >>"), document.CodeCostly},
	} {
		t.Run(name, func(t *testing.T) {
			text, err := reader(t).Text(t.Context(), c.data, document.Limits{Time: 2 * time.Second})
			var f *fault.Error
			if errors.As(err, &f) && (f.Code == c.code || c.code == "" && f.Code != "") {
				return
			}
			t.Errorf("%+v, %v", text, err)
		})
	}
}

func TestPagesComeOverAsTheyAre(t *testing.T) {
	t.Parallel()
	f := fpdf.New("P", "mm", "A4", "")
	f.SetFont("Helvetica", "", 12)
	for i := range 300 {
		f.AddPage()
		f.Cell(0, 6, fmt.Sprintf("Page %d <&>", i+1))
	}
	var out bytes.Buffer
	if err := f.Output(&out); err != nil {
		t.Fatal(err)
	}
	text, err := reader(t).Text(t.Context(), out.Bytes(), document.Limits{})
	if err != nil || len(text.Pages) != 300 || text.Pages[299].Text != "Page 300 <&>" || text.Cut != "" {
		t.Fatalf("%d pages, %q, %v", len(text.Pages), text.Cut, err)
	}
	text, err = reader(t).Text(t.Context(), out.Bytes(), document.Limits{Pages: 3})
	if err != nil || len(text.Pages) != 3 || text.Total != 300 || text.Cut == "" {
		t.Errorf("%d pages of %d, %q, %v", len(text.Pages), text.Total, text.Cut, err)
	}
	if _, err := reader(t).Text(t.Context(), []byte("%PDF-1.4\nnothing"), document.Limits{}); fault.From(err).Code != document.CodeBroken {
		t.Errorf("a damaged file: %v", err)
	}
}

// A file of ten thousand pages is read as far as one is, and says what it has.
func TestTenThousandPagesAreReadInPart(t *testing.T) {
	t.Parallel()
	const pages = 10_000
	objects := []string{"<< /Type /Catalog /Pages 2 0 R >>", ""}
	var kids strings.Builder
	for i := range pages {
		fmt.Fprintf(&kids, "%d 0 R ", 3+2*i)
		objects = append(objects, fmt.Sprintf("<< /Type /Page /Parent 2 0 R /Contents %d 0 R >>", 4+2*i), stream(fmt.Sprintf("BT (Page %d) Tj ET", i+1), 1))
	}
	objects[1] = fmt.Sprintf("<< /Type /Pages /Count %d /Kids [%s] >>", pages, kids.String())
	text, err := reader(t).Text(t.Context(), file(objects...), document.Limits{Time: time.Minute})
	if err != nil || len(text.Pages) != 2000 || text.Total != pages || text.Cut != "Only the first 2000 pages of 10000 were read." {
		t.Errorf("%d pages of %d, %q, %v", len(text.Pages), text.Total, text.Cut, err)
	}
}

// Whatever calls itself a PDF ends in pages or in a refusal of ours, and this process lives.
func FuzzRead(f *testing.F) {
	f.Add(file(page(stream("BT /F1 12 Tf (Hello) Tj ET", 1))...))
	f.Add(file("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Count 9 /Kids [2 0 R 3 0 R] >>"))
	f.Add([]byte("%PDF-1.4\n" + strings.Repeat("[", 2000) + "\nstartxref\n9\n%%EOF"))
	self, err := os.Executable()
	if err != nil {
		f.Fatal(err)
	}
	r := document.New(apart.New(self).Read)
	f.Fuzz(func(t *testing.T, data []byte) {
		text, err := r.Text(t.Context(), append([]byte("%PDF-1.4\n"), data...), document.Limits{Pages: 50, Text: 1 << 16, Time: 2 * time.Second})
		if k := fault.From(err); err != nil && k.Kind != fault.Invalid && k.Kind != fault.TooLarge {
			t.Fatalf("%v", err)
		}
		if len(text.Pages) > 50 {
			t.Fatalf("%d pages", len(text.Pages))
		}
	})
}

// A PDF knows places and no words: what follows a letter's end is of its word, a gap begins another, a wide gap another cell.
func TestGapsDivideWordsAndCells(t *testing.T) {
	t.Parallel()
	data := file("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
		"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
		stream("BT /F1 10 Tf 1 0 0 1 50 700 Tm (Nr) Tj 10 0 Td (.) Tj 8 0 Td (17) Tj 60 0 Td (Price) Tj 1 0 0 1 50 680 Tm [(Th) 30 (ird) -300 (line)] TJ ET", 1),
		"<< /Type /Font /Subtype /TrueType /BaseFont /X /Encoding /WinAnsiEncoding /FirstChar 32 /Widths ["+strings.Repeat("500 ", 96)+"] >>")
	text, err := reader(t).Text(t.Context(), data, document.Limits{})
	if err != nil || len(text.Pages) != 1 || text.Pages[0].Text != "Nr. 17\tPrice\nThird line" {
		t.Errorf("%+v, %v", text, err)
	}
}

package document_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"github.com/bodhi-gateway/bodhi/app/document"
	"github.com/bodhi-gateway/bodhi/app/fault"
)

func read(t *testing.T, data []byte, l document.Limits) (document.Text, error) {
	t.Helper()
	return document.New(nil).Text(t.Context(), data, l)
}

// parts packs an Office file.
func parts(t testing.TB, of map[string]string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for name, text := range of {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// printed is a PDF with a line or more on each page.
func printed(t testing.TB, protect bool, pages ...string) []byte {
	t.Helper()
	f := fpdf.New("P", "mm", "A4", "")
	if protect {
		f.SetProtection(0, "open", "own")
	}
	f.SetFont("Helvetica", "", 12)
	for _, p := range pages {
		f.AddPage()
		if p != "" {
			f.MultiCell(0, 6, p, "", "L", false)
		}
	}
	var out bytes.Buffer
	if err := f.Output(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// scripted is a PDF that would run something where it is opened.
func scripted(t testing.TB) []byte {
	t.Helper()
	f := fpdf.New("P", "mm", "A4", "")
	f.SetFont("Helvetica", "", 12)
	f.SetJavascript("app.alert('run');")
	f.AddPage()
	f.Cell(0, 6, "Visible")
	var out bytes.Buffer
	if err := f.Output(&out); err != nil || !bytes.Contains(out.Bytes(), []byte("/JavaScript")) {
		t.Fatal(err)
	}
	return out.Bytes()
}

func wordFile(t testing.TB, body string) []byte {
	return parts(t, map[string]string{"[Content_Types].xml": "<Types/>", "word/document.xml": `<w:document xmlns:w="w"><w:body>` + body + `</w:body></w:document>`})
}

func TestTextIsReadByPage(t *testing.T) {
	t.Parallel()
	sheet := parts(t, map[string]string{
		"xl/workbook.xml":            `<workbook><sheets><sheet name="Sales" r:id="r1"/><sheet name="Empty" r:id="r2"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Target="/xl/worksheets/sheet2.xml"/></Relationships>`,
		"xl/sharedStrings.xml":       `<sst><si><t>Part</t></si><si><r><t>Bo</t></r><r><t>lt</t></r><rPh><t>sound</t></rPh></si></sst>`,
		"xl/styles.xml":              `<styleSheet><numFmts><numFmt numFmtId="170" formatCode="[$-409]d/m/yyyy"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/></cellXfs></styleSheet>`,
		"xl/worksheets/sheet1.xml": `<worksheet><sheetData><row><c r="A1" t="s"><v>0</v></c><c r="C1" t="inlineStr"><is><t>Price</t></is></c></row>` +
			`<row><c r="A2" t="s"><v>1</v></c><c r="B2" s="1"><v>45678</v></c><c r="C2"><f>1+2</f><v>0.30000000000000004</v></c><c r="D2" s="2"><v>45678.5</v></c><c r="E2" t="b"><v>1</v></c></row></sheetData></worksheet>`,
		"xl/worksheets/sheet2.xml": `<worksheet/>`,
	})
	slides := parts(t, map[string]string{
		"ppt/presentation.xml":             `<p:presentation><p:sldIdLst><p:sldId id="256" r:id="r2"/><p:sldId id="257" r:id="r1"/></p:sldIdLst></p:presentation>`,
		"ppt/_rels/presentation.xml.rels":  `<Relationships><Relationship Id="r1" Target="slides/slide1.xml"/><Relationship Id="r2" Target="slides/slide2.xml"/></Relationships>`,
		"ppt/slides/slide1.xml":            `<p:sld><a:p><a:r><a:t>Second</a:t></a:r></a:p></p:sld>`,
		"ppt/slides/slide2.xml":            `<p:sld><a:p><a:r><a:t>First</a:t></a:r></a:p></p:sld>`,
		"ppt/slides/_rels/slide2.xml.rels": `<Relationships><Relationship Id="r9" Target="../notesSlides/notesSlide1.xml"/></Relationships>`,
		"ppt/notesSlides/notesSlide1.xml":  `<p:notes><a:p><a:r><a:t>Say hello</a:t></a:r></a:p></p:notes>`,
	})
	for name, c := range map[string]struct {
		data []byte
		kind document.Kind
		want []string
	}{
		"a PDF":            {printed(t, false, "Invoice 17\nTotal 12.50", "", "Third page"), document.PDF, []string{"Invoice 17\nTotal 12.50", "", "Third page"}},
		"a PDF after junk": {append([]byte("junk\n"), append(printed(t, false, "Still here"), "\n\x00trailing"...)...), document.PDF, []string{"Still here"}},
		"version 2":        {bytes.Replace(printed(t, false, "Two"), []byte("%PDF-1.3"), []byte("%PDF-2.0"), 1), document.PDF, []string{"Two"}},
		"Word":             {wordFile(t, `<w:p><w:r><w:t>Hello</w:t><w:tab/><w:t>there</w:t></w:r><w:del><w:r><w:delText>gone</w:delText></w:r></w:del></w:p><w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>b</w:t></w:r></w:p></w:tc></w:tr></w:tbl><w:p><w:r><w:br w:type="page"/><w:t>Next</w:t></w:r></w:p>`), document.Word, []string{"Hello there\na \tb", "Next"}},
		"a PDF's script":   {scripted(t), document.PDF, []string{"Visible"}},
		"Word's macros":    {parts(t, map[string]string{"word/document.xml": `<w:document xmlns:w="w"><w:body><w:p><w:r><w:t>Visible</w:t></w:r></w:p></w:body></w:document>`, "word/vbaProject.bin": "Sub AutoOpen()", "word/_rels/document.xml.rels": `<Relationships><Relationship Id="r1" TargetMode="External" Target="http://192.0.2.1/template.dotm"/></Relationships>`}), document.Word, []string{"Visible"}},
		"a sheet":          {sheet, document.Sheet, []string{"Part\t\tPrice\nBolt\t2025-01-21\t0.3\t2025-01-21 12:00:00\tTRUE", ""}},
		"a deck":           {slides, document.Deck, []string{"First\n\nNotes: Say hello", "Second"}},
		"HTML":             {[]byte("<!doctype html><title>T</title><script>alert('x')</script><p>One  <b>two</b>\n three<table><tr><td>a<td>b</td></tr></table><style>p{}</style>end&amp;"), document.HTML, []string{"T\n\nOne two three\n\na\tb\n\nend&"}},
		"Markdown":         {[]byte("# Title\n\n- a\r\n- b\n"), document.Plain, []string{"# Title\n\n- a\n- b"}},
		"pages of a text":  {[]byte("one\ftwo"), document.Plain, []string{"one", "two"}},
		"Western Windows":  {[]byte("Gr\xfc\xdfe \x80 5"), document.Plain, []string{"Grüße € 5"}},
		"two bytes each":   {[]byte("\xff\xfeH\x00i\x00"), document.Plain, []string{"Hi"}},
		"a picture":        {[]byte("\x89PNG\r\n\x1a\n0000"), document.Image, []string{""}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, err := read(t, c.data, document.Limits{})
			if err != nil || text.Kind != c.kind || text.Cut != "" || text.Total != len(c.want) {
				t.Fatalf("%+v, %v", text, err)
			}
			for i, p := range text.Pages {
				if i >= len(c.want) || p.Text != c.want[i] || p.Number != i+1 {
					t.Errorf("page %d is %q", p.Number, p.Text)
				}
			}
		})
	}
}

func TestWhatCannotBeReadSaysWhy(t *testing.T) {
	t.Parallel()
	bomb := strings.Repeat("<w:p><w:r><w:t>boom</w:t></w:r></w:p>", 1<<20)
	pdf := printed(t, false, "x")
	for name, c := range map[string]struct {
		data []byte
		l    document.Limits
		code string
	}{
		"empty":                {nil, document.Limits{}, document.CodeUnknown},
		"an archive":           {parts(t, map[string]string{"a.txt": "a"}), document.Limits{}, document.CodeUnknown},
		"an old Office file":   {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1........"), document.Limits{}, document.CodeUnknown},
		"a protected deck":     {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1..E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00"), document.Limits{}, document.CodeEncrypted},
		"rich text":            {[]byte(`{\rtf1 x}`), document.Limits{}, document.CodeUnknown},
		"a program":            {[]byte("\x7fELF\x02\x01\x01\x00\x00"), document.Limits{}, document.CodeUnknown},
		"a protected PDF":      {printed(t, true, "secret"), document.Limits{}, document.CodeEncrypted},
		"a PDF cut off":        {pdf[:len(pdf)-200], document.Limits{}, document.CodeBroken},
		"a PDF in name only":   {[]byte("%PDF-1.4\n" + strings.Repeat("x", 300) + "\nstartxref\n5\n%%EOF"), document.Limits{}, document.CodeBroken},
		"too many bytes":       {pdf, document.Limits{Bytes: 10}, document.CodeCostly},
		"a damaged Word file":  {wordFile(t, "<w:p><w:r><w:t"), document.Limits{}, document.CodeBroken},
		"a bomb of many files": {bytes.Repeat([]byte("PK\x03\x04PK\x01\x02"), 30_000), document.Limits{}, document.CodeCostly},
		"a bomb before a text": {wordFile(t, strings.Repeat(" ", 1<<20)+bomb), document.Limits{Unpacked: 1 << 19}, document.CodeCostly},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, err := read(t, c.data, c.l)
			if f := fault.From(err); f == nil || f.Code != c.code || f.Public == "" {
				t.Errorf("%+v, %v", text, err)
			}
		})
	}
}

// What is too much is told, and what was read before is kept.
func TestTooMuchIsCut(t *testing.T) {
	t.Parallel()
	many := make([]string, 30)
	for i := range many {
		many[i] = fmt.Sprint("Page ", i+1)
	}
	text, err := read(t, printed(t, false, many...), document.Limits{Pages: 7})
	if err != nil || len(text.Pages) != 7 || text.Total != 30 || text.Cut != "Only the first 7 pages of 30 were read." {
		t.Errorf("%+v, %v", text, err)
	}
	text, err = read(t, wordFile(t, strings.Repeat("<w:p><w:r><w:t>boom</w:t></w:r></w:p>", 1<<16)), document.Limits{Text: 1000})
	if err != nil || len(text.Pages) != 1 || len(text.Pages[0].Text) != 1000 || text.Cut == "" {
		t.Errorf("%d pages, %q, %v", len(text.Pages), text.Cut, err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := document.New(nil).Text(gone, printed(t, false, "x"), document.Limits{}); !errors.Is(err, context.Canceled) {
		t.Errorf("whoever left is told %v", err)
	}
}

func TestANameThatPromisesSomethingElseIsTold(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"a.PDF": "", "a.docx": "The file's name ends like that of a Word document, but it is a PDF.", "a": "", "a.bin": ""} {
		if got := document.Misnamed(name, document.PDF); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// Whatever arrives ends in pages or in a refusal of ours, soon, and within bounds. PDFs are left out: only a process of their own bounds them
// (package apart has its own).
func FuzzText(f *testing.F) {
	f.Add(wordFile(f, `<w:p><w:r><w:t>Hello</w:t></w:r></w:p>`))
	f.Add(parts(f, map[string]string{"xl/workbook.xml": `<workbook><sheets><sheet name="S" r:id="r1"/></sheets></workbook>`, "xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="r1" Target="s.xml"/></Relationships>`, "xl/s.xml": `<c r="ZZZ9"><v>1</v></c>`}))
	f.Add(parts(f, map[string]string{"ppt/presentation.xml": `<sldId r:id="r"/>`, "ppt/_rels/presentation.xml.rels": `<Relationship Id="r" Target="presentation.xml"/>`}))
	f.Add([]byte("<html><svg><p>x"))
	r := document.New(nil)
	l := document.Limits{Bytes: 1 << 16, Unpacked: 1 << 20, Pages: 50, Text: 1 << 16, Time: 5 * time.Second}
	f.Fuzz(func(t *testing.T, data []byte) {
		if kind, _ := document.Sniff(data); kind == document.PDF {
			return
		}
		text, err := r.Text(context.Background(), data, l)
		if err != nil {
			if k := fault.From(err).Kind; k != fault.Invalid && k != fault.TooLarge {
				t.Fatalf("%v", err)
			}
			return
		}
		total := 0
		for i, p := range text.Pages {
			if total += len(p.Text); p.Number < 1 || i > 0 && p.Number < text.Pages[i-1].Number {
				t.Fatalf("page %d after %d", p.Number, i)
			}
		}
		if total > l.Text+4096 || len(text.Pages) > l.Pages || text.Kind == "" {
			t.Fatalf("%d bytes on %d pages of %q", total, len(text.Pages), text.Kind)
		}
	})
}

package e2e

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"testing"

	"codeberg.org/go-pdf/fpdf"
)

// files are those that pages speak of, by name: the smallest that are what their names say.
func files(t *testing.T) map[string]string {
	t.Helper()
	return map[string]string{
		"reviews.csv":   "id,review\n1,Arrived late.\n2,Lovely.\n",
		"people.csv":    "email,name,role,team\nben@acme.test,Ben,developer,Acme\n",
		".env":          "OPENAI_API_KEY=sk-test\n",
		"config.yaml":   "model_list:\n  - model_name: fast\n    litellm_params:\n      model: openai/gpt-5.5\n      api_key: sk-test\n",
		"response.json": `{"type": "message", "model": "claude-sonnet-4-5", "usage": {"input_tokens": 12, "output_tokens": 34}}`,
		"invoice.pdf":   page(t, "Invoice 17 of Acme. Total 12.50"),
		"notes.pdf":     page(t, "Nothing was decided."),
		"talk.wav":      second(),
		"report.docx": zipped(t, "[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`, "word/document.xml",
			`<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>It went well.</w:t></w:r></w:p></w:body></w:document>`),
		"prices.xlsx": zipped(t, "[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`, "xl/workbook.xml",
			`<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Prices" sheetId="1" r:id="r1"/></sheets></workbook>`,
			"xl/_rels/workbook.xml.rels",
			`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
			"xl/worksheets/sheet1.xml",
			`<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Tea</t></is></c><c r="B1"><v>3</v></c></row></sheetData></worksheet>`),
	}
}

func page(t *testing.T, text string) string {
	t.Helper()
	f := fpdf.New("P", "mm", "A4", "")
	f.SetFont("Helvetica", "", 12)
	f.AddPage()
	f.MultiCell(0, 6, text, "", "L", false)
	var b bytes.Buffer
	if err := f.Output(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// second is a second of silence: 8 kHz, 16 bits, one channel.
func second() string {
	const size = 16000
	b := []byte("RIFF")
	b = binary.LittleEndian.AppendUint32(b, 36+size)
	b = append(b, "WAVEfmt "...)
	b = binary.LittleEndian.AppendUint32(b, 16)
	b = binary.LittleEndian.AppendUint16(b, 1)
	b = binary.LittleEndian.AppendUint16(b, 1)
	b = binary.LittleEndian.AppendUint32(b, 8000)
	b = binary.LittleEndian.AppendUint32(b, 16000)
	b = binary.LittleEndian.AppendUint16(b, 2)
	b = binary.LittleEndian.AppendUint16(b, 16)
	b = append(b, "data"...)
	b = binary.LittleEndian.AppendUint32(b, size)
	return string(append(b, make([]byte, size)...))
}

func zipped(t *testing.T, parts ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		w, err := z.Create(parts[i])
		if err == nil {
			_, err = w.Write([]byte(parts[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

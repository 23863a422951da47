package openai

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

const boundary = "multipart/form-data; boundary=B0"

func formed(parts ...string) string {
	b := ""
	for _, p := range parts {
		b += "--B0\r\n" + p + "\r\n"
	}
	return b + "--B0--\r\n"
}

func fielded(name, value string) string {
	return `Content-Disposition: form-data; name="` + name + "\"\r\n\r\n" + value
}

func filed(name, file, value string) string {
	return `Content-Disposition: form-data; name="` + name + `"; filename="` + file + "\"\r\nContent-Type: audio/wav\r\n\r\n" + value
}

func TestAFormIsCutWhereOthersCutIt(t *testing.T) {
	t.Parallel()
	binary := strings.Replace(filed("file", "b.wav", "RIFF=3D"), "audio/wav", "audio/wav\r\nContent-Transfer-Encoding: Binary", 1)
	body := formed(fielded("model", "m"), filed("file", "a.wav", "RIFF\r\n--B not the mark\r\n"), binary, fielded("prompt", ""))
	f, err := readForm(http.Header{"Content-Type": {boundary}}, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	std := multipart.NewReader(strings.NewReader(body), "B0")
	for i, p := range f.Parts {
		want, err := std.NextRawPart()
		if err != nil {
			t.Fatal(err)
		}
		value, _ := io.ReadAll(want)
		if p.Name != want.FormName() || p.File != want.FileName() || body[p.Value.From:p.Value.To] != string(value) {
			t.Errorf("part %d: %q %q, others see %q %q", i, p.Name, body[p.Value.From:p.Value.To], want.FormName(), value)
		}
	}
	if _, err := std.NextRawPart(); err != io.EOF || len(f.Parts) != 4 {
		t.Errorf("%d parts, others see more: %v", len(f.Parts), err)
	}
}

func TestAFormThatCouldBeReadInTwoWaysIsRefused(t *testing.T) {
	t.Parallel()
	good := formed(fielded("model", "m"), filed("file", "a.wav", "RIFF"))
	for _, x := range []struct{ name, kind, body, says string }{
		{"no boundary", "multipart/form-data", good, "boundary"},
		{"another boundary", "multipart/form-data; boundary=B1", good, "begin with its boundary"},
		{"something in front", boundary, "hello\r\n" + good, "begin with its boundary"},
		{"something behind", boundary, good + "--B0\r\n", "follows its end"},
		{"no end", boundary, strings.TrimSuffix(good, "--B0--\r\n"), "does not end"},
		{"bare line feeds", boundary, strings.ReplaceAll(good, "\r\n", "\n"), "not on a line of its own"},
		{"a boundary behind a bare line feed", boundary, formed(fielded("prompt", "x\n--B0\r\n"+fielded("model", "n"))), "does not end"},
		{"a boundary inside a line", boundary, formed(fielded("prompt", "x--B0y")), "does not end"},
		{"a boundary with more behind it", boundary, strings.Replace(good, "--B0\r\nContent-Disposition: form-data; name=\"file\"", "--B0x\r\nContent-Disposition: form-data; name=\"file\"", 1), "not on a line of its own"},
		{"no headers", boundary, formed("\r\nvalue"), "no end of its headers"},
		{"a header without a colon", boundary, formed("Content-Disposition form-data\r\n\r\nx"), "header that is none"},
		{"a folded header", boundary, formed("Content-Disposition: form-data;\r\n name=\"model\"\r\n\r\nx"), "no name"},
		{"no name", boundary, formed("Content-Disposition: form-data\r\n\r\nx"), "no name"},
		{"no disposition", boundary, formed("Content-Type: text/plain\r\n\r\nx"), "no name"},
		{"two dispositions", boundary, formed("Content-Disposition: form-data; name=\"a\"\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nx"), "two names"},
		{"two names in one", boundary, formed("Content-Disposition: form-data; name=\"a\"; name=\"model\"\r\n\r\nx"), "no name"},
		{"an encoded name", boundary, formed("Content-Disposition: form-data; name=\"a\"; name*=utf-8''model\r\n\r\nx"), "no name"},
		{"an encoded part", boundary, formed("Content-Disposition: form-data; name=\"model\"\r\nContent-Transfer-Encoding: base64\r\n\r\nbQ=="), "encoded"},
		{"another kind of part", boundary, formed("Content-Disposition: attachment; name=\"model\"\r\n\r\nx"), "no name"},
		{"a thousand parts", boundary, formed(strings.Split(strings.Repeat(fielded("a", "b")+"|", 999)+fielded("a", "b"), "|")...), "more than 128"},
		{"two models", boundary, formed(fielded("model", "m"), fielded("model", "n"), filed("file", "a.wav", "RIFF")), "twice"},
		{"a model in capitals", boundary, formed(fielded("Model", "m"), filed("file", "a.wav", "RIFF")), `written "model"`},
		{"a model of two lines", boundary, formed(fielded("model", "m\r\nx"), filed("file", "a.wav", "RIFF")), "1 to 256"},
	} {
		call, err := (Dialect{}).Decode(llm.Ask{Operation: llm.Transcribe, Header: http.Header{"Content-Type": {x.kind}}, Body: []byte(x.body)})
		if f := fault.From(err); err == nil || f.Kind != fault.Invalid || !strings.Contains(f.Public, x.says) {
			t.Errorf("%s: %+v %v", x.name, call, err)
		}
	}
}

func TestAFormPassesUntouchedButForItsModel(t *testing.T) {
	t.Parallel()
	body := formed(filed("file", "a.wav", "RIFF"), fielded("unknown", "kept"), fielded("model", "alias"), fielded("prompt", "x"))
	ask := llm.Ask{Operation: llm.Transcribe, Header: http.Header{"Content-Type": {boundary}}, Body: []byte(body)}
	call, err := (Dialect{}).Decode(ask)
	if err != nil {
		t.Fatal(err)
	}
	p := PayloadOf(call, llm.Edit{Model: "whisper-1"})
	if got := string(bytes.Join(p.Pieces, nil)); got != strings.Replace(body, "alias", "whisper-1", 1) || p.Type != boundary {
		t.Errorf("%s\n%s", p.Type, got)
	}
	for _, piece := range p.Pieces { // an upload is in memory once
		if len(piece) > 20 && &piece[0] != &call.Body[bytes.Index(call.Body, piece)] {
			t.Error("a piece was copied")
		}
	}
	if got := string(bytes.Join(PayloadOf(call, llm.Edit{}).Pieces, nil)); got != body {
		t.Errorf("without an edit: %s", got)
	}
	ask.Model, ask.Body = "deployment", []byte(formed(filed("file", "a.wav", "RIFF"))) // as Azure's clients do
	if call, err = (Dialect{}).Decode(ask); err != nil {
		t.Fatal(err)
	}
	if got := string(bytes.Join(PayloadOf(call, llm.Edit{Model: "whisper-1"}).Pieces, nil)); got != formed(fielded("model", "whisper-1"), filed("file", "a.wav", "RIFF")) {
		t.Errorf("a model that the path named: %s", got)
	}
	ask.Model = ""
	ask.Operation, ask.Body = llm.UploadFile, []byte(formed(fielded("purpose", "batch"), fielded("model", "alias"), filed("file", "a", "x")))
	if call, err = (Dialect{}).Decode(ask); err != nil {
		t.Fatal(err)
	}
	if got := string(bytes.Join(PayloadOf(call, llm.Edit{Model: "m"}).Pieces, nil)); got != formed(fielded("purpose", "batch"), filed("file", "a", "x")) {
		t.Errorf("our own field passes: %s", got)
	}
}

// FuzzForm checks that what is taken for a form is one to the standard library as well, with the same parts.
func FuzzForm(f *testing.F) {
	f.Add(formed(fielded("model", "m"), filed("file", "a.wav", "RIFF")))
	f.Add(formed(fielded("a", ""), fielded("b", "\r\n\r\n")))
	f.Add("--B0--")
	f.Fuzz(func(t *testing.T, body string) {
		got, err := readForm(http.Header{"Content-Type": {boundary}}, []byte(body))
		if err != nil || len(got.Parts) == 0 {
			return
		}
		std := multipart.NewReader(strings.NewReader(body), "B0")
		for i, p := range got.Parts {
			want, err := std.NextRawPart()
			if err != nil {
				return // stricter than we are: it is the provider's to refuse
			}
			value, err := io.ReadAll(want)
			if err != nil {
				return
			}
			if want.FormName() != p.Name || string(value) != body[p.Value.From:p.Value.To] {
				t.Fatalf("part %d is %q %q, others see %q %q", i, p.Name, body[p.Value.From:p.Value.To], want.FormName(), value)
			}
		}
	})
}

package gateway

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/document"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

// carriedText is how much text one request's documents may become: beyond it no context window reaches.
const carriedText = 4 << 20

// extracted replaces the documents in a request by their texts, whatever family it is of. The rest stays as it stood.
func (g *Gateway) extracted(ctx context.Context, x *Exchange) (names []string, err error) {
	var texts []string
	if _, err = replaced(x.Call.Body, 0, func(d inlined) (string, error) {
		name, text, err := g.carried(ctx, d)
		names, texts = append(names, strconv.QuoteToASCII(name)), append(texts, text) // names go into a header
		return "", err
	}); err != nil {
		return nil, err
	}
	if len(texts) == 0 {
		return nil, g.incapable(x, llm.Needs{Files: true}, "documents that are not in the request itself")
	}
	if texts, err = g.rescreen(ctx, x, texts); err != nil {
		return nil, err
	}
	next := 0
	body, err := replaced(x.Call.Body, 0, func(inlined) (string, error) {
		next++
		return texts[next-1], nil
	})
	if err != nil {
		return nil, err
	}
	return names, g.read(x, body)
}

// carried is one document's name and text.
func (g *Gateway) carried(ctx context.Context, d inlined) (name, text string, err error) {
	data, err := base64.StdEncoding.DecodeString(d.data)
	if err != nil {
		return "", "", fault.New(fault.Invalid, "invalid_request", "A document in the request is no base64. Encode it again.")
	}
	t, err := g.Reader.Text(ctx, data, document.Limits{Text: carriedText})
	if err != nil {
		return "", "", err
	}
	if name = cmp.Or(clip(d.name), "document"); t.Blank() {
		return "", "", fault.Newf(fault.Invalid, document.CodeUnknown, "%q has no text: it is a scan or a picture, and no target of this model takes documents. Ask a model that does.", name)
	}
	return name, told(name, t), nil
}

// told is a document as a text that says which page is which.
func told(name string, t document.Text) string {
	var out strings.Builder
	fmt.Fprintf(&out, "[The text of the document %q]\n", name)
	for _, p := range t.Pages {
		fmt.Fprintf(&out, "\n[Page %d of %d]\n%s\n", p.Number, t.Total, p.Text)
	}
	if t.Cut != "" {
		out.WriteString("\n[" + t.Cut + "]\n")
	}
	return out.String()
}

// inlined is a document in a request, and how its family says a text in its place.
type inlined struct {
	name, data string
	kind       string // the "type" of a text, "" without one
}

// deepestPart is how deep parts with documents lie in any family: in the result of a tool in a message in a list.
const deepestPart = 16

// replaced walks through a value and puts texts where documents are. Objects keep their order and everything else.
func replaced(raw []byte, depth int, text func(inlined) (string, error)) ([]byte, error) {
	raw = bytes.TrimSpace(raw)
	if depth > deepestPart || len(raw) == 0 || raw[0] != '{' && raw[0] != '[' {
		return raw, nil
	}
	if raw[0] == '[' {
		var list []json.RawMessage
		if err := json.Unmarshal(raw, &list); err != nil {
			return nil, err
		}
		for i := range list {
			item, err := replaced(list[i], depth+1, text)
			if err != nil {
				return nil, err
			}
			list[i] = item
		}
		return joinedList(list), nil
	}
	if d, ok := inlinedIn(raw); ok {
		said, err := text(d)
		if err != nil {
			return nil, err
		}
		if d.kind == "" {
			return []byte(`{"text":` + llm.Quote(said) + `}`), nil
		}
		return []byte(`{"type":"` + d.kind + `","text":` + llm.Quote(said) + `}`), nil
	}
	all, err := members(raw)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].value, err = replaced(all[i].value, depth+1, text); err != nil {
			return nil, err
		}
	}
	return all.bytes(), nil
}

func joinedList(list []json.RawMessage) []byte {
	out := []byte{'['}
	for i, v := range list {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, v...)
	}
	return append(out, ']')
}

// inlinedIn recognizes a document with its bytes in it, as each family has it: chat completions, responses, messages, Gemini, Converse.
func inlinedIn(raw []byte) (inlined, bool) {
	var p struct {
		Type string `json:"type"`
		File struct {
			Name string `json:"filename"`
			Data string `json:"file_data"`
		} `json:"file"`
		Name   string `json:"filename"`
		Data   string `json:"file_data"`
		Title  string `json:"title"`
		Source struct {
			Type string `json:"type"`
			Data string `json:"data"`
		} `json:"source"`
		Inline *blob `json:"inlineData"`
		Snake  *blob `json:"inline_data"`
		Doc    *struct {
			Name   string `json:"name"`
			Source struct {
				Bytes string `json:"bytes"`
			} `json:"source"`
		} `json:"document"`
	}
	if json.Unmarshal(raw, &p) != nil {
		return inlined{}, false
	}
	bare := func(url string) string {
		if _, after, ok := strings.Cut(url, ";base64,"); ok {
			return after
		}
		return url
	}
	for _, b := range []*blob{p.Inline, p.Snake} {
		if b != nil && (b.Type == "application/pdf" || b.Mime == "application/pdf") && b.Data != "" {
			return inlined{"", b.Data, ""}, true
		}
	}
	switch {
	case p.Type == "file" && p.File.Data != "":
		return inlined{p.File.Name, bare(p.File.Data), "text"}, true
	case p.Type == "input_file" && p.Data != "":
		return inlined{p.Name, bare(p.Data), "input_text"}, true
	case p.Type == "document" && p.Source.Type == "base64" && p.Source.Data != "":
		return inlined{p.Title, p.Source.Data, "text"}, true
	case p.Doc != nil && p.Doc.Source.Bytes != "":
		return inlined{p.Doc.Name, p.Doc.Source.Bytes, ""}, true
	}
	return inlined{}, false
}

// blob is bytes in a request of Gemini's family.
type blob struct {
	Type string `json:"mimeType"`
	Mime string `json:"mime_type"`
	Data string `json:"data"`
}

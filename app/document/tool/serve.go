package tool

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// Reply is an answer as it goes out.
type Reply struct {
	Type string // media type
	Body []byte
	Cost money.USD
}

// Serve answers POST /v1/documents/NAME: a form with "file", or JSON with the file inside. The body was read and bounded by the gateway; the
// grant is the caller's.
func (s *Service) Serve(r *http.Request, grant *key.Grant, name string, body []byte) (Reply, error) {
	caller := Caller{Grant: grant, Address: r.RemoteAddr, Client: r.UserAgent(), User: r.Header.Get("X-Bodhi-User"), Tags: r.Header.Get("X-Bodhi-Tags")}
	in, err := readForm(r.Header.Get("Content-Type"), body)
	if err != nil {
		return Reply{}, err
	}
	most := in.values["max_cost_usd"]
	if h := r.Header.Get("X-Bodhi-Max-Cost"); most == "" {
		most = h
	}
	limit, err := Cap(most)
	if err != nil {
		return Reply{}, err
	}
	if len(in.data) == 0 {
		return Reply{}, fault.Field("file", `There is no file. Send a form with "file", or JSON: {"model": "smart", "file": {"filename": "a.pdf", "data": "base64…"}}.`)
	}
	if name == transcribe {
		return s.serveSound(r.Context(), caller, in, limit)
	}
	wanted := in.values["format"]
	if wanted != "" && wanted != "json" && (wanted != "csv" || name != "table") {
		return Reply{}, fault.Field("format", `The format is "json"; tables also come as "csv".`)
	}
	res, err := s.Run(r.Context(), caller, Ask{Tool: name, Model: in.values["model"], Name: in.name, Data: in.data, Most: limit}, nil)
	if err != nil {
		return Reply{}, err
	}
	if wanted == "csv" {
		return Reply{"text/csv; charset=utf-8", []byte(res.CSV()), res.CostUSD}, nil
	}
	out, err := json.Marshal(res)
	return Reply{"application/json", out, res.CostUSD}, err
}

// Cap reads a cap on cost as people type it; "" is none.
func Cap(text string) (money.USD, error) {
	if text = strings.TrimSpace(text); text == "" {
		return 0, nil
	}
	n, err := money.Parse(text)
	if err != nil || n <= 0 {
		return 0, fault.Field("max_cost_usd", `The most that it may cost is an amount of dollars above zero, such as "0.50".`)
	}
	return n, nil
}

// sent is what came in.
type sent struct {
	values map[string]string
	name   string
	data   []byte
}

// fields are what may come beside a file.
var fields = map[string]bool{"model": true, "max_cost_usd": true, "format": true, "language": true}

const asForm = `Send a form (multipart/form-data) with "file" and "model", or JSON: {"model": "smart", "file": {"filename": "a.pdf", "data": "base64…"}}.`

func readForm(contentType string, body []byte) (in sent, err error) {
	in.values = map[string]string{}
	kind, params, err := mime.ParseMediaType(contentType)
	switch {
	case err != nil:
		return in, fault.Field("content-type", "The content type is missing. "+asForm)
	case kind == "application/json":
		return in, in.json(body)
	case kind != "multipart/form-data" || params["boundary"] == "":
		return in, fault.Field("content-type", asForm)
	}
	form := multipart.NewReader(bytes.NewReader(body), params["boundary"])
	for {
		p, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return in, nil
		}
		if err != nil {
			return in, fault.Field("file", "The form is damaged: "+asForm).Because(err)
		}
		b, err := io.ReadAll(p)
		switch name := p.FormName(); {
		case err != nil:
			return in, fault.Field(name, "The form is damaged: "+asForm).Because(err)
		case name == "file" && in.data == nil:
			in.name, in.data = p.FileName(), b
		case name == "file":
			return in, fault.Field("file", "There are two files. One document is read at a time.")
		case !fields[name]:
			return in, unknownField(name)
		default:
			in.values[name] = string(b)
		}
	}
}

func (in *sent) json(body []byte) error {
	var raw map[string]json.RawMessage
	if json.Unmarshal(body, &raw) != nil || raw == nil {
		return fault.New(fault.Invalid, "invalid_request", "The body is no JSON object. "+asForm)
	}
	for name, v := range raw {
		if name == "file" {
			var f struct {
				Name string `json:"filename"`
				Data string `json:"data"`
			}
			if json.Unmarshal(v, &f) != nil {
				return fault.Field("file", asForm)
			}
			if _, after, ok := strings.Cut(f.Data, ";base64,"); ok && strings.HasPrefix(f.Data, "data:") {
				f.Data = after
			}
			data, err := base64.StdEncoding.DecodeString(f.Data)
			if err != nil {
				return fault.Field("file.data", "The file's data is no base64, with or without a data URL before it.")
			}
			in.name, in.data = f.Name, data
			continue
		}
		var text string
		if !fields[name] {
			return unknownField(name)
		}
		if json.Unmarshal(v, &text) != nil {
			return fault.Field(name, "The field is a text.")
		}
		in.values[name] = text
	}
	return nil
}

func unknownField(name string) error {
	if len(name) > 40 {
		name = name[:40]
	}
	return fault.Field(strings.ToValidUTF8(name, ""), "There is no such field. There are: file, model, max_cost_usd, format, language.")
}

// serveSound answers POST /v1/documents/transcribe.
func (s *Service) serveSound(ctx context.Context, c Caller, in sent, most money.USD) (Reply, error) {
	wanted := in.values["format"]
	if !slices.Contains([]string{"", "json", "text", "srt", "vtt"}, wanted) {
		return Reply{}, fault.Field("format", `The format is "json", "text", "srt" or "vtt".`)
	}
	t, err := s.Transcribe(ctx, c, Sound{Model: in.values["model"], Name: in.name, Data: in.data, Language: in.values["language"], Most: most}, nil)
	if err != nil {
		return Reply{}, err
	}
	switch wanted {
	case "text":
		return Reply{"text/plain; charset=utf-8", []byte(t.Text + "\n"), t.CostUSD}, nil
	case "srt":
		return Reply{"application/x-subrip; charset=utf-8", []byte(t.SRT()), t.CostUSD}, nil
	case "vtt":
		return Reply{"text/vtt; charset=utf-8", []byte(t.VTT()), t.CostUSD}, nil
	}
	out, err := json.Marshal(t)
	return Reply{"application/json", out, t.CostUSD}, err
}

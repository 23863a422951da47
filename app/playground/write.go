package playground

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/prompt"
)

// question is a chat request in OpenAI's dialect, which reaches every provider.
type question struct {
	Model       string      `json:"model"`
	Messages    []message   `json:"messages"`
	MaxTokens   int64       `json:"max_completion_tokens"`
	Temperature json.Number `json:"temperature,omitempty"`
	TopP        json.Number `json:"top_p,omitempty"`
	Stop        []string    `json:"stop,omitempty"`
	Effort      string      `json:"reasoning_effort,omitempty"`
	Tools       []tool      `json:"tools,omitempty"`
	Format      *format     `json:"response_format,omitempty"`
	Stream      bool        `json:"stream"`
	Options     options     `json:"stream_options"`
}

type message struct {
	Role    string `json:"role"`
	Content any    `json:"content"` // a text, or parts
}

type part struct {
	Type  string    `json:"type"`
	Text  string    `json:"text,omitempty"`
	Image *imageURL `json:"image_url,omitempty"`
	File  *fileData `json:"file,omitempty"`
}

type imageURL struct {
	URL string `json:"url"`
}

type fileData struct {
	Name string `json:"filename"`
	Data string `json:"file_data"`
}

type tool struct {
	Type     string      `json:"type"`
	Function prompt.Tool `json:"function"`
}

type format struct {
	Type   string        `json:"type"`
	Schema prompt.Schema `json:"json_schema"`
}

type options struct {
	Usage bool `json:"include_usage"`
}

// body is the request of one column.
func (q *Question) body(c *asked) ([]byte, error) {
	out := question{Model: c.model, MaxTokens: c.most, Temperature: c.temperature, TopP: q.settings.TopP, Stop: q.settings.Stop, Effort: q.settings.Effort, Stream: true, Options: options{true}}
	last := -1
	for i, m := range q.messages {
		out.Messages = append(out.Messages, message{m.Role, m.Text})
		if m.Role == "user" {
			last = i
		}
	}
	if len(q.files) > 0 && last >= 0 {
		out.Messages[last].Content = parts(q.messages[last].Text, q.files)
	}
	for _, t := range q.tools {
		out.Tools = append(out.Tools, tool{"function", t})
	}
	if q.schema != nil {
		named := *q.schema
		named.Name = cmp.Or(named.Name, "answer")
		out.Format = &format{"json_schema", named}
	}
	return json.Marshal(out)
}

func parts(text string, files []File) []part {
	out := []part{{Type: "text", Text: text}}
	for _, f := range files {
		kind := http.DetectContentType(f.Data)
		url := "data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(f.Data)
		if kind == pdf {
			out = append(out, part{Type: "file", File: &fileData{f.Name, url}})
		} else {
			out = append(out, part{Type: "image_url", Image: &imageURL{url}})
		}
	}
	return out
}

package transcript

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// Text is what a request and its answer say. Its JSON form is what is sealed.
type Text struct {
	Messages []Message `json:"messages,omitempty"`
	Answer   string    `json:"answer,omitempty"`
	// Body says that the request is no conversation: its one message is the body as JSON.
	Body bool `json:"body,omitempty"`
	// AskedCut and AnswerCut say that more was said than is kept, Broken that the answer did not come to its end.
	AskedCut  bool `json:"asked_cut,omitempty"`
	AnswerCut bool `json:"answer_cut,omitempty"`
	Broken    bool `json:"broken,omitempty"`
	// Masked says that placeholders stand for what a data rule found.
	Masked bool `json:"masked,omitempty"`
	// Media says that pictures, sound or files were there, of which only kind and size are kept.
	Media bool `json:"media,omitempty"`
}

// Message is one turn of a conversation.
type Message struct {
	Role string `json:"role"` // system, user, assistant; "request" for a body
	Text string `json:"text"`
}

// room writes text up to a size.
type room struct {
	left int
	over bool
}

func (r *room) take(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) > r.left {
		s, r.over = strings.ToValidUTF8(s[:r.left], ""), true
	}
	r.left -= len(s)
	return s
}

// ask reads what a request says into t.
func (t *Text) ask(c *llm.Call) {
	r := room{left: MostText}
	if c.Operation == llm.Chat {
		if talk, err := c.Conversation(); err == nil {
			t.conversation(talk, &r)
			t.AskedCut = r.over
			return
		}
	}
	t.Body = true
	t.Messages = []Message{{"request", r.take(t.document(c.Body))}}
	t.AskedCut = r.over
}

func (t *Text) conversation(talk *llm.Conversation, r *room) {
	add := func(role string, parts []llm.Part) {
		if r.over || len(parts) == 0 {
			return
		}
		t.Messages = append(t.Messages, Message{role, r.take(strings.Join(t.parts(parts), "\n"))})
	}
	add("system", talk.System)
	for _, turn := range talk.Turns {
		add([...]string{llm.User: "user", llm.Assistant: "assistant", llm.System: "system"}[turn.Role], turn.Parts)
	}
}

func (t *Text) parts(all []llm.Part) (out []string) {
	for i := range all {
		p := &all[i]
		switch p.Kind {
		case llm.Thinking: // left out, as in answers: clients send it back with every turn
		case llm.Text, llm.Refusal:
			if p.Text != "" {
				out = append(out, p.Text)
			}
		case llm.ToolCall:
			out = append(out, "[calls "+p.Name+"] "+string(p.Data))
		case llm.ToolResult:
			said := p.Text
			if len(p.Parts) > 0 {
				said = strings.Join(t.parts(p.Parts), "\n")
			}
			out = append(out, "[result] "+said)
		case llm.Image, llm.Audio, llm.Document:
			out = append(out, t.medium(p.Media))
		default:
			out = append(out, "[a part that only its provider reads]")
		}
	}
	return out
}

// medium is the mark that stands for a picture, a sound or a file.
func (t *Text) medium(m *llm.Media) string {
	t.Media = true
	switch {
	case m == nil:
		return "[file]"
	case m.Text != "":
		return m.Text
	case m.Base64 != "":
		return mark(m.Type, int64(len(m.Base64))*3/4)
	case m.URL != "":
		return "[" + kind(m.Type) + " at an address]"
	}
	return "[" + kind(m.Type) + " kept by the provider]"
}

func kind(media string) string {
	if media == "" {
		return "file"
	}
	return media
}

func mark(media string, size int64) string {
	if size < 1<<10 {
		return fmt.Sprintf("[%s, %d bytes]", kind(media), size)
	}
	return fmt.Sprintf("[%s, %d KiB]", kind(media), size>>10)
}

// inline is bytes inside JSON: base64 of more than any name or hash has, with or without the head of a data URL.
var inline = regexp.MustCompile(`"(?:data:([\w.+-]+/[\w.+-]+)[^",]*,)?([A-Za-z0-9+/_-]{512,}={0,2})"`)

// document is a body with marks in the place of media; what is no JSON is one medium itself.
func (t *Text) document(body []byte) string {
	if len(body) == 0 {
		return ""
	}
	if !json.Valid(body) {
		t.Media = true
		return mark("no JSON", int64(len(body)))
	}
	return inline.ReplaceAllStringFunc(string(body), func(found string) string {
		m := inline.FindStringSubmatch(found)
		t.Media = true
		return `"` + mark(m[1], int64(len(m[2]))*3/4) + `"`
	})
}

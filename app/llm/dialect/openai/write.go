package openai

import (
	"encoding/json"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// writer writes an answer that comes from a provider of another dialect, as chunks or as one completion.
type writer struct {
	call   *llm.Call
	id     string
	model  string
	usage  *llm.Usage
	thinks map[int]*thinking
	made   []*made         // per choice, for a document
	custom map[string]bool // tools that take a text
	frees  []*freeCall
	legacy bool // the client offers functions in the old form
	// head and tail are what stands around the text in chunks of the first choice.
	head, tail []byte
}

// thinking is what a choice has thought since the last signature.
type thinking struct {
	text  strings.Builder
	count int
}

// Writer implements llm.Dialect.
func (Dialect) Writer(call *llm.Call) llm.Writer {
	return &writer{call: call, thinks: map[int]*thinking{}, custom: customTools(call.Body), legacy: isLegacy(call.Body)}
}

// chunkOut is a chunk that we write ourselves.
type chunkOut struct {
	ID      string          `json:"id"`
	Object  string          `json:"object"`
	Created int64           `json:"created"`
	Model   string          `json:"model"`
	Choices []choiceOut     `json:"choices"`
	Usage   json.RawMessage `json:"usage,omitempty"`
}

type choiceOut struct {
	Index    int             `json:"index"`
	Delta    *deltaOut       `json:"delta,omitempty"`
	Message  *deltaOut       `json:"message,omitempty"`
	Logprobs json.RawMessage `json:"logprobs"`
	Finish   *string         `json:"finish_reason"`
}

// deltaOut is a message, or what a chunk adds to it.
type deltaOut struct {
	Role      string          `json:"role,omitempty"`
	Content   json.RawMessage `json:"content,omitempty"`
	Thinking  string          `json:"reasoning_content,omitempty"`
	Thoughts  []thought       `json:"reasoning_details,omitempty"`
	ToolCalls []madeCall      `json:"tool_calls,omitempty"`
	Function  *called         `json:"function_call,omitempty"`
	Refusal   json.RawMessage `json:"refusal,omitempty"`
	Images    []shownImage    `json:"images,omitempty"` // OpenRouter's; OpenAI has none
}

// shownImage is a picture in an answer, as OpenRouter and its clients have it.
type shownImage struct {
	Type string `json:"type"`
	URL  struct {
		URL string `json:"url"`
	} `json:"image_url"`
}

func newImage(m *llm.Media) (i shownImage) {
	i.Type, i.URL.URL = "image_url", m.DataURL()
	return i
}

// ShowsMedia implements llm.Shower.
func (*writer) ShowsMedia() {}

var null = json.RawMessage("null")

// Write implements llm.Writer.
func (w *writer) Write(dst []byte, d *llm.Delta) ([]byte, error) {
	switch d.Kind {
	case llm.Begin:
		w.id, w.model = answerID(d.ID), d.Name
		if w.model == "" {
			w.model = w.call.Model
		}
	case llm.Used:
		w.usage = d.Usage
	}
	if !w.call.Stream {
		return w.document(dst, d)
	}
	switch d.Kind {
	case llm.Begin:
		return w.chunk(dst, 0, deltaOut{Role: "assistant", Content: json.RawMessage(`""`), Refusal: null}, nil), nil
	case llm.Finish:
		word := w.finishWord(d.Reason)
		return w.chunk(w.freed(dst, d.Choice), d.Choice, deltaOut{}, &word), nil
	case llm.End:
		return w.end(dst), nil
	}
	if d.Kind == llm.TextDelta && d.Choice == 0 {
		return w.word(dst, d.Text), nil
	}
	if piece, ok := w.piece(d); ok {
		dst = w.chunk(dst, d.Choice, piece, nil)
	}
	return dst, nil
}

// piece is what a delta adds to a message.
func (w *writer) piece(d *llm.Delta) (deltaOut, bool) {
	switch d.Kind {
	case llm.TextDelta:
		return deltaOut{Content: encode(d.Text)}, true
	case llm.RefusalDelta:
		return deltaOut{Refusal: encode(d.Text)}, true
	case llm.ThinkDelta:
		w.thought(d.Choice).text.WriteString(d.Text)
		return deltaOut{Thinking: d.Text}, true
	case llm.OpaqueDelta:
		t := w.thought(d.Choice)
		out := deltaOut{Thoughts: []thought{newThought(t.text.String(), d.Opaque, t.count)}}
		t.count++
		t.text.Reset()
		return out, true
	case llm.MediaDelta:
		return deltaOut{Images: []shownImage{newImage(d.Media)}}, true
	case llm.CallBegin:
		if w.legacy {
			return legacyPiece(d)
		}
		n := d.Call
		if w.custom[d.Name] {
			w.frees = append(w.frees, &freeCall{choice: d.Choice, number: n})
			return deltaOut{ToolCalls: []madeCall{{Index: &n, ID: d.ID, Type: "custom", Custom: &textCall{Name: d.Name}}}}, true
		}
		return deltaOut{ToolCalls: []madeCall{{Index: &n, ID: d.ID, Type: "function", Function: &called{Name: d.Name}, Extra: newExtra(d.Opaque)}}}, true
	case llm.CallDelta:
		if w.legacy {
			return legacyPiece(d)
		}
		if f := w.free(d); f != nil {
			f.text.WriteString(d.Text)
			return deltaOut{}, false
		}
		n := d.Call
		return deltaOut{ToolCalls: []madeCall{{Index: &n, Function: &called{Arguments: d.Text}}}}, true
	}
	return deltaOut{}, false
}

func (w *writer) thought(choice int) *thinking {
	t := w.thinks[choice]
	if t == nil {
		t = &thinking{}
		w.thinks[choice] = t
	}
	return t
}

func (w *writer) chunk(dst []byte, choice int, piece deltaOut, finish *string) []byte {
	c := chunkOut{ID: w.id, Object: "chat.completion.chunk", Created: w.call.At, Model: w.model,
		Choices: []choiceOut{{Index: choice, Delta: &piece, Logprobs: null, Finish: finish}}}
	if w.call.WantsUsage {
		c.Usage = null
	}
	return frame(dst, encode(&c))
}

// word writes what an answer mostly is, a chunk of text, without encoding all the rest of it again.
func (w *writer) word(dst []byte, s string) []byte {
	if w.head == nil {
		whole := string(w.chunk(nil, 0, deltaOut{Content: encode("")}, nil))
		at := strings.Index(whole, `"content":""`) + len(`"content":`)
		w.head, w.tail = []byte(whole[:at]), []byte(whole[at+len(`""`):])
	}
	return append(llm.AppendQuoted(append(dst, w.head...), s), w.tail...)
}

func frame(dst, payload []byte) []byte {
	dst = append(dst, "data: "...)
	dst = append(dst, payload...)
	return append(dst, "\n\n"...)
}

// end sends the usage, if asked for, and the end mark.
func (w *writer) end(dst []byte) []byte {
	if w.call.WantsUsage && w.usage != nil {
		c := chunkOut{ID: w.id, Object: "chat.completion.chunk", Created: w.call.At, Model: w.model, Choices: []choiceOut{}, Usage: usageJSON(w.usage)}
		dst = frame(dst, encode(&c))
	}
	return append(dst, "data: [DONE]\n\n"...)
}

func answerID(id string) string {
	if strings.HasPrefix(id, "chatcmpl-") {
		return id
	}
	return "chatcmpl-" + id
}

func (w *writer) finishWord(r llm.Reason) string {
	switch r {
	case llm.Length, llm.Overflow:
		return "length"
	case llm.Calls:
		if w.legacy {
			return "function_call"
		}
		return "tool_calls"
	case llm.Filtered:
		return "content_filter"
	}
	return "stop"
}

package openai

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
	"github.com/bodhi-gateway/bodhi/app/llm/sse"
)

// reader reads chat completions, whole and in chunks, into deltas.
type reader struct {
	names llm.Names
	begun bool
	ends  map[int]bool // choices that have ended
	calls map[int]int  // tool calls begun, by choice
	open  map[[2]int]*begunCall
	texts []*begunCall // calls of custom tools that go on
}

// begunCall is the latest call at an index of a choice.
type begunCall struct {
	number int
	id     string
	args   []byte
	choice int
}

// Reader implements llm.Wire.
func (Wire) Reader(_ *llm.Call, c *llm.Conversation) llm.Reader {
	return &reader{names: toolNames(c), ends: map[int]bool{}, calls: map[int]int{}, open: map[[2]int]*begunCall{}}
}

// answer is a completion or a chunk of one.
type answer struct {
	ID      string `json:"id"`
	Model   string `json:"model"`
	Choices []struct {
		Index   int     `json:"index"`
		Delta   *spoken `json:"delta"`
		Message *spoken `json:"message"`
		Finish  string  `json:"finish_reason"`
	} `json:"choices"`
}

// spoken is a message, or what a chunk adds to it.
type spoken struct {
	Content      json.RawMessage `json:"content"`
	Refusal      string          `json:"refusal"`
	Thinking     string          `json:"reasoning_content"`
	Reasoning    json.RawMessage `json:"reasoning"`
	Details      json.RawMessage `json:"reasoning_details"`
	ToolCalls    []madeCall      `json:"tool_calls"`
	FunctionCall *called         `json:"function_call"`
	Images       []shownImage    `json:"images"`
}

// Read implements llm.Reader.
func (r *reader) Read(dst []llm.Delta, e llm.Event) ([]llm.Delta, error) {
	payload := e.Raw
	whole := len(payload) > 0 && payload[0] == '{'
	if !whole {
		payload = sse.Data(e.Raw)
	}
	if text, ok := onlyText(payload); ok && r.begun && e.Usage == nil && e.Kind == llm.Data {
		return append(dst, llm.Delta{Kind: llm.TextDelta, Text: text}), nil
	}
	if len(payload) > 0 && payload[0] == '{' {
		var a answer
		if err := json.Unmarshal(payload, &a); err != nil {
			return dst, fmt.Errorf("openai: read an answer: %w", err)
		}
		for i := range a.Choices {
			if n := a.Choices[i].Index; n < 0 || n >= dialect.MaxChoices {
				return dst, errShape
			}
		}
		dst = r.answer(dst, &a)
	} else if len(payload) == 0 { // a comment
		dst = append(dst, llm.Delta{Kind: llm.Alive})
	}
	if e.Usage != nil {
		dst = append(dst, llm.Delta{Kind: llm.Used, Usage: e.Usage})
	}
	if e.Kind == llm.Terminal {
		dst = append(r.ended(dst, every), llm.Delta{Kind: llm.End})
	}
	return dst, nil
}

func (r *reader) answer(dst []llm.Delta, a *answer) []llm.Delta {
	if !r.begun {
		r.begun = true
		dst = append(dst, llm.Delta{Kind: llm.Begin, ID: a.ID, Name: a.Model})
	}
	for i := range a.Choices {
		ch := &a.Choices[i]
		said := ch.Delta
		if said == nil {
			said = ch.Message
		}
		if said != nil {
			dst = r.spoken(dst, ch.Index, said, ch.Delta == nil)
		}
		if ch.Finish != "" && !r.ends[ch.Index] {
			r.ends[ch.Index] = true
			dst = append(r.ended(dst, ch.Index), llm.Delta{Kind: llm.Finish, Choice: ch.Index, Reason: r.reason(ch.Index, ch.Finish)})
		}
	}
	return dst
}

// reason reads finish_reason. Some servers say "stop" after a tool call.
func (r *reader) reason(choice int, word string) llm.Reason {
	switch word {
	case "length", "max_tokens":
		return llm.Length
	case "tool_calls", "function_call":
		return llm.Calls
	case "content_filter":
		return llm.Filtered
	}
	if r.calls[choice] > 0 {
		return llm.Calls
	}
	return llm.Stopped
}

func (r *reader) spoken(dst []llm.Delta, choice int, s *spoken, whole bool) []llm.Delta {
	add := func(k llm.DeltaKind, text string) {
		if text != "" {
			dst = append(dst, llm.Delta{Kind: k, Choice: choice, Text: text})
		}
	}
	if add(llm.ThinkDelta, s.Thinking); s.Thinking == "" {
		add(llm.ThinkDelta, word(s.Reasoning))
	}
	for _, o := range states(s.Details) {
		dst = append(dst, llm.Delta{Kind: llm.OpaqueDelta, Choice: choice, Opaque: o})
	}
	thinking, text := texted(s.Content)
	add(llm.ThinkDelta, thinking)
	add(llm.TextDelta, text)
	add(llm.RefusalDelta, s.Refusal)
	for i := range s.Images {
		if m := llm.MediaFromURL(s.Images[i].URL.URL); m.Base64 != "" {
			dst = append(dst, llm.Delta{Kind: llm.MediaDelta, Choice: choice, Media: m})
		} else {
			add(llm.TextDelta, m.URL)
		}
	}
	for i := range s.ToolCalls {
		t := &s.ToolCalls[i]
		n := i
		if t.Index != nil && !whole {
			n = *t.Index
		}
		dst = r.call(dst, choice, n, t)
	}
	if s.FunctionCall != nil {
		dst = r.call(dst, choice, 0, &madeCall{Function: s.FunctionCall})
	}
	return dst
}

// call reads a tool call or a piece of one. What has a name begins a call, unless that call has begun: some servers
// repeat it in every chunk.
func (r *reader) call(dst []llm.Delta, choice, n int, t *madeCall) []llm.Delta {
	id, f := t.ID, t.Function
	if t.Custom != nil && n >= 0 {
		return r.text(dst, choice, n, t)
	}
	if f == nil || n < 0 {
		return dst
	}
	at := [2]int{choice, n}
	k := r.open[at]
	if k == nil && (f.Name != "" || id != "") || k != nil && k.followed(id, f) {
		k = &begunCall{number: r.calls[choice], id: id}
		r.open[at] = k
		r.calls[choice]++
		if id == "" {
			id = fmt.Sprintf("call_%d_%d", choice, k.number)
		}
		dst = append(dst, llm.Delta{Kind: llm.CallBegin, Choice: choice, Call: k.number, ID: id, Name: r.names.Back(f.Name), Opaque: t.Extra.opaque()})
	}
	if k != nil {
		n, k.args = k.number, append(k.args, f.Arguments...)
	}
	if f.Arguments != "" {
		dst = append(dst, llm.Delta{Kind: llm.CallDelta, Choice: choice, Call: n, Text: f.Arguments})
	}
	return dst
}

// followed reports whether another call begins at the same index. Servers that send each call whole, Google's and Ollama's among
// them, number all of them 0 or not at all; so a name behind whole arguments is the next one's, unless its id says that it is not.
func (k *begunCall) followed(id string, f *called) bool {
	if f.Name == "" || id == k.id && (id != "" || f.Arguments == "") {
		return false
	}
	args := bytes.TrimSpace(k.args)
	return bytes.HasSuffix(args, []byte("}")) && json.Valid(args)
}

// textPart is a part of a content, as some servers have them. Mistral's thinking is one, whose text is in parts again.
type textPart struct {
	Type, Text string
	Thinking   json.RawMessage
}

// texted is a content's thinking and its text: a string, or parts.
func texted(r json.RawMessage) (thinking, text string) {
	text, parts := parted(r)
	for i := range parts {
		switch p := &parts[i]; p.Type {
		case "text":
			text += p.Text
		case "thinking":
			t, inner := parted(p.Thinking)
			for j := range inner {
				if inner[j].Type == "text" {
					t += inner[j].Text
				}
			}
			thinking += t
		}
	}
	return thinking, text
}

func parted(r json.RawMessage) (text string, parts []textPart) {
	if len(r) == 0 || json.Unmarshal(r, &text) == nil || json.Unmarshal(r, &parts) != nil {
		return text, nil
	}
	return "", parts
}

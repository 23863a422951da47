package gemini

import (
	"encoding/json"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
)

// writer writes an answer that comes from a provider of another dialect, in chunks or as one answer.
type writer struct {
	call    *llm.Call
	native  *native
	id      string
	model   string
	usage   *llm.Usage
	choices []*choice
}

// choice is one candidate under way.
type choice struct {
	thinking strings.Builder // since the last signature
	open     []*pending      // calls whose arguments are still coming: this dialect has them whole
	parts    []shownPart     // of a document
	finish   string
}

type pending struct {
	number int
	part   shownPart
	args   strings.Builder
}

// shownPart is a part that we write ourselves, in an answer or in a request.
type shownPart struct {
	Text      *string    `json:"text,omitempty"`
	Thought   bool       `json:"thought,omitempty"`
	Inline    *inline    `json:"inlineData,omitempty"`
	File      *file      `json:"fileData,omitempty"`
	Call      *called    `json:"functionCall,omitempty"`
	Response  *responded `json:"functionResponse,omitempty"`
	Signature string     `json:"thoughtSignature,omitempty"`
}

type inline struct {
	Type string `json:"mimeType"`
	Data string `json:"data"`
}

type file struct {
	Type string `json:"mimeType,omitempty"`
	URI  string `json:"fileUri"`
}

type responded struct {
	ID       string          `json:"id,omitempty"`
	Name     string          `json:"name"`
	Response json.RawMessage `json:"response"`
	Parts    []shownPart     `json:"parts,omitempty"`
}

type answered struct {
	Candidates []shownCandidate `json:"candidates,omitempty"`
	Usage      *usage           `json:"usageMetadata,omitempty"`
	Model      string           `json:"modelVersion"`
	ID         string           `json:"responseId"`
}

type shownCandidate struct {
	Content shownContent `json:"content"`
	Finish  string       `json:"finishReason,omitempty"`
	Index   int          `json:"index"`
}

type shownContent struct {
	Parts []shownPart `json:"parts"`
	Role  string      `json:"role,omitempty"`
}

// Writer implements llm.Dialect.
func (Dialect) Writer(call *llm.Call) llm.Writer {
	return &writer{call: call, native: nativeOf(call)}
}

func textPart(s string) shownPart { return shownPart{Text: &s} }

// Write implements llm.Writer.
func (w *writer) Write(dst []byte, d *llm.Delta) ([]byte, error) {
	for len(w.choices) <= d.Choice {
		w.choices = append(w.choices, &choice{finish: "STOP"})
	}
	c := w.choices[d.Choice]
	switch d.Kind {
	case llm.Begin:
		if w.id, w.model = d.ID, d.Name; w.model == "" {
			w.model = w.call.Model
		}
	case llm.TextDelta, llm.RefusalDelta:
		return w.say(dst, d.Choice, textPart(d.Text)), nil
	case llm.MediaDelta:
		return w.say(dst, d.Choice, inlinePart(d.Media)), nil
	case llm.ThinkDelta:
		c.thinking.WriteString(d.Text)
		if w.native.thoughts {
			p := textPart(d.Text)
			p.Thought = true
			return w.say(dst, d.Choice, p), nil
		}
	case llm.OpaqueDelta:
		p := textPart("")
		p.Thought = true
		p.Signature = seal(d.Opaque, c.thinking.String())
		c.thinking.Reset()
		return w.say(dst, d.Choice, p), nil
	case llm.CallBegin:
		p := &pending{number: d.Call, part: shownPart{Call: &called{ID: d.ID, Name: d.Name}}}
		if d.Opaque != nil {
			p.part.Signature = seal(d.Opaque, "")
		}
		c.open = append(c.open, p)
	case llm.CallDelta:
		for _, p := range c.open {
			if p.number == d.Call {
				p.args.WriteString(d.Text)
			}
		}
	case llm.Finish:
		c.finish = finishWord(d.Reason)
		return w.say(dst, d.Choice, c.made()...), nil
	case llm.Used:
		w.usage = d.Usage
	case llm.End:
		return w.end(dst), nil
	}
	return dst, nil
}

// ShowsMedia implements llm.Shower.
func (*writer) ShowsMedia() {}

// made are the calls that are whole by now.
func (c *choice) made() (parts []shownPart) {
	for _, p := range c.open {
		p.part.Call.Args = asObject(p.args.String())
		parts = append(parts, p.part)
	}
	c.open = nil
	return parts
}

// say adds parts to a candidate: to the stream at once, or to the document.
func (w *writer) say(dst []byte, index int, parts ...shownPart) []byte {
	if len(parts) == 0 {
		return dst
	}
	if w.call.Stream {
		return w.native.frame(dst, dialect.Encode(w.answer(shownCandidate{Content: shownContent{parts, "model"}, Index: index})))
	}
	c := w.choices[index]
	for _, p := range parts {
		n := len(c.parts)
		if n > 0 && p.Text != nil && p.Signature == "" && c.parts[n-1].Text != nil && c.parts[n-1].Signature == "" && c.parts[n-1].Thought == p.Thought {
			both := *c.parts[n-1].Text + *p.Text
			c.parts[n-1].Text = &both
			continue
		}
		c.parts = append(c.parts, p)
	}
	return dst
}

func (w *writer) answer(list ...shownCandidate) *answered {
	return &answered{Candidates: list, Model: w.model, ID: w.id}
}

// end writes the reasons and the usage, or all of the document.
func (w *writer) end(dst []byte) []byte {
	a := w.answer()
	for i, c := range w.choices {
		list := append(c.parts, c.made()...)
		if len(list) == 0 {
			list = []shownPart{textPart("")}
		}
		a.Candidates = append(a.Candidates, shownCandidate{shownContent{list, "model"}, c.finish, i})
	}
	if w.usage != nil {
		a.Usage = usageOf(w.usage)
	}
	if !w.call.Stream {
		return append(dst, dialect.Encode(a)...)
	}
	return w.native.close(w.native.frame(dst, dialect.Encode(a)))
}

// usage is Google's way to count: thoughts stand beside candidates.
type usage struct {
	Prompt     int64 `json:"promptTokenCount"`
	Cached     int64 `json:"cachedContentTokenCount,omitempty"`
	Candidates int64 `json:"candidatesTokenCount"`
	Thoughts   int64 `json:"thoughtsTokenCount,omitempty"`
	Total      int64 `json:"totalTokenCount"`
}

func usageOf(u *llm.Usage) *usage {
	return &usage{u.Input, u.CacheRead, u.Output - u.Reasoning, u.Reasoning, u.Input + u.Output}
}

// finishWord is Google's word: a turn that calls tools ends with STOP.
func finishWord(r llm.Reason) string {
	switch r {
	case llm.Length, llm.Overflow:
		return "MAX_TOKENS"
	case llm.Filtered:
		return "SAFETY"
	}
	return "STOP"
}

// asObject is a call's arguments, which must be an object here.
func asObject(args string) json.RawMessage {
	t := strings.TrimSpace(args)
	switch {
	case t == "":
		return json.RawMessage("{}")
	case t[0] == '{' && json.Valid([]byte(t)):
		return json.RawMessage(t)
	}
	return dialect.Encode(map[string]string{"arguments": args})
}

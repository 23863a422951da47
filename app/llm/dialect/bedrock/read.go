package bedrock

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// reader reads answers of Converse, whole and in frames, into deltas.
type reader struct {
	names     llm.Names
	id        string
	answers   bool // the schema of the answer went as a tool, whose arguments are the text
	calls     int
	begun     bool
	kind      kind
	signature strings.Builder
	args      bool // the open call has had a piece of its arguments
	real      bool // a tool of the client's was called
}

// kind is what the open block is.
type kind uint8

const (
	nothing kind = iota
	text
	thought
	use
	answering // a call of answerTool
)

// Reader implements llm.Wire. Bedrock's answers have no id, so they get one of the question's.
func (Wire) Reader(call *llm.Call, c *llm.Conversation) llm.Reader {
	sum := sha256.Sum256(strconv.AppendInt(append([]byte{}, call.Body...), call.At, 10))
	return &reader{names: toolNames(c), id: "bedrock-" + hex.EncodeToString(sum[:12]), answers: c.Format.Kind == llm.FormatSchema}
}

// heard is an event's payload, or a whole answer.
type heard struct {
	Output *struct {
		Message struct {
			Content []block `json:"content"`
		} `json:"message"`
	} `json:"output"`
	StopReason string `json:"stopReason"`
	Start      struct {
		Use *toolUse `json:"toolUse"`
	} `json:"start"`
	Delta struct {
		Text *string `json:"text"`
		Use  *struct {
			Input string `json:"input"`
		} `json:"toolUse"`
		Reasoning *struct {
			Text      string `json:"text"`
			Signature string `json:"signature"`
			Redacted  string `json:"redactedContent"`
		} `json:"reasoningContent"`
	} `json:"delta"`
}

// Read implements llm.Reader.
func (r *reader) Read(dst []llm.Delta, e llm.Event) ([]llm.Delta, error) {
	if len(e.Raw) == 0 { // an end without usage
		return append(dst, llm.Delta{Kind: llm.End}), nil
	}
	if e.Raw[0] == '{' || e.Raw[0] == ' ' || e.Raw[0] == '\n' {
		var h heard
		if err := json.Unmarshal(e.Raw, &h); err != nil || h.Output == nil {
			return dst, fmt.Errorf("%w: %v", errShape, err)
		}
		return r.whole(dst, &h, e.Usage), nil
	}
	f, err := parseFrame(e.Raw)
	if err != nil {
		return dst, err
	}
	var h heard
	if err := json.Unmarshal(f.Payload, &h); err != nil {
		return dst, fmt.Errorf("bedrock: read an event: %w", err)
	}
	switch f.Type {
	case "messageStart":
		dst = r.begin(dst)
	case "contentBlockStart":
		if h.Start.Use != nil {
			dst = r.call(r.begin(dst), h.Start.Use)
		}
	case "contentBlockDelta":
		dst = r.delta(r.begin(dst), &h)
	case "contentBlockStop":
		dst = r.close(dst)
	case "messageStop":
		dst = append(dst, r.finish(h.StopReason))
	case "metadata":
		if e.Usage != nil {
			dst = append(dst, llm.Delta{Kind: llm.Used, Usage: e.Usage})
		}
		dst = append(dst, llm.Delta{Kind: llm.End})
	}
	return dst, nil
}

func (r *reader) begin(dst []llm.Delta) []llm.Delta {
	if r.begun {
		return dst
	}
	r.begun = true
	return append(dst, llm.Delta{Kind: llm.Begin, ID: r.id})
}

func (r *reader) call(dst []llm.Delta, u *toolUse) []llm.Delta {
	if r.args = false; r.answers && u.Name == answerTool {
		r.kind = answering
		return dst
	}
	r.kind, r.real = use, true
	r.calls++
	return append(dst, llm.Delta{Kind: llm.CallBegin, Call: r.calls - 1, ID: u.ID, Name: r.names.Back(u.Name)})
}

func (r *reader) delta(dst []llm.Delta, h *heard) []llm.Delta {
	switch d := &h.Delta; {
	case d.Use != nil && d.Use.Input != "" && r.kind == answering:
		return append(dst, llm.Delta{Kind: llm.TextDelta, Text: d.Use.Input})
	case d.Use != nil && d.Use.Input != "" && r.kind == use:
		r.args = true
		return append(dst, llm.Delta{Kind: llm.CallDelta, Call: r.calls - 1, Text: d.Use.Input})
	case d.Reasoning != nil:
		r.kind = thought
		r.signature.WriteString(d.Reasoning.Signature)
		if d.Reasoning.Redacted != "" {
			dst = append(dst, llm.Delta{Kind: llm.OpaqueDelta, Opaque: unsealBytes(d.Reasoning.Redacted)})
		}
		if d.Reasoning.Text != "" {
			dst = append(dst, llm.Delta{Kind: llm.ThinkDelta, Text: d.Reasoning.Text})
		}
	case d.Text != nil:
		r.kind = text
		if *d.Text != "" {
			dst = append(dst, llm.Delta{Kind: llm.TextDelta, Text: *d.Text})
		}
	}
	return dst
}

// close ends a block: a signature is only whole now, and a call without arguments has an empty object.
func (r *reader) close(dst []llm.Delta) []llm.Delta {
	switch {
	case r.kind == thought && r.signature.Len() > 0:
		dst = append(dst, llm.Delta{Kind: llm.OpaqueDelta, Opaque: unseal(r.signature.String())})
		r.signature.Reset()
	case r.kind == use && !r.args:
		dst = append(dst, llm.Delta{Kind: llm.CallDelta, Call: r.calls - 1, Text: "{}"})
	}
	r.kind = nothing
	return dst
}

func (r *reader) whole(dst []llm.Delta, h *heard, u *llm.Usage) []llm.Delta {
	dst = r.begin(dst)
	for _, b := range h.Output.Message.Content {
		switch {
		case b.Text != nil:
			dst = append(dst, llm.Delta{Kind: llm.TextDelta, Text: *b.Text})
		case b.Reasoning != nil && b.Reasoning.Text != nil:
			dst = append(dst, llm.Delta{Kind: llm.ThinkDelta, Text: b.Reasoning.Text.Text})
			if s := b.Reasoning.Text.Signature; s != "" {
				dst = append(dst, llm.Delta{Kind: llm.OpaqueDelta, Opaque: unseal(s)})
			}
		case b.Reasoning != nil:
			dst = append(dst, llm.Delta{Kind: llm.OpaqueDelta, Opaque: unsealBytes(b.Reasoning.Redacted)})
		case b.Use != nil:
			dst = r.call(dst, b.Use)
			in := strings.TrimSpace(string(b.Use.Input))
			switch {
			case r.kind == answering:
				dst = append(dst, llm.Delta{Kind: llm.TextDelta, Text: in})
			case in != "" && in != "null":
				r.args = true
				dst = append(dst, llm.Delta{Kind: llm.CallDelta, Call: r.calls - 1, Text: in})
			}
			dst = r.close(dst)
		}
	}
	dst = append(dst, r.finish(h.StopReason))
	if u != nil {
		dst = append(dst, llm.Delta{Kind: llm.Used, Usage: u})
	}
	return append(dst, llm.Delta{Kind: llm.End})
}

func (r *reader) finish(word string) llm.Delta {
	d := llm.Delta{Kind: llm.Finish}
	for reason, w := range reasons {
		if w == word {
			d.Reason = llm.Reason(reason)
		}
	}
	switch {
	case word == "guardrail_intervened":
		d.Reason = llm.Filtered
	case d.Reason == llm.Calls && !r.real: // only the answer's own tool was called
		d.Reason = llm.Stopped
	}
	return d
}

// reasons are the stop reasons by llm.Reason. Converse has none for a tool loop that was cut.
var reasons = [...]string{llm.Stopped: "end_turn", llm.StopSequence: "stop_sequence", llm.Length: "max_tokens", llm.Calls: "tool_use",
	llm.Filtered: "content_filtered", llm.Paused: "", llm.Overflow: "model_context_window_exceeded"}

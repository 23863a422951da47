package responses

import (
	"encoding/json"
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
	"github.com/bodhi-gateway/bodhi/app/llm/sse"
)

// reader reads responses, whole and in events, into deltas.
type reader struct {
	names llm.Names
	calls map[int]*calledItem // by the item's place in the output
	begun bool
}

// calledItem is a call that has begun, and whether a piece of its arguments came.
type calledItem struct {
	number int
	args   bool
}

// Reader implements llm.Wire.
func (Wire) Reader(_ *llm.Call, c *llm.Conversation) llm.Reader {
	return &reader{names: openai.ToolNames(c), calls: map[int]*calledItem{}}
}

// heard is an event.
type heard struct {
	Type     string        `json:"type"`
	Index    int           `json:"output_index"`
	Summary  int           `json:"summary_index"`
	Delta    string        `json:"delta"`
	Item     *heardItem    `json:"item"`
	Response *heardOutcome `json:"response"`
}

// heardOutcome is a response.
type heardOutcome struct {
	Object     string      `json:"object"`
	ID         string      `json:"id"`
	Model      string      `json:"model"`
	Status     string      `json:"status"`
	Incomplete *reason     `json:"incomplete_details"`
	Output     []heardItem `json:"output"`
}

type heardItem struct {
	Type      string    `json:"type"`
	CallID    string    `json:"call_id"`
	Name      string    `json:"name"`
	Space     loose     `json:"namespace"`
	Arguments loose     `json:"arguments"`
	Input     loose     `json:"input"`
	Encrypted string    `json:"encrypted_content"`
	Summary   []textual `json:"summary"`
	Content   []struct {
		Type    string `json:"type"`
		Text    string `json:"text"`
		Refusal string `json:"refusal"`
	} `json:"content"`
}

// Read implements llm.Reader.
func (r *reader) Read(dst []llm.Delta, e llm.Event) ([]llm.Delta, error) {
	payload := e.Raw
	whole := len(payload) > 0 && payload[0] == '{'
	if !whole {
		payload = sse.Data(e.Raw)
	}
	if len(payload) == 0 {
		if len(e.Raw) > 0 { // a comment
			dst = append(dst, llm.Delta{Kind: llm.Alive})
		}
		return dst, nil
	}
	var h heard
	if whole {
		h.Response = &heardOutcome{}
		if err := json.Unmarshal(payload, h.Response); err != nil {
			return dst, fmt.Errorf("responses: read an answer: %w", err)
		}
		dst = r.begin(dst, h.Response)
		for i := range h.Response.Output {
			dst = r.item(dst, i, &h.Response.Output[i])
		}
	} else {
		if err := json.Unmarshal(payload, &h); err != nil {
			return dst, fmt.Errorf("responses: read an event: %w", err)
		}
		dst = r.event(dst, &h)
	}
	if e.Usage != nil {
		dst = append(dst, llm.Delta{Kind: llm.Used, Usage: e.Usage})
	}
	if e.Kind == llm.Terminal && h.Response != nil {
		dst = append(r.begin(dst, h.Response), llm.Delta{Kind: llm.Finish, Reason: r.reason(h.Response)}, llm.Delta{Kind: llm.End})
	}
	return dst, nil
}

func (r *reader) begin(dst []llm.Delta, a *heardOutcome) []llm.Delta {
	if r.begun {
		return dst
	}
	r.begun = true
	return append(dst, llm.Delta{Kind: llm.Begin, ID: a.ID, Name: a.Model})
}

func (r *reader) event(dst []llm.Delta, h *heard) []llm.Delta {
	switch h.Type {
	case "response.created":
		if h.Response != nil {
			dst = r.begin(dst, h.Response)
		}
	case "response.output_item.added":
		if h.Item != nil && h.Item.calls() {
			dst = r.call(dst, h.Index, h.Item)
		}
	case "response.output_text.delta":
		dst = append(dst, llm.Delta{Kind: llm.TextDelta, Text: h.Delta})
	case "response.refusal.delta":
		dst = append(dst, llm.Delta{Kind: llm.RefusalDelta, Text: h.Delta})
	case "response.reasoning_summary_part.added":
		if h.Summary > 0 {
			dst = append(dst, llm.Delta{Kind: llm.ThinkDelta, Text: "\n\n"})
		}
	case "response.reasoning_summary_text.delta", "response.reasoning_text.delta":
		dst = append(dst, llm.Delta{Kind: llm.ThinkDelta, Text: h.Delta})
	case "response.function_call_arguments.delta":
		if k := r.calls[h.Index]; k != nil {
			k.args = true
			dst = append(dst, llm.Delta{Kind: llm.CallDelta, Call: k.number, Text: h.Delta})
		}
	case "response.output_item.done":
		if h.Item == nil {
			break
		}
		if k := r.calls[h.Index]; k != nil && !k.args && h.Item.args() != "" { // servers that send arguments in one piece, and texts
			dst = append(dst, llm.Delta{Kind: llm.CallDelta, Call: k.number, Text: h.Item.args()})
		}
		dst = h.Item.opaque(dst)
	}
	return dst
}

// customType is the type of a call of a custom tool. Only an answer that is written anew for a client of this very dialect has some.
const customType = "custom_tool_call"

// calls reports whether an item calls a tool of the client's.
func (it *heardItem) calls() bool { return it.Type == "function_call" || it.Type == customType }

// args are a call's arguments; the text that a custom tool takes stands in an object (openai.Freeform).
func (it *heardItem) args() string {
	if it.Type == customType {
		return openai.Freely(string(it.Input))
	}
	return string(it.Arguments)
}

func (r *reader) call(dst []llm.Delta, place int, it *heardItem) []llm.Delta {
	n := len(r.calls)
	r.calls[place] = &calledItem{number: n}
	return append(dst, llm.Delta{Kind: llm.CallBegin, Call: n, ID: it.CallID, Name: r.names.Back(it.Name), Space: string(it.Space)})
}

// opaque gives the encrypted thinking of an item that is complete.
func (it *heardItem) opaque(dst []llm.Delta) []llm.Delta {
	if it.Type != "reasoning" || it.Encrypted == "" {
		return dst
	}
	return append(dst, llm.Delta{Kind: llm.OpaqueDelta, Opaque: &llm.Opaque{Of: llm.Responses, Data: it.Encrypted}})
}

// item reads an item of a whole response.
func (r *reader) item(dst []llm.Delta, place int, it *heardItem) []llm.Delta {
	add := func(k llm.DeltaKind, text string) {
		if text != "" {
			dst = append(dst, llm.Delta{Kind: k, Text: text})
		}
	}
	switch it.Type {
	case "message":
		for _, p := range it.Content {
			add(llm.TextDelta, p.Text)
			add(llm.RefusalDelta, p.Refusal)
		}
	case "reasoning":
		for i, s := range it.Summary {
			if i > 0 {
				add(llm.ThinkDelta, "\n\n")
			}
			add(llm.ThinkDelta, s.Text)
		}
		dst = it.opaque(dst)
	case "function_call", customType:
		dst = r.call(dst, place, it)
		if args := it.args(); args != "" {
			dst = append(dst, llm.Delta{Kind: llm.CallDelta, Call: r.calls[place].number, Text: args})
		}
	}
	return dst
}

func (r *reader) reason(a *heardOutcome) llm.Reason {
	switch {
	case a.Incomplete != nil && a.Incomplete.Reason == "content_filter":
		return llm.Filtered
	case a.Incomplete != nil || a.Status == "incomplete":
		return llm.Length
	case len(r.calls) > 0:
		return llm.Calls
	}
	return llm.Stopped
}

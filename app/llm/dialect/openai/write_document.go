package openai

import (
	"encoding/json"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// made is one choice of a completion being collected.
type made struct {
	text, refusal, thinking strings.Builder
	thoughts                []thought
	images                  []shownImage
	calls                   []madeCall
	args                    []*strings.Builder
	finish                  string
}

// document collects deltas and gives the completion at the end.
func (w *writer) document(dst []byte, d *llm.Delta) ([]byte, error) {
	for len(w.made) <= d.Choice {
		w.made = append(w.made, &made{finish: "stop"})
	}
	m := w.made[d.Choice]
	switch d.Kind {
	case llm.TextDelta:
		m.text.WriteString(d.Text)
	case llm.RefusalDelta:
		m.refusal.WriteString(d.Text)
	case llm.ThinkDelta, llm.OpaqueDelta:
		piece, _ := w.piece(d)
		m.thinking.WriteString(piece.Thinking)
		m.thoughts = append(m.thoughts, piece.Thoughts...)
	case llm.MediaDelta:
		m.images = append(m.images, newImage(d.Media))
	case llm.CallBegin:
		m.args = append(m.args, &strings.Builder{})
		if w.custom[d.Name] {
			m.calls = append(m.calls, madeCall{ID: d.ID, Type: "custom", Custom: &textCall{Name: d.Name}})
			break
		}
		m.calls = append(m.calls, madeCall{ID: d.ID, Type: "function", Function: &called{Name: d.Name}, Extra: newExtra(d.Opaque)})
	case llm.CallDelta:
		if d.Call < len(m.args) {
			m.args[d.Call].WriteString(d.Text)
		}
	case llm.Finish:
		m.finish = w.finishWord(d.Reason)
	case llm.End:
		return append(dst, w.completion()...), nil
	}
	return dst, nil
}

func (w *writer) completion() []byte {
	c := chunkOut{ID: w.id, Object: "chat.completion", Created: w.call.At, Model: w.model}
	for i, m := range w.made {
		out := deltaOut{Role: "assistant", Content: null, Refusal: null, Thinking: m.thinking.String(), Thoughts: m.thoughts, ToolCalls: m.calls, Images: m.images}
		if m.text.Len() > 0 || len(m.calls) == 0 {
			out.Content = encode(m.text.String())
		}
		if m.refusal.Len() > 0 {
			out.Refusal = encode(m.refusal.String())
		}
		for j := range m.calls {
			if args := m.args[j].String(); m.calls[j].Custom != nil {
				m.calls[j].Custom.Input = Freed(args)
			} else {
				m.calls[j].Function.Arguments = string(arguments(args))
			}
		}
		if w.legacy && len(m.calls) > 0 {
			out.Function, out.ToolCalls = m.calls[0].Function, nil
		}
		c.Choices = append(c.Choices, choiceOut{Index: i, Message: &out, Logprobs: null, Finish: &m.finish})
	}
	if w.usage != nil {
		c.Usage = usageJSON(w.usage)
	}
	return encode(&c)
}

// usageJSON writes usage in OpenAI's words. Cache writes have none; OpenRouter's is read by those who look for it.
func usageJSON(u *llm.Usage) json.RawMessage {
	type prompt struct {
		Cached int64 `json:"cached_tokens"`
		Audio  int64 `json:"audio_tokens"`
		Writes int64 `json:"cache_write_tokens,omitempty"`
	}
	type completion struct {
		Reasoning int64 `json:"reasoning_tokens"`
		Audio     int64 `json:"audio_tokens"`
		Accepted  int64 `json:"accepted_prediction_tokens"`
		Rejected  int64 `json:"rejected_prediction_tokens"`
	}
	return encode(struct {
		Prompt     int64      `json:"prompt_tokens"`
		Completion int64      `json:"completion_tokens"`
		Total      int64      `json:"total_tokens"`
		In         prompt     `json:"prompt_tokens_details"`
		Out        completion `json:"completion_tokens_details"`
	}{u.Input, u.Output, u.Input + u.Output, prompt{u.CacheRead, u.InputAudio, u.CacheWrite5m + u.CacheWrite1h}, completion{Reasoning: u.Reasoning, Audio: u.OutputAudio}})
}

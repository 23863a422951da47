package cache

import (
	"bytes"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// retellable reports whether a family's answers are told as a stream or as a document, whichever is asked for. Of the others each
// form has a key of its own, because how they frame streams is in their URLs.
func retellable(f llm.Family) bool {
	return f == llm.OpenAI || f == llm.Anthropic || f == llm.Responses
}

// whole reports whether deltas hold all of the answer to a call: not the odds of its tokens, nor what the provider's own tools found.
func whole(c *llm.Call) bool {
	return c.Bound.Searches == 0 && !c.Bound.Unpriced && !bytes.Contains(c.Body, []byte("logprobs"))
}

// kindOf is the form of the answer that a call wants: "" is a document.
func kindOf(c *llm.Call) string {
	if !c.Stream {
		return ""
	}
	kind := c.Dialect.StreamType(c)
	if c.WantsUsage {
		kind += "; usage"
	}
	return kind
}

// retold is the answer in the form that a call wants. It is the very bytes where that is how it came.
func (d *Desk) retold(c *llm.Call, a *Answer) (*Answer, error) {
	if a.Type == kindOf(c) {
		return a, nil
	}
	if !retellable(c.Family) || c.Operation != llm.Chat || !whole(c) {
		return nil, errAnswer
	}
	deltas, err := d.deltas(c, a)
	if err != nil {
		return nil, err
	}
	out := &Answer{Family: a.Family, Stream: c.Stream, Type: kindOf(c), Usage: a.Usage, Prompt: a.Prompt}
	w, told := c.Dialect.Writer(c), false
	for i := range deltas {
		x := &deltas[i]
		if x.Kind == llm.CiteDelta { // which is not told again
			return nil, errAnswer
		}
		told = told || x.Kind == llm.Used
		if x.Kind != llm.End {
			if out.Body, err = w.Write(out.Body, x); err != nil {
				return nil, err
			}
			continue
		}
		if !told { // the client of the first answer did not ask for it
			if out.Body, err = w.Write(out.Body, &llm.Delta{Kind: llm.Used, Usage: &a.Usage}); err != nil {
				return nil, err
			}
		}
		if out.End, err = w.Write(nil, x); err != nil {
			return nil, err
		}
	}
	if !c.Stream {
		out.Body, out.End = append(out.Body, out.End...), nil
	}
	return out, nil
}

// deltas reads an answer in its own dialect. An answer that broke off is an error.
func (d *Desk) deltas(c *llm.Call, a *Answer) ([]llm.Delta, error) {
	w := d.wires[a.Family]
	if w == nil {
		return nil, errAnswer
	}
	return llm.Told(w, c, a.Stream, a.Body, a.End)
}

package openai

import (
	"encoding/json"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// Unstreamed gives a transcript that came whole though a stream was asked for as the event that ends one: whisper-1 ignores the wish, as many
// servers of one's own do, and is paid for the work. What else its document tells, such as segments and usage, stays in the event.
func (Wire) Unstreamed(call *llm.Call, body []byte, text bool) (llm.Event, error) {
	const done = "transcript.text.done"
	if text { // or subtitles
		return llm.Event{Kind: llm.Terminal, OutputBytes: len(body), Raw: eventOf(done, map[string]string{"type": done, "text": string(body)})}, nil
	}
	e, err := Document(call, body)
	if err != nil {
		return e, err
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(body, &all); err != nil {
		return llm.Event{}, errJSON
	}
	all["type"] = json.RawMessage(`"` + done + `"`)
	e.Raw = eventOf(done, all)
	return e, nil
}

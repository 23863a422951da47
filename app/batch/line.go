package batch

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// result is a line of a file of results in OpenAI's words.
type result struct {
	ID       string    `json:"id"`
	CustomID string    `json:"custom_id"`
	Response *response `json:"response"`
	Error    *reason   `json:"error"`
}

type response struct {
	Status  int             `json:"status_code"`
	Request string          `json:"request_id"`
	Body    json.RawMessage `json:"body"`
}

type reason struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// verdict is a line of results in Anthropic's words.
type verdict struct {
	CustomID string `json:"custom_id"`
	Result   struct {
		Type    string          `json:"type"`
		Message json.RawMessage `json:"message,omitempty"`
		Error   json.RawMessage `json:"error,omitempty"`
	} `json:"result"`
}

// answered writes the line of what came back.
func (b *Batch) answered(i *Item, customID string, body []byte) error {
	text := json.RawMessage(body)
	if !json.Valid(body) { // a provider that answers in something else
		text, _ = json.Marshal(string(body))
	}
	if b.Family == Anthropic {
		v := verdict{CustomID: customID}
		if v.Result.Type = "succeeded"; i.Step == Done {
			v.Result.Message = text
		} else {
			v.Result.Type, v.Result.Error = "errored", text
		}
		return i.write(v)
	}
	return i.write(result{ID: b.resultID(i), CustomID: customID, Response: &response{i.Status, i.Request.String(), text}})
}

// unanswered writes the line of one that nobody will ask, or whose answers were lost.
func (b *Batch) unanswered(i *Item, customID string) error {
	if b.Family == Anthropic {
		v := verdict{CustomID: customID}
		switch i.Step {
		case Lapsed:
			v.Result.Type = "expired"
		case Dropped:
			v.Result.Type = "canceled"
		default:
			v.Result.Type = "errored"
			v.Result.Error, _ = json.Marshal(map[string]any{"type": "error", "error": map[string]string{"type": "api_error", "message": whys[i.Step]}})
		}
		return i.write(v)
	}
	return i.write(result{ID: b.resultID(i), CustomID: customID, Error: &reason{i.Code, whys[i.Step]}})
}

// whys say why a line has no answer.
var whys = map[Step]string{
	Lapsed:  "This request could not be executed before the completion window expired.",
	Dropped: "The batch was cancelled before this request was executed.",
	Refused: "The answer to this request was lost several times with a node that ended.",
}

func (b *Batch) resultID(i *Item) string {
	return fmt.Sprintf("batch_req_%s_%d", b.ID.UUID(), i.Number)
}

func (i *Item) write(v any) error {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("batch: write a result: %w", err)
	}
	var line bytes.Buffer
	if err := json.Compact(&line, bytes.TrimSpace(out.Bytes())); err != nil {
		return fmt.Errorf("batch: write a result: %w", err)
	}
	i.Line = line.Bytes()
	return nil
}

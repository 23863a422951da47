package gemini

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

// made is an answer that may hold something else than text.
type made struct {
	Candidates []struct {
		Content struct {
			Parts []struct {
				Text    string  `json:"text"`
				Thought bool    `json:"thought"`
				Inline  *inline `json:"inlineData"`
			} `json:"parts"`
		} `json:"content"`
		Finish  string `json:"finishReason"`
		Message string `json:"finishMessage"`
	} `json:"candidates"`
	Feedback struct {
		Reason string `json:"blockReason"`
	} `json:"promptFeedback"`
	Usage json.RawMessage `json:"usageMetadata"`
}

// media are what was made, thoughts left out, and why the model stopped.
func (m *made) media() (w llm.Work, reason string) {
	var text strings.Builder
	for i := range m.Candidates {
		c := &m.Candidates[i]
		reason = c.Finish
		for j := range c.Content.Parts {
			switch p := &c.Content.Parts[j]; {
			case p.Thought:
			case p.Inline != nil:
				w.List = append(w.List, llm.Media{Type: p.Inline.Type, Base64: p.Inline.Data})
			default:
				text.WriteString(p.Text)
			}
		}
	}
	w.Text = strings.TrimSpace(text.String())
	if m.Feedback.Reason != "" {
		reason = m.Feedback.Reason
	}
	return w, reason
}

// workDocument is Document for calls about media. What the model would not make is a refusal, and a transcript that was cut
// at its cap is half an answer.
func workDocument(call *llm.Call, body []byte) (llm.Event, error) {
	var m made
	if len(bytes.TrimSpace(body)) == 0 {
		return llm.Event{}, errEmpty
	}
	if err := json.Unmarshal(body, &m); err != nil {
		return llm.Event{}, errors.Join(errJSON, err)
	}
	if p, ok := readProblem(body); ok {
		return llm.Event{}, p
	}
	w, reason := m.media()
	heard := call.Operation == llm.Transcribe || call.Operation == llm.Interpret
	switch {
	case len(m.Candidates) == 0 && m.Feedback.Reason == "":
		return llm.Event{}, errShape
	case reason == "MAX_TOKENS":
		return llm.Event{}, fmt.Errorf("%w: it reached its cap", llm.ErrTruncated)
	case heard && reason == "STOP":
	case !heard && len(w.List) > 0:
	default:
		return llm.Event{}, unmade(reason, w.Text)
	}
	e := llm.Event{Kind: llm.Terminal, Raw: body}
	c := scan.New(m.Usage)
	if u, ok := ReadUsage(&c); ok && len(m.Usage) > 0 {
		e.Usage = worked(call, &u, len(w.List))
	}
	return e, nil
}

// worked says of usage what it leaves out: how many pictures there are, and of which kind the tokens are where the answer
// gives one sum for all. It is the dearer kind then.
func worked(call *llm.Call, u *llm.Usage, n int) *llm.Usage {
	switch call.Operation {
	case llm.MakeImages, llm.EditImages:
		if u.Images = int64(n); u.OutputImage == 0 {
			u.OutputImage = u.Output - u.Reasoning
		}
	case llm.Speak:
		if u.Characters = call.Bound.Characters; u.OutputAudio == 0 {
			u.OutputAudio = u.Output - u.Reasoning
		}
	case llm.Transcribe, llm.Interpret:
		if u.AudioSeconds = call.Bound.AudioSecs; u.InputAudio == 0 {
			u.InputAudio = u.Input
		}
	}
	return u
}

// unmade is what a client hears of a model that made nothing.
func unmade(reason, said string) *llm.Problem {
	p := &llm.Problem{Code: "content_policy_violation", Type: "invalid_request_error", Message: "The model made nothing"}
	if reason != "" && reason != "STOP" {
		p.Message += " (" + reason + ")"
	}
	if said != "" {
		p.Message += ". It says: " + said
	}
	return p
}

// ReadWork implements llm.MediaWire.
func (Wire) ReadWork(_ *llm.Call, e llm.Event) (*llm.Work, error) {
	var m made
	if err := json.Unmarshal(e.Raw, &m); err != nil {
		return nil, fmt.Errorf("gemini: read what was made: %w", err)
	}
	w, _ := m.media()
	return &w, nil
}

// drawn are pictures of :predict.
type drawn struct {
	Predictions []struct {
		Data   string `json:"bytesBase64Encoded"`
		Type   string `json:"mimeType"`
		Reason string `json:"raiFilteredReason"`
	} `json:"predictions"`
}

// pictures are the ones that passed Google's filter, and why another did not.
func (d *drawn) pictures() (list []llm.Media, reason string) {
	for _, p := range d.Predictions {
		if p.Data != "" {
			list = append(list, llm.Media{Type: p.Type, Base64: p.Data})
		} else if p.Reason != "" {
			reason = p.Reason
		}
	}
	return list, reason
}

// drawnDocument is Document for Imagen's pictures, which are billed by the piece.
func drawnDocument(body []byte) (llm.Event, error) {
	var d drawn
	switch err := json.Unmarshal(body, &d); {
	case len(bytes.TrimSpace(body)) == 0:
		return llm.Event{}, errEmpty
	case err != nil:
		return llm.Event{}, errors.Join(errJSON, err)
	}
	if p, ok := readProblem(body); ok {
		return llm.Event{}, p
	}
	list, reason := d.pictures()
	if len(list) == 0 {
		if !bytes.Contains(body, []byte(`"predictions"`)) && !bytes.Equal(bytes.TrimSpace(body), []byte("{}")) { // all were filtered
			return llm.Event{}, errShape
		}
		return llm.Event{}, unmade("", reason)
	}
	return llm.Event{Kind: llm.Terminal, Raw: body, Usage: &llm.Usage{Images: int64(len(list))}}, nil
}

// ReadWork implements llm.MediaWire.
func (Predict) ReadWork(_ *llm.Call, e llm.Event) (*llm.Work, error) {
	var d drawn
	if err := json.Unmarshal(e.Raw, &d); err != nil {
		return nil, fmt.Errorf("gemini: read pictures: %w", err)
	}
	list, _ := d.pictures()
	return &llm.Work{List: list}, nil
}

package gemini

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// ReadProblem implements llm.Wire.
func (Wire) ReadProblem(text []byte) (*llm.Problem, bool) { return readProblem(text) }

// readProblem finds Google's error object, which stands in an array where a stream was asked for.
func readProblem(text []byte) (*llm.Problem, bool) {
	if text = bytes.TrimSpace(text); len(text) > 0 && text[0] == '[' {
		var list []json.RawMessage
		if json.Unmarshal(text, &list) != nil || len(list) == 0 {
			return nil, false
		}
		text = list[0]
	}
	var v struct {
		Error *struct {
			Code    json.Number `json:"code"`
			Message string      `json:"message"`
			Status  string      `json:"status"`
			Details []struct {
				Type   string `json:"@type"`
				Reason string `json:"reason"`
				Delay  string `json:"retryDelay"`
			} `json:"details"`
		} `json:"error"`
	}
	if json.Unmarshal(text, &v) != nil || v.Error == nil {
		return nil, false
	}
	e := v.Error
	p := &llm.Problem{Message: e.Message, Type: e.Status, Code: e.Code.String()}
	for _, d := range e.Details {
		if strings.HasSuffix(d.Type, ".ErrorInfo") && d.Reason != "" {
			p.Code = d.Reason
		}
		if wait, err := time.ParseDuration(d.Delay); err == nil && wait > 0 {
			p.RetryAfter = wait
		}
	}
	if strings.Contains(e.Message, "exceeds the maximum number of tokens") {
		p.Code = "context_length_exceeded" // by which coding agents know that they must shorten the conversation
	}
	return p, true
}

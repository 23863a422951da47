package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// Message is one turn of a conversation.
type Message struct {
	Role    string `json:"role"` // "system", "user", "assistant"
	Content string `json:"content"`
}

// StartChat asks a model through the proxy, with a virtual key, and gives the streamed answer in OpenAI's dialect; the caller closes
// its body. A refusal is an *Error. It is for small tools; programs take their model's own SDK. Of the options only the agent and
// the way out count, and by default there is no time limit, because a stream has no length.
func StartChat(ctx context.Context, baseURL, key, model string, messages []Message, options ...Option) (*http.Response, error) {
	c := &Client{http: &http.Client{}, agent: "bodhi-go"}
	for _, o := range options {
		o(c)
	}
	body, err := json.Marshal(map[string]any{"model": model, "messages": messages, "stream": true})
	if err != nil {
		return nil, fmt.Errorf("client: chat: %w", err)
	}
	base := strings.TrimSuffix(strings.TrimRight(baseURL, "/"), "/v1")
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/v1/chat/completions", bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("client: %q is not an http or https address", baseURL)
	}
	r.Header.Set("Authorization", "Bearer "+key)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", c.agent)
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, fmt.Errorf("client: chat: %w", withoutURL(err))
	}
	if answer.StatusCode == http.StatusOK {
		return answer, nil
	}
	defer func() { _ = answer.Body.Close() }()
	var refusal struct {
		Error struct {
			Message string `json:"message"`
			Code    string `json:"code"`
		} `json:"error"`
	}
	raw, _ := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if json.Unmarshal(raw, &refusal) != nil || refusal.Error.Message == "" {
		refusal.Error.Message = answer.Status
	}
	return nil, &Error{Status: answer.StatusCode, Code: refusal.Error.Code, Detail: refusal.Error.Message}
}

package trial

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"net"
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// question is a chat request in OpenAI's dialect, which reaches every provider.
type question struct {
	Model     string    `json:"model"`
	Messages  []message `json:"messages"`
	MaxTokens int64     `json:"max_completion_tokens"`
}

type message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// reply is what is read of an answer or a refusal.
type reply struct {
	Choices []struct {
		Message struct {
			Content string `json:"content"`
			Refusal string `json:"refusal"`
		} `json:"message"`
		Finish string `json:"finish_reason"`
	} `json:"choices"`
	Usage struct {
		Input  int64 `json:"prompt_tokens"`
		Output int64 `json:"completion_tokens"`
	} `json:"usage"`
	Error *struct {
		Message string `json:"message"`
	} `json:"error"`
}

// ask sends one question through the gateway. Only the target that was named may answer, and the request comes from where
// the person sits, so that a key's networks hold.
func (s *Service) ask(ctx context.Context, actor org.Actor, g *key.Grant, target string, in Input) Answer {
	out := Answer{Target: target, Status: http.StatusInternalServerError}
	body, err := json.Marshal(question{Model: target, Messages: []message{{Role: "user", Content: in.Prompt}}, MaxTokens: in.MaxOutput})
	if err != nil {
		out.Refusal = "The question could not be written as JSON."
		return out
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://gateway.invalid/v1/chat/completions", bytes.NewReader(body))
	if err != nil {
		out.Refusal = "The question could not be asked."
		return out
	}
	r.RemoteAddr = net.JoinHostPort(cmp.Or(actor.IP, "0.0.0.0"), "0")
	r.Header = http.Header{"Content-Type": {"application/json"}, "User-Agent": {"bodhi-dashboard"}, "X-Bodhi-Fallback": {"off"}, "X-Bodhi-Timeout": {"2m"}, "X-Bodhi-Purpose": {"trial"}, "X-Bodhi-Transcript": {"off"}}
	w := &writer{header: http.Header{}}
	start := s.Clock.Now()
	s.Gateway.As(g).ServeHTTP(w, r)
	out.Took, out.Status = s.Clock.Now().Sub(start), cmp.Or(w.status, http.StatusOK)
	h := w.header
	out.Request, out.CostUSD, out.Warnings = h.Get("X-Bodhi-Request-Id"), h.Get("X-Bodhi-Cost-Usd"), h.Get("X-Bodhi-Warning")
	var v reply
	if err := json.Unmarshal(w.body.Bytes(), &v); err != nil {
		out.Refusal = "The answer could not be read."
		return out
	}
	out.Input, out.Output = v.Usage.Input, v.Usage.Output
	switch {
	case v.Error != nil:
		out.Refusal = v.Error.Message
	case len(v.Choices) > 0:
		out.Text, out.Cut = cmp.Or(v.Choices[0].Message.Content, v.Choices[0].Message.Refusal), v.Choices[0].Finish == "length"
	}
	return out
}

// writer keeps an answer in memory; answers are capped by their tokens.
type writer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (w *writer) Header() http.Header { return w.header }

// WriteHeader implements http.ResponseWriter.
func (w *writer) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status = status
	}
}

// Write implements http.ResponseWriter.
func (w *writer) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(b)
}

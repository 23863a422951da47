package evaluation

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// Gateway is the data plane, answering as if a key had been shown. *gateway.Gateway implements it.
type Gateway interface {
	As(g *key.Grant) http.Handler
}

// caller asks through the gateway.
type caller struct {
	gateway Gateway
	clock   clock.Clock
}

// question is a chat request in OpenAI's dialect, which reaches every provider, and stored prompts.
type question struct {
	Model       string      `json:"model"`
	Messages    []Message   `json:"messages,omitempty"`
	MaxTokens   int64       `json:"max_completion_tokens,omitempty"`
	Temperature json.Number `json:"temperature,omitempty"`
	Prompt      *filling    `json:"prompt,omitempty"`

	limit   money.USD // the most it may cost
	purpose string
	dry     bool // nobody is asked
	ip      string
}

type filling struct {
	Variables map[string]json.RawMessage `json:"variables"`
}

// reply is what came back.
type reply struct {
	status  int
	text    string
	refusal string // the sentence of whoever refused
	code    string
	scope   string
	cut     bool
	request id.Request
	cost    money.USD
	told    bool // cost was said
	unsent  bool // it was waited with when nothing more was to be begun
	input   int64
	output  int64
	took    time.Duration
	wait    time.Duration // before it is worth asking again
	prompt  string        // name@v3, of a stored prompt
	most    money.USD     // of a dry run
	priced  bool
}

// answer is what is read of an answer, a refusal or the report of a dry run.
type answer struct {
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
		Bodhi   struct {
			Code  string `json:"code"`
			Scope string `json:"scope"`
		} `json:"bodhi"`
	} `json:"error"`
	Most *money.USD `json:"price_ceiling_usd"`
}

// ask sends one question. Whatever goes wrong is in the reply.
func (c caller) ask(ctx context.Context, g *key.Grant, q question) reply {
	out := reply{status: http.StatusInternalServerError, code: "internal_error"}
	body, err := json.Marshal(q)
	if err != nil {
		out.refusal = "The question could not be written as JSON."
		return out
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://gateway.invalid/v1/chat/completions", bytes.NewReader(body))
	if err != nil {
		out.refusal = "The question could not be asked."
		return out
	}
	r.RemoteAddr = net.JoinHostPort(cmp.Or(q.ip, "0.0.0.0"), "0")
	r.Header = http.Header{"Content-Type": {"application/json"}, "User-Agent": {"bodhi-evaluation"}, "X-Bodhi-Timeout": {timeout.String()},
		"X-Bodhi-Purpose": {q.purpose}, "X-Bodhi-Cache": {"off"}, "X-Bodhi-Transcript": {"off"}}
	if q.limit > 0 {
		r.Header["X-Bodhi-Max-Cost"] = []string{q.limit.String()}
	}
	if q.dry {
		r.Header["X-Bodhi-Dry-Run"] = []string{"1"}
	}
	w := &memory{header: http.Header{}}
	start := c.clock.Now()
	c.gateway.As(g).ServeHTTP(w, r)
	out.took = c.clock.Now().Sub(start)
	out.read(w)
	return out
}

func (r *reply) read(w *memory) {
	r.status = cmp.Or(w.status, http.StatusOK)
	h := w.header
	r.request, _ = id.ParseRequest(h.Get("X-Bodhi-Request-Id"))
	r.prompt = h.Get("X-Bodhi-Prompt")
	if c, err := money.Parse(h.Get("X-Bodhi-Cost-Usd")); err == nil {
		r.cost, r.told = c, true
	}
	if n, err := strconv.Atoi(h.Get("Retry-After")); err == nil {
		r.wait = time.Duration(n) * time.Second
	}
	var a answer
	if err := json.Unmarshal(w.body.Bytes(), &a); err != nil {
		r.refusal, r.code = "The answer could not be read.", "unreadable"
		return
	}
	r.code, r.input, r.output = "", a.Usage.Input, a.Usage.Output
	switch {
	case a.Error != nil:
		r.refusal, r.code, r.scope = a.Error.Message, cmp.Or(a.Error.Bodhi.Code, "refused"), a.Error.Bodhi.Scope
	case a.Most != nil:
		r.most, r.priced = *a.Most, true
	case len(a.Choices) > 0:
		m := a.Choices[0].Message
		r.text, r.cut = cmp.Or(m.Content, m.Refusal), a.Choices[0].Finish == "length"
	}
}

// err is why a dry run came to nothing.
func (r *reply) err() error {
	if r.refusal == "" {
		return nil
	}
	return errors.New(strings.TrimSpace(r.refusal))
}

// memory keeps an answer; answers are capped by their tokens.
type memory struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (w *memory) Header() http.Header { return w.header }

// WriteHeader implements http.ResponseWriter.
func (w *memory) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status = status
	}
}

// Write implements http.ResponseWriter.
func (w *memory) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(b)
}

// question is what a row asks a subject.
func (s *Subject) question(r *Row) question {
	q := question{Model: s.Model, Messages: r.Messages, MaxTokens: s.MaxOutput, Temperature: json.Number(s.Temperature), limit: s.Most, purpose: "evaluation"}
	if s.prompt() {
		if q.Prompt = (&filling{r.Variables}); r.Variables == nil {
			q.Prompt.Variables = map[string]json.RawMessage{}
		}
	}
	return q
}

const promptPrefix = "prompt:"

func (s *Subject) prompt() bool { return strings.HasPrefix(s.Model, promptPrefix) }

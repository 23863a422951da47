package sandbox

import (
	"net/http"
	"slices"
	"strconv"
)

// The shapes of OpenAI's chat answers. Fields stand in the order in which OpenAI sends them.
type completion struct {
	ID                string   `json:"id"`
	Object            string   `json:"object"`
	Created           int64    `json:"created"`
	Model             string   `json:"model"`
	Choices           []choice `json:"choices"`
	Usage             *usage   `json:"usage,omitempty"`
	ServiceTier       string   `json:"service_tier"`
	SystemFingerprint string   `json:"system_fingerprint"`
}

type choice struct {
	Index        int           `json:"index"`
	Message      answerMessage `json:"message"`
	Logprobs     *logprobs     `json:"logprobs"`
	FinishReason string        `json:"finish_reason"`
}

type answerMessage struct {
	Role        string     `json:"role"`
	Content     *string    `json:"content"`
	ToolCalls   []toolCall `json:"tool_calls,omitempty"`
	Refusal     *string    `json:"refusal"`
	Annotations []string   `json:"annotations"`
}

type toolCall struct {
	Index    *int         `json:"index,omitempty"` // in streams only
	ID       string       `json:"id,omitempty"`
	Type     string       `json:"type,omitempty"`
	Function functionCall `json:"function"`
}

type functionCall struct {
	Name      string `json:"name,omitempty"`
	Arguments string `json:"arguments"`
}

type usage struct {
	PromptTokens     int64         `json:"prompt_tokens"`
	CompletionTokens int64         `json:"completion_tokens"`
	TotalTokens      int64         `json:"total_tokens"`
	PromptDetails    promptDetails `json:"prompt_tokens_details"`
	OutputDetails    outputDetails `json:"completion_tokens_details"`
}

type promptDetails struct {
	CachedTokens int64 `json:"cached_tokens"`
	AudioTokens  int64 `json:"audio_tokens"`
}

type outputDetails struct {
	ReasoningTokens          int64 `json:"reasoning_tokens"`
	AudioTokens              int64 `json:"audio_tokens"`
	AcceptedPredictionTokens int64 `json:"accepted_prediction_tokens"`
	RejectedPredictionTokens int64 `json:"rejected_prediction_tokens"`
}

type logprobs struct {
	Content []logprob `json:"content"`
	Refusal *string   `json:"refusal"`
}

type logprob struct {
	Token   string    `json:"token"`
	Logprob float64   `json:"logprob"`
	Bytes   []int     `json:"bytes"`
	Top     []logprob `json:"top_logprobs,omitempty"`
}

// chat is the face of POST /v1/chat/completions.
func (s *Sandbox) chat(w http.ResponseWriter, r *http.Request) {
	n := s.number()
	s.identify(w, n)
	q, f := s.understand(r)
	if f != nil {
		refuse(w, f)
		return
	}
	replies := make([]reply, q.choices())
	for i := range replies {
		replies[i] = s.reply(q, i)
	}
	c := completion{ID: "chatcmpl-" + s.name(n, 29), Created: s.clock.Now().Unix(), Model: q.base,
		ServiceTier: "default", SystemFingerprint: "fp_" + strconv.FormatUint(s.seed|0xb0d1000000, 16)}
	charge := Charge{ID: c.ID, Client: r.Header.Get("X-Client-Request-Id"), Model: q.base, Input: q.prompt, Cached: q.cached, Stream: q.Stream}
	if q.Stream {
		s.stream(w, r, q, replies, c, charge)
		return
	}
	if q.script.CutNow || q.script.Cut > 0 {
		panic(http.ErrAbortHandler)
	}
	for i, rep := range replies {
		charge.Output += rep.tokens()
		charge.Reasoning += rep.reasoning
		c.Choices = append(c.Choices, rep.choice(q, i))
	}
	// Generated is charged, whether or not the client is still there to read it.
	charge.End = "complete"
	s.books.charge(charge)
	c.Object = "chat.completion"
	if q.script.Usage != "none" {
		c.Usage = charge.usage()
	}
	answer(w, c)
}

func (c *Charge) usage() *usage {
	return &usage{PromptTokens: c.Input, CompletionTokens: c.Output, TotalTokens: c.Input + c.Output,
		PromptDetails: promptDetails{CachedTokens: c.Cached}, OutputDetails: outputDetails{ReasoningTokens: c.Reasoning}}
}

func (r *reply) choice(q *question, index int) choice {
	m := answerMessage{Role: "assistant", Annotations: []string{}}
	for _, c := range r.calls {
		m.ToolCalls = append(m.ToolCalls, toolCall{ID: c.id, Type: "function", Function: functionCall{c.name, c.arguments}})
	}
	if len(m.ToolCalls) == 0 {
		m.Content = &r.text
	}
	out := choice{Index: index, Message: m, FinishReason: r.finish}
	if q.Logprobs {
		out.Logprobs = &logprobs{Content: []logprob{}}
		for _, p := range pieces(r.text) {
			out.Logprobs.Content = append(out.Logprobs.Content, likelihood(p, q.TopLogprobs))
		}
	}
	return out
}

// likelihood makes up how sure the model was of a piece: the shorter, the surer.
func likelihood(piece string, top int) logprob {
	l := logprob{Token: piece, Logprob: -float64(len(piece)) / 16}
	for _, b := range []byte(piece) {
		l.Bytes = append(l.Bytes, int(b))
	}
	for i := range top {
		t := logprob{Token: piece, Logprob: l.Logprob, Bytes: l.Bytes}
		if i > 0 {
			t = logprob{Token: words[i], Logprob: l.Logprob - float64(i), Bytes: nil}
			for _, b := range []byte(words[i]) {
				t.Bytes = append(t.Bytes, int(b))
			}
		}
		l.Top = append(l.Top, t)
	}
	return l
}

// pieces cuts a text as a tokenizer would show it: words with the space before them.
func pieces(text string) []string {
	var list []string
	from := 0
	for i := 1; i < len(text); i++ {
		if text[i] == ' ' && text[i-1] != ' ' {
			list, from = append(list, text[from:i]), i
		}
	}
	if from < len(text) {
		list = append(list, text[from:])
	}
	return list
}

func sorted(m map[string]any) []string {
	names := make([]string, 0, len(m))
	for n := range m {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

package sandbox

import (
	"encoding/json"
	"net/http"
)

// completionRequest is what the sandbox reads of a legacy completion.
type completionRequest struct {
	Model         string          `json:"model"`
	Prompt        json.RawMessage `json:"prompt"`
	MaxTokens     *int64          `json:"max_tokens"`
	N             *int            `json:"n"`
	Stream        bool            `json:"stream"`
	StreamOptions *streamOptions  `json:"stream_options"`
}

type textChoice struct {
	Text         string    `json:"text"`
	Index        int       `json:"index"`
	Logprobs     *logprobs `json:"logprobs"`
	FinishReason *string   `json:"finish_reason"`
}

type textCompletion struct {
	ID      string          `json:"id"`
	Object  string          `json:"object"`
	Created int64           `json:"created"`
	Model   string          `json:"model"`
	Choices []textChoice    `json:"choices"`
	Usage   json.RawMessage `json:"usage,omitempty"`
}

// completions is the face of POST /v1/completions.
func (s *Sandbox) completions(w http.ResponseWriter, r *http.Request) {
	n := s.number()
	s.identify(w, n)
	var m completionRequest
	if f := decode(r, &m); f != nil {
		refuse(w, f)
		return
	}
	base, sc, f := s.enter(r, m.Model, "sandbox-chat")
	if f != nil {
		refuse(w, f)
		return
	}
	prompts, tokens, f := inputs(m.Prompt)
	times := 1
	if m.N != nil {
		times = *m.N
	}
	switch {
	case f != nil:
		f.param = "prompt"
	case times < 1 || times > 128 || m.MaxTokens != nil && *m.MaxTokens < 1:
		f = &failure{status: 400, param: "n", message: "Invalid 'n' or 'max_tokens': must be at least 1."}
	case m.Stream && times*len(prompts) > 1:
		f = &failure{status: 400, param: "stream", message: "The sandbox streams one completion at a time."}
	}
	if f != nil {
		refuse(w, f)
		return
	}
	q := &question{base: base, script: sc, prompt: tokens}
	most := int64(16)
	if m.MaxTokens != nil {
		most = *m.MaxTokens
	}
	q.Stream, q.StreamOptions, q.MaxTokens = m.Stream, m.StreamOptions, &most
	out := textCompletion{ID: "cmpl-" + s.name(n, 29), Object: "text_completion", Created: s.clock.Now().Unix(), Model: base, Choices: []textChoice{}}
	charge := Charge{ID: out.ID, Client: r.Header.Get("X-Client-Request-Id"), Model: base, Input: tokens, Stream: m.Stream}
	var last reply
	for _, p := range prompts {
		q.lastUser = p
		for range times {
			last = s.reply(q, len(out.Choices))
			charge.Output += last.tokens()
			out.Choices = append(out.Choices, textChoice{Text: last.text, Index: len(out.Choices), FinishReason: &last.finish})
		}
	}
	if m.Stream {
		s.streamCompletion(w, r, q, &last, out, charge)
		return
	}
	if sc.CutNow || sc.Cut > 0 {
		panic(http.ErrAbortHandler)
	}
	charge.End = "complete"
	s.books.charge(charge)
	if sc.Usage != "none" {
		out.Usage = encode(charge.usage())
	}
	answer(w, out)
}

// streamCompletion sends one completion chunk by chunk.
func (s *Sandbox) streamCompletion(w http.ResponseWriter, r *http.Request, q *question, rep *reply, out textCompletion, charge Charge) {
	p := &playing{w: w, frame: sent, q: q, rep: rep, charge: charge}
	p.charge.End = "canceled"
	defer func() {
		p.sum()
		s.books.charge(p.charge)
	}()
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	w.WriteHeader(http.StatusOK)
	if http.NewResponseController(w).Flush() != nil || !wait(r.Context(), q.script.FirstToken) {
		return
	}
	usage := q.StreamOptions != nil && q.StreamOptions.IncludeUsage && q.script.Usage != "none"
	for _, t := range pieces(rep.text) {
		if !p.mayGoOn(r) {
			return
		}
		b := beat{piece: true, text: len(t)}
		p.count(b, +1)
		out.Choices = []textChoice{{Text: t}}
		if usage {
			out.Usage = null
		}
		if p.send("", out) != nil {
			p.count(b, -1)
			return
		}
	}
	p.charge.End = "complete"
	out.Choices = []textChoice{{FinishReason: &rep.finish}}
	if p.send("", out) != nil {
		return
	}
	if p.sum(); usage {
		out.Choices, out.Usage = []textChoice{}, encode(p.charge.usage())
		if p.send("", out) != nil {
			return
		}
	}
	_, _ = w.Write([]byte("data: [DONE]\n\n"))
}

package sandbox

import (
	"encoding/json"
	"net/http"
	"strings"
)

type chunk struct {
	ID                string          `json:"id"`
	Object            string          `json:"object"`
	Created           int64           `json:"created"`
	Model             string          `json:"model"`
	ServiceTier       string          `json:"service_tier"`
	SystemFingerprint string          `json:"system_fingerprint"`
	Choices           []chunkChoice   `json:"choices"`
	Usage             json.RawMessage `json:"usage,omitempty"` // absent, null, or the usage
}

type chunkChoice struct {
	Index        int       `json:"index"`
	Delta        delta     `json:"delta"`
	Logprobs     *logprobs `json:"logprobs"`
	FinishReason *string   `json:"finish_reason"`
}

type delta struct {
	Role      string          `json:"role,omitempty"`
	Content   json.RawMessage `json:"content,omitempty"`
	ToolCalls []toolCall      `json:"tool_calls,omitempty"`
	Refusal   json.RawMessage `json:"refusal,omitempty"`
}

// step is one chunk of one choice, and what it adds to the bill.
type step struct {
	choice chunkChoice
	piece  bool   // it carries a piece of the answer
	text   string // of the answer
	call   int    // of which tool call arguments are
	name   string // of the tool call that begins
	args   string
}

var null = json.RawMessage("null")

// steps are the chunks of one choice: the role, the pieces, the end.
func (r *reply) steps(q *question, index int) []step {
	first := delta{Role: "assistant", Content: json.RawMessage(`""`), Refusal: null}
	if len(r.calls) > 0 {
		first.Content = null
	}
	list := []step{{choice: chunkChoice{Index: index, Delta: first}}}
	for _, p := range pieces(r.text) {
		c := chunkChoice{Index: index, Delta: delta{Content: encode(p)}}
		if q.Logprobs {
			c.Logprobs = &logprobs{Content: []logprob{likelihood(p, q.TopLogprobs)}}
		}
		list = append(list, step{choice: c, piece: true, text: p})
	}
	for i, call := range r.calls {
		begin := toolCall{Index: &i, ID: call.id, Type: "function", Function: functionCall{Name: call.name}}
		list = append(list, step{choice: chunkChoice{Index: index, Delta: delta{ToolCalls: []toolCall{begin}}}, piece: true, call: i, name: call.name})
		for _, p := range pairs(call.arguments) {
			more := toolCall{Index: &i, Function: functionCall{Arguments: p}}
			list = append(list, step{choice: chunkChoice{Index: index, Delta: delta{ToolCalls: []toolCall{more}}}, piece: true, call: i, args: p})
		}
	}
	return append(list, step{choice: chunkChoice{Index: index, FinishReason: &r.finish}})
}

// pairs cuts arguments into pieces that no JSON reader can take for a whole value.
func pairs(s string) []string {
	var list []string
	for ; len(s) > 8; s = s[8:] {
		list = append(list, s[:8])
	}
	if s == "" {
		return list
	}
	return append(list, s)
}

// streaming is one stream being sent.
type streaming struct {
	w       http.ResponseWriter
	q       *question
	replies []reply
	head    completion
	charge  Charge
	begun   []bool     // which choices were begun, and so were reasoned about
	text    []int      // bytes delivered, by choice
	args    [][][2]int // bytes of name and arguments delivered, by choice and call
}

// stream sends the replies chunk by chunk. Whatever happens, what was delivered by then is charged, and the prompt.
func (s *Sandbox) stream(w http.ResponseWriter, r *http.Request, q *question, replies []reply, head completion, charge Charge) {
	st := &streaming{w: w, q: q, replies: replies, head: head, charge: charge,
		begun: make([]bool, len(replies)), text: make([]int, len(replies)), args: make([][][2]int, len(replies))}
	for i, rep := range replies {
		st.args[i] = make([][2]int, len(rep.calls))
	}
	st.charge.End = "canceled"
	defer func() {
		st.charge.Output, st.charge.Reasoning = st.generated()
		s.books.charge(st.charge)
	}()
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	w.WriteHeader(http.StatusOK)
	if http.NewResponseController(w).Flush() != nil || !wait(r.Context(), q.script.FirstToken) {
		return
	}
	for _, next := range interleave(q, replies) {
		if next.piece && !st.mayGoOn(r) {
			return
		}
		if st.deliver(next) != nil {
			return
		}
	}
	st.finish()
}

// interleave mixes the choices as they would be generated: side by side.
func interleave(q *question, replies []reply) []step {
	var all []step
	lists := make([][]step, len(replies))
	for i := range replies {
		lists[i] = replies[i].steps(q, i)
	}
	for more := true; more; {
		more = false
		for i, l := range lists {
			if len(l) > 0 {
				all, lists[i], more = append(all, l[0]), l[1:], true
			}
		}
	}
	return all
}

// mayGoOn follows the script before a piece is sent, and reports whether the client is still there.
func (st *streaming) mayGoOn(r *http.Request) bool {
	sc := st.q.script
	switch {
	case sc.CutNow && st.charge.Pieces == 0, sc.Cut > 0 && st.charge.Pieces == sc.Cut:
		st.charge.End = "cut"
		panic(http.ErrAbortHandler)
	case sc.Hang > 0 && st.charge.Pieces == sc.Hang:
		<-r.Context().Done()
		return false
	case st.charge.Pieces > 0:
		return wait(r.Context(), sc.ChunkDelay)
	}
	return r.Context().Err() == nil
}

// deliver sends one chunk. Only a chunk that was written and flushed counts.
func (st *streaming) deliver(next step) error {
	st.count(next, +1)
	c := st.chunk([]chunkChoice{next.choice})
	if st.q.script.Usage == "each" {
		c.Usage = encode(st.soFar())
	}
	err := st.write(encode(c))
	if err != nil {
		st.count(next, -1)
	}
	return err
}

// count adds a step to what was generated, or takes it back. Thinking that began is never taken back.
func (st *streaming) count(next step, sign int) {
	i := next.choice.Index
	st.begun[i] = true
	if !next.piece {
		return
	}
	st.charge.Pieces += sign
	st.text[i] += sign * len(next.text)
	if len(st.args[i]) > 0 {
		st.args[i][next.call][0] += sign * len(next.name)
		st.args[i][next.call][1] += sign * len(next.args)
	}
}

// generated is the output so far, by the same rule as for a whole answer.
func (st *streaming) generated() (output, reasoning int64) {
	for i := range st.replies {
		if st.begun[i] {
			reasoning += st.replies[i].reasoning
		}
		output += tokensIn(st.text[i])
		for _, a := range st.args[i] {
			output += tokensIn(a[0]) + tokensIn(a[1])
		}
	}
	return output + reasoning, reasoning
}

func (st *streaming) soFar() *usage {
	c := st.charge
	c.Output, c.Reasoning = st.generated()
	return c.usage()
}

func (st *streaming) chunk(choices []chunkChoice) chunk {
	c := chunk{ID: st.head.ID, Object: "chat.completion.chunk", Created: st.head.Created, Model: st.head.Model,
		ServiceTier: st.head.ServiceTier, SystemFingerprint: st.head.SystemFingerprint, Choices: choices}
	if st.q.StreamOptions != nil && st.q.StreamOptions.IncludeUsage {
		c.Usage = null
	}
	return c
}

// finish sends the usage, if asked for, and the end mark.
func (st *streaming) finish() {
	st.charge.End = "complete"
	if st.q.StreamOptions != nil && st.q.StreamOptions.IncludeUsage && st.q.script.Usage != "none" {
		c := st.chunk([]chunkChoice{})
		c.Usage = encode(st.soFar())
		if st.write(encode(c)) != nil {
			return // every piece was delivered: the answer is complete and charged as such
		}
	}
	_ = st.write([]byte("[DONE]"))
}

func (st *streaming) write(data []byte) error {
	var b strings.Builder
	b.WriteString("data: ")
	b.Write(data)
	b.WriteString("\n\n")
	if _, err := st.w.Write([]byte(b.String())); err != nil {
		return err
	}
	return http.NewResponseController(st.w).Flush()
}

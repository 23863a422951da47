package sandbox

import (
	"net/http"
)

// stanza is one chunk of a stream, and what it adds to the bill.
type stanza struct {
	choice int
	part   partMade
	finish string
	piece  bool
	text   int  // bytes of text
	call   int  // tokens of a call
	think  bool // thinking begins: all of it is charged
}

// stanzas are the chunks of one choice. Calls come whole here.
func (s *Sandbox) stanzas(q *question, r *reply, index int) (list []stanza) {
	if t := s.thoughts(r); t != "" {
		for i, p := range pieces(t) {
			if q.shows {
				list = append(list, stanza{choice: index, part: partMade{Text: &p, Thought: true}, piece: true, think: i == 0})
			}
		}
	}
	for _, p := range pieces(r.text) {
		list = append(list, stanza{choice: index, part: partMade{Text: &p}, piece: true, text: len(p), think: true})
	}
	for i, p := range r.callParts() {
		c := r.calls[i]
		list = append(list, stanza{choice: index, part: p, piece: true, call: int(textTokens(c.name) + textTokens(c.arguments)), think: true})
	}
	empty := ""
	last := stanza{choice: index, part: partMade{Text: &empty}, finish: r.finished(), think: true}
	if r.thoughtful() && len(r.calls) == 0 {
		last.part.Signature = geminiSignature("")
	}
	return append(list, last)
}

// reciting is one stream being sent, with what was delivered of it.
type reciting struct {
	w       http.ResponseWriter
	events  bool // server-sent events, not an array
	sent    bool
	q       *question
	replies []reply
	head    contentAnswer
	charge  Charge
	text    []int
	calls   []int
	thinks  []bool
}

// streamContent sends the replies chunk by chunk. Whatever happens, what was delivered by then is charged, and the prompt.
func (s *Sandbox) streamContent(w http.ResponseWriter, r *http.Request, q *question, replies []reply, head contentAnswer, charge Charge) {
	n := len(replies)
	p := &reciting{w: w, events: r.URL.Query().Get("alt") == "sse", q: q, replies: replies, head: head, charge: charge,
		text: make([]int, n), calls: make([]int, n), thinks: make([]bool, n)}
	p.charge.End = "canceled"
	defer func() {
		p.sum()
		s.books.charge(p.charge)
	}()
	if p.events {
		w.Header().Set("Content-Type", "text/event-stream")
	}
	w.WriteHeader(http.StatusOK)
	if http.NewResponseController(w).Flush() != nil || !wait(r.Context(), q.script.FirstToken) {
		return
	}
	lists := make([][]stanza, n)
	for i := range replies {
		lists[i] = s.stanzas(q, &replies[i], i)
	}
	for more := true; more; {
		more = false
		for i, l := range lists {
			if len(l) == 0 {
				continue
			}
			if lists[i], more = l[1:], true; !p.deliver(r, l[0]) {
				return
			}
		}
	}
	p.charge.End = "complete"
	if !p.events {
		_, _ = w.Write([]byte("]\n"))
	}
}

// deliver sends one chunk. Only a chunk that was written and flushed counts.
func (p *reciting) deliver(r *http.Request, next stanza) bool {
	if next.piece && !p.mayGoOn(r) {
		return false
	}
	before := *p
	p.text, p.calls, p.thinks = append([]int{}, p.text...), append([]int{}, p.calls...), append([]bool{}, p.thinks...)
	i := next.choice
	p.thinks[i] = p.thinks[i] || next.think
	p.text[i] += next.text
	p.calls[i] += next.call
	if next.piece {
		p.charge.Pieces++
	}
	p.sum()
	a := p.head
	a.Candidates = []contentCandidate{{contentMade{[]partMade{next.part}, "model"}, next.finish, i}}
	a.Usage = p.charge.contentUsage(p.q)
	if p.write(a) != nil {
		*p = before
		return false
	}
	return true
}

// mayGoOn follows the script before a piece is sent, and reports whether the client is still there.
func (p *reciting) mayGoOn(r *http.Request) bool {
	sc := p.q.script
	switch {
	case sc.CutNow && p.charge.Pieces == 0, sc.Cut > 0 && p.charge.Pieces == sc.Cut:
		p.charge.End = "cut"
		panic(http.ErrAbortHandler)
	case sc.Hang > 0 && p.charge.Pieces == sc.Hang:
		<-r.Context().Done()
		return false
	case p.charge.Pieces > 0:
		return wait(r.Context(), sc.ChunkDelay)
	}
	return r.Context().Err() == nil
}

// sum is the output so far, by the same rule as for a whole answer.
func (p *reciting) sum() {
	p.charge.Output, p.charge.Reasoning = 0, 0
	for i := range p.replies {
		if p.thinks[i] {
			p.charge.Reasoning += p.replies[i].reasoning
		}
		p.charge.Output += tokensIn(p.text[i]) + int64(p.calls[i])
	}
	p.charge.Output += p.charge.Reasoning
}

func (p *reciting) write(a contentAnswer) error {
	var out []byte
	switch {
	case p.events:
		out = append(append([]byte("data: "), encode(a)...), "\r\n\r\n"...)
	case p.sent:
		out = append([]byte(",\r\n"), lines(a)...)
	default:
		out = append([]byte("["), lines(a)...)
	}
	if _, err := p.w.Write(out); err != nil {
		return err
	}
	p.sent = true
	return http.NewResponseController(p.w).Flush()
}

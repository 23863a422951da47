package sandbox

import "net/http"

// beat is one event of a stream, and what it adds to the bill.
type beat struct {
	name  string
	data  any
	piece bool
	text  int // bytes of text
	call  int // of which call name and arguments are, from 1
	said  [2]int
	think bool // thinking begins: all of it is charged
}

// score is all the events between the message's start and its end.
func (s *Sandbox) score(rep *reply) (list []beat) {
	index := 0
	begin := func(block any) {
		list = append(list, beat{name: "content_block_start", data: map[string]any{"type": "content_block_start", "index": index, "content_block": block}})
	}
	delta := func(b beat, kind, field, value string) {
		b.name, b.data = "content_block_delta", map[string]any{"type": "content_block_delta", "index": index, "delta": map[string]string{"type": kind, field: value}}
		list = append(list, b)
	}
	end := func() {
		list = append(list, beat{name: "content_block_stop", data: map[string]any{"type": "content_block_stop", "index": index}})
		index++
	}
	if t := s.thoughts(rep); t != "" {
		begin(thinkingBlock{"thinking", "", ""})
		for _, p := range pieces(t) {
			delta(beat{piece: true, think: true}, "thinking_delta", "thinking", p)
		}
		delta(beat{}, "signature_delta", "signature", signature(t))
		end()
	}
	if rep.text != "" {
		begin(textBlock{"text", ""})
		for _, p := range pieces(rep.text) {
			delta(beat{piece: true, text: len(p)}, "text_delta", "text", p)
		}
		end()
	}
	for i, c := range rep.calls {
		begin(toolUseBlock{"tool_use", c.id, c.name, []byte("{}")})
		delta(beat{piece: true, call: i + 1, said: [2]int{len(c.name), 0}}, "input_json_delta", "partial_json", "")
		for _, p := range pairs(c.arguments) {
			delta(beat{piece: true, call: i + 1, said: [2]int{0, len(p)}}, "input_json_delta", "partial_json", p)
		}
		end()
	}
	return list
}

// playing is one stream being sent, with what was delivered of it.
type playing struct {
	w      http.ResponseWriter
	frame  func(name string, data any) []byte // what an event looks like; nil writes nothing
	q      *question
	rep    *reply
	charge Charge
	thinks bool
	text   int
	calls  [][2]int
}

// streamMessages sends the reply event by event. Whatever happens, what was delivered by then is charged, and the prompt.
func (s *Sandbox) streamMessages(w http.ResponseWriter, r *http.Request, q *question, rep *reply, m anthropicMessage, charge Charge, frame func(string, any) []byte) {
	p := &playing{w: w, frame: frame, q: q, rep: rep, charge: charge, calls: make([][2]int, len(rep.calls))}
	p.charge.End = "canceled"
	defer func() {
		p.sum()
		s.books.charge(p.charge)
	}()
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	if frame("ping", nil) == nil { // Bedrock has none
		w.Header().Set("Content-Type", "application/vnd.amazon.eventstream")
	}
	w.Header().Set("Cache-Control", "no-cache")
	w.WriteHeader(http.StatusOK)
	if http.NewResponseController(w).Flush() != nil || !wait(r.Context(), q.script.FirstToken) {
		return
	}
	start := p.charge
	start.Output = 1 // as Anthropic has it: a placeholder that the end corrects
	m.Usage = start.anthropicUsage(q)
	if p.send("message_start", map[string]any{"type": "message_start", "message": m}) != nil || p.send("ping", map[string]string{"type": "ping"}) != nil {
		return
	}
	for _, b := range s.score(rep) {
		if b.piece && !p.mayGoOn(r) {
			return
		}
		p.count(b, +1)
		if p.send(b.name, b.data) != nil {
			p.count(b, -1)
			return
		}
	}
	p.finish()
}

// mayGoOn follows the script before a piece is sent, and reports whether the client is still there.
func (p *playing) mayGoOn(r *http.Request) bool {
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

// count adds an event to what was generated, or takes it back. Thinking that began is never taken back.
func (p *playing) count(b beat, sign int) {
	if !b.piece {
		return
	}
	p.charge.Pieces += sign
	p.thinks = p.thinks || b.think
	p.text += sign * b.text
	if b.call > 0 {
		p.calls[b.call-1][0] += sign * b.said[0]
		p.calls[b.call-1][1] += sign * b.said[1]
	}
}

// sum is the output so far, by the same rule as for a whole answer.
func (p *playing) sum() {
	p.charge.Output, p.charge.Reasoning = tokensIn(p.text), 0
	if p.thinks {
		p.charge.Reasoning = p.rep.reasoning
	}
	for _, c := range p.calls {
		p.charge.Output += tokensIn(c[0]) + tokensIn(c[1])
	}
	p.charge.Output += p.charge.Reasoning
}

// finish sends the reason, the usage and the end.
func (p *playing) finish() {
	p.charge.End = "complete"
	p.sum()
	reason, sequence := p.rep.ended()
	end := map[string]any{"type": "message_delta", "delta": map[string]any{"stop_reason": reason, "stop_sequence": sequence}}
	if u := p.charge.anthropicUsage(p.q); u != nil {
		end["usage"] = map[string]int64{"input_tokens": u.Input, "cache_creation_input_tokens": 0, "cache_read_input_tokens": u.Reads, "output_tokens": u.Output}
	}
	if p.send("message_delta", end) == nil {
		_ = p.send("message_stop", map[string]string{"type": "message_stop"})
	}
}

func (p *playing) send(name string, data any) error {
	b := p.frame(name, data)
	if len(b) == 0 {
		return nil
	}
	if _, err := p.w.Write(b); err != nil {
		return err
	}
	return http.NewResponseController(p.w).Flush()
}

// sent is an event as Anthropic sends it.
func sent(name string, data any) []byte {
	head := "data: "
	if name != "" { // completions name none
		head = "event: " + name + "\n" + head
	}
	return append(append([]byte(head), encode(data)...), "\n\n"...)
}

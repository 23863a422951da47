package pii

import "context"

// Guard is what an answer passes on its way to the client: what placeholders stand for is put back, and the rules on answers are
// applied. It belongs to one request.
type Guard struct {
	bound  Bound
	vault  *vault // nil = answers keep their placeholders, or have none
	any    bool   // some rule looks at answers
	strict bool   // it masks or blocks there
	result Result
}

// Guard makes one for the answer to a request that was screened with r; nil if nothing is done with answers.
func (b Bound) Guard(r *Result) *Guard {
	if b.n == 0 {
		return nil
	}
	g := &Guard{bound: b}
	g.any, g.strict = b.Screens()
	if r.vault != nil && !b.oneWay() {
		g.vault = r.vault
	}
	if !g.any && g.vault == nil {
		return nil
	}
	return g
}

// Screens reports whether rules look at answers, Strict whether they mask or block in them, and Restores whether placeholders become
// what they stand for.
func (g *Guard) Screens() bool  { return g != nil && g.any }
func (g *Guard) Strict() bool   { return g != nil && g.strict }
func (g *Guard) Restores() bool { return g != nil && g.vault != nil }

// Result is what was found in the answer so far.
func (g *Guard) Result() *Result { return &g.result }

// Document screens an answer that is whole: JSON, or a text. Its Body is nil where nothing changes, and Action is Block where nothing
// of it may be given out.
func (g *Guard) Document(body []byte, plain bool) Result {
	if len(body) == 0 {
		return Result{}
	}
	p := piecesOf(body)
	if plain {
		p = piecesOfText(body)
	}
	r := g.bound.pass(context.Background(), p, Answered, g.vault)
	if r.Action == Mask && r.Body != nil && !plain {
		r.Body = unspelt(r.Body)
	}
	if r.Any() {
		g.result = r
	}
	return r
}

// Unseen notes that a request has something that cannot be read, where a rule refuses that.
func (b Bound) Unseen(r *Result) {
	if by := b.unread(); by != nil && r.Words(Block) == "" {
		r.count(Found{Detector: Unreadable, Action: Block, Place: "messages", kind: kindCount, by: by})
		r.Body = nil
	}
}

// Join adds what was found elsewhere.
func (r *Result) Join(o *Result) {
	r.Found = append(r.Found, o.Found...)
	r.Action = max(r.Action, o.Action)
}

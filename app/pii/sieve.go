package pii

import (
	"context"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// Sieve is what a streamed answer passes: one attempt's. It keeps back what may still become a part of something, and no more.
type Sieve struct {
	guard   *Guard
	refuse  func() error // what the client is told where a rule blocks
	want    Set
	own     bool
	strands []*strand
	text    []byte
	out     []byte
	hits    []Hit
	spans   []span
	marks   []found
	left    int
	vault   *vault // for what answers say themselves
}

var _ llm.Sieve = (*Sieve)(nil)

// Sieve makes one for the next attempt. refuse gives the error that ends an answer in which a rule blocks something.
func (g *Guard) Sieve(refuse func() error) *Sieve {
	s := &Sieve{guard: g, refuse: refuse, left: maxHits}
	g.result = Result{}
	s.want, s.own, _ = g.bound.wanted(Answered)
	return s
}

// names are the placeholders for what the answer says itself: those of the request, if it has any.
func (s *Sieve) names() *vault {
	if s.guard.vault != nil {
		return s.guard.vault
	}
	if s.vault == nil {
		s.vault = newVault(nil)
	}
	return s.vault
}

// Sift implements llm.Sieve.
func (s *Sieve) Sift(dst, in []llm.Delta) ([]llm.Delta, error) {
	for i := range in {
		d := &in[i]
		var err error
		switch d.Kind {
		case llm.TextDelta, llm.RefusalDelta, llm.ThinkDelta, llm.CallDelta:
			dst, err = s.add(dst, d)
		case llm.CiteDelta:
			dst, err = s.cite(dst, d)
		case llm.Alive, llm.Used, llm.Begin:
			dst = append(dst, *d)
		case llm.End:
			if dst, err = s.flush(dst, func(*strand) bool { return true }); err == nil {
				dst = append(dst, *d)
			}
		default: // something else of this choice: what was said before comes before it
			dst, err = s.flush(dst, func(t *strand) bool { return t.of.Choice == d.Choice && (d.Kind == llm.Finish || !t.json) })
			dst = append(dst, *d)
		}
		if err != nil {
			return dst, err
		}
	}
	return dst, nil
}

// add puts a piece onto its strand and gives out what may be.
func (s *Sieve) add(dst []llm.Delta, d *llm.Delta) ([]llm.Delta, error) {
	var t *strand
	for _, o := range s.strands {
		if o.of.Kind == d.Kind && o.of.Choice == d.Choice && o.of.Call == d.Call {
			t = o
		}
	}
	if t == nil {
		t = &strand{of: llm.Delta{Kind: d.Kind, Choice: d.Choice, Call: d.Call}, json: d.Kind == llm.CallDelta}
		s.strands = append(s.strands, t)
	}
	if !t.json { // thinking is over when the answer begins
		var err error
		if dst, err = s.flush(dst, func(o *strand) bool { return o != t && !o.json && o.of.Choice == d.Choice }); err != nil {
			return dst, err
		}
	}
	t.held = append(t.held, d.Text...)
	if t.begin(d.Text); t.json {
		t.follow(d.Text)
	}
	return s.give(dst, t, t.json && t.whole)
}

// give appends what of a strand may go to the client.
func (s *Sieve) give(dst []llm.Delta, t *strand, last bool) ([]llm.Delta, error) {
	var ok bool
	s.out, ok = s.pass(s.out[:0], t, last)
	if len(s.out) > 0 {
		d := t.of
		d.Text = string(s.out)
		dst = append(dst, d)
	}
	if !ok || len(s.guard.result.Found) > 0 && s.guard.strict && s.many() {
		return dst, s.refuse()
	}
	return dst, nil
}

// many reports whether more was found than anybody says by chance.
func (s *Sieve) many() bool {
	n := 0
	for _, f := range s.guard.result.Found {
		n += f.Count
	}
	s.guard.result.TooMany = n >= maxHits
	return s.guard.result.TooMany
}

// flush gives out all of the strands that are meant.
func (s *Sieve) flush(dst []llm.Delta, meant func(*strand) bool) ([]llm.Delta, error) {
	for _, t := range s.strands {
		if len(t.held) == 0 || !meant(t) {
			continue
		}
		var err error
		if dst, err = s.give(dst, t, true); err != nil {
			return dst, err
		}
	}
	return dst, nil
}

// cite screens a citation, which is whole.
func (s *Sieve) cite(dst []llm.Delta, d *llm.Delta) ([]llm.Delta, error) {
	r := s.guard.bound.pass(context.Background(), piecesOf(d.Raw), Answered, s.guard.vault)
	for _, f := range r.Found {
		for range f.Count {
			s.guard.result.count(f)
		}
	}
	if r.Action == Block {
		return dst, s.refuse()
	}
	c := *d
	if r.Body != nil {
		c.Raw = r.Body
	}
	return append(dst, c), nil
}

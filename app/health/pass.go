package health

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Pass is the leave to ask a target once. The zero Pass is leave to ask without anybody counting.
type Pass struct {
	board      *Board
	target     Target
	credential secret.String
	wholeProbe bool
	modelProbe bool
	alive      bool // that was said, and counted: a probe passes once
}

// Alive says that a piece of an answer arrived: the provider works, even if this answer should break off later.
func (p *Pass) Alive(now time.Time) {
	if p.board == nil || p.alive {
		return
	}
	w := p.board.ward(p.target.Connection)
	if w == nil {
		return
	}
	r := p.board.rules(p.target)
	p.board.tell(w.whole.alive(now, r, p.wholeProbe))
	if one := w.model(p.target.Model); one != nil {
		p.board.tell(one.alive(now, r, p.modelProbe))
	}
	p.wholeProbe, p.modelProbe, p.alive = false, false, true
}

// Done says how the attempt ended. Later calls do nothing.
func (p *Pass) Done(now time.Time, r Report) {
	b := p.board
	if b == nil {
		return
	}
	defer p.end()
	w := b.ward(p.target.Connection)
	switch r.Outcome {
	case Neutral:
		return
	case Good:
		if w == nil {
			return
		}
		p.Alive(now)
		rules := b.rules(p.target)
		b.tell(w.whole.count(now, false, rules, b.random))
		if one := w.model(p.target.Model); one != nil {
			b.tell(one.count(now, false, rules, b.random))
		}
		return
	}
	rules := b.rules(p.target)
	at, probe := p.target, p.modelProbe
	if r.Whole {
		at.Model, probe = "", p.wholeProbe
		p.wholeProbe = false
	} else {
		p.modelProbe = false
		if p.wholeProbe && !r.Silent { // it answered, so it is there
			b.tell(w.whole.alive(now, rules, true))
			p.wholeProbe = false
		}
	}
	one := b.breaker(at)
	switch r.Outcome {
	case Bad:
		b.tell(one.count(now, true, rules, b.random))
		if r.Wait > 0 {
			one.hold(now, r.Wait, probe)
		}
	case Limited:
		one.hold(now, r.Wait, probe)
	case Locked:
		b.tell(one.lock(Credential, p.credential, rules, now, b.random))
	case Spent:
		b.tell(one.lock(Quota, p.credential, rules, now, b.random))
	}
}

// end gives back what is still held.
func (p *Pass) end() {
	if w := p.board.ward(p.target.Connection); w != nil {
		if p.wholeProbe {
			w.whole.release()
		}
		if one := w.model(p.target.Model); one != nil && p.modelProbe {
			one.release()
		}
	}
	*p = Pass{}
}

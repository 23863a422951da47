package cache

import (
	"context"
	"encoding/binary"
	"errors"
	"math"
	"time"

	"github.com/bodhi-gateway/bodhi/app/cache/semantic"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Likeness is a kept answer to a question that is worded like the one that was asked.
type Likeness struct {
	Hit *Hit
	// Cosine is how near the two questions' vectors are, in hundredths, rounded down.
	Cosine int64
	// Strict says that both say the same words in the same order.
	Strict bool
	// Serve says that the policy gives the answer; Doubt, that it gives it if Judge says that one answer serves both.
	Serve, Doubt bool
	// Judge is the model to be asked, Mine and Theirs are the two questions.
	Judge, Mine, Theirs string
	// Odds are how many in a thousand the judge agreed with so far.
	Odds int64
	// Reply is how many tokens an answer of the judge took so far.
	Reply int64

	mode   LikeMode
	policy id.Caching
	maker  id.Member
	other  Key
}

// Rule is the narrowest rule that takes the pair.
func (l *Likeness) Rule() string {
	if l.Strict {
		return string(Strict)
	}
	return string(Relaxed)
}

// floor is the least cosine of what is written down for the simulator.
const floor = float32(LowestThreshold) / 100

// Wants is the model whose vector of the question is to be made before Alike, and the question; "" is none.
func (s *Slot) Wants() (model, text string) {
	if s.like == nil || s.like.vector != nil || s.like.demand >= NoneServed {
		return "", ""
	}
	return s.rule.Like.embedder(), s.like.text
}

// Embed tells the slot a model's vector of its question. Without one its question is neither compared nor kept.
func (s *Slot) Embed(numbers []float32) (ok bool) {
	if s.like != nil {
		s.like.vector, ok = semantic.Fold(numbers)
	}
	return ok
}

// Alike finds a kept answer to a question that is worded like the slot's, within its prefix. nil is none. It costs nothing where no
// policy asks for it, and else a look at the questions of the same words under the prefix; a candidate's answer is waited for as Get waits.
func (d *Desk) Alike(ctx context.Context, s *Slot) *Likeness {
	a := s.like
	if a == nil || a.vector == nil || a.demand >= NoneServed {
		return nil
	}
	var relaxed *semantic.Candidate
	near := d.likes.index.Like(a.prefix, a.question, a.vector, floor)
	for i := range near {
		c := &near[i]
		if Key(c.Entry) == s.Key {
			continue
		}
		if a.question.Strict(c.Question) {
			if l := d.likeness(ctx, s, c, true); l != nil {
				return l
			}
		} else if relaxed == nil && a.demand < StrictOnly && s.rule.Like.Mode != Strict && a.question.Relaxed(c.Question) {
			relaxed = c
		}
	}
	if relaxed == nil {
		return nil
	}
	return d.likeness(ctx, s, relaxed, false)
}

// likeness reads a candidate's answer. One that is gone leaves the index; one whose time is over is none.
func (d *Desk) likeness(ctx context.Context, s *Slot, c *semantic.Candidate, strict bool) *Likeness {
	of := *s
	of.Key, of.like, of.seen, of.late = Key(c.Entry), nil, false, nil
	hit, ok := d.get(ctx, &of, 0)
	if !ok {
		if !d.store.closed(d.Clock.Now()) { // else it may only be out of reach
			d.likes.index.Remove(s.like.prefix, c.Entry)
		}
		return nil
	}
	e := hit.Entry
	// The prefix says so already; a wall needs no reason to stand twice.
	if hit.Stale || e.Org != s.chain.Org || e.Sharing != s.rule.Sharing || e.Node != s.node || e.Asked != s.call.Model {
		return nil
	}
	rule := s.rule.Like
	l := &Likeness{Hit: hit, Cosine: int64(math.Floor(float64(c.Cosine)*100 + 1e-4)), Strict: strict, Judge: rule.Judge, Mine: s.like.text, Theirs: hit.Prompt, mode: rule.Mode, policy: s.rule.ID, maker: e.Member, other: e.Prompt}
	near := l.Cosine >= rule.Least()
	switch rule.Mode {
	case Strict:
		l.Serve = strict
	case Relaxed:
		l.Serve = strict || near
	case Verified:
		l.Serve = strict
		l.Doubt = !strict && near
		l.Odds, l.Reply = d.likes.odds(s.rule.ID), d.likes.reply(speaker{s.rule.ID, rule.Judge})
	}
	d.sighted(l)
	return l
}

// Replied notes how many tokens a judge's answer took, whatever it said.
func (d *Desk) Replied(l *Likeness, tokens int64) {
	d.likes.told(speaker{l.policy, l.Judge}, tokens)
}

// Judged notes what a policy's judge said.
func (d *Desk) Judged(l *Likeness, yes bool) {
	d.likes.judged(l.policy, yes)
	if yes {
		d.count.judgeYes.Add(1)
		return
	}
	d.count.judgeNo.Add(1)
	d.Refused(Disagreed)
}

// Saw writes down a likeness, and reports whether it could: one that is given and leaves no trace in the audit log must not be given.
func (d *Desk) Saw(s *Slot, l *Likeness, request id.Request, served bool) bool {
	ok := d.saw(s, l, request, served)
	if ok && served {
		d.count.likeServed.Add(1)
	} else if served {
		d.Refused(Unwritten)
	}
	return ok
}

func (d *Desk) saw(s *Slot, l *Likeness, request id.Request, served bool) bool {
	if d.Seen == nil {
		return true
	}
	e := l.Hit.Entry
	text, err := d.Vault.Seal(context.Background(), e.Org, sightings, column, request.String(), secret.New(l.Mine+"\n"+l.Theirs))
	if err != nil {
		return false
	}
	return d.likes.saw(Sighting{ID: request, Org: e.Org, At: d.Clock.Now().UTC().Truncate(time.Microsecond), Prefix: Key(s.like.prefix), Entry: e.Key, Sharing: e.Sharing, Node: e.Node, Member: s.chain.Member, Maker: l.maker,
		Asked: s.call.Model, Policy: s.rule.ID, Strict: l.Strict, Cosine: l.Cosine, Served: served, Mode: l.mode, Cost: e.Cost, Took: e.Took, Prompt: d.PromptOf(l.Mine), Other: l.other, Sealed: text})
}

// sightings is where two questions lie that were found alike, which their ciphertext is bound to.
const sightings = "cache_likes"

// shelve remembers a kept question, and seals it for the other nodes and the next start.
func (d *Desk) shelve(ctx context.Context, s *Slot, e *Entry) {
	a := s.like
	if a == nil || a.vector == nil || a.demand >= NoneServed {
		return
	}
	var own *semantic.Vector
	if s.rule.Like.embedder() != "" {
		own = a.vector
	}
	sealed, err := d.Vault.Seal(ctx, e.Org, table, questionColumn, e.Key.String(), secret.New(string(encodeQuestion(a.text, own))))
	if err != nil {
		return
	}
	e.Prefix, e.Question = Key(a.prefix), sealed
	d.likes.index.Add(e.Org.Bytes(), a.prefix, e.Key, a.question, a.vector)
}

const questionColumn = "question"

// encodeQuestion writes a question, and its vector where a model made it.
func encodeQuestion(text string, v *semantic.Vector) []byte {
	b := append(binary.AppendUvarint(nil, uint64(len(text))), text...)
	if v != nil {
		for _, n := range v {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(n))
		}
	}
	return b
}

func decodeQuestion(b []byte) (text string, v *semantic.Vector, err error) {
	r := reader{b: b}
	text = string(r.bytes())
	if r.bad || len(r.b) != 0 && len(r.b) != 4*semantic.Dimensions {
		return "", nil, errors.New("cache: what was kept is no question")
	}
	if len(r.b) > 0 {
		v = new(semantic.Vector)
		for i := range v {
			v[i] = math.Float32frombits(binary.LittleEndian.Uint32(r.b[4*i:]))
		}
	}
	return text, v, nil
}

// Worth is what a judge may cost at most: what the answer saves, as often as the judge agreed so far.
func (l *Likeness) Worth() money.USD { return l.Hit.Entry.Cost / 1000 * money.USD(l.Odds) }

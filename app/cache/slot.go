package cache

import (
	"encoding/binary"
	"errors"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Want is what a client asks of the cache by a header.
type Want uint8

// What may be asked.
const (
	AsPolicy  Want = iota
	NotMine        // neither give nor keep
	Refresh        // do not give, but keep the new answer
	ExactOnly      // no answer to a question that is worded differently
)

// Ask is a request as the cache sees it. Ask whatever comes before has let it through: who may not ask a model gets nothing from
// the cache either.
type Ask struct {
	Chain   org.Chain
	Call    *llm.Call
	EndUser string
	Purpose string
	// Beta is a header that changes how the body is read (anthropic-beta).
	Beta string
	Want Want
	// TTL is how old an answer may be, and how long the new one is kept: less than the policy says, never more. 0 = as it says.
	TTL time.Duration
	// Models are what would be asked, in any order.
	Models []string
}

// Slot is where the answer to a request is, or will be. It belongs to one request.
type Slot struct {
	Key   Key
	rule  *Record
	chain org.Chain
	node  string
	call  *llm.Call
	ttl   time.Duration
	epoch int64
	seen  bool
	// looked says that it was looked for, and why what the last look found nothing for.
	looked bool
	why    Reason
	late   *Entry // what the store gave, whose time is over
	like   *asked // its question, where the policy compares it with others
}

// Policy is the name of the policy that the slot is under, Pace how its streams are given again.
func (s *Slot) Policy() string { return s.rule.Name }

// Pace is how streams are given again.
func (s *Slot) Pace() Pace { return s.rule.Pace }

// mostBody is the largest request that is looked up: hashing it costs about a millisecond.
const mostBody = 1 << 20

// Seek finds the slot of a request. nil means that nothing is given or kept; why says it where a policy would have it otherwise.
// Without a policy it costs a look into two maps.
func (d *Desk) Seek(a *Ask) (s *Slot, why string) {
	b := d.book(a.Chain.Org)
	if b == nil || len(b.nodes) == 0 {
		return nil, ""
	}
	rule := b.bound(a.Chain, a.Call.Model, a.Purpose)
	if rule == nil {
		return nil, ""
	}
	defer func() {
		if s == nil {
			d.count.bypassed.Add(1)
		}
	}()
	if rule.Mode != Exact {
		return nil, "the policy " + rule.Name + " keeps nothing"
	}
	if why = d.unkept(a, rule); why != "" {
		return nil, why
	}
	shape, ok := shapeOf(a.Call, rule.Sharing != User)
	if !ok {
		return nil, "the request cannot be compared with others"
	}
	warmth := shape.temperature
	if warmth < 0 {
		warmth = 100
	}
	if a.Call.Operation == llm.Chat && warmth > rule.Warmest {
		return nil, "its temperature is above what the policy " + rule.Name + " keeps"
	}
	s = &Slot{rule: rule, chain: a.Chain, call: a.Call, ttl: rule.TTL, epoch: b.epoch}
	if a.TTL > 0 {
		s.ttl = min(s.ttl, a.TTL)
	}
	s.Key, s.node = d.key("1 exact\n", a, rule.Sharing, &shape)
	if rule.Like.On() {
		s.like = d.liken(a, rule)
	}
	return s, ""
}

// unkept says why a request is neither looked up nor kept.
func (d *Desk) unkept(a *Ask, r *Record) string {
	c := a.Call
	switch {
	case a.Want == NotMine:
		return "the client asked for no cache"
	case c.Operation != llm.Chat && c.Operation != llm.Embeddings:
		return "only chat and embeddings are kept"
	case d.wires[c.Family] == nil:
		return "answers of this API are not kept"
	case c.Keeps || c.Follows != "":
		return "the provider keeps this conversation"
	case c.Choices > 1:
		return "the client wants several answers"
	case c.Needs.Tools && !r.Tools:
		return "it offers tools, which the policy " + r.Name + " does not keep"
	case len(c.Body) > mostBody:
		return "the request is too large"
	case c.Plain != "":
		return "it is no text"
	}
	return ""
}

// key makes the key of a kind, and says who shares.
func (d *Desk) key(kind string, a *Ask, sharing Sharing, shape *shape) (Key, string) {
	var node [16]byte
	var name, user string
	switch sharing {
	case Org:
		node, name = a.Chain.Org.Bytes(), a.Chain.Org.UUID()
	case Team:
		node, name = a.Chain.Team.Bytes(), a.Chain.Team.UUID()
	default:
		user = a.EndUser
		if node, name = a.Chain.Member.Bytes(), a.Chain.Member.UUID(); a.Chain.Member.IsZero() {
			node, name = a.Chain.Key.Bytes(), a.Chain.Key.UUID()
		}
	}
	form := ""
	if !retellable(a.Call.Family) {
		form = kindOf(a.Call)
	}
	var room [512]byte
	b := append(room[:0], kind...)
	org := a.Chain.Org.Bytes()
	b = append(append(b, org[:]...), node[:]...)
	for _, s := range [...]string{string(sharing), user, string(a.Call.Family), string(a.Call.Operation), a.Beta, form, a.Call.Model} {
		b = append(binary.AppendUvarint(b, uint64(len(s))), s...)
	}
	models := slices.Compact(slices.Sorted(slices.Values(a.Models)))
	b = binary.AppendUvarint(b, uint64(len(models)))
	for _, s := range models {
		b = append(binary.AppendUvarint(b, uint64(len(s))), s...)
	}
	b = append(b, shape.sum[:]...)
	_, sum := d.MAC.Sum(string(b))
	return sum, name
}

func missing(err error) bool { return errors.Is(err, ErrNotFound) }

// MaxBytes is the largest answer that is kept.
func (s *Slot) MaxBytes() int64 { return s.rule.MaxBytes }

package cache

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// Cut says that entries made before it are not given any more, on every node, in memory and elsewhere. Cuts are counted, not
// dated: a request remembers the newest cut its node knew when it began, so an answer under way while somebody clears the cache
// does not survive it, whatever the clocks say.
type Cut struct {
	Org    id.Org    `json:"org"`
	Number int64     `json:"number"` // counts up for each organization, by the milliseconds of the clock at least
	Kind   CutKind   `json:"kind"`
	Value  string    `json:"value,omitempty"`
	At     time.Time `json:"at"`
	By     string    `json:"-"` // who; for the page
}

// CutKind says what a cut is about.
type CutKind string

// The kinds, and what Value is.
const (
	CutAll    CutKind = "all"
	CutEntry  CutKind = "entry"  // a Key
	CutModel  CutKind = "model"  // a name, as it was asked for or as it answered
	CutPrompt CutKind = "prompt" // Entry.Prompt
	CutNode   CutKind = "node"   // plain uuid of a member, key, team or organization that shares
	CutMember CutKind = "member" // plain uuid of the member whose request paid for it
)

// covers reports whether a cut ends an entry.
func (c *Cut) covers(e *Entry) bool {
	if e.Epoch >= c.Number {
		return false
	}
	switch c.Kind {
	case CutAll:
		return true
	case CutEntry:
		return c.Value == e.Key.String()
	case CutModel:
		return c.Value == e.Asked || c.Value == e.Model
	case CutPrompt:
		return c.Value == e.Prompt.String()
	case CutNode:
		return c.Value == e.Node
	case CutMember:
		return c.Value == e.Member.UUID() || c.Value == e.Node
	}
	return true // a newer program's: better a miss
}

// over reports whether any cut ends an entry. Mostly there is none newer than it.
func (b *rulebook) over(e *Entry) bool {
	if b == nil {
		return false
	}
	for i := range b.cuts {
		if b.cuts[i].Number <= e.Epoch {
			return false
		}
		if b.cuts[i].covers(e) {
			return true
		}
	}
	return false
}

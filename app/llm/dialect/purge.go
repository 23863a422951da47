package dialect

import (
	"bytes"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

// Sealed stands in front of another provider's opaque state where a client's dialect keeps it for us (a thinking
// signature), and SealedBytes where it must be base64: the same, encoded. Only we write and read them; a provider would refuse
// them as signatures that it never gave.
const (
	Sealed      = "bodhi:"
	SealedBytes = "Ym9kaGk6"
)

// Verdict is what is to become of one element of a request: it goes, or cuts in it (offsets from its beginning) are made.
type Verdict struct {
	Gone bool
	Cuts []llm.Cut
}

// Purge takes out of a request that passes in its own dialect what other providers left in it: a conversation that went to
// another one for a turn comes back with that one's thinking. It looks at body[list], or at body[list][i][sub] if sub is
// named, and only where mark stands anywhere. A message of which nothing is left goes, too. Everything else keeps its bytes.
func Purge(body []byte, mark, list, sub string, judge func(element []byte) Verdict) []llm.Cut {
	if !bytes.Contains(body, []byte(mark)) {
		return nil
	}
	at, found := Member(body, list)
	if !found {
		return nil
	}
	if sub == "" {
		cuts, _ := purged(body, at, judge)
		return cuts
	}
	cuts, _ := purged(body, at, func(message []byte) Verdict {
		in, found := Member(message, sub)
		if !found {
			return Verdict{}
		}
		cuts, none := purged(message, in, judge)
		return Verdict{Gone: none, Cuts: cuts}
	})
	return cuts
}

// Member finds a member's value in an object, unescaped keys only.
func Member(object []byte, name string) (at llm.Spot, found bool) {
	c := scan.New(object)
	if c.Kind() != scan.Object {
		return at, false
	}
	c.Object()
	for key, ok := c.Key(); ok; key, ok = c.Key() {
		this := string(c.Value(key, nil)) == name
		c.Kind()
		from := c.At()
		c.Skip()
		if this {
			return llm.Spot{From: from, To: c.At()}, c.Err() == nil
		}
	}
	return at, false
}

// Members gives the cuts that take members out of an object.
func Members(object []byte, gone func(name string) bool) []llm.Cut {
	c := scan.New(object)
	if c.Kind() != scan.Object {
		return nil
	}
	var l list
	c.Object()
	for key, ok := c.Key(); ok; key, ok = c.Key() {
		from := key.From
		name := string(c.Value(key, nil))
		c.Skip()
		l.add(llm.Spot{From: from, To: c.At()}, gone(name))
	}
	return l.cuts()
}

// Elements judges the elements of an array; offsets are from its beginning.
func Elements(array []byte, judge func(element []byte) Verdict) []llm.Cut {
	cuts, _ := purged(array, llm.Spot{To: len(array)}, judge)
	return cuts
}

// purged judges the elements of the array at a spot. none says that nothing would be left of it.
func purged(body []byte, at llm.Spot, judge func([]byte) Verdict) (cuts []llm.Cut, none bool) {
	c := scan.New(body[at.From:at.To])
	if c.Kind() != scan.Array {
		return nil, false
	}
	var l list
	c.Array()
	for c.More() {
		c.Kind()
		from := at.From + c.At()
		c.Skip()
		s := llm.Spot{From: from, To: at.From + c.At()}
		v := judge(body[s.From:s.To])
		if l.add(s, v.Gone); v.Gone {
			continue
		}
		for _, cut := range v.Cuts {
			cuts = append(cuts, llm.Cut{From: cut.From + s.From, To: cut.To + s.From, With: cut.With})
		}
	}
	return append(cuts, l.cuts()...), l.left == 0 && len(l.spots) > 0
}

// list is what stands between commas, and which of it goes.
type list struct {
	spots []llm.Spot
	gone  []bool
	left  int
}

func (l *list) add(s llm.Spot, gone bool) {
	l.spots, l.gone = append(l.spots, s), append(l.gone, gone)
	if !gone {
		l.left++
	}
}

// cuts take out what goes, each with one comma.
func (l *list) cuts() (cuts []llm.Cut) {
	kept := false
	for i, s := range l.spots {
		switch {
		case !l.gone[i]:
			kept = true
		case kept: // with the comma before it
			cuts = append(cuts, llm.Cut{From: l.spots[i-1].To, To: s.To})
		case i+1 < len(l.spots): // with the comma behind it
			cuts = append(cuts, llm.Cut{From: s.From, To: l.spots[i+1].From})
		default: // it is the only one
			cuts = append(cuts, llm.Cut{From: s.From, To: s.To})
		}
	}
	return cuts
}

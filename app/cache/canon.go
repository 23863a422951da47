package cache

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"slices"
	"strconv"
	"sync"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

// mostMembers is how many outermost fields a request may have that is looked up; chat requests have about ten.
const mostMembers = 48

// unsaid are outermost fields that say nothing about the answer: in which pieces it comes, and how requests are labelled. The
// model is in the key as what it stands for.
var unsaid = map[string]bool{"model": true, "stream": true, "stream_options": true, "prompt_cache_key": true, "prompt_cache_retention": true}

// personal are outermost fields that name somebody. They count where an answer is one user's own, and in Responses, whose answers
// repeat them: the next one would read what the first one had sent.
var personal = map[string]bool{"user": true, "metadata": true, "safety_identifier": true}

// shape is what the key needs of a request's body.
type shape struct {
	sum         [sha256.Size]byte // of all fields that count
	temperature int64             // in hundredths; -1 where the request does not say
}

// hashing is a hash and room to write into it, kept between requests.
type hashing struct {
	hash.Hash
	members [mostMembers]member
	out     [sha256.Size]byte
}

type member struct{ name, value []byte }

var hashings = sync.Pool{New: func() any { return &hashing{Hash: sha256.New()} }}

// shapeOf hashes a body, whatever the order of its outermost fields and however it is spaced. shared says that several people get
// the answer, so that fields which name one of them do not count. False is a body that cannot be looked up.
func shapeOf(c *llm.Call, shared bool) (s shape, ok bool) {
	h := hashings.Get().(*hashing)
	defer hashings.Put(h)
	s.temperature = -1
	n := 0
	cursor := scan.New(c.Body)
	if !cursor.Object() {
		return s, false
	}
	for {
		key, more := cursor.Key()
		if !more {
			break
		}
		from := cursor.At()
		cursor.Skip()
		name, value := c.Body[key.From+1:key.To-1], c.Body[from:cursor.At()]
		switch string(name) {
		case "temperature":
			s.temperature = hundredths(value)
		case "generationConfig", "inferenceConfig", "generation_config":
			s.temperature = nested(value)
		}
		if unsaid[string(name)] || shared && personal[string(name)] && c.Family != llm.Responses {
			continue
		}
		if n == mostMembers {
			return s, false
		}
		h.members[n] = member{name, value}
		n++
	}
	if cursor.Err() != nil {
		return s, false
	}
	members := h.members[:n]
	slices.SortFunc(members, func(a, b member) int { return bytes.Compare(a.name, b.name) })
	h.Reset()
	for i, m := range members {
		if i > 0 && bytes.Equal(m.name, members[i-1].name) {
			clear(members)
			return s, false // which of the two counts is the provider's to say, and sorting may have turned them round
		}
		h.part(m.name)
		h.compact(m.value)
	}
	clear(members)
	copy(s.sum[:], h.Sum(h.out[:0]))
	return s, true
}

// part writes a text so that where it ends cannot be shifted.
func (h *hashing) part(b []byte) {
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(len(b)))
	_, _ = h.Write(n[:])
	_, _ = h.Write(b)
}

// compact writes a JSON value without the blanks between its tokens, closed by a byte that no JSON contains.
func (h *hashing) compact(v []byte) {
	from := 0
	for i := 0; i < len(v); i++ {
		switch v[i] {
		case ' ', '\t', '\n', '\r':
			_, _ = h.Write(v[from:i])
			from = i + 1
		case '"':
			for i++; i < len(v) && v[i] != '"'; i++ {
				if v[i] == '\\' {
					i++
				}
			}
		}
	}
	_, _ = h.Write(v[min(from, len(v)):])
	_, _ = h.Write([]byte{0})
}

// hundredths reads a number; -1 for what is none.
func hundredths(v []byte) int64 {
	f, err := strconv.ParseFloat(string(bytes.TrimSpace(v)), 64)
	if err != nil || f < 0 || f > 1000 {
		return -1
	}
	return int64(f*100 + 0.5)
}

// nested finds the temperature in an object of settings.
func nested(v []byte) int64 {
	c := scan.New(v)
	if !c.Object() {
		return -1
	}
	for {
		key, more := c.Key()
		if !more {
			return -1
		}
		from := c.At()
		c.Skip()
		if string(v[key.From+1:key.To-1]) == "temperature" {
			return hundredths(v[from:c.At()])
		}
	}
}

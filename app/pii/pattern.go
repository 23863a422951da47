package pii

import (
	"bytes"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
)

// What a pattern may be. RE2 is linear in the text, but the factor is the size of the compiled pattern: repeats with bounds
// multiply it (0.46 s for 200 KB were seen). maxInstructions is about what a hundred letters or {1,90} of a class come to.
const (
	maxExpr         = 512 // bytes
	maxInstructions = 200
)

// Texts are read in windows, between which the time is looked at. A match of up to overlap bytes is found wherever it lies.
const (
	window  = 2 << 10
	overlap = 256
)

// Budget is how long an organization's own patterns may take for one request.
const Budget = 20 * time.Millisecond

// Pattern is an organization's own detector.
type Pattern struct {
	Name   string `json:"name"`
	Expr   string `json:"expr"` // RE2
	Action Action `json:"action"`
	Answer Action `json:"answer,omitempty"` // what it does in answers
	// Near are words of which one must stand shortly before a match, or name the field that it is in; empty = none need to.
	Near []string `json:"near,omitempty"`
}

func (p Pattern) does(way Way) Action {
	if way == Answered {
		return p.Answer
	}
	return p.Action
}

// matcher is a pattern ready to look.
type matcher struct {
	Pattern
	re *regexp.Regexp
	// must is what every match has in it; nil if nothing. Texts without it need no look.
	must []byte
	size int      // instructions
	near []string // Near in lower case
}

// compile makes a matcher, or says what is wrong with the expression.
func (p Pattern) compile() (*matcher, error) {
	if len(p.Expr) > maxExpr {
		return nil, fault.Field("patterns", fmt.Sprintf("The pattern %q is longer than %d bytes. Split it into several.", p.Name, maxExpr))
	}
	tree, err := syntax.Parse(p.Expr, syntax.Perl&^syntax.OneLine) // ^ and $ are of lines: texts are read in windows
	if err != nil {
		return nil, fault.Field("patterns", fmt.Sprintf("The pattern %q is no regular expression (RE2): %s. Look-around and back-references do not exist in it.", p.Name, strings.ToValidUTF8(err.Error(), "\uFFFD")))
	}
	tree = tree.Simplify()
	prog, err := syntax.Compile(tree)
	if err != nil || len(prog.Inst) > maxInstructions {
		return nil, fault.Field("patterns", fmt.Sprintf("The pattern %q takes too long on long texts: repeats such as {1,100} multiply what stands before them. Use + or *, or smaller bounds.", p.Name))
	}
	re, err := regexp.Compile("(?m)" + p.Expr)
	if err != nil {
		return nil, fault.Field("patterns", fmt.Sprintf("The pattern %q is no regular expression (RE2).", p.Name))
	}
	if re.MatchString("") {
		return nil, fault.Field("patterns", fmt.Sprintf("The pattern %q matches nothing at all, and so every text. Make something in it obligatory.", p.Name))
	}
	m := &matcher{Pattern: p, re: re, must: required(tree), size: len(prog.Inst)}
	for _, w := range p.Near {
		m.near = append(m.near, strings.ToLower(w))
	}
	return m, nil
}

// nearWord is how many bytes before a match one of its words may stand.
const nearWord = 64

// meant reports whether a match at i of a text is next to one of the pattern's words; field is the name of the one it is in.
func (m *matcher) meant(text, field []byte, i int) bool {
	if len(m.near) == 0 {
		return true
	}
	before, name := bytes.ToLower(text[max(0, i-nearWord):i]), bytes.ToLower(field)
	return slices.ContainsFunc(m.near, func(w string) bool { return bytes.Contains(before, []byte(w)) || bytes.Contains(name, []byte(w)) })
}

// required is the longest text that every match of an expression holds as it is; nil without one.
func required(e *syntax.Regexp) (best []byte) {
	switch e.Op {
	case syntax.OpLiteral:
		if e.Flags&syntax.FoldCase == 0 && len(e.Rune) > 1 {
			return []byte(string(e.Rune))
		}
	case syntax.OpCapture, syntax.OpPlus:
		return required(e.Sub[0])
	case syntax.OpRepeat:
		if e.Min > 0 {
			return required(e.Sub[0])
		}
	case syntax.OpConcat:
		for _, s := range e.Sub {
			if r := required(s); len(r) > len(best) {
				best = r
			}
		}
	}
	return best
}

// span is where a pattern matched.
type span struct{ from, to int }

// watch is the time that a request's patterns have, and how much they have done.
type watch struct {
	clock clock.Clock
	until time.Time
	done  int // bytes read times instructions
}

// granted is how much work is done whatever the clock says, because on a busy machine it goes on while we wait for our turn:
// about what the dearest pattern does in Budget on a machine of its own, and 50 KB of a usual one.
const granted = 1 << 20

// over reports whether the time is up.
func (w *watch) over() bool { return w.done >= granted && w.clock.Now().After(w.until) }

// find appends the pattern's matches in a text, at most so many in all; false if the time was up before the end.
func (m *matcher) find(dst []span, text []byte, most int, w *watch) ([]span, bool) {
	if m.must != nil && !bytes.Contains(text, m.must) {
		return dst, true
	}
	done := 0
	for at := 0; at < len(text) && len(dst) < most; {
		if w.over() {
			return dst, false
		}
		end, next := min(at+window+overlap, len(text)), len(text)
		if end < len(text) {
			next = at + window
			if n := bytes.LastIndexAny(text[next-overlap:next], " \n"); n >= 0 {
				next += n + 1 - overlap // a window begins where a word does, or \b would find edges that are none
			}
		}
		w.done += (end - at) * m.size
		for _, r := range m.re.FindAllIndex(text[at:end], most-len(dst)) {
			from, to := at+r[0], at+r[1]
			if from < done || from == to || from >= next {
				continue // found in the window before, or in the next one
			}
			dst, done = append(dst, span{from, to}), to
		}
		at = next
	}
	return dst, true
}

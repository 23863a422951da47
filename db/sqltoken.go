package db

import (
	"errors"
	"strconv"
	"strings"
)

// The guard reads statements as a tree: tokens, with everything between parentheses, or between CASE and END, as one
// node. That is as much SQL as it needs; what it cannot read it refuses.

type nodeKind uint8

const (
	wordNode  nodeKind = iota // an unquoted word, in lower case: a keyword or a name
	nameNode                  // a quoted name
	paramNode                 // a bound value
	otherNode                 // an operator, number or string
	groupNode                 // ( … )
	caseNode                  // CASE … END
)

type node struct {
	kind  nodeKind
	text  string
	param int // index into the arguments
	inner []node
}

func (n node) is(words ...string) bool {
	if n.kind != wordNode {
		return false
	}
	for _, w := range words {
		if n.text == w {
			return true
		}
	}
	return false
}

func (n node) op(s string) bool { return n.kind == otherNode && n.text == s }

func (n node) named() bool { return n.kind == wordNode || n.kind == nameNode }

var (
	errUnread  = errors.New("db: guard: the statement cannot be read")
	errNesting = errors.New("db: guard: the statement's parentheses do not match")
)

// lexer turns one statement into nodes. On SQLite a bare ? is the next value; on PostgreSQL it is an operator.
type lexer struct {
	s        string
	postgres bool
	params   int
}

func parse(query string, postgres bool) ([]node, error) {
	l := &lexer{s: query, postgres: postgres}
	out, closed, err := l.list("")
	if err == nil && closed {
		err = errNesting
	}
	return out, err
}

// list reads nodes until the closing token, or the end if closing is "".
func (l *lexer) list(closing string) (out []node, closed bool, err error) {
	for {
		n, ok, err := l.next()
		if err != nil {
			return nil, false, err
		}
		switch {
		case !ok:
			if closing != "" {
				return nil, false, errNesting
			}
			return out, false, nil
		case n.op(")"), closing == "end" && n.is("end"):
			if (closing == "end") == n.op(")") {
				return nil, false, errNesting
			}
			return out, true, nil
		case n.op("("), n.is("case"):
			kind, until := groupNode, ")"
			if n.is("case") {
				kind, until = caseNode, "end"
			}
			inner, _, err := l.list(until)
			if err != nil {
				return nil, false, err
			}
			out = append(out, node{kind: kind, inner: inner})
		default:
			out = append(out, n)
		}
	}
}

func (l *lexer) next() (n node, ok bool, err error) {
	if err := l.skip(); err != nil || l.s == "" {
		return node{}, false, err
	}
	c := l.s[0]
	switch {
	case c == '"' || c == '`':
		text, err := l.quoted(c)
		return node{kind: nameNode, text: text}, true, err
	case c == '\'':
		_, err := l.quoted(c)
		return node{kind: otherNode, text: "'"}, true, err
	case c == '$' || c == '?' && !l.postgres:
		return l.value(c)
	case wordStart(c):
		w := l.take(wordByte)
		if l.postgres && strings.HasPrefix(l.s, "'") && strings.EqualFold(w, "e") {
			return node{}, false, errUnread // E'…' has escapes of its own
		}
		return node{kind: wordNode, text: strings.ToLower(w)}, true, nil
	case c >= '0' && c <= '9':
		return node{kind: otherNode, text: l.take(func(b byte) bool { return wordByte(b) || b == '.' })}, true, nil
	case strings.IndexByte("(),;.[]", c) >= 0:
		l.s = l.s[1:]
		return node{kind: otherNode, text: string(c)}, true, nil
	}
	op := l.take(func(b byte) bool { return strings.IndexByte("=<>!~:+-*/%|&#@^", b) >= 0 || b == '?' && l.postgres })
	if op == "" {
		return node{}, false, errUnread
	}
	return node{kind: otherNode, text: op}, true, nil
}

// skip passes over blanks and comments.
func (l *lexer) skip() error {
	for {
		l.s = strings.TrimLeft(l.s, " \t\r\n\f")
		until := ""
		switch {
		case strings.HasPrefix(l.s, "--"):
			until = "\n"
		case strings.HasPrefix(l.s, "/*"):
			until = "*/"
		default:
			return nil
		}
		_, rest, found := strings.Cut(l.s[2:], until)
		if !found && until == "*/" {
			return errUnread
		}
		l.s = rest
	}
}

// quoted reads a quoted name or string, in which a doubled quote stands for itself.
func (l *lexer) quoted(quote byte) (string, error) {
	var text strings.Builder
	for i := 1; i < len(l.s); i++ {
		if l.s[i] != quote {
			text.WriteByte(l.s[i])
			continue
		}
		if i+1 < len(l.s) && l.s[i+1] == quote {
			text.WriteByte(quote)
			i++
			continue
		}
		l.s = l.s[i+1:]
		return text.String(), nil
	}
	return "", errUnread
}

// value reads $1, ?1 or ?.
func (l *lexer) value(mark byte) (node, bool, error) {
	l.s = l.s[1:]
	digits := l.take(func(b byte) bool { return b >= '0' && b <= '9' })
	if digits == "" {
		if mark == '$' {
			return node{}, false, errUnread // a dollar-quoted string
		}
		l.params++
		return node{kind: paramNode, param: l.params - 1}, true, nil
	}
	i, err := strconv.Atoi(digits)
	if err != nil || i < 1 {
		return node{}, false, errUnread
	}
	l.params = max(l.params, i)
	return node{kind: paramNode, param: i - 1}, true, nil
}

func (l *lexer) take(while func(byte) bool) string {
	i := 0
	for i < len(l.s) && while(l.s[i]) {
		i++
	}
	head := l.s[:i]
	l.s = l.s[i:]
	return head
}

func wordStart(b byte) bool {
	return b == '_' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= 0x80
}

func wordByte(b byte) bool { return wordStart(b) || b >= '0' && b <= '9' || b == '$' }

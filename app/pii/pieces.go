package pii

import (
	"bytes"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// pieces walks over the texts of a request's body, which is JSON or a form and was checked by a dialect before: what it meets
// is sound. Its cost is that of one look at each byte.
type pieces struct {
	body  []byte
	at    int
	depth int
	mark  []byte // what stands between the parts of a form; nil in JSON

	top    llm.Spot // the name of the field of the body that the piece is in
	key    llm.Spot // the name of the field that the piece is the value of, without quotes
	piece  llm.Spot // without quotes
	number bool     // it is a number, not a string
	plain  bool     // it is no JSON: nothing in it is escaped
	text   bool     // all of the body is one piece
	dark   bool     // of the part of a form only the headers are read: it is no text
	hidden llm.Spot // what else is in that part

	short bool // numbers of any length in what tools were called with are pieces too
	tool  int  // the depth of the object that a tool was called with, or answered; 0 = this is none
}

// piecesOf begins a walk.
func piecesOf(body []byte) pieces {
	p := pieces{body: body}
	if bytes.HasPrefix(body, []byte("--")) {
		if end := bytes.Index(body, []byte("\r\n")); end > 0 {
			p.mark, p.at, p.plain = body[:end], end+2, true
		}
	}
	return p
}

// piecesOfText begins a walk over a text, which is one piece.
func piecesOfText(body []byte) pieces { return pieces{body: body, plain: true, text: true} }

// Numbers of fewer digits are no personal data, though an organization's own pattern may mean them, and outside messages they are
// settings.
const (
	shortestNumber = 9
	settingsDepth  = 1
)

// next finds the next piece.
func (p *pieces) next() bool {
	if p.text {
		p.piece, p.at = llm.Spot{From: p.at, To: len(p.body)}, len(p.body)
		return p.piece.From < p.piece.To
	}
	if p.mark != nil {
		return p.part()
	}
	for p.at < len(p.body) {
		switch c := p.body[p.at]; c {
		case '"':
			from := p.at + 1
			p.piece, p.number = llm.Spot{From: from, To: closing(p.body, from)}, false
			p.at = p.piece.To + 1
			named := p.colon()
			if named {
				if p.key = p.piece; p.depth == settingsDepth {
					p.top = p.piece
				}
			} else if p.depth == settingsDepth && string(p.name()) == "model" {
				continue // which model it is to be is no content
			}
			return true
		case '{', '[':
			if p.depth++; p.tool == 0 && p.short && c == '{' && p.toolBegins() {
				p.tool = p.depth
			}
		case '}', ']':
			if p.depth--; p.depth < p.tool {
				p.tool = 0
			}
		default:
			if from := p.at; isDigit(c) {
				for p.at < len(p.body) && (isDigit(p.body[p.at]) || p.body[p.at] == '.' || p.body[p.at]|0x20 == 'e') {
					p.at++
				}
				if (p.at-from >= shortestNumber || p.tool > 0) && p.depth > settingsDepth {
					p.piece, p.number = llm.Spot{From: from, To: p.at}, true
					return true
				}
				continue
			}
		}
		p.at++
	}
	return false
}

// tools are the fields of messages whose objects are a tool's: of Anthropic's dialect the first, of Gemini's the others.
var tools = map[string]bool{"input": true, "args": true, "response": true}

// toolBegins reports whether the object that begins here is what a tool was called with, or answered.
func (p *pieces) toolBegins() bool {
	if top := string(p.body[p.top.From:p.top.To]); top != "messages" && top != "contents" || !tools[string(p.name())] {
		return false
	}
	const space = " \n\t\r"
	before, is := bytes.CutSuffix(bytes.TrimRight(p.body[p.key.To:p.at], space), []byte(":"))
	return is && string(bytes.TrimRight(before, space)) == `"`
}

// colon reports whether a colon follows, so that what was read is a key.
func (p *pieces) colon() bool {
	for p.at < len(p.body) {
		switch p.body[p.at] {
		case ' ', '\n', '\t', '\r':
			p.at++
			continue
		case ':':
			return true
		}
		return false
	}
	return false
}

// places are the fields of requests whose names say where something was found. Others are not repeated: what stands there is the
// client's to choose.
var places = map[string]string{"messages": "messages", "contents": "messages", "input": "messages", "system": "system", "instructions": "system", "systemInstruction": "system",
	"system_instruction": "system", "tools": "tools", "toolConfig": "tools", "prompt": "prompt", "metadata": "metadata", "user": "metadata"}

// place is where the piece is, in our own words.
func (p *pieces) place() string {
	if p.mark != nil {
		return "form"
	}
	if name := places[string(p.body[p.top.From:p.top.To])]; name != "" {
		return name
	}
	return "settings"
}

// name is the key that the piece belongs to.
func (p *pieces) name() []byte { return p.body[p.key.From:p.key.To] }

// closing is where the string that begins at i ends: its closing quote.
func closing(b []byte, i int) int {
	for from := i; ; {
		n := bytes.IndexByte(b[from:], '"')
		if n < 0 {
			return len(b)
		}
		end, slashes := from+n, 0
		for end-slashes > i && b[end-slashes-1] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			return end
		}
		from = end + 1
	}
}

// part finds the next part of a form, its headers included: they hold a file's name. Of a part that is no text only those are
// read.
func (p *pieces) part() bool {
	if p.at >= len(p.body) {
		return false
	}
	from, to := p.at, len(p.body)
	if n := bytes.Index(p.body[from:], p.mark); n >= 0 {
		to = from + n
	}
	p.at = min(to+len(p.mark)+2, len(p.body))
	p.dark, p.hidden = false, llm.Spot{}
	if part := p.body[from:to]; !utf8.Valid(part) || bytes.IndexByte(part, 0) >= 0 {
		p.dark = true
		if end := bytes.Index(part, []byte("\r\n\r\n")); end >= 0 {
			p.hidden = llm.Spot{From: from + end + 4, To: max(from+end+4, to-2)} // what ends it is no part of the file
			to = from + end
		}
	}
	p.piece = llm.Spot{From: from, To: to}
	return true
}

// Inline media and opaque state are passed over: longer strings in nothing but base64, and the fields that providers keep
// their own state in, whatever its length.
const shortestMedia = 1 << 10

var opaque = map[string]bool{"signature": true, "thoughtSignature": true, "thought_signature": true, "encrypted_content": true, "redactedContent": true}

// media reports whether a string is no text.
func media(key, s []byte) bool {
	if len(s) < shortestMedia && (len(s) < 64 || !opaque[string(key)]) {
		return false
	}
	if bytes.HasPrefix(s, []byte("data:")) {
		head, _, ok := bytes.Cut(s[:min(len(s), 256)], []byte(";base64,"))
		if !ok {
			return false
		}
		s = s[len(head)+len(";base64,"):]
	}
	for _, c := range s {
		if class[c]&(digit|upper|lower|coded) == 0 {
			return false
		}
	}
	return true
}

// locator finds the bytes of an escaped text that a place in its meaning comes from. Places must ascend.
type locator struct {
	raw      []byte
	at, mean int
}

func (l *locator) find(place int) int {
	for l.mean < place && l.at < len(l.raw) {
		if l.raw[l.at] != '\\' {
			l.at++
			l.mean++
			continue
		}
		r, took := escape(l.raw[l.at:])
		l.at += took
		l.mean += utf8.RuneLen(r)
	}
	return l.at
}

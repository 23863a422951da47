package pii

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// Recognizer is a model that is asked for the names and addresses in a request: no form tells them from other words. It is off unless a
// rule names one. It looks at requests only.
type Recognizer struct {
	Model string `json:"model,omitempty"` // an alias, or a model, that whoever asks may ask; "" = nobody looks
	// Failing is what becomes of a request that nobody could look at: "block", "allow", or "" for what the actions ask: block where
	// names or addresses are masked or blocked.
	Failing string `json:"failing,omitempty"`
	// Most is what one look may cost; 0 = what the chain pays.
	Most money.USD `json:"most,omitempty"`
}

// recognized are the kinds that only a model finds.
var recognized = Of(Person, Address)

// Recognized reports whether only a model finds a kind.
func (k Kind) Recognized() bool { return recognized&Of(k) != 0 }

// The bounds of what a model is asked, in bytes and in findings.
const (
	// MostRecognized is the longest text that a model looks at: some ten thousand words, which a small one reads within seconds.
	MostRecognized = 64 << 10
	mostKnown      = 500
	leastKnown     = 2
	longestKnown   = 200
)

// Unrecognized is the detector of texts in which nobody could look for names and addresses.
const Unrecognized = "unrecognized"

// Recognition is who looks for names and addresses below a place.
type Recognition struct {
	Recognizer
	Strict bool // what could not be looked at is refused
	by     *rule
}

// Recognition is who is asked: the model of the rule next to the key. What cannot be looked at is refused if any rule says so.
func (b *Bound) Recognition() (out Recognition, ok bool) {
	for _, r := range b.rules[:b.n] {
		most := max(r.actions[Asked][Person], r.actions[Asked][Address])
		if most == Off || r.Recognizer.Model == "" {
			continue
		}
		ok, out.Recognizer = true, r.Recognizer
		if r.Recognizer.Failing == "block" || r.Recognizer.Failing == "" && most.Strict() {
			out.Strict, out.by = true, r
		}
		if out.by == nil {
			out.by = r
		}
	}
	return out, ok
}

// Known is something that a model found: what it is, and how it stands in the text.
type Known struct {
	Kind Kind
	Text string
}

// Sound are those findings that can be looked for: of a length, with a letter, each once.
func Sound(all []Known) []Known {
	var out []Known
	seen := map[Known]bool{}
	for _, k := range all {
		k.Text = strings.TrimSpace(k.Text)
		if n := len(k.Text); n < leastKnown || n > longestKnown || seen[k] || !k.Kind.Recognized() || strings.IndexFunc(k.Text, letterish) < 0 || len(out) == mostKnown {
			continue
		}
		seen[k] = true
		out = append(out, k)
	}
	return out
}

func letterish(r rune) bool { return r > 0x7F || isLetter(byte(r)) } //nolint:gosec // below 0x80

// spoken are the places in which people and models speak.
var spoken = map[string]bool{"messages": true, "system": true, "prompt": true}

// Texts are what a request says, one text after the other; false if that is longer than MostRecognized.
func (b Bound) Texts(body []byte) (string, bool) {
	d, _ := b.book.desks.Get().(*desk)
	defer b.book.desks.Put(d)
	w := reading{desk: d}
	var out strings.Builder
	for p := piecesOf(body); p.next(); {
		raw := p.body[p.piece.From:p.piece.To]
		if p.number || p.key == p.piece || p.mark == nil && !spoken[p.place()] || media(p.name(), raw) || bytes.HasPrefix(raw, []byte("data:")) || carried[string(p.name())] && oneWord(raw) {
			continue
		}
		text, _ := w.meaning(&p, raw)
		if !bytes.ContainsFunc(text, letterish) || oneWord(text) && len(text) < 24 && p.mark == nil && !said[string(p.name())] {
			continue
		}
		if out.Len()+len(text) > MostRecognized {
			return "", false
		}
		out.Write(text)
		out.WriteByte('\n')
	}
	return out.String(), true
}

// said are the fields in which single words are texts, too; elsewhere they are settings, such as a role.
var said = map[string]bool{"content": true, "text": true, "prompt": true, "system": true, "input": true}

func oneWord(t []byte) bool { return bytes.IndexByte(t, ' ') < 0 }

// ScreenKnown is Screen with what a model found.
func (b Bound) ScreenKnown(ctx context.Context, body []byte, known []Known) Result {
	return b.passKnown(ctx, piecesOf(body), Asked, nil, known)
}

// Unlooked notes that nobody could look for names and addresses, and refuses the request where a rule says so.
func (r *Result) Unlooked(by Recognition) {
	a := Log
	if by.Strict {
		a, r.Body = Block, nil
	}
	r.count(Found{Detector: Unrecognized, Action: a, Place: "messages", kind: kindCount, by: by.by})
}

// knownIn notes where what a model found stands in a text, as whole words.
func (w *reading) knownIn(p *pieces, text []byte) {
	if place := p.place(); p.mark == nil && !spoken[place] {
		return
	}
	edge := func(i int) bool { return i < 0 || i >= len(text) || !isWord(text[i]) && text[i] < 0x80 }
	for _, k := range w.known {
		for at := 0; w.left > 0; {
			n := bytes.Index(text[at:], []byte(k.Text))
			if n < 0 {
				break
			}
			from, to := at+n, at+n+len(k.Text)
			if at = to; !edge(from-1) || !edge(to) {
				continue
			}
			a, by := w.bound.verdict(w.way, Hit{Kind: k.Kind, From: from, To: to}, text[from:to])
			if a = w.does(a); a == Off {
				continue
			}
			w.count(Found{Detector: k.Kind.Name(), Action: a, Place: w.placeOf(p), kind: k.Kind, by: by})
			if a == Mask {
				w.piece = append(w.piece, mark{from: from, to: to, word: words[k.Kind].mark})
			}
		}
	}
}

// recognizer refuses terms that nobody could act on.
func (in Input) recognizer() error {
	r := in.Recognizer
	asked := max(in.Actions[Person], in.Actions[Address]) > Off
	switch {
	case max(in.Answers[Person], in.Answers[Address]) > Off:
		return fault.Field("answers", "Names and addresses are looked for in requests only. Set them to off in answers.")
	case asked && r.Model == "":
		return fault.Field("recognizer", "Say which model looks for names and addresses: an alias, or a model of yours.")
	case r.Failing != "" && r.Failing != "block" && r.Failing != "allow":
		return fault.Field("recognizer", "What happens if the model cannot be asked is block, allow, or nothing for what the actions ask.")
	case len(r.Model) > maxValue:
		return fault.Field("recognizer", fmt.Sprintf("The model's name has at most %d bytes.", maxValue))
	case r.Most < 0:
		return fault.Field("recognizer", "What a look may cost is an amount in USD, or nothing.")
	}
	return nil
}

package llm

import "strings"

// InOrder makes a writer for a dialect whose blocks stand one after the other. Some servers send pieces of several tool
// calls in turns; what does not belong to the call under way waits then until its arguments are a whole JSON value, or the
// answer's reason has come. Calls that follow each other, as most providers send them, wait for nothing.
func InOrder(w Writer) Writer { return &ordered{next: w, open: -1} }

type ordered struct {
	next Writer
	open int // the call whose arguments are under way; -1 without
	args progress
	held []Delta // at most as much as the answer itself
}

// Write implements Writer.
func (o *ordered) Write(dst []byte, d *Delta) (_ []byte, err error) {
	switch d.Kind {
	case Begin, Used, Alive:
		return o.next.Write(dst, d)
	case Finish, End:
		if dst, err = o.release(dst, true); err != nil {
			return dst, err
		}
		return o.next.Write(dst, d)
	}
	if o.busy() && !(d.Kind == CallDelta && d.Call == o.open) && d.Choice == 0 {
		keep := *d
		keep.Raw = append([]byte(nil), d.Raw...) // it is the reader's, and only until the next one
		o.held = append(o.held, keep)
		return dst, nil
	}
	if dst, err = o.pass(dst, d); err != nil {
		return dst, err
	}
	return o.release(dst, false)
}

func (o *ordered) busy() bool { return o.open >= 0 && !o.args.whole() }

func (o *ordered) pass(dst []byte, d *Delta) ([]byte, error) {
	switch {
	case d.Kind == CallBegin && d.Choice == 0:
		o.open, o.args = d.Call, progress{}
	case d.Kind == CallDelta && d.Call == o.open:
		o.args.read(d.Text)
	case d.Kind == CallDelta && strings.TrimSpace(d.Text) == "":
		return dst, nil // behind arguments that are whole
	}
	return o.next.Write(dst, d)
}

// release writes what waited: all of it at the end of the answer, else up to the next call that is not whole.
func (o *ordered) release(dst []byte, all bool) (_ []byte, err error) {
	for len(o.held) > 0 && (all || !o.busy()) {
		d := o.held[0]
		o.held = o.held[1:]
		if dst, err = o.pass(dst, &d); err != nil {
			return dst, err
		}
		if d.Kind != CallBegin {
			continue
		}
		rest := o.held[:0]
		for i := range o.held {
			p := &o.held[i]
			if p.Kind != CallDelta || p.Call != d.Call {
				rest = append(rest, *p)
				continue
			}
			if dst, err = o.pass(dst, p); err != nil {
				return dst, err
			}
		}
		o.held = rest
	}
	return dst, nil
}

// progress follows a JSON object or array that comes in pieces, only as far as telling when it is whole. What is none of
// both never is.
type progress struct {
	depth           int
	quoted, escaped bool
	done            bool
}

func (p *progress) whole() bool { return p.done }

func (p *progress) read(s string) {
	for i := 0; i < len(s) && !p.done; i++ {
		switch c := s[i]; {
		case p.escaped:
			p.escaped = false
		case p.quoted && c == '\\':
			p.escaped = true
		case c == '"':
			p.quoted = !p.quoted
		case p.quoted:
		case c == '{' || c == '[':
			p.depth++
		case c == '}' || c == ']':
			p.depth--
			p.done = p.depth <= 0
		}
	}
}

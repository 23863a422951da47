package pii

import (
	"bytes"
	"context"
)

// maxHits is how much may be found in one request. More than that is a list of people; where anything is masked or blocked it is
// refused, because the rest was not looked at.
const maxHits = 10_000

// Found is how often one detector found something in one place, and what happened to it.
type Found struct {
	Detector string `json:"detector"` // a Kind's name, or a pattern's
	Own      bool   `json:"own,omitempty"`
	Action   Action `json:"action"`
	Count    int    `json:"count"`
	// Place is where: "messages", "system", "tools", "prompt", "metadata", "settings", "form", "answer"; "" in what was noted before
	// places were.
	Place string `json:"place,omitempty"`

	kind Kind
	by   *rule
}

// Result is what screening a request came to. Its zero value says that nothing was found.
type Result struct {
	Action Action // the strictest
	Found  []Found
	// Body is the request with placeholders, nil if nothing is masked. The request's own is never changed.
	Body []byte
	// Unread is the pattern that the time was not enough for, "" if all was read. Where it masks or blocks, Action is Block.
	Unread string
	// TooMany says that maxHits was reached.
	TooMany bool

	// Read is how many attached files were looked into.
	Read int

	unread *rule
	vault  *vault // what the placeholders stand for; nil if nothing is masked
}

// desk is what screening one request needs, kept for the next one.
type desk struct {
	hits  []Hit
	spans []span
	text  [2][]byte
	piece []mark // of the piece at hand, places in its meaning
	marks []mark // of the body
}

// Screen looks for what the rules want in a request's body. Without rules it does nothing; without findings it allocates
// nothing that lasts. The context bounds how long attached files are read; what is not read by then counts as unreadable.
func (b Bound) Screen(ctx context.Context, body []byte) Result {
	if b.n == 0 || len(body) == 0 {
		return Result{}
	}
	return b.pass(ctx, piecesOf(body), Asked, nil)
}

// pass looks at a body on its way. Placeholders of v, which may be nil, become what they stand for.
func (b Bound) pass(ctx context.Context, p pieces, way Way, v *vault) Result {
	return b.passKnown(ctx, p, way, v, nil)
}

// passKnown is pass with what a model found in the body.
func (b Bound) passKnown(ctx context.Context, p pieces, way Way, v *vault, known []Known) Result {
	d, _ := b.book.desks.Get().(*desk)
	defer b.book.desks.Put(d)
	d.marks = d.marks[:0]
	w := reading{desk: d, bound: b, left: maxHits, way: way, vault: v, blind: b.unread(), ctx: ctx, known: known}
	if way == Asked && b.scans() {
		w.files = b.book.Files
	}
	w.want, w.own, w.strict = b.wanted(way)
	if p.short = w.own; w.own {
		w.watch = b.book.watch()
	}
	for w.left > 0 && p.next() {
		w.read(&p)
	}
	w.finish(p.body)
	d.wipe()
	return w.result
}

// wipe forgets what was found: no value outlives its request here.
func (d *desk) wipe() {
	clear(d.marks[:cap(d.marks)])
	clear(d.piece[:cap(d.piece)])
}

func (b *Book) watch() watch { return watch{clock: b.clock, until: b.clock.Now().Add(Budget)} }

// nested reports whether a text is JSON itself, as a tool's arguments are: then escapes in it mean something.
func nested(text []byte) bool {
	text = bytes.TrimLeft(text, " \n\r\t")
	return len(text) > 1 && (text[0] == '{' || text[0] == '[') && bytes.IndexByte(text, '\\') >= 0
}

package document

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

// Apart reads a PDF where it harms nobody, and tells each page as it is read; total is how many there are. What it returns is a refusal of
// this package, or the context's end. A page that tell refuses is the last one. *apart.Reader's Read is one.
type Apart func(ctx context.Context, data []byte, l Limits, tell func(p Page, total int) bool) error

// Reader reads documents. It may be used by many at once.
type Reader struct {
	apart Apart
	seats chan struct{}
}

// atOnce is how many PDFs are read at a time on a node: each may take a processor and up to half a gigabyte.
const atOnce = 2

// New makes a reader. Without apart, PDFs are read in this process: for tests, and for what nobody strange hands in.
func New(apart Apart) *Reader {
	if apart == nil {
		apart = Here
	}
	return &Reader{apart: apart, seats: make(chan struct{}, atOnce)}
}

// Text reads a document's text. A picture has none: its one page is empty. An error is a refusal that the person who sent it can read;
// where some pages were read before it became too much, there is none, and Cut tells why.
func (r *Reader) Text(ctx context.Context, data []byte, l Limits) (Text, error) {
	l = l.orDefault()
	if len(data) > l.Bytes {
		return Text{}, costly(fmt.Sprintf("it has %d bytes, and %d are read", len(data), l.Bytes))
	}
	kind, err := Sniff(data)
	if err != nil {
		return Text{}, err
	}
	within, cancel := context.WithTimeout(ctx, l.Time)
	defer cancel()
	k := &keep{limits: l, text: Text{Kind: kind}}
	err = r.read(within, kind, data, k)
	if err != nil && ctx.Err() != nil {
		return Text{}, ctx.Err()
	}
	if err != nil && within.Err() != nil {
		err = late(l)
	}
	switch {
	case k.text.Cut != "":
		err = nil
	case fault.Is(err, fault.TooLarge) && !k.text.Blank():
		k.text.Cut, err = "Only the first "+pages(len(k.text.Pages))+" could be read: the rest takes more than one document may.", nil
	}
	if err != nil {
		return Text{}, err
	}
	if k.text.Cut == "" {
		k.text.Total = len(k.text.Pages) // what a file says of itself may be wrong
	}
	return k.text, nil
}

func (r *Reader) read(ctx context.Context, kind Kind, data []byte, k *keep) error {
	switch kind {
	case PDF:
		select {
		case r.seats <- struct{}{}:
			defer func() { <-r.seats }()
		case <-ctx.Done():
			return ctx.Err()
		}
		return r.apart(ctx, data, k.limits, k.page)
	case Word, Sheet, Deck:
		z, err := unpack(ctx, data, k.limits)
		if err != nil {
			return err
		}
		return map[Kind]func(*packed, *keep) error{Word: word, Sheet: sheets, Deck: deck}[kind](z, k)
	case HTML:
		return hypertext(ctx, data, k)
	case Plain:
		return plain(data, k)
	}
	k.page(Page{Number: 1}, 1)
	return nil
}

// keep takes pages until there are too many.
type keep struct {
	limits Limits
	text   Text
	bytes  int
	seen   int // bytes of pictures
}

var errEnough = errors.New("enough was read")

// page takes one; false is that it was the last that is wanted.
func (k *keep) page(p Page, total int) bool {
	k.text.Total = max(k.text.Total, total)
	if len(k.text.Pages) >= k.limits.Pages {
		k.text.Cut = fmt.Sprintf("Only the first %s of %d were read.", pages(k.limits.Pages), k.text.Total)
		return false
	}
	p.Text = clean(p.Text)
	if k.bytes+len(p.Text) > k.limits.Text {
		p.Text = strings.ToValidUTF8(p.Text[:k.limits.Text-k.bytes], "")
		k.text.Cut = fmt.Sprintf("The document has more text than the %d bytes that are read; page %d and what follows is not all there.", k.limits.Text, p.Number)
	}
	if k.seen += len(p.Picture); k.seen > k.limits.Pictures {
		p.Picture = nil
	}
	k.bytes += len(p.Text)
	k.text.Pages = append(k.text.Pages, p)
	return k.text.Cut == ""
}

func pages(n int) string {
	if n == 1 {
		return "page"
	}
	return fmt.Sprintf("%d pages", n)
}

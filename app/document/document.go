// Package document reads what people hand in: the text of PDFs, Office files, pages and plain texts, page by page (package tool asks models about
// it). What arrives was made by strangers. So every reading is bounded in bytes, pages, text and time, nothing in a file
// is run, fetched or followed out of it, and PDFs, whose structure can make any reader hungry, are read in a process of their own that may
// die (package apart). What a file is, its content says, never its name.
package document

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

// Kind is what a file is.
type Kind string

// The kinds. Markdown, CSV and JSON are Plain: their text is what they are.
const (
	PDF   Kind = "pdf"
	Word  Kind = "docx"
	Sheet Kind = "xlsx"
	Deck  Kind = "pptx"
	HTML  Kind = "html"
	Plain Kind = "text"
	Image Kind = "image" // has no text of its own; models with eyes read it
)

// Page is one page, slide or sheet.
type Page struct {
	Number int    `json:"number"` // counted from 1
	Name   string `json:"name,omitempty"`
	Text   string `json:"text"` // lines; cells of a table's row are divided by tabs
	// Picture is what a page without a text is, as a JPEG, where Limits.Pictures asks for it: a scan.
	Picture []byte `json:"picture,omitempty"`
}

// Text is what was read.
type Text struct {
	Kind  Kind
	Pages []Page // in order; those without a text are there, empty
	Total int    // pages that the document has; more than Pages if Cut
	Cut   string // why not all was read, a sentence; "" if all was
}

// Blank reports whether nothing could be read: a scan, a photograph.
func (t Text) Blank() bool {
	for _, p := range t.Pages {
		if p.Text != "" {
			return false
		}
	}
	return true
}

// Limits bound a reading. The zero value of each means its default.
type Limits struct {
	Bytes    int           // of the file: 32 MiB, the largest body that the gateway takes
	Unpacked int           // of what is packed inside: 64 MiB, twenty times a long book
	Pages    int           // 2,000
	Pictures int           // bytes of pages that are pictures: none
	Text     int           // bytes of text: 8 MiB, more than any model's context
	Time     time.Duration // 10 s; the slowest honest file that we met takes a second
}

func (l Limits) orDefault() Limits {
	or := func(n *int, usual int) {
		if *n <= 0 {
			*n = usual
		}
	}
	or(&l.Bytes, 32<<20)
	or(&l.Unpacked, 64<<20)
	or(&l.Pages, 2000)
	or(&l.Text, 8<<20)
	if l.Time <= 0 {
		l.Time = 10 * time.Second
	}
	return l
}

// The codes of what cannot be read. A refusal of Reader.Text has one of them.
const (
	CodeEncrypted = "document_encrypted"
	CodeBroken    = "document_broken"
	CodeCostly    = "document_too_costly"
	CodeUnknown   = "document_unknown"
)

func encrypted() error {
	return fault.New(fault.Invalid, "document_encrypted", "The document is protected with a password. Remove the protection, for example by printing it to a new PDF, and send it again.")
}

func broken(what string, because error) error {
	return fault.New(fault.Invalid, "document_broken", "The document cannot be read: "+what+". Save it again with the program that made it, and send that.").Because(because)
}

func costly(what string) error {
	return fault.New(fault.TooLarge, "document_too_costly", "The document takes more than one document may: "+what+". Split it, and send the parts.")
}

func unknown(what string) error {
	return fault.New(fault.Invalid, "document_unknown", what+" PDF, Word (docx), Excel (xlsx), PowerPoint (pptx), HTML, Markdown, plain text and pictures (PNG, JPEG, GIF, WebP) are read.")
}

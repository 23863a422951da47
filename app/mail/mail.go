// Package mail sends letters to people. A room orders one inside the transaction that causes it (Post.Send); a job
// writes and sends it later (Courier.Deliver). The order holds ids and an address, never the text: what the letter says
// is read from the room when it is written, so a revoked invitation is not sent any more, and no link that opens a door
// lies in the database.
//
// A letter has one form (Letter), from which both the plain text and the HTML are made, so the text says everything.
// Nothing here knows SMTP; app/mail/smtp does. Without a server, letters land in a Box on this machine.
package mail

import (
	"context"
	"errors"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// Kind says which letter it is; the room that orders it registers a Composer for it. It is stored, so it never changes.
type Kind string

// Order is a letter to be written.
type Order struct {
	Org  id.Org
	Kind Kind
	// To is the recipient's address, checked by org.Email.
	To string
	// About is the plain uuid of the thing the letter is about; the Composer looks it up.
	About string
	// Once names the occasion. A second order with the same words changes nothing, so a job that runs twice, or a person
	// who clicks twice, sends one letter.
	Once string
}

// Mail is an order in the books.
type Mail struct {
	ID id.Mail
	Order
	CreatedAt time.Time
	SentAt    time.Time // zero = not yet
	DroppedAt time.Time // zero = not given up
	Tries     int64
	// Problem is why the last try failed or the mail was dropped, for operators and inviters: a server's words, no secret.
	Problem string
}

// Letter is what a mail says, before it is laid out.
type Letter struct {
	Subject string
	Heading string
	Text    []string // paragraphs
	Facts   []Fact
	// Sections follow the facts: a report's pictures and tables.
	Sections []Section
	Action   Action
	// Foot is the small print: why this came, and what to do if it should not have.
	Foot []string
	// Links stand below it: where to change what one gets.
	Links []Action
	// Files come with it.
	Files []File
}

// Section is a part of a longer letter under a heading of its own.
type Section struct {
	Heading string
	Text    []string // paragraphs
	Picture *Picture
	Table   *Table
}

// Picture is shown within the letter. Alt says all that it shows, for those who do not see it.
type Picture struct {
	Name          string // of its file
	Alt           string
	Width, Height int // as it is shown, in CSS pixels
	PNG           []byte
}

// Table is a few columns of words and figures; the first column names its row. Rows have as many cells as there are columns.
type Table struct {
	Columns []string
	Rows    [][]string
}

// File comes with a mail. Inline ones are shown by the HTML, as cid: and their name.
type File struct {
	Name, Type string
	Body       []byte
	Inline     bool
}

// Fact is one line of a letter's table.
type Fact struct{ Label, Value string }

// Action is the one thing to do. URL is absolute.
type Action struct{ Label, URL string }

// Message is a letter laid out and addressed, for a Carrier.
type Message struct {
	To, Subject, Text, HTML string
	// ID is the Message-ID without brackets. It is the same at every try, so that a mail that was accepted although we
	// never heard of it is recognised as the same one.
	ID    string
	At    time.Time
	Files []File `json:",omitempty"`
	// Stop is where the reader stops such letters with one click, without logging in; "" where that makes no sense.
	Stop string
	// Thread is the Message-ID, without brackets, under which mail programs show letters about one thing together; it need not be
	// any letter's. "" = the letter stands alone.
	Thread string
}

// Carrier brings a message on its way. An error wrapped in Refused is final; any other is worth another try.
type Carrier interface {
	Carry(ctx context.Context, m Message) error
}

// ErrRefused marks a failure that trying again cannot mend: the address does not exist, the server will not have it.
var ErrRefused = errors.New("mail: refused for good")

// ErrMoot is a Composer's answer when the letter has no point any more: its invitation was revoked, its link has expired.
var ErrMoot = errors.New("mail: overtaken by events")

// Composer writes the letter of an order, from the room's rows as they are now.
type Composer func(ctx context.Context, m Mail) (Letter, error)

// Store keeps orders. *db.MailStore implements it.
type Store interface {
	// Add is false, and changes nothing, if the organization has an order with the same Once.
	Add(ctx context.Context, m Mail) (bool, error)
	// Mail is false if there is none.
	Mail(ctx context.Context, o id.Org, m id.Mail) (Mail, bool, error)
	// Tried counts a try before it is made.
	Tried(ctx context.Context, o id.Org, m id.Mail) error
	Sent(ctx context.Context, o id.Org, m id.Mail, at time.Time) error
	// Failed keeps why; dropped is zero if it will be tried again.
	Failed(ctx context.Context, o id.Org, m id.Mail, problem string, dropped time.Time) error
	// Latest are the last orders about each of the things, by About; things without any are left out.
	Latest(ctx context.Context, o id.Org, k Kind, about []string) (map[string]Mail, error)
	// Recent counts orders of a kind to an address since then, in all organizations: against flooding somebody.
	Recent(ctx context.Context, k Kind, to string, since time.Time) (int64, error)
	// GiveUp drops orders made before then that were tried, and are neither sent nor given up.
	GiveUp(ctx context.Context, before time.Time, problem string, at time.Time) error
	// Sweep deletes orders made before then.
	Sweep(ctx context.Context, before time.Time) error
}

// Package mail is the look of letters and of the development mailbox. Mail clients know no style sheet of ours and no
// content security policy, so letters, and only they, carry their styles inline; they load nothing.
package mail

import (
	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// Letter is one mail's content.
type Letter struct {
	Subject, Heading      string
	Text                  []string
	Facts                 []Fact
	Sections              []Section
	ActionLabel, ActionTo string
	Foot                  []string
	Links                 []Link
}

// Link stands below the small print.
type Link struct{ Label, To string }

// Fact is one line of the table.
type Fact struct{ Label, Value string }

// Section is a part under a heading, with a picture, a table, or words alone.
type Section struct {
	Heading string
	Text    []string
	Picture *Picture
	Columns []string // none is no table
	Rows    [][]string
}

// Picture is an image that comes with the mail. Sizes are in CSS pixels.
type Picture struct{ Source, Alt, Width, Height string }

// BoxPage lists the letters that this machine keeps.
type BoxPage struct {
	layout.Shell
	Rows []BoxRow
}

// BoxRow is one letter in the list.
type BoxRow struct {
	Href, Subject, To string
	Sent              ui.When
}

// LetterPage is one letter of the mailbox, as plain text.
type LetterPage struct {
	layout.Shell
	BoxRow
	Text string
	// Links are the addresses in the text, to be clicked.
	Links []string
	HTML  string // where it is shown as mail clients show it
}

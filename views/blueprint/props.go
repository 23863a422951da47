// Package blueprint holds the pages of templates: the list, and a blueprint with what applying it would change.
package blueprint

import (
	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// ListPage is all templates.
type ListPage struct {
	Shell layout.Shell
	Cards []Card
	Turns []Turn // the last applyings
}

// Turn is one applying.
type Turn struct {
	Title, By string
	When      ui.When
	State     ui.StatusProps
	Far       string // "3 of 12"
	At, Why   string // what it stopped at, and why
}

// Card is one template.
type Card struct{ Name, Title, About string }

// EditPage is a blueprint as text, and the way from what is to what it says.
type EditPage struct {
	Shell layout.Shell
	Title string
	Sub   string
	Text  string
	Prune bool
	// Wrong is everything that stands in the way, each with its line.
	Wrong []string
	// Compared says that the text was compared with the organization; Changes are then what applying does, none if nothing.
	Compared bool
	Changes  []Change
	Seen     string // which changes these are, so that no others are made
	// Back is carried along, for the wizard; "" is the list.
	Back string
}

// Change is one step.
type Change struct {
	Verb   string
	Tone   ui.Tone
	Icon   string
	What   string
	Fields []Field
}

// Field is what changes in it. Was is "" where something is created.
type Field struct{ Name, Was, Is string }

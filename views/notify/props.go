// Package notify draws the inbox.
package notify

import (
	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// Page is the inbox.
type Page struct {
	layout.Shell
	Tabs  []ui.Tab
	Items []Item
	None  ui.EmptyProps
	Pager ui.PagerProps
	Back  string // this page, where its forms lead back to
}

// Item is one line.
type Item struct {
	ID, Icon, Title string
	At              ui.When
	Unread          bool
	Read            string // where its form goes
}

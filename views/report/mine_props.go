package report

import (
	"strings"

	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// MinePage is what one person needs to know about themselves: at /me, and at / for those who answer for nobody else.
type MinePage struct {
	Shell   layout.Shell
	Title   string
	Sub     string
	Spans   []ui.Tab
	Span    string
	Figures []ui.StatProps
	Chart   ui.SeriesProps
	// Limits are all that bind this person's requests, the tightest first.
	Limits []Binding
	Keys   []MyKey
	Asks   []MyAsk
	Last   []RequestRow
	CanAsk bool
	Texts  string // teams whose texts are kept, and for how long; "" for none
}

// Binding is one budget or rate limit above somebody's requests.
type Binding struct {
	Icon  string
	Label string // "Team Search"
	Kind  string // "per month, blocks"
	Bar   ui.ProgressProps
	Note  string // "forecast $41.20"
	Tight bool   // the forecast is above it
	Href  string
	Ask   string // where to ask for more; "" where nobody needs to
}

// MyKey is one of somebody's keys.
type MyKey struct {
	Name, Href, Secret string
	State              ui.StatusProps
	Used               ui.When
	Cost, Exact        string
	Requests           string
}

// MyAsk is something that somebody asked for.
type MyAsk struct {
	What, Text string
	Icon       string
	State      ui.StatusProps
	At         ui.When
	Href       string
}

func lower(s string) string { return strings.ToLower(s) }

// Package scim holds the pages of the company's directory: its tokens, its groups and what they give.
package scim

import (
	"github.com/bodhi-gateway/bodhi/views/join"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// DirectoryPage is everything about the directory.
type DirectoryPage struct {
	join.Frame
	BaseURL     string
	Tokens      []TokenRow
	Groups      []GroupRow
	Grant       join.GrantFields // what people get whom no group says more about
	Error       string
	TokenName   string
	TokenErrors map[string]string
}

// TokenRow is one token.
type TokenRow struct {
	ID, Name, Hint, By string
	State              ui.StatusProps
	Created, Used      ui.When
	Live, Rotates      bool
}

// GroupRow is one group.
type GroupRow struct {
	Href, Name, Members, Gives string
	Mapped                     bool
	Changed                    ui.When
}

// MadePage shows a new token's secret.
type MadePage struct {
	join.Frame
	Row             TokenRow
	Secret, BaseURL string
}

// GroupPage maps a group.
type GroupPage struct {
	join.Frame
	Row        GroupRow
	ExternalID string
	Grant      join.GrantFields
	Error      string
}

// Package openai is OpenAI itself: the adapter of package compat without a quirk.
package openai

import (
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/provider/compat"
)

var _ provider.Adapter = (*compat.Adapter)(nil)

// New makes the adapter of api.openai.com. Headers that choose an organization or a project do not pass, because whoever
// holds the credential chose them.
func New() *compat.Adapter {
	return compat.New(compat.Settings{BaseURL: "https://api.openai.com/v1", Responses: true, Counted: compat.Counted})
}

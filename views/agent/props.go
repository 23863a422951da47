// Package agent holds the page of coding agents: how they log in, and what the organization sends them.
package agent

import (
	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// Page is all of it.
type Page struct {
	Shell layout.Shell
	// Base is the address that an agent is given.
	Base string
	// CanChange shows the form; others read what is sent.
	CanChange bool
	Settings  string // JSON, as it was typed or as it stands
	Version   string // of the settings that the form was filled from
	Set       bool   // something is sent
	By        string
	At        ui.When
	Error     string
	Errors    map[string]string
}

// example is a document to begin with.
const example = `{
  "availableModels": ["claude-sonnet-4-5"],
  "env": {
    "CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY": "1"
  }
}`

// logIn are the lines that a person types once.
func (p Page) logIn() string {
	return "bodhi setup claude-code --base " + p.Base + "/v1\nclaude auth login"
}

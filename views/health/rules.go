package health

import (
	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// RulesPage is the rules of all connections.
type RulesPage struct {
	Shell     layout.Shell
	Rows      []Rule
	CanChange bool
}

// Rule is what holds for a connection, with what comes from wider settings filled in.
type Rule struct {
	ID, Label string // ID "" = all connections
	Set       bool   // somebody set it
	Opens     string // "8 in a row, or 8 in 30s if 50 %"
	Stays     string // "10s, up to 5m"
	Closes    string // "1 probe"
	Looked    string // "every 30s", "never"
	Remove    ui.ConfirmProps
}

// RulesForm is the form of one.
type RulesForm struct {
	Shell   layout.Shell
	ID, For string
	Fields  RuleFields
	Now     RuleFields // what holds where a field is empty
	Form    string
	Errors  map[string]string
}

// RuleFields are what was typed.
type RuleFields struct {
	Row, Failures, Percent, Window, CoolDown, MaxCoolDown, Successes, Check, Ask string
}

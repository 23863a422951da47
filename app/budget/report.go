package budget

import (
	"fmt"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/money"
)

// Report is what a check of the books found. Every figure was added up from the facts, not taken from a running sum.
type Report struct {
	Attempts int64     // attempts in the books
	Requests int64     // requests in the books
	Periods  int64     // budget periods compared
	Leases   int64     // leases in force
	Cost     money.USD // of all attempts
	Flagged  money.USD // part of Cost that is our own count or a whole hold, because the provider did not say
	Suspense money.USD // counted as spent until somebody reconciles it
	Over     money.USD // Σ over hard budgets of what is spent above the limit
	Reaped   int64     // leases of nodes that nobody hears of
	Releases int64     // of suspense, each by a named person
	Hard     int64     // budgets of money that refuse at the limit
	// Overspend is what was spent above hard limits, suspense not counted. A limit that was lowered below what had been
	// spent shows here too.
	Overspend money.USD
	Levels    []Level // the levels of the tree that have budgets, outermost first
	Orphans   int64   // attempts whose request has no row yet: in flight, or its journal is behind
	// Violations are sentences; none means that the books balance.
	Violations []string
	More       int64 // violations beyond those listed
}

// Level sums up the money budgets on one level of the tree.
type Level struct {
	Name     string
	Budgets  int64
	Opening  money.USD // what had been spent when the periods' rows were made
	Attempts money.USD // Σ of all attempts on them
	Spent    money.USD // what the running sums say; Opening + Attempts, or it is a violation
	Suspense money.USD
	Over     money.USD // above hard limits
}

// maxViolations bounds a report on books that are beyond help.
const maxViolations = 100

// Violate adds a finding.
func (r *Report) Violate(format string, args ...any) {
	if len(r.Violations) >= maxViolations {
		r.More++
		return
	}
	r.Violations = append(r.Violations, fmt.Sprintf(format, args...))
}

// Balanced reports whether nothing was found.
func (r *Report) Balanced() bool { return len(r.Violations) == 0 }

// String is the report in lines.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "attempts  %d, cost $%s, of it flagged $%s\n", r.Attempts, r.Cost, r.Flagged)
	fmt.Fprintf(&b, "requests  %d, attempts still without one %d\n", r.Requests, r.Orphans)
	fmt.Fprintf(&b, "budgets   %d periods, %d leases, suspense $%s, above hard limits $%s\n", r.Periods, r.Leases, r.Suspense, r.Over)
	for _, l := range r.Levels {
		fmt.Fprintf(&b, "level     %-12s %d budgets, spent $%s = opening $%s + attempts $%s, suspense $%s, above hard limits $%s\n",
			l.Name, l.Budgets, l.Spent, l.Opening, l.Attempts, l.Suspense, l.Over)
	}
	fmt.Fprintf(&b, "suspense  %d leases of lost nodes, %d releases\n", r.Reaped, r.Releases)
	fmt.Fprintf(&b, "overspend on hard budgets: $%s (%d budgets)\n", r.Overspend, r.Hard)
	if r.Balanced() {
		b.WriteString("The books balance.\n")
		return b.String()
	}
	for _, v := range r.Violations {
		b.WriteString("VIOLATION " + v + "\n")
	}
	if r.More > 0 {
		fmt.Fprintf(&b, "… and %d more\n", r.More)
	}
	return b.String()
}

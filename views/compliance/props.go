// Package compliance is the pages of legal holds and of one person's data.
package compliance

import (
	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// HomePage is holds, the search for a person, and what was erased.
type HomePage struct {
	Shell    layout.Shell
	Holds    []Hold
	Erasures []Erasure
	Form     HoldForm
	Find     FindForm
}

// Hold is one hold in the list.
type Hold struct {
	ID, About, Reason, By string
	At                    ui.When
	State                 ui.StatusProps
	EndedBy               string
	EndedAt               ui.When
	End                   *ui.ConfirmProps // nil where it is over
}

// HoldForm is what was typed.
type HoldForm struct{ Email, Reason, EmailError, ReasonError string }

// FindForm is whose address was typed.
type FindForm struct{ Email, Error string }

// Erasure is one erasure in the list.
type Erasure struct {
	ID, Pseudonym, By, Rows string
	At                      ui.When
}

// Href is the erasure's page.
func (e Erasure) Href() string { return "/compliance/erasures/" + e.ID }

// PersonPage is one person's data.
type PersonPage struct {
	Shell       layout.Shell
	ID          string
	Name, Email string
	Held        string // why a hold keeps the data; "" where none does
	Erased      bool
	Own         bool
	Form        EraseForm
}

// Href is the person's page.
func (p PersonPage) Href() string { return "/compliance/people/" + p.ID }

// EraseForm is what was typed.
type EraseForm struct{ Email, Reason, Error, EmailError, ReasonError string }

// ProofPage is the proof of one erasure.
type ProofPage struct {
	Shell  layout.Shell
	ID     string
	Facts  []ui.Fact
	Counts []Count
	Behind []Count // what came later
}

// Count is what was done to one table.
type Count struct{ Table, What, Rows string }

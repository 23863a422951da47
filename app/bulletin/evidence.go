package bulletin

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// The kinds of evidence: one month's answer to what auditors ask, about the organization, on the 1st, to its admins only. What follows
// the prefix is the name of compliance's topic. They are stored, so they never change.
const (
	ProcessingEvidence    Kind = evidencePrefix + "processing"
	AccessEvidence        Kind = evidencePrefix + "access"
	CostsEvidence         Kind = evidencePrefix + "costs"
	PurposesEvidence      Kind = evidencePrefix + "purposes"
	SubprocessorsEvidence Kind = evidencePrefix + "subprocessors"

	evidencePrefix = "evidence_"
)

// Evidences are the kinds of evidence, in the order that choices list them.
var Evidences = []Kind{ProcessingEvidence, AccessEvidence, CostsEvidence, PurposesEvidence, SubprocessorsEvidence}

var evidenceTitles = map[Kind]string{ProcessingEvidence: "data processing", AccessEvidence: "who has access", CostsEvidence: "cost allocation", PurposesEvidence: "models by purpose",
	SubprocessorsEvidence: "sub-processors"}

// Evidence reports whether k is one of Evidences.
func (k Kind) Evidence() bool { return slices.Contains(Evidences, k) }

// Topic is the name of what evidence is about, for whoever reads it; "" of other kinds.
func (k Kind) Topic() string {
	if !k.Evidence() {
		return ""
	}
	return strings.TrimPrefix(string(k), evidencePrefix)
}

// Evidence is what an edition of evidence says: tables of words and figures, as they were read.
type Evidence struct {
	Lead   string  `json:"lead"`
	Sheets []Sheet `json:"sheets"`
}

// Sheet is one table. The first column names its row; Figures of the last columns are numbers.
type Sheet struct {
	Title   string     `json:"title"`
	Note    string     `json:"note,omitempty"`
	Columns []string   `json:"columns"`
	Rows    [][]string `json:"rows"`
	Figures int        `json:"figures,omitempty"`
}

// Proofs reads evidence of a month ("2026-10") in the eyes of an admin.
type Proofs func(ctx context.Context, a org.Actor, k Kind, month string) (Evidence, error)

// mostRows is how many lines of one table an edition keeps. The page of the evidence, and its files, have all of them.
const mostRows = 5000

// prove reads what an edition of evidence says.
func (x *making) prove() error {
	if x.Proofs == nil {
		return fmt.Errorf("nobody reads evidence of %q", x.report.Kind)
	}
	e, err := x.Proofs(x.ctx, x.eyes, x.report.Kind, x.slot.From.In(x.zone).Format("2006-01"))
	if err != nil {
		return err
	}
	for i := range e.Sheets {
		s := &e.Sheets[i]
		if n := len(s.Rows); n > mostRows {
			s.Rows = s.Rows[:mostRows]
			s.Note = strings.TrimSpace(fmt.Sprintf("%s The first %s of %s lines; the page of this evidence has all of them.", s.Note, money.Grouped(mostRows), money.Grouped(int64(n))))
		}
	}
	x.out.Evidence = &e
	return nil
}

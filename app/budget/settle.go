package budget

import (
	"strings"

	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
)

// Settle ends an opened attempt: its cost is journaled, then booked, and the rest of the hold is free again. The first
// call counts, later ones do nothing. A cost above the hold is booked in full and counted as an overrun. s is completed, and
// belongs to the treasury from then on.
func (t *Treasury) Settle(h *ledger.Hold, s *ledger.Settlement) {
	d := t.desk(h.Org())
	d.mu.Lock()
	first := d.book.Seal(h)
	d.mu.Unlock()
	if !first {
		return
	}
	clip(maxText, &s.Class, &s.Note)
	s.Attempt = h.Attempt()
	if s.At.IsZero() {
		s.At = t.Clock.Now()
	}
	if s.Cost < 0 { // a caller's bug; the careful figure is the hold
		t.Log.Error("settlement with a negative cost", "attempt", s.Attempt.String(), "cost", s.Cost.String())
		s.Cost, s.State, s.Note = h.Amount(), ledger.Ambiguous, "negative cost: the hold was booked"
	}
	s.Tokens, s.Requests = ledger.Counts(s.State, s.Cost, s.Usage, h.Amounts())
	if _, err := t.Journal.Append(journal.Record{Settlement: s}); err != nil {
		t.late.add(lateRecord{journal.Record{Settlement: s}, h})
		t.Log.Error("settlement could not be journaled; its money stays held until it can", "attempt", s.Attempt.String(), "error", err)
		return
	}
	t.book(d, h, *s)
}

// book is the second half of Settle, once the settlement is in the journal.
func (t *Treasury) book(d *desk, h *ledger.Hold, s ledger.Settlement) {
	d.mu.Lock()
	overrun, first := d.book.Settle(h, s.Booked())
	if first {
		d.ended(h, s.Booked())
	}
	d.mu.Unlock()
	if overrun > 0 {
		t.overruns.Add(1)
		t.Log.Warn("an attempt cost more than its hold", "attempt", s.Attempt.String(), "held", h.Amount().String(), "cost", s.Cost.String())
	}
}

// Release gives back a hold that was never opened. It does nothing to one that was, and may be called again.
func (t *Treasury) Release(h *ledger.Hold) {
	d := t.desk(h.Org())
	d.mu.Lock()
	if d.book.Release(h) {
		d.ended(h, ledger.Amounts{})
	}
	d.mu.Unlock()
}

// Record journals the fact of a request, whose texts it may shorten. While the journal cannot be written facts wait in
// memory, a bounded number of them.
func (t *Treasury) Record(r *ledger.Request) {
	clip(maxText, &r.Asked, &r.Model, &r.Provider, &r.Route, &r.Client, &r.Tags, &r.EndUser, &r.Session, &r.Message)
	clip(maxDecisions, &r.Decisions)
	if r.At.IsZero() {
		r.At = t.Clock.Now()
	}
	if _, err := t.Journal.Append(journal.Record{Request: r}); err != nil {
		fact := *r
		if !t.late.add(lateRecord{rec: journal.Record{Request: &fact}}) {
			t.Log.Error("request fact lost: the journal cannot be written", "request", r.ID.String(), "error", err)
		}
	}
}

// Clients name models, tags and sessions as they like; a fact keeps so many bytes of each, far below what a record of
// the journal may have.
const (
	maxText      = 2 << 10
	maxDecisions = 32 << 10
)

func clip(most int, texts ...*string) {
	for _, s := range texts {
		if len(*s) > most {
			*s = strings.ToValidUTF8((*s)[:most], "")
		}
	}
}

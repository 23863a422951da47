package budget

import (
	"sync"

	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
)

// latePile keeps what should be in the journal and could not be written, disk full most likely, until it can.
// Settlements are always kept: there are at most as many as requests in flight, and nothing new is opened meanwhile.
type latePile struct {
	mu   sync.Mutex
	pile []lateRecord
}

type lateRecord struct {
	rec  journal.Record
	hold *ledger.Hold // to be booked after its settlement is written; nil for a request
}

const maxLate = 10_000

func (l *latePile) add(r lateRecord) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if r.hold == nil && len(l.pile) >= maxLate {
		return false
	}
	l.pile = append(l.pile, r)
	return true
}

// flush writes what it can, in order, and calls done for each record written.
func (l *latePile) flush(write func(journal.Record) error, done func(lateRecord)) {
	for {
		l.mu.Lock()
		if len(l.pile) == 0 {
			l.mu.Unlock()
			return
		}
		r := l.pile[0]
		l.mu.Unlock()
		if write(r.rec) != nil {
			return
		}
		l.mu.Lock()
		l.pile = l.pile[1:]
		l.mu.Unlock()
		done(r)
	}
}

func (l *latePile) len() int { l.mu.Lock(); defer l.mu.Unlock(); return len(l.pile) }

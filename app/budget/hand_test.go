package budget_test

import (
	"context"
	"log/slog"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
	"github.com/bodhi-gateway/bodhi/app/logtest"
)

// hand is a treasury that a test starts and ends by hand.
type hand struct {
	*budget.Treasury
	dir   string
	j     *journal.Journal
	log   *logtest.Log
	ended chan error
}

func (h *house) hand(dir string, bank budget.Bank, o journal.Options) *hand {
	h.t.Helper()
	o.Clock, o.IDs = h.clock, ids
	j, err := journal.Open(dir, o)
	h.must(err)
	h.t.Cleanup(func() { _ = j.Close() })
	x := &hand{dir: dir, j: j, log: &logtest.Log{}, ended: make(chan error, 1)}
	x.Treasury = budget.NewTreasury(budget.TreasuryConfig{Bank: bank, Journal: j, Clock: h.clock, IDs: ids, Log: slog.New(slog.NewTextHandler(x.log, nil))})
	return x
}

// start runs it until the test ends, with the rules there are.
func (h *house) start(x *hand) {
	h.t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(h.t.Context()))
	go func() { x.ended <- x.Run(ctx) }()
	h.t.Cleanup(cancel)
	h.load(x.Treasury)
	<-x.Ready()
}

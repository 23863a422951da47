package budget_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
)

// notes is a log that a test can read while others write.
type notes struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (n *notes) Write(p []byte) (int, error) { n.mu.Lock(); defer n.mu.Unlock(); return n.b.Write(p) }

func (n *notes) has(text string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return strings.Contains(n.b.String(), text)
}

// hand is a treasury that a test starts and ends by hand.
type hand struct {
	*budget.Treasury
	dir   string
	j     *journal.Journal
	log   *notes
	ended chan error
}

func (h *house) hand(dir string, bank budget.Bank, o journal.Options) *hand {
	h.t.Helper()
	o.Clock, o.IDs = h.clock, ids
	j, err := journal.Open(dir, o)
	h.must(err)
	h.t.Cleanup(func() { _ = j.Close() })
	x := &hand{dir: dir, j: j, log: &notes{}, ended: make(chan error, 1)}
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

package budget

import (
	"context"
	"errors"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
)

// Bank is the database's side of the treasury: it lends money to nodes and takes their journals into the books. Each
// method is one transaction.
type Bank interface {
	Registry
	// Lease carries out asks, rows locked in account order, and says where each account stands afterwards. An ask
	// without amounts only looks. It keeps Σ leases + spent + suspense ≤ limit, always (ledger.Share).
	Lease(ctx context.Context, node id.Node, asks []LeaseAsk) ([]Lease, error)
	// Post books a piece of a node's journal exactly once: attempts, requests and rollups are written, costs move from
	// leased to spent, and the node's mark moves from batch.From to batch.To. If the stored mark is not batch.From
	// nothing is booked and the error is ErrMoved.
	Post(ctx context.Context, node id.Node, batch Batch) ([]Lease, error)
	// Mark is how far a node's journal is in the books.
	Mark(ctx context.Context, node id.Node) (Mark, error)
	// Surrender ends a node's session: what it had leased and not spent is free again, or, when its journal is
	// damaged, suspense.
	Surrender(ctx context.Context, node id.Node, damaged bool) error
}

// ErrMoved says that the books are at another place of the journal than the poster thought: an answer was lost, or
// the database went back in time. The poster reads the mark again and goes there.
var ErrMoved = errors.New("budget: the journal mark in the database moved")

// LeaseAsk is one account's business with the bank.
type LeaseAsk struct {
	// Op makes a repeated ask harmless: the bank answers the account's last op again and does nothing. Zero on a look.
	Op      id.Grant
	Epoch   int64 // the session that asks; of one that is over the answer is ErrSession
	Org     id.Org
	Account ledger.Account
	Back    ledger.Units // lease given back
	// Now is the asker's clock when it asks: nothing is lent out of an increase that has ended by then. Zero = not said.
	Now time.Time
	ledger.Ask
}

// Lease is the answer to an ask, and where an account stands for all nodes.
type Lease struct {
	Org     id.Org
	Account ledger.Account
	Granted ledger.Units // by this op
	Posted  ledger.Units // this node's posted costs since its session began
	Pool    ledger.Pool
	Gone    bool // the budget was deleted
	Stray   bool // its calendar is another by now, so there is no such period: nothing was lent
	Reaped  bool // the node was taken for dead: it gets nothing more in this session
}

// Batch is a piece of a journal, settled attempts joined with what was known when they were opened.
type Batch struct {
	From, To Mark
	Attempts []Posting
	Requests []ledger.Request
}

// Posting is one settled attempt.
type Posting struct {
	Attempt ledger.Attempt
	End     ledger.Settlement
}

// Mark is a place in a node's journal: everything before At is in the books, and every request that is not yet
// complete began at Low or later.
type Mark struct {
	At  journal.Position
	Low journal.Position
}

package budget

import (
	"context"
	"errors"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
)

// Registry is the part of the Bank that knows who shares it. A node is a process with its journal; a session is one life
// of its leases, from Begin to Surrender, numbered by its epoch. Asks of a session that is over are refused.
type Registry interface {
	// Begin starts a session: what the node's earlier ones had leased is replaced by what the opening claims, in one
	// transaction. It fails with ErrMoved if the node's journal is not in the books up to Opening.At.
	Begin(ctx context.Context, node id.Node, o Opening) (epoch int64, err error)
	// Beat is a sign of life, and answers how things are.
	Beat(ctx context.Context, node id.Node, epoch int64, now time.Time) (Pulse, error)
	// Reap declares another node dead, if its figures still are what the caller saw: what it has left becomes suspense,
	// never free, because nobody can tell a dead node from one that cannot be heard. False when there was nothing to do.
	Reap(ctx context.Context, seen Peer, now time.Time) (bool, error)
	// Leave says that a session ended as it should.
	Leave(ctx context.Context, node id.Node, epoch int64, now time.Time) error
}

// ErrSession says that an ask came from a session that is over, or of which the books know nothing: the database went
// back in time. The node begins a new one.
var ErrSession = errors.New("budget: this node's session is not the one in the books")

// Opening is how a session begins.
type Opening struct {
	Label, Version string
	Prior          int64 // the epoch of this process's last session; 0 when the process has just started
	At             Mark  // how far the node's journal is in the books
	Damaged        bool  // the journal could not be read to its end: what is not claimed becomes suspense
	Claims         []Claim
	Now            time.Time
}

// Claim is an account on which a running process has money in flight when it begins a new session. Granted - Posted is
// what those attempts may still cost, and what of them is not in the books yet.
type Claim struct {
	Org             id.Org
	Account         ledger.Account
	Granted, Posted ledger.Units
}

// Peer is a node as the database knows it.
type Peer struct {
	ID             id.Node
	Epoch          int64
	Beats          int64 // counts signs of life
	Label, Version string
	StartedAt      time.Time
	SeenAt         time.Time // by the node's own clock; for people
	ReapedAt       time.Time // zero while it counts as alive
}

// Pulse is the answer to a Beat.
type Pulse struct {
	Epoch  int64            // of this node in the books, 0 if they know nothing of it
	Reaped bool             // somebody took this node for dead
	Server string           // which database server answers, and on which of its histories; "" if that cannot be told
	At     journal.Position // how far this node's journal is in the books
	Peers  []Peer           // the nodes that count as alive, this one included
}

// The defaults of TreasuryConfig.
const (
	beatEvery = 2 * time.Second
	deadAfter = 30 * time.Second
)

// census is what a node knows of the others. Only the loop of keep touches it.
type census struct {
	server string
	last   time.Time // when the database last answered
	told   time.Time // what Forgot was told in the session of this epoch
	epoch  int64
	seen   map[id.Node]*silence
}

// silence is how long a node has shown no sign of life, counted only while the database answered us: after an outage
// nobody looks dead. It needs no clock but our own.
type silence struct {
	epoch, beats int64
	lasted       time.Duration
}

// keep beats until ctx ends.
func (t *Treasury) keep(ctx context.Context) {
	var c census
	every(ctx, t.BeatEvery, func() {
		if t.isReady() {
			t.beat(ctx, &c)
		}
	})
}

// beat shows that this node is alive, and looks after the others.
func (t *Treasury) beat(ctx context.Context, c *census) {
	ctx, cancel := context.WithTimeout(ctx, max(t.BeatEvery, time.Second))
	defer cancel()
	epoch := t.epoch.Load()
	now := t.Clock.Now()
	var confirmed journal.Position
	if at := t.posted.Load(); at != nil {
		confirmed = *at
	}
	pulse, err := t.Bank.Beat(ctx, t.node, epoch, now)
	if err != nil {
		return // the poster says in the log that the bank is away
	}
	t.peers.Store(int64(len(pulse.Peers)))
	moved := c.server != "" && pulse.Server != "" && c.server != pulse.Server
	c.server = pulse.Server
	switch {
	case epoch != t.epoch.Load(): // a new session began meanwhile
	case pulse.Reaped:
		t.anew("another node took this one for dead")
	case pulse.Epoch != epoch:
		t.anew("the books do not know this session")
	case pulse.At.Before(confirmed):
		t.anew("the database went back in time: it knows less of the journal than it had confirmed")
	case moved:
		t.anew("another database server answers, or another history of the same one")
	}
	t.sayForgotten(ctx, c, epoch)
	for _, dead := range c.silent(t.node, pulse.Peers, now, t.BeatEvery, t.DeadAfter) {
		done, err := t.Bank.Reap(ctx, dead, now)
		if err != nil || !done {
			continue
		}
		t.reaped.Add(1)
		t.Log.Warn("a node gave no sign of life; what it had leased counts as suspense until it is back or somebody releases it",
			"node", dead.ID.String(), "host", dead.Label, "epoch", dead.Epoch, "silent_for", t.DeadAfter.String())
	}
}

// sayForgotten says how far the journal forgot what it was asked to. A new session says it again: the database may have gone back in time.
func (t *Treasury) sayForgotten(ctx context.Context, c *census, epoch int64) {
	until := t.Journal.Forgotten()
	if t.Forgot == nil || until.IsZero() || until.Equal(c.told) && epoch == c.epoch {
		return
	}
	if err := t.Forgot(ctx, t.node, until); err == nil { // else with the next beat
		c.told, c.epoch = until, epoch
	}
}

// silent notes who showed signs of life and gives those who did not for too long.
func (c *census) silent(self id.Node, peers []Peer, now time.Time, every, limit time.Duration) []Peer {
	passed := now.Sub(c.last)
	if c.last.IsZero() || passed < 0 {
		passed = 0
	}
	passed = min(passed, 2*every) // longer, and it was we who did not look
	c.last = now
	var dead []Peer
	seen := make(map[id.Node]*silence, len(peers))
	for _, p := range peers {
		if p.ID == self {
			continue
		}
		s := c.seen[p.ID]
		if s == nil || s.epoch != p.Epoch || s.beats != p.Beats {
			s = &silence{epoch: p.Epoch, beats: p.Beats}
		} else if s.lasted += passed; s.lasted >= limit {
			dead = append(dead, p)
		}
		seen[p.ID] = s
	}
	c.seen = seen
	return dead
}

// Nodes is how many nodes count as alive, this one included; what was last known while the database is away. Shared
// limits that lost their shared counter divide by it.
func (t *Treasury) Nodes() int { return int(max(1, t.peers.Load())) }

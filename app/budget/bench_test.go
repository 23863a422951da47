package budget_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

type fixed struct{}

func (fixed) Now() time.Time { return november }

// richBank lends whatever is asked for and books nothing.
type richBank struct{}

func (richBank) Lease(_ context.Context, _ id.Node, asks []budget.LeaseAsk) ([]budget.Lease, error) {
	out := make([]budget.Lease, len(asks))
	for i, a := range asks {
		out[i] = budget.Lease{Account: a.Account, Granted: max(money.Dollar, a.Need+a.Spare), Pool: ledger.Pool{Limit: money.Max / 2}}
	}
	return out, nil
}

func (richBank) Post(context.Context, id.Node, budget.Batch) ([]budget.Lease, error) { return nil, nil }
func (richBank) Mark(context.Context, id.Node) (budget.Mark, error)                  { return budget.Mark{}, nil }
func (richBank) Surrender(context.Context, id.Node, bool) error                      { return nil }
func (richBank) Begin(context.Context, id.Node, budget.Opening) (int64, error)       { return 1, nil }
func (richBank) Reap(context.Context, budget.Peer, time.Time) (bool, error)          { return false, nil }
func (richBank) Leave(context.Context, id.Node, int64, time.Time) error              { return nil }
func (richBank) Beat(context.Context, id.Node, int64, time.Time) (budget.Pulse, error) {
	return budget.Pulse{Epoch: 1}, nil
}

func newBench(b *testing.B) (*budget.Treasury, org.Chain) {
	b.Helper()
	j, err := journal.Open(b.TempDir(), journal.Options{IDs: ids})
	if err != nil {
		b.Fatal(err)
	}
	t := budget.NewTreasury(budget.TreasuryConfig{Bank: richBank{}, Journal: j, Clock: fixed{}, IDs: ids, Log: slog.New(slog.DiscardHandler)})
	c := org.Chain{Org: id.NewOrg(ids), Team: id.NewTeam(ids), Member: id.NewMember(ids), Key: id.NewKey(ids)}
	var rules []budget.Rule
	for _, s := range c.Scopes() {
		rules = append(rules, budget.Rule{ID: id.NewBudget(ids), Org: c.Org, Kind: s.Kind(), Node: s.Node(), Limit: money.Max / 2,
			Period: budget.Monthly, Enforce: budget.Hard, Zone: "Europe/Berlin"})
	}
	if err := t.Load(rules); err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan error, 1)
	go func() { done <- t.Run(ctx) }()
	b.Cleanup(func() { cancel(); <-done; _ = j.Close() })
	for !t.Stats().Ready {
	}
	if h, err := t.Reserve(b.Context(), budget.Want{Attempt: id.NewAttempt(ids), Chain: c, Ceiling: ledger.Amounts{Money: money.Cent}, Floor: ledger.Amounts{Money: money.Cent}}); err == nil {
		t.Release(h)
	}
	return t, c
}

func BenchmarkReserveAndReleaseOnFourLevels(b *testing.B) {
	t, c := newBench(b)
	w := budget.Want{Attempt: id.NewAttempt(ids), Chain: c, Ceiling: ledger.Amounts{Money: 100}, Floor: ledger.Amounts{Money: 100}}
	b.ReportAllocs()
	for b.Loop() {
		h, err := t.Reserve(b.Context(), w)
		if err != nil {
			b.Fatal(err)
		}
		t.Release(h)
	}
}

func BenchmarkAWholeAttemptWithItsJournal(b *testing.B) {
	t, c := newBench(b)
	w := budget.Want{Attempt: id.NewAttempt(ids), Chain: c, Ceiling: ledger.Amounts{Money: 100}, Floor: ledger.Amounts{Money: 100}}
	a := ledger.Attempt{Request: id.NewRequest(ids), Number: 1, Chain: c, Provider: "up", Kind: "sandbox", Model: "sandbox-chat"}
	r := ledger.Request{ID: a.Request, Chain: c, Family: "openai", Endpoint: "chat", Model: a.Model, Status: 200}
	b.ReportAllocs()
	for b.Loop() {
		h, err := t.Reserve(b.Context(), w)
		if err != nil {
			b.Fatal(err)
		}
		if err := t.Open(h, &a); err != nil {
			b.Fatal(err)
		}
		t.Settle(h, &ledger.Settlement{State: ledger.Complete, Cost: 1, Status: 200})
		t.Record(&r)
	}
}

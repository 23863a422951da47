package budget_test

import (
	"context"
	"sync/atomic"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// moody is a bank that a test can stop in the middle, and that can give odd answers.
type moody struct {
	budget.Bank
	gate      chan struct{} // trips wait until it is closed, whatever becomes of their callers
	came      chan struct{} // told of each trip that waits
	shut      atomic.Bool
	answer    atomic.Pointer[func([]budget.Lease) ([]budget.Lease, error)] // of the next trip
	moved     atomic.Bool                                                  // posts find the books elsewhere
	posts     atomic.Bool                                                  // wait at the gate, too
	surrender error
}

func newMoody(b budget.Bank) *moody {
	return &moody{Bank: b, gate: make(chan struct{}), came: make(chan struct{}, 100)}
}

func (m *moody) Lease(ctx context.Context, n id.Node, asks []budget.LeaseAsk) ([]budget.Lease, error) {
	if m.shut.Load() {
		m.came <- struct{}{}
		<-m.gate
	}
	got, err := m.Bank.Lease(ctx, n, asks)
	if f := m.answer.Swap(nil); f != nil && err == nil {
		return (*f)(got)
	}
	return got, err
}

func (m *moody) Post(ctx context.Context, n id.Node, b budget.Batch) ([]budget.Lease, error) {
	if m.posts.Load() {
		m.came <- struct{}{}
		<-m.gate
	}
	if m.moved.Load() {
		return nil, budget.ErrMoved
	}
	return m.Bank.Post(ctx, n, b)
}

func (m *moody) Surrender(ctx context.Context, n id.Node, damaged bool) error {
	if m.surrender != nil {
		return m.surrender
	}
	return m.Bank.Surrender(ctx, n, damaged)
}

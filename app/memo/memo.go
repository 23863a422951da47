// Package memo spares a page what it has asked already: a page of ten figures asks ten times in which zone its organization
// counts days, and of which days there are sums.
//
// Only what a page may take for unchanged while it is made belongs here, and only reading requests have a memo; what is asked
// outside of one is asked each time.
package memo

import (
	"context"
	"sync"
)

type place struct{}

type answers struct {
	mu sync.Mutex
	of map[any]any
}

// With gives what follows a memo of its own. Not for streams, which live for hours.
func With(ctx context.Context) context.Context {
	return context.WithValue(ctx, place{}, &answers{of: map[any]any{}})
}

// Once gives the answer that was given to this question before, else asks. key must be of a type of the caller's own, and the
// answer is shared, so nobody may change it. Errors are not kept. Two that ask at the same time may both ask.
func Once[T any](ctx context.Context, key any, ask func() (T, error)) (T, error) {
	m, _ := ctx.Value(place{}).(*answers)
	if m == nil {
		return ask()
	}
	m.mu.Lock()
	kept, ok := m.of[key].(T)
	m.mu.Unlock()
	if ok {
		return kept, nil
	}
	answer, err := ask()
	if err == nil {
		m.mu.Lock()
		m.of[key] = answer
		m.mu.Unlock()
	}
	return answer, err
}

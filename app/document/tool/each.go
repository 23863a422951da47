package tool

import (
	"context"
	"sync"

	"github.com/bodhi-gateway/bodhi/app/money"
)

// sentence is why something was not read, as people see it.
type sentence string

// Error implements error.
func (s sentence) Error() string { return string(s) }

// What stops a question before it is asked.
const (
	errCapped = sentence("It was not asked: nothing is left of the cap on cost.")
	errLate   = sentence("It was not asked: the time was over, or nobody waited for the answer any more.")
)

// each asks the questions about what parts say, atOnce at a time. The cap is divided: each may cost what is left, by the number of those that are not asked yet, and
// what it does not take is there for the others. So all together cannot cost more than the cap; without a cap the share is 0, which is none.
func each(ctx context.Context, about []Part, most money.USD, tell func(Progress), ask func(i int, share money.USD, p *Part) error) []Part {
	n := len(about)
	parts := make([]Part, n)
	var mu sync.Mutex
	now, left, next := Progress{Parts: n}, most, 0
	say := func() {
		if tell != nil {
			tell(now)
		}
	}
	say()
	one := func(i int, share money.USD) (p Part) {
		p = about[i]
		var err error = errLate
		switch {
		case ctx.Err() != nil:
		case most > 0 && share <= 0:
			err = errCapped
		default:
			err = ask(i, share, &p)
		}
		if err != nil {
			p.Error = err.Error()
		}
		return p
	}
	var all sync.WaitGroup
	for range min(atOnce, n) {
		all.Go(func() {
			for {
				mu.Lock()
				i := next
				if next++; i >= n {
					mu.Unlock()
					return
				}
				share := left / money.USD(n-i)
				left -= share
				mu.Unlock()
				p := one(i, share)
				mu.Lock()
				if parts[i] = p; p.Error != "" {
					now.Failed++
				}
				now.Done++
				now.Cost += p.CostUSD
				left += max(share-p.CostUSD, 0)
				say()
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return parts
}

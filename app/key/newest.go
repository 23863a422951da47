package key

import (
	"maps"
	"slices"
	"sync"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// newest collects one thing of each key between two flushes, never on the path of a request but for a short lock.
type newest[V any] struct {
	mu   sync.Mutex
	seen map[id.Key]V
}

func (n *newest[V]) note(k id.Key, v V) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.seen == nil {
		n.seen = map[id.Key]V{}
	}
	n.seen[k] = v
}

// take gives what was collected since the previous call.
func (n *newest[V]) take() map[id.Key]V {
	n.mu.Lock()
	defer n.mu.Unlock()
	seen := n.seen
	n.seen = nil
	return seen
}

// write has store write down what was collected. What it cannot write comes with the next call, unless there is newer.
func (n *newest[V]) write(store func([]V) error) error {
	seen := n.take()
	err := store(slices.Collect(maps.Values(seen)))
	if err == nil || len(seen) == 0 {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	maps.Copy(seen, n.seen)
	n.seen = seen
	return err
}

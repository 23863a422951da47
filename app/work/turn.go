package work

import (
	"context"
	"sync"
	"sync/atomic"
)

// Turn lets one of a process do something at a time, for whoever asks for it meanwhile as well: hundreds who ask at once cost as
// much as one, and leave the database to those who spend. Other nodes do not mind it. The zero value is ready.
type Turn struct {
	busy   sync.Mutex
	wanted atomic.Bool
}

// Take does the work, again if somebody asked while it was done, and leaves it to whoever is at it already. An error is given to
// the one who met it; whoever asked meanwhile must come by again by itself, as a schedule does.
func (t *Turn) Take(ctx context.Context, do func(ctx context.Context) error) error {
	t.wanted.Store(true)
	for t.wanted.Load() && t.busy.TryLock() {
		var err error
		for err == nil && t.wanted.Swap(false) {
			err = do(ctx)
		}
		t.busy.Unlock()
		if err != nil {
			return err
		}
	}
	return nil
}

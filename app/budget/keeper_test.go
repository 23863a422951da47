package budget_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
)

// The keeper comes when something ends, at the latest in a minute, and when it failed at the next change or soon by itself.
func TestTheKeeperComesWhenSomethingEnds(t *testing.T) {
	t.Parallel()
	o, s := strange(t)
	var came atomic.Int64
	s.due = func() (time.Time, error) {
		switch came.Add(1) {
		case 1:
			return time.Time{}, errDown
		case 2:
			return november, nil // now: it comes again at once
		}
		return time.Time{}, nil
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- o.service.Keep(ctx) }()
	eventually(t, "after an outage it comes again, and where something ends once more", func() bool { return came.Load() == 3 })
	o.must(o.bus.Publish(t.Context(), budget.Topic))
	eventually(t, "a change wakes it", func() bool { return came.Load() == 4 })
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	broken, cancel := context.WithCancel(t.Context())
	s.due = func() (time.Time, error) { cancel(); return time.Time{}, errDown }
	if err := o.service.Keep(broken); err != nil {
		t.Errorf("stopped in the middle: %v", err)
	}
}

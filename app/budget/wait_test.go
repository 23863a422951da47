package budget

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
	"github.com/bodhi-gateway/bodhi/app/live"
)

// Calls for idle leases come from other nodes, over a bus that others may write to: what is none is not answered.
func TestOnlyACallIsACall(t *testing.T) {
	t.Parallel()
	node, o, a := id.NewNode(testIDs), id.NewOrg(testIDs), ledger.Account{Budget: id.NewBudget(testIDs), Start: 5}
	topic := recallOf(node, o, a)
	if from, of, on, ok := parseRecall(topic); !ok || from != node || of != o || on != a {
		t.Errorf("%s is read as %v %v %v, %v", topic, from, of, on, ok)
	}
	for _, bad := range []live.Topic{"", Topic, live.All, topic + ":1", "x" + topic, "recall::::", topic + "x"} {
		if _, _, _, ok := parseRecall(bad); ok {
			t.Errorf("%q is a call", bad)
		}
	}
	tr := &Treasury{TreasuryConfig: TreasuryConfig{Clock: clock.NewFake(noon)}}
	tr.closing.Store(true)
	tr.yield(t.Context(), o, a) // an organization that this node does not serve
	d := tr.desk(o)
	tr.yield(t.Context(), o, a) // an account that it does not
	if len(d.purses) != 0 {
		t.Error("a call made a purse")
	}
	p := d.lend(Hard, 100, 30)
	if tr.yield(t.Context(), o, p.account); p.back != 30 || !p.scarce.Equal(noon.Add(scarceFor)) || !slices.Equal(d.asking, []*purse{p}) {
		t.Errorf("%d of 30 go back", p.back)
	}
}

// Waiting ends with its context, with the news that is waited for, and with a bus that is gone.
func TestWaitingEnds(t *testing.T) {
	t.Parallel()
	over, cancel := context.WithCancel(t.Context())
	cancel()
	rest(over, time.Hour)
	if sleep(over, time.Hour, nil) {
		t.Error("what was cancelled goes on")
	}
	if !sleep(t.Context(), 0, nil) {
		t.Error("the time has come, and it ends")
	}
	heard := make(chan live.Topic, 3)
	heard <- AlertTopic
	if heard <- Topic; !sleep(t.Context(), time.Hour, heard) || len(heard) != 0 {
		t.Error("a change of budgets does not wake, or something else does")
	}
	if heard <- live.All; !sleep(t.Context(), time.Hour, heard) {
		t.Error("after missed news it sleeps on")
	}
	if close(heard); sleep(t.Context(), time.Hour, heard) {
		t.Error("without a bus it goes on")
	}
}

// What cannot be written waits in its order; facts of requests so many, what ends a hold always.
func TestWhatIsLateKeepsItsOrder(t *testing.T) {
	t.Parallel()
	var l latePile
	for range maxLate {
		if !l.add(lateRecord{}) {
			t.Fatal("there was room")
		}
	}
	if l.add(lateRecord{}) || l.len() != maxLate {
		t.Error("there is no end to it")
	}
	if h := (&ledger.Hold{}); !l.add(lateRecord{hold: h}) {
		t.Error("the end of a hold was lost")
	}
	wrote, left := 0, maxLate/2
	l.flush(func(journal.Record) error {
		if wrote == left {
			return errors.New("the disk is full again")
		}
		return nil
	}, func(lateRecord) { wrote++ })
	if wrote != left || l.len() != maxLate+1-left {
		t.Errorf("%d written, %d left", wrote, l.len())
	}
	var last lateRecord
	if l.flush(func(journal.Record) error { return nil }, func(r lateRecord) { last = r }); last.hold == nil || l.len() != 0 {
		t.Errorf("%d are left", l.len())
	}
}

// Under load a batch's room is used again; what was once large is let go when it is no longer needed.
func TestTheRoomOfABatchIsUsedAgainWhileItIsNeeded(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ length, room, kept int }{{0, 0, 0}, {0, 16, 16}, {0, 17, 0}, {10, 36, 36}, {10, 37, 0}, {36, 36, 36}} {
		if got := reused(make([]int, c.length, c.room)); len(got) != 0 || cap(got) != c.kept {
			t.Errorf("of %d in room for %d: room for %d", c.length, c.room, cap(got))
		}
	}
}

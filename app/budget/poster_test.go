package budget

import (
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
)

// A batch has at most so many records, and the next one goes on where it ended.
func TestArrearsArePostedInBatches(t *testing.T) {
	t.Parallel()
	tr, _, _ := puppets(t)
	for range postRecords + 1 {
		if _, err := tr.Journal.Append(journal.Record{Request: &ledger.Request{ID: id.NewRequest(testIDs), At: noon}}); err != nil {
			t.Fatal(err)
		}
	}
	p := &poster{t: tr, tracker: newTracker(), reader: tr.Journal.ReadFrom(tr.Journal.Boot())}
	defer p.close()
	for _, want := range []int{postRecords, 1, 0} {
		if more, err := p.fill(); err != nil || more != (want > 0) || len(p.batch.Requests) != want {
			t.Errorf("%d records, more %v, %v; want %d", len(p.batch.Requests), more, err, want)
		}
		p.mark, p.full = p.batch.To, false
	}
}

// The news of a posted batch is for the purses there are, once the last session is in the books; another account's is nobody's.
func TestAPostedBatchBringsNews(t *testing.T) {
	t.Parallel()
	tr, _, _ := puppets(t)
	o := id.NewOrg(testIDs)
	p := tr.desk(o).lend(Hard, 100, 0)
	news := []Lease{{Org: o, Account: ledger.Account{Budget: id.NewBudget(testIDs)}}, {Org: o, Account: p.account, Pool: ledger.Pool{Limit: 100, Spent: 7}, Posted: 7}}
	if tr.confirmed(Batch{}, news); p.posted != 0 || tr.posted.Load() == nil {
		t.Errorf("while the last session is posted: %d", p.posted)
	}
	close(tr.ready)
	if tr.confirmed(Batch{}, news); p.posted != 7 || p.pool.Spent != 7 {
		t.Errorf("posted %d, spent %d", p.posted, p.pool.Spent)
	}
}

// The local note of what is posted is renewed each second, where there is something new.
func TestTheLocalNoteIsRenewedEachSecond(t *testing.T) {
	t.Parallel()
	tr, _, log := puppets(t)
	start, err := tr.Journal.Start()
	if err != nil {
		t.Fatal(err)
	}
	p := &poster{t: tr}
	noted := func(at time.Time, posted int64) int64 {
		p.mark = Mark{At: journal.Position{Segment: start.Segment, Offset: posted}, Low: start}
		p.note(at)
		c, err := tr.Journal.LoadCheckpoint()
		if err != nil {
			t.Fatal(err)
		}
		return c.At.Offset
	}
	if got := noted(noon, 5); got != 0 {
		t.Errorf("before anything is read: %d", got)
	}
	p.reader = tr.Journal.ReadFrom(start)
	defer p.close()
	for _, c := range []struct {
		after        time.Duration
		posted, want int64
	}{{0, 10, 10}, {checkpointEvery - 1, 20, 10}, {checkpointEvery, 30, 30}, {2 * checkpointEvery, 30, 30}} {
		if got := noted(noon.Add(c.after), c.posted); got != c.want || p.saved.At.Offset != c.want {
			t.Errorf("after %s, %d posted: %d noted, want %d", c.after, c.posted, got, c.want)
		}
	}
	if log.Len() > 0 {
		t.Errorf("nothing failed: %s", log)
	}
}

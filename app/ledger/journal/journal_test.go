package journal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

var ids = id.NewSource(clock.System{}.Now, nil)

var at = time.Date(2026, 11, 18, 12, 0, 0, 123456000, time.UTC)

func chain() org.Chain {
	return org.Chain{Org: id.NewOrg(ids), Department: id.NewDepartment(ids), Team: id.NewTeam(ids), Member: id.NewMember(ids), Key: id.NewKey(ids)}
}

func attempt() Record {
	return Record{Attempt: &ledger.Attempt{ID: id.NewAttempt(ids), Request: id.NewRequest(ids), Number: 2, Chain: chain(), At: at,
		Held: ledger.Amounts{Money: 12345, Tokens: 1 << 40, Requests: 1}, Tags: "project=apollo",
		Stakes: []ledger.Stake{{Account: ledger.Account{Budget: id.NewBudget(ids), Start: 1_790_000_000}},
			{Account: ledger.Account{Budget: id.NewBudget(ids)}, Measure: ledger.Requests}},
		Connection: id.NewConnection(ids), Provider: "up", Kind: "openai", Model: "gpt-5.5", PriceVersion: "2026-10-01",
		Asked: "smart", Endpoint: "chat", Client: "Codex", Cache: "miss"}}
}

func settlement(a id.Attempt) Record {
	return Record{Settlement: &ledger.Settlement{Attempt: a, State: ledger.Cut, Usage: llm.Usage{Input: 9, Output: 1 << 40, ServerToolCalls: 3, CacheReadImage: 1, InputVideo: 2, OutputVideo: 3, Citations: 4},
		Cost: money.Max, InputCost: 1, Tokens: 99, Requests: 1, Status: 200, Class: "timeout", Note: "cut after 3 events", FirstByte: time.Millisecond, Duration: time.Minute, At: at}}
}

func request() Record {
	return Record{Request: &ledger.Request{ID: id.NewRequest(ids), Chain: chain(), At: at,
		Refusal: ledger.Refusal{Budget: id.NewBudget(ids), Measure: ledger.Tokens, Need: 5, Limit: 1 << 40, Spent: 7, Held: 8}, Family: "openai", Endpoint: "chat", Stream: true,
		Asked: "smart", Model: "gpt-5.5", Provider: "up", Route: "alias smart", Client: "codex", Tags: "project=apollo", EndUser: "u1",
		Session: "s1", Cache: "miss", Attempts: 2, Status: 200, Code: "", Message: "", Usage: llm.Usage{Input: 1, CacheRead: 1},
		Screened: ledger.Screened{Incident: id.NewFinding(ids), Action: "mask", Found: `[{"detector":"email"}]`}, Cost: 77, Saved: 12, Trial: ledger.Trial{Experiment: id.NewExperiment(ids), Variant: 1, Bucket: 127, Failed: true}, SavedTime: 3 * time.Second, Decisions: "held\nsettled", FirstByte: time.Second, Duration: 2 * time.Second, Overhead: 80 * time.Microsecond}}
}

func open(t testing.TB, dir string, o Options) *Journal {
	t.Helper()
	if o.IDs == nil {
		o.IDs = ids
	}
	j, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j
}

func write(t testing.TB, j *Journal, recs ...Record) {
	t.Helper()
	for _, r := range recs {
		if _, err := j.Append(r); err != nil {
			t.Fatal(err)
		}
	}
}

// readAll reads to the end; damage is returned and reading goes on behind it.
func readAll(t testing.TB, r *Reader) (out []Record, damage []error) {
	t.Helper()
	for {
		rec, err := r.Next()
		var corrupt *CorruptError
		switch {
		case errors.Is(err, io.EOF):
			return out, damage
		case errors.As(err, &corrupt):
			damage = append(damage, err)
		case err != nil:
			t.Fatal(err)
		default:
			out = append(out, kept(rec))
		}
	}
}

// kept is a record that outlives the next one.
func kept(r Record) Record {
	if r.Settlement != nil {
		s := *r.Settlement
		r.Settlement = &s
	}
	if r.Request != nil {
		q := *r.Request
		r.Request = &q
	}
	return r
}

func same(t *testing.T, got, want []Record) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("read %d records, want %d; or one differs", len(got), len(want))
		for i := range min(len(got), len(want)) {
			if !reflect.DeepEqual(got[i], want[i]) {
				t.Errorf("record %d: got %+v, want %+v", i, got[i], want[i])
			}
		}
	}
}

func TestEveryFieldSurvivesTheJournal(t *testing.T) {
	t.Parallel()
	j := open(t, t.TempDir(), Options{})
	a := attempt()
	want := []Record{a, settlement(a.Attempt.ID), request(), {Attempt: &ledger.Attempt{At: at}}, {Settlement: &ledger.Settlement{At: at}}, {Request: &ledger.Request{At: at}},
		{Settlement: &ledger.Settlement{At: at, Tokens: 3, Requests: 1, Usage: llm.Usage{Input: 1, Citations: 2, Images: 3, AudioSeconds: 4, Characters: 5}}}}
	refused := *request().Request
	refused.Screened = ledger.Screened{}
	want = append(want, Record{Request: &refused})
	for _, r := range want[:3] {
		noZeroFields(t, r)
	}
	write(t, j, want...)
	r := j.ReadFrom(j.Boot())
	defer r.Close()
	got, _ := readAll(t, r)
	same(t, got, want)
	if r.At() != j.End() {
		t.Errorf("the reader is at %v, the journal at %v", r.At(), j.End())
	}
}

// noZeroFields makes sure that a sample says something in every field, so that a field forgotten in the codec shows.
func noZeroFields(t *testing.T, r Record) {
	t.Helper()
	for _, p := range []any{r.Attempt, r.Settlement, r.Request} {
		v := reflect.ValueOf(p)
		if v.IsNil() {
			continue
		}
		for i := range v.Elem().NumField() {
			name := v.Elem().Type().Field(i).Name
			if v.Elem().Field(i).IsZero() && name != "Code" && name != "Message" {
				t.Errorf("%T.%s is zero in the sample", p, name)
			}
		}
	}
}

func TestAReaderSeesWhatIsWrittenLater(t *testing.T) {
	t.Parallel()
	j := open(t, t.TempDir(), Options{SegmentBytes: 600})
	r := j.ReadFrom(j.Boot())
	defer r.Close()
	var want, got []Record
	for range 40 { // over many segments, the reader at the end each time
		rec := attempt()
		write(t, j, rec)
		more, _ := readAll(t, r)
		want, got = append(want, rec), append(got, more...)
	}
	same(t, got, want)
	if j.End().Segment < 5 {
		t.Errorf("only %d segments", j.End().Segment)
	}
}

// A full disk cuts an append short: its half is taken back, and other bytes come there. A reader that had been there meanwhile reads those.
func TestAReaderDoesNotReadAheadOfTheWriter(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	j := open(t, dir, Options{})
	write(t, j, attempt())
	end := j.End()
	path := segmentPath(dir, end.Segment)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Write(bytes.Repeat([]byte{7}, 500)); err != nil {
		t.Fatal(err)
	}
	r := j.ReadFrom(Position{Segment: end.Segment})
	defer r.Close()
	if _, err := r.Next(); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, end.Offset); err != nil {
		t.Fatal(err)
	}
	second := attempt()
	write(t, j, second)
	if got, err := r.Next(); err != nil || got.Attempt == nil || got.Attempt.ID != second.Attempt.ID {
		t.Errorf("behind what was taken back: %+v %v", got, err)
	}
}

func TestAnyPlaceCanBeReadFromAgain(t *testing.T) {
	t.Parallel()
	j := open(t, t.TempDir(), Options{SegmentBytes: 700})
	var places []Position
	var want []Record
	for range 20 {
		rec := request()
		places = append(places, j.End())
		want = append(want, rec)
		write(t, j, rec)
	}
	for i, p := range places {
		r := j.ReadFrom(p)
		got, _ := readAll(t, r)
		r.Close()
		same(t, got, want[i:])
	}
}

func TestARecordCutShortIsTheEndOfItsSegment(t *testing.T) {
	t.Parallel()
	full := t.TempDir()
	j := open(t, full, Options{})
	want := []Record{attempt(), request(), attempt()}
	write(t, j, want...)
	before := make([]int64, 0, 3)
	r := j.ReadFrom(j.Boot())
	for range want {
		before = append(before, r.At().Offset)
		if _, err := r.Next(); err != nil {
			t.Fatal(err)
		}
	}
	r.Close()
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	bytes, err := os.ReadFile(segmentPath(full, 1))
	if err != nil {
		t.Fatal(err)
	}
	for cut := before[2]; cut < int64(len(bytes)); cut += 9 {
		for _, zeros := range []int{0, 5, 4096} { // a power cut may leave zeros where data should be
			dir := t.TempDir()
			torn := append(append([]byte{}, bytes[:cut]...), make([]byte, zeros)...)
			if err := os.WriteFile(segmentPath(dir, 1), torn, 0o600); err != nil {
				t.Fatal(err)
			}
			next := open(t, dir, Options{})
			later := attempt()
			write(t, next, later)
			r := next.ReadFrom(Position{Segment: 1})
			got, damage := readAll(t, r)
			r.Close()
			if len(damage) > 0 {
				t.Fatalf("cut at %d, %d zeros: reported as damage: %v", cut, zeros, damage)
			}
			same(t, got, append(append([]Record{}, want[:2]...), later))
			_ = next.Close()
		}
	}
}

func TestDamageInTheMiddleIsReported(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	j := open(t, dir, Options{SegmentBytes: 900})
	for range 12 {
		write(t, j, attempt())
	}
	_ = j.Close()
	path := segmentPath(dir, 2)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b[headerBytes+20] ^= 0x40
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	next := open(t, dir, Options{})
	r := next.ReadFrom(Position{Segment: 1})
	defer r.Close()
	got, damage := readAll(t, r)
	if len(damage) != 1 || len(got) == 0 || len(got) >= 12 {
		t.Errorf("%d records, damage %v", len(got), damage)
	}
}

func TestADirectoryHasOneOwner(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := open(t, dir, Options{})
	if _, err := Open(dir, Options{IDs: ids}); !errors.Is(err, ErrLocked) {
		t.Fatalf("a second owner got in: %v", err)
	}
	node := first.Node()
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if again := open(t, dir, Options{}); again.Node() != node || node.IsZero() {
		t.Errorf("the node changed from %s to %s", node, again.Node())
	}
}

func TestASpoiltNodeFileStopsTheStart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, nodeFile), []byte("gibberish\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, Options{IDs: ids}); err == nil {
		t.Fatal("opened")
	}
	if err := os.Remove(filepath.Join(dir, nodeFile)); err != nil {
		t.Fatal(err)
	}
	open(t, dir, Options{}) // and the lock was let go
}

func TestAFullDiskRefusesAndLosesNothing(t *testing.T) {
	t.Parallel()
	j := open(t, t.TempDir(), Options{})
	first := attempt()
	write(t, j, first)
	end := j.End()
	// A file opened for reading refuses writes as a full disk does.
	j.mu.Lock()
	good := j.file
	bad, err := os.Open(segmentPath(j.dir, j.segment))
	if err != nil {
		t.Fatal(err)
	}
	j.file = bad
	j.mu.Unlock()
	if _, err := j.Append(request()); err == nil {
		t.Fatal("an append that could not be written succeeded")
	}
	if j.End() != end {
		t.Errorf("the end moved from %v to %v", end, j.End())
	}
	_ = good.Close()
	second := attempt()
	write(t, j, second) // into a new segment, as the old one could not be repaired
	r := j.ReadFrom(j.Boot())
	defer r.Close()
	got, damage := readAll(t, r)
	same(t, got, []Record{first, second})
	if len(damage) > 0 {
		t.Error(damage)
	}
}

func TestOversizeAndEmptyRecordsAreRefused(t *testing.T) {
	t.Parallel()
	j := open(t, t.TempDir(), Options{})
	big := request()
	big.Request.Decisions = string(bytes.Repeat([]byte{'x'}, MaxRecord+1))
	if _, err := j.Append(big); !errors.Is(err, ErrTooLong) {
		t.Errorf("too long: %v", err)
	}
	if _, err := j.Append(Record{}); err == nil {
		t.Error("an empty record was taken")
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := j.Append(attempt()); !errors.Is(err, ErrClosed) {
		t.Errorf("after close: %v", err)
	}
	if err := j.Close(); err != nil {
		t.Errorf("closing again: %v", err)
	}
}

func TestConcurrentWritersDoNotMix(t *testing.T) {
	t.Parallel()
	j := open(t, t.TempDir(), Options{SegmentBytes: 20_000})
	var wg sync.WaitGroup
	var mu sync.Mutex
	written := map[id.Attempt]bool{}
	for range 16 {
		wg.Go(func() {
			for range 100 {
				r := attempt()
				if _, err := j.Append(r); err != nil {
					t.Error(err)
				}
				mu.Lock()
				written[r.Attempt.ID] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	r := j.ReadFrom(j.Boot())
	defer r.Close()
	got, damage := readAll(t, r)
	for _, rec := range got {
		delete(written, rec.Attempt.ID)
	}
	if len(got) != 1600 || len(written) != 0 || len(damage) != 0 {
		t.Errorf("%d records read, %d missing, damage %v", len(got), len(written), damage)
	}
}

func TestTrimKeepsADayAndWhatIsNotConfirmed(t *testing.T) {
	t.Parallel()
	now := clock.NewFake(clock.System{}.Now())
	dir := t.TempDir()
	j := open(t, dir, Options{SegmentBytes: 300, Clock: now})
	for range 40 {
		write(t, j, attempt())
	}
	confirmed := Position{Segment: 5}
	count := func() int { s, _ := list(dir); return len(s) }
	all := count()
	if err := j.Trim(confirmed); err != nil || count() != all {
		t.Fatalf("young segments went: %d of %d left, %v", count(), all, err)
	}
	now.Advance(25 * time.Hour)
	if err := j.Trim(confirmed); err != nil || count() != all-4 {
		t.Fatalf("%d of %d left, %v", count(), all, err)
	}
	if err := j.Trim(Position{Segment: 1 << 40}); err != nil || count() != all-4 {
		t.Errorf("what was confirmed just now went, though it was written a day ago: %d left, %v", count(), err)
	}
	now.Advance(25 * time.Hour)
	if err := j.Trim(Position{Segment: 1 << 40}); err != nil || count() != 1 {
		t.Errorf("the segment being written must stay: %d left, %v", count(), err)
	}
	r := j.ReadFrom(Position{Segment: 1})
	defer r.Close()
	if got, _ := readAll(t, r); len(got) == 0 {
		t.Error("a reader did not find the first segment that is left")
	}
}

func TestTheCheckpointNeverHidesRecords(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	j := open(t, dir, Options{SegmentBytes: 300})
	write(t, j, attempt(), attempt(), attempt())
	note := Checkpoint{At: j.End(), Low: Position{Segment: 2}}
	if err := j.SaveCheckpoint(note); err != nil {
		t.Fatal(err)
	}
	_ = j.Close()
	j = open(t, dir, Options{})
	if got, err := j.LoadCheckpoint(); err != nil || got != note {
		t.Errorf("got %v, %v", got, err)
	}
	for name, content := range map[string]string{"gibberish": "{", "from the future": `{"low":{"segment":99}}`, "from before the first": `{"low":{"segment":0}}`} {
		if err := os.WriteFile(filepath.Join(dir, checkpointFile), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := j.LoadCheckpoint(); err != nil || got.Low != (Position{Segment: 1}) {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
}

func TestSyncedInTheBackground(t *testing.T) {
	t.Parallel()
	j := open(t, t.TempDir(), Options{SyncEvery: time.Millisecond})
	deadline := time.NewTimer(10 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for range 3 { // the first record after a rest is as any other
		write(t, j, attempt())
		for dirty := true; dirty; {
			j.mu.Lock()
			dirty = j.dirty
			j.mu.Unlock()
			select {
			case <-deadline.C:
				t.Fatal("never synced")
			case <-tick.C:
			}
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, r := range []Record{attempt(), settlement(id.NewAttempt(ids)), request()} {
		b, err := encode(nil, r)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte{kindAttempt})
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := decode(b, vocabulary{}, new(room))
		if err != nil {
			return
		}
		again, err := encode(nil, r)
		if err != nil {
			t.Fatal(err)
		}
		back, err := decode(again, nil, new(room))
		if err != nil || !reflect.DeepEqual(back, r) {
			t.Fatalf("%+v came back as %+v, %v", r, back, err)
		}
	})
}

// FuzzSegment reads files of any content: it must end, and report rather than invent.
func FuzzSegment(f *testing.F) {
	var good []byte
	for _, r := range []Record{attempt(), request()} {
		b, _ := encode(make([]byte, headerBytes), r)
		binary.LittleEndian.PutUint32(b, uint32(len(b)-headerBytes))
		binary.LittleEndian.PutUint32(b[4:], crc32.Checksum(b[headerBytes:], castagnoli))
		good = append(good, b...)
	}
	f.Add(good)
	f.Add(good[:len(good)-3])
	f.Fuzz(func(t *testing.T, b []byte) {
		dir := t.TempDir()
		for n, content := range map[uint64][]byte{1: b, 2: good} {
			if err := os.WriteFile(segmentPath(dir, n), content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		j := &Journal{dir: dir, segment: 2, written: int64(len(good))}
		r := j.ReadFrom(Position{Segment: 1})
		defer r.Close()
		got, _ := readAll(t, r)
		if len(got) < 2 || r.At() != j.End() {
			t.Fatalf("what came after the damage was not read: %d records", len(got))
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	j := open(b, b.TempDir(), Options{})
	r := attempt()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := j.Append(r); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	j := open(b, b.TempDir(), Options{})
	for range 10_000 {
		write(b, j, attempt())
	}
	r := j.ReadFrom(j.Boot())
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Next(); err != nil {
			r.Close()
			r = j.ReadFrom(j.Boot())
		}
	}
	r.Close()
}

func TestRecordsOfTheFirstLayoutsAreStillRead(t *testing.T) {
	t.Parallel()
	a, e := attempt().Attempt, settlement(id.NewAttempt(ids)).Settlement
	old := *a
	old.Asked, old.Endpoint, old.Client, old.Cache = "", "", "", ""
	old.Tags, old.Held = "", ledger.Amounts{Money: a.Held.Money}
	old.Stakes = []ledger.Stake{{Account: a.Stakes[0].Account}, {Account: a.Stakes[1].Account}}
	end := *e
	end.Tokens, end.Requests = 0, 0
	end.Usage.CacheReadImage, end.Usage.InputVideo, end.Usage.OutputVideo, end.Usage.Citations = 0, 0, 0, 0
	c := codec{b: []byte{kindMoneyAttempt}}
	c.moneyAttempt(a)
	if r, err := decode(c.b, nil, new(room)); err != nil || !reflect.DeepEqual(r.Attempt, &old) {
		t.Errorf("an attempt of the first layout came back as %+v, %v", r.Attempt, err)
	}
	bare := *a
	bare.Asked, bare.Endpoint, bare.Client, bare.Cache = "", "", "", ""
	c = codec{b: []byte{kindBareAttempt}}
	c.bareAttempt(a)
	if r, err := decode(c.b, nil, new(room)); err != nil || !reflect.DeepEqual(r.Attempt, &bare) || bare.Tags == "" {
		t.Errorf("an attempt that does not tell what asked for it came back as %+v, %v", r.Attempt, err)
	}
	c = codec{b: []byte{kindMoneySettlement}}
	c.moneySettlement(e)
	if r, err := decode(c.b, nil, new(room)); err != nil || !reflect.DeepEqual(r.Settlement, &end) {
		t.Errorf("a settlement of the first layout came back as %+v, %v", r.Settlement, err)
	}
}

package id_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
)

var now = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

// sequence is a repeatable source of "randomness".
type sequence struct{ r *rand.Rand }

func (s sequence) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(s.r.Uint32())
	}
	return len(b), nil
}

func source(c clock.Clock) *id.Source {
	return id.NewSource(c.Now, sequence{rand.New(rand.NewPCG(1, 2))})
}

func TestIDsAscendWhateverTheClockDoes(t *testing.T) {
	t.Parallel()
	c, r := clock.NewFake(now), rand.New(rand.NewPCG(3, 4))
	s := source(c)
	last := id.NewKey(s)
	for i := range 20_000 { // far more than fit into one millisecond's counter
		if i%50 == 0 {
			c.Advance(time.Duration(r.Int64N(int64(4*time.Millisecond))) - 2*time.Millisecond)
		}
		next := id.NewKey(s)
		if next.Compare(last) <= 0 || next.String() <= last.String() || next.UUID() <= last.UUID() {
			t.Fatalf("%s (%s) came after %s (%s)", next, next.UUID(), last, last.UUID())
		}
		last = next
	}
}

func TestIDsAreUUIDsOfVersionSeven(t *testing.T) {
	t.Parallel()
	i := id.NewTeam(source(clock.NewFake(now)))
	u, err := uuid.Parse(i.UUID())
	if err != nil || u.Version() != 7 || u.Variant() != uuid.RFC4122 {
		t.Errorf("%s: version %d, variant %s, %v", u, u.Version(), u.Variant(), err)
	}
	if !i.Time().Equal(now) {
		t.Errorf("made at %s, says %s", now, i.Time())
	}
	if again := id.NewTeam(source(clock.NewFake(now))); again != i {
		t.Errorf("the same clock and randomness made %s and %s", i, again)
	}
}

func TestIDsOfManyGoroutinesAreUnique(t *testing.T) {
	t.Parallel()
	s := id.NewSource(clock.NewFake(now).Now, nil)
	const workers, each = 8, 2000
	all := make([][]id.Attempt, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for range each {
				all[w] = append(all[w], id.NewAttempt(s))
			}
		})
	}
	wg.Wait()
	flat := slices.Concat(all...)
	slices.SortFunc(flat, id.Attempt.Compare)
	if n := len(slices.Compact(flat)); n != workers*each {
		t.Errorf("%d of %d ids are unique", n, workers*each)
	}
}

func TestEveryFormIsReadBack(t *testing.T) {
	t.Parallel()
	s := source(clock.NewFake(now))
	for range 1000 {
		k := id.NewKey(s)
		if !strings.HasPrefix(k.String(), "key_") || len(k.String()) != 30 {
			t.Fatalf("prints as %s", k)
		}
		for name, text := range map[string]string{"printed": k.String(), "plain": k.UUID()} {
			if got, err := id.ParseKey(text); err != nil || got != k {
				t.Fatalf("%s form %s reads as %s, %v", name, text, got, err)
			}
		}
		raw, _ := json.Marshal(map[string]id.Key{"id": k})
		var back map[string]id.Key
		if err := json.Unmarshal(raw, &back); err != nil || back["id"] != k {
			t.Fatalf("JSON %s reads as %s, %v", raw, back["id"], err)
		}
		b := k.Bytes()
		value, _ := k.Value()
		for name, column := range map[string]any{"value": value, "bytes": b[:], "array": b, "text bytes": []byte(k.UUID())} {
			var got id.Key
			if err := got.Scan(column); err != nil || got != k {
				t.Fatalf("column %s reads as %s, %v", name, got, err)
			}
		}
	}
}

func TestParseRefusesWhatIsNotThisEntity(t *testing.T) {
	t.Parallel()
	s := source(clock.NewFake(now))
	k := id.NewKey(s)
	printed := k.String()
	for _, text := range []string{
		"", "key_", "key", id.NewTeam(s).String(), "KEY" + printed[3:], strings.ToUpper(printed), printed + "0", printed[:29],
		printed[:29] + "u", printed[:29] + "-", printed[:4] + "i" + printed[5:], " " + printed, printed + "\n", printed[4:],
		printed[:29] + "z", // stray bits behind the last byte: a second spelling of one id
		"{" + k.UUID() + "}", "urn:uuid:" + k.UUID(), strings.ReplaceAll(k.UUID(), "-", ""), k.UUID() + "0",
	} {
		if got, err := id.ParseKey(text); err == nil {
			t.Errorf("%q was read as %s", text, got)
		}
	}
}

func TestAZeroIDNamesNothing(t *testing.T) {
	t.Parallel()
	var zero id.Member
	if v, err := zero.Value(); v != nil || err != nil || zero.String() != "" || !zero.IsZero() {
		t.Errorf("the zero id is stored as %v, %v and prints as %q", v, err, zero)
	}
	got := id.NewMember(source(clock.NewFake(now)))
	if err := got.Scan(nil); err != nil || !got.IsZero() {
		t.Errorf("NULL reads as %s, %v", got, err)
	}
	got = id.NewMember(source(clock.NewFake(now)))
	if err := json.Unmarshal([]byte(`""`), &got); err != nil || !got.IsZero() {
		t.Errorf("an empty text reads as %s, %v", got, err)
	}
	if err := got.Scan(42); err == nil {
		t.Error("a number was read as an id")
	}
}

func TestTheCounterCarriesIntoTheTime(t *testing.T) {
	t.Parallel()
	s := source(clock.NewFake(now))
	var last id.Audit
	for range 4096 + 1 {
		last = id.NewAudit(s)
	}
	b := last.Bytes()
	if ms := int64(binary.BigEndian.Uint64(b[:]) >> 16); ms != now.UnixMilli()+1 || !bytes.Equal(b[6:8], []byte{0x70, 0}) {
		t.Errorf("the 4097th id of a millisecond is %x", b)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(id.NewKey(source(clock.NewFake(now))).String())
	f.Add("0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b")
	f.Fuzz(func(t *testing.T, s string) {
		k, err := id.ParseKey(s)
		if err != nil || k.IsZero() {
			return
		}
		if back, err := id.ParseKey(k.String()); err != nil || back != k {
			t.Errorf("%q is %s, which reads as %s, %v", s, k, back, err)
		}
	})
}

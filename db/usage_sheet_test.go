package db

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

// What is written into a sheet is read from it, whatever its widths; a torn one is an error, never a wrong figure or a panic.
func TestASheetSaysWhatWasAdded(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	for _, different := range []int{1, 2, 300, 70_000} {
		s, want := newSheet("team_id", "model"), map[string][counts]int64{}
		for n := range different {
			v := []string{fmt.Sprintf("01900000-0000-7000-8000-%012d", n), fmt.Sprint("m", n%7)}
			for range 2 {
				sums := [counts]int64{1, 0, 0, r.Int64N(300), r.Int64N(1 << 17), 0, r.Int64N(1 << 33), r.Int64N(1 << 50)}
				s.add(v, &sums)
				w := want[v[0]+v[1]]
				for i := range w {
					w[i] += sums[i]
				}
				want[v[0]+v[1]] = w
			}
		}
		raw := s.encode()
		got, err := decodeSheet(raw)
		if err != nil || got.rows != different {
			t.Fatalf("%d rows: %v, %d", different, err, got.rows)
		}
		team, err1 := got.column("team_id")
		model, err2 := got.column("model")
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		for n := range got.rows {
			k := unpacked("team_id", team.values[team.places.at(n)]) + unpacked("model", model.values[model.places.at(n)])
			for i := range counts {
				if have := int64(got.sums[i].at(n)); have != want[k][i] {
					t.Fatalf("%s counts %d in column %d, want %d", k, have, i, want[k][i])
				}
			}
		}
		if _, err := got.column("client"); err == nil {
			t.Error("a column that is not there was read")
		}
		for range 200 {
			cut := raw[:r.IntN(len(raw))]
			if torn, err := decodeSheet(cut); err == nil {
				t.Fatalf("%d of %d bytes are a sheet of %d rows", len(cut), len(raw), torn.rows)
			}
			bent := append([]byte(nil), raw...)
			bent[r.IntN(min(60, len(bent)))] = byte(r.Int())
			if s, err := decodeSheet(bent); err == nil {
				_, _ = s.column("team_id")
				_, _ = s.column("model")
			}
		}
	}
}

// BenchmarkScan is what a question costs for each row of a sheet: a day of 30,000, by two dimensions, of one model.
func BenchmarkScan(b *testing.B) {
	s := newSheet("key_id", "team_id", "model")
	for n := range 30_000 {
		s.add([]string{fmt.Sprintf("01900000-0000-7000-8000-%012d", n), fmt.Sprintf("01900000-0000-7000-8000-%012d", n%500), fmt.Sprint("m", n%8)},
			&[counts]int64{1, 0, 0, 1, 700, 100, 90, int64(n) * 1000})
	}
	raw := s.encode()
	for b.Loop() {
		read, err := decodeSheet(raw)
		if err != nil {
			b.Fatal(err)
		}
		f := newFold(usage.Ask{Steps: make([]usage.Step, 1), By: []usage.Dim{usage.Team, usage.Model}, Limit: usage.MaxGroups})
		if err := f.scan(read, 0, report.Reach{All: true}, "", part{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/30_000, "ns/row")
}

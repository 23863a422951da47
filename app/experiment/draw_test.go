package experiment

import (
	"fmt"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// fixed are ids that are the same in every run.
func fixed() *id.Source {
	at := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	n := byte(0)
	return id.NewSource(func() time.Time { return at }, reader(func(b []byte) (int, error) {
		for i := range b {
			n++
			b[i] = n
		}
		return len(b), nil
	}))
}

type reader func([]byte) (int, error)

func (r reader) Read(b []byte) (int, error) { return r(b) }

// chi is Pearson's statistic of counts against shares of their sum.
func chi(counts []int, shares []float64) float64 {
	n, x := 0, 0.0
	for _, c := range counts {
		n += c
	}
	for i, c := range counts {
		want := shares[i] * float64(n)
		x += (float64(c) - want) * (float64(c) - want) / want
	}
	return x
}

func TestUnitsAreDividedAsPlannedAndBucketsEvenly(t *testing.T) {
	t.Parallel()
	ids := fixed()
	for range 20 {
		e := id.NewExperiment(ids)
		variants := []Variant{{Percent: 50}, {Percent: 30}, {Percent: 15}, {Percent: 5}}
		arms, buckets, cross := make([]int, 4), make([]int, Buckets), make([]int, 4*8)
		for n := range 100_000 {
			v, b := Draw(e, fmt.Sprint("user ", n), variants)
			arms[v]++
			buckets[b]++
			cross[v*8+b/16]++
		}
		// 0.1 % quantiles of chi-square with 3, 127 and 31 degrees of freedom.
		if x := chi(arms, []float64{0.5, 0.3, 0.15, 0.05}); x > 16.27 {
			t.Errorf("variants %v: chi-square %.1f", arms, x)
		}
		even, both := make([]float64, Buckets), make([]float64, 4*8)
		for i := range even {
			even[i] = 1.0 / Buckets
		}
		for i := range both {
			both[i] = []float64{0.5, 0.3, 0.15, 0.05}[i/8] / 8
		}
		if x := chi(buckets, even); x > 181.99 {
			t.Errorf("buckets: chi-square %.1f", x)
		}
		if x := chi(cross, both); x > 61.10 {
			t.Errorf("variants in buckets: chi-square %.1f", x)
		}
	}
}

// Who gets what is nobody's memory: another process, after a restart or beside this one, says the same. These are what the first
// version said, so that a change would be seen: it would move people who are in the middle of an experiment.
func TestADrawIsTheSameForever(t *testing.T) {
	t.Parallel()
	e := id.NewExperiment(fixed())
	variants := []Variant{{Percent: 50}, {Percent: 50}}
	got := ""
	for n := range 16 {
		v, b := Draw(e, fmt.Sprint("user ", n), variants)
		got += fmt.Sprintf("%d/%d ", v, b)
	}
	const want = "1/79 1/44 0/84 1/76 0/2 0/22 1/58 1/20 1/49 0/5 0/100 1/78 1/74 0/93 1/6 0/90 "
	if got != want {
		t.Errorf("%s of %s\n%s", e, want, got)
	}
	other := id.NewExperiment(fixed2())
	moved := 0
	for n := range 1000 {
		a, _ := Draw(e, fmt.Sprint(n), variants)
		if b, _ := Draw(other, fmt.Sprint(n), variants); a != b {
			moved++
		}
	}
	if moved < 400 || moved > 600 {
		t.Errorf("%d of 1000 have another variant in another experiment", moved)
	}
}

func fixed2() *id.Source {
	return id.NewSource(func() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) }, reader(func(b []byte) (int, error) {
		for i := range b {
			b[i] = 0xA5 ^ byte(i)
		}
		return len(b), nil
	}))
}

func TestABookKnowsWhoHasPart(t *testing.T) {
	t.Parallel()
	ids := fixed()
	o, team, key := id.NewOrg(ids), id.NewTeam(ids), id.NewKey(ids)
	base := Experiment{ID: id.NewExperiment(ids), Org: o, Model: "smart", State: Running, Unit: ByUser, Variants: []Variant{{Percent: 50}, {Percent: 50}}}
	ask := Ask{Org: o, Model: "smart", Team: team, Key: key, Tags: "client=acme,project=apollo", EndUser: "ann", Session: "s"}
	for name, c := range map[string]struct {
		set  func(e *Experiment, a *Ask)
		want bool
	}{
		"everybody":              {func(*Experiment, *Ask) {}, true},
		"the team":               {func(e *Experiment, _ *Ask) { e.Team = team }, true},
		"another team":           {func(e *Experiment, _ *Ask) { e.Team = id.NewTeam(ids) }, false},
		"the key":                {func(e *Experiment, _ *Ask) { e.Key = key }, true},
		"another key":            {func(e *Experiment, _ *Ask) { e.Key = id.NewKey(ids) }, false},
		"the tag":                {func(e *Experiment, _ *Ask) { e.Tag = "project=apollo" }, true},
		"a part of the tag":      {func(e *Experiment, _ *Ask) { e.Tag = "project=apol" }, false},
		"paused":                 {func(e *Experiment, _ *Ask) { e.State = Paused }, false},
		"its alias is gone":      {func(e *Experiment, _ *Ask) { e.Model = "" }, false},
		"another model":          {func(_ *Experiment, a *Ask) { a.Model = "fast" }, false},
		"another organization's": {func(_ *Experiment, a *Ask) { a.Org = id.NewOrg(ids) }, false},
	} {
		e, a := base, ask
		c.set(&e, &a)
		var b Book
		if _, ok := b.Assign(&a); ok {
			t.Errorf("%s: an empty book assigns", name)
		}
		if err := b.Load([]Experiment{e}); err != nil {
			t.Fatal(err)
		}
		got, ok := b.Assign(&a)
		again, _ := b.Assign(&a)
		if ok != c.want || got != again {
			t.Errorf("%s: %v", name, ok)
		}
	}
	e := base
	for name, c := range map[string]struct {
		unit Unit
		set  func(a *Ask)
		want string
	}{
		"an end user":       {ByUser, func(*Ask) {}, "user ann"},
		"a member":          {ByUser, func(a *Ask) { a.EndUser = ""; a.Member = id.NewMember(ids) }, ""},
		"a key":             {ByUser, func(a *Ask) { a.EndUser = "" }, key.UUID()},
		"a session":         {BySession, func(*Ask) {}, key.UUID() + "s"},
		"a request for one": {BySession, func(a *Ask) { a.Session = ""; a.Request = id.NewRequest(ids) }, ""},
	} {
		a := ask
		c.set(&a)
		if c.want == "" {
			c.want = a.Member.UUID()
			if c.unit == BySession {
				c.want = a.Request.UUID()
			}
		}
		if e.Unit = c.unit; e.unit(&a) != c.want {
			t.Errorf("%s: %q, want %q", name, e.unit(&a), c.want)
		}
	}
}

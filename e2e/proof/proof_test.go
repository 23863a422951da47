package proof

import (
	"context"
	"encoding/json"
	"flag"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

var (
	long       = flag.Bool("long", false, "the long form: 30 kills of a node, 10 of PostgreSQL, a node frozen for two minutes")
	concurrent = flag.Int("concurrent", 0, "requests at once; 3000 in the long form, 1000 in the short one")
	figures    = flag.String("figures", "", "the file to write the figures to")
)

// TestEveryLimitHoldsWhileEverythingDies is the headline: 400 keys under four levels of hard limits on two nodes, killed
// and frozen under load, and the provider's own bill.
func TestEveryLimitHoldsWhileEverythingDies(t *testing.T) {
	scale, at := 2.0, 1000
	if *long {
		scale, at = 12, 3000
	}
	if *concurrent > 0 {
		at = *concurrent
	}
	tight := money.USD(scale * 2 * float64(money.Dollar))
	f := newFleet(t, tight.String())
	out := map[string]any{"form": "short", "nodes": len(f.nodes), "keys": teams * membersPerTeam * keysPerMember}
	if *long {
		out["form"] = "long"
	}
	c := found(t, f.nodes[0].Gateway, tight, scale)
	l := newLoad(f)
	ctx, cancel := context.WithCancel(t.Context())
	wait := l.run(ctx, c.keys, at)
	gather := f.gather(ctx)
	if *long {
		f.longChaos()
	} else {
		f.shortChaos()
	}
	cancel()
	wait()
	gather()
	took := f.settled(l)
	for _, n := range f.nodes {
		n.Stop(t)
	}
	v := f.judge(l, c)
	v.Suspense = f.verify()
	out["judged"], out["answers"], out["most_at_once"] = v, l.answers, l.most.Load()
	out["held_until_ms"], out["kills"], out["database_kills"], out["held_at_kills_usd"] = took.Milliseconds(), f.kills, f.outages, f.heldAtKills
	write(t, map[string]any{"chaos": out, "machine": map[string]any{"cpus": runtime.NumCPU(), "system": runtime.GOOS + "/" + runtime.GOARCH,
		"go": runtime.Version(), "date": now().UTC().Format(time.RFC3339)}})

	for i, n := range l.course {
		t.Logf("%3d s: %v", 5*i, n)
	}
	for level, over := range v.Overspend {
		if over != 0 {
			t.Errorf("%s USD above the limits of level %s", over, level)
		}
	}
	if v.Unrecorded != 0 || v.Doubled != 0 || v.Misbooked != 0 || v.Short != 0 {
		t.Errorf("unrecorded %d, doubled %d, misbooked %d, %s USD below the bill", v.Unrecorded, v.Doubled, v.Misbooked, v.Short)
	}
	if v.Suspense != 0 {
		t.Errorf("%s USD in suspense, though no disk was lost", v.Suspense)
	}
	if most := f.heldAtKills/10*11 + 10*v.Largest[0]; v.AtHold > most { // the figure is from a moment before each kill
		t.Errorf("%s USD booked at the hold, though only %s were held at the kills", v.AtHold, f.heldAtKills)
	}
	if took > 2*time.Second {
		t.Errorf("money was held for %s after the last request", took)
	}
	if l.answers["200"] < 1000 || l.answers["402 budget_exhausted"] == 0 || v.Interrupted == 0 {
		t.Errorf("too little happened to prove anything: %v, %d interrupted", l.answers, v.Interrupted)
	}
	for answer, n := range l.answers {
		if strings.HasPrefix(answer, "500") || strings.HasPrefix(answer, "401") {
			t.Errorf("%d requests were answered with %s", n, answer)
		}
	}
}

// TestACalmFleet measures what nodes cost each other when nothing goes wrong.
func TestACalmFleet(t *testing.T) {
	f := newFleet(t, "60")
	l := newLoad(f)
	write(t, map[string]any{"away_from_limits": f.away(l), "first_refusal": f.fairness(l)})
}

// shortChaos takes about three quarters of a minute.
func (f *fleet) shortChaos() {
	ctx := f.t.Context()
	pause(ctx, 5*time.Second)
	f.kill(f.nodes[0])
	pause(ctx, 5*time.Second)
	f.cut(2 * time.Second)
	pause(ctx, 6*time.Second)
	f.freeze(f.nodes[1], 2*deadAfter)
	pause(ctx, 6*time.Second)
	f.kill(f.nodes[1])
	pause(ctx, 6*time.Second)
}

// longChaos kills a node 30 times and PostgreSQL 10 times, and freezes a node for two minutes.
func (f *fleet) longChaos() {
	ctx := f.t.Context()
	rnd := rand.New(rand.NewPCG(30, 10))
	for i := range 30 {
		f.kill(f.nodes[i%2])
		pause(ctx, time.Duration(3000+rnd.IntN(3000))*time.Millisecond)
		if i%3 == 2 {
			f.cut(time.Duration(500+rnd.IntN(2500)) * time.Millisecond)
			pause(ctx, 5*time.Second)
		}
		f.t.Logf("%d kills, %d of PostgreSQL", f.kills, f.outages)
	}
	f.freeze(f.nodes[1], 2*time.Minute)
	pause(ctx, 10*time.Second)
}

// gather keeps reading the bill until ctx ends.
func (f *fleet) gather(ctx context.Context) (wait func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			f.collect()
			pause(ctx, 5*time.Second)
		}
	}()
	return func() { <-done }
}

// away measures trips to the database far from every limit.
func (f *fleet) away(l *load) map[string]any {
	f.t.Helper()
	k := f.furnish("away", 50*money.Dollar)
	ctx, cancel := context.WithCancel(f.t.Context())
	defer cancel()
	wait := l.run(ctx, []*key{k}, 200)
	pause(ctx, 2*time.Second) // leases grow to what is needed
	asked, posted, served := f.sum("bodhi_lease_trips_total"), f.sum("bodhi_post_trips_total"), f.sum("bodhi_requests_total")
	pause(ctx, 10*time.Second)
	asked, posted, served = f.sum("bodhi_lease_trips_total")-asked, f.sum("bodhi_post_trips_total")-posted, f.sum("bodhi_requests_total")-served
	cancel()
	wait()
	f.settled(l)
	per := asked * 1000 / served
	if per >= 5 {
		f.t.Errorf("%.1f trips for leases per 1,000 requests away from limits", per)
	}
	return map[string]any{"requests": served, "lease_trips_per_1000": round(per), "post_trips_per_1000": round(posted * 1000 / served)}
}

func round(v float64) float64 { return float64(int64(v*100)) / 100 }

// fairness spends one budget with small requests, one after the other on alternate nodes: what is left at the first
// refusal is what idle leases of the other node keep from the one that is asked.
func (f *fleet) fairness(l *load) map[string]any {
	f.t.Helper()
	const limit = 2 * money.Cent
	k := f.furnish("fair", limit)
	rnd := rand.New(rand.NewPCG(1, 1))
	before := money.USD(f.sandbox.Bill(f.t).Total)
	requests, answer := 0, ""
	for ; requests < 2000; requests++ {
		m := model{name: "short", tokens: 16}
		if answer = l.ask(f.t.Context(), f.nodes[requests%2], k, m, 16, false, false, rnd); answer != "200" {
			break
		}
	}
	left := limit - (money.USD(f.sandbox.Bill(f.t).Total) - before)
	f.settled(l)
	var largest [2]money.USD
	for name, rows := range f.rows() {
		if l.sent[name] == k {
			for _, r := range rows {
				if r.held > largest[0] {
					largest[0], largest[1] = r.held, largest[0]
				} else {
					largest[1] = max(largest[1], r.held)
				}
			}
		}
	}
	if allowed := max(limit/100, largest[0]+largest[1]); left > allowed || left < 0 || requests < 20 {
		f.t.Errorf("%s USD of %s were left at the first refusal (%s, after %d requests); allowed are %s", left, limit, answer, requests, allowed)
	}
	return map[string]any{"limit_usd": limit, "left_usd": left, "requests": requests, "answer": answer, "two_largest_holds_usd": largest[0] + largest[1]}
}

// furnish makes a key of its own with a limit on it.
func (f *fleet) furnish(name string, usd money.USD) *key {
	f.t.Helper()
	a := admin{f.t, f.nodes[0].Gateway}
	team := a.named("teams", map[string]string{"name": "Team " + name})
	a.limit("team", team, 50*money.Dollar)
	var made struct{ ID, Secret string }
	a.post("keys", map[string]any{"name": name, "team": team, "account": name}, &made)
	own := a.limit("key", made.ID, usd)
	k := &key{id: made.ID, secret: made.Secret, budgets: [4]*limit{own, nil, nil, nil}}
	harness.Wait(f.t, "all nodes to know the key", func() bool {
		for _, n := range f.nodes {
			r, _ := http.NewRequestWithContext(f.t.Context(), http.MethodGet, n.ProxyURL+"/key", nil)
			r.Header.Set("Authorization", "Bearer "+k.secret)
			resp, err := http.DefaultClient.Do(r)
			if err != nil {
				return false
			}
			_ = resp.Body.Close()
			if resp.StatusCode != http.StatusOK {
				return false
			}
		}
		return true
	})
	return k
}

// write keeps figures for a reader, and adds them to the file that was asked for.
func write(t *testing.T, add map[string]any) {
	t.Helper()
	b, err := json.MarshalIndent(add, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("figures:\n%s", b)
	if *figures == "" {
		return
	}
	path := *figures
	if !filepath.IsAbs(path) {
		path = filepath.Join(harness.Root(), path)
	}
	all := map[string]any{}
	if old, err := os.ReadFile(path); err == nil {
		_ = json.Unmarshal(old, &all) // an unreadable one is written anew
	}
	for k, v := range add {
		all[k] = v
	}
	if b, err = json.MarshalIndent(all, "", "  "); err == nil {
		err = os.WriteFile(path, append(b, '\n'), 0o644)
	}
	if err != nil {
		t.Error(err)
	}
}

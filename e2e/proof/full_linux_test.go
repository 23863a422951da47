package proof

import (
	"context"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/db/pgtest"
	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// full is how long PostgreSQL has no room, without -long.
const full = 15 * time.Second

// TestAFullDiskOfPostgreSQLLosesNothing takes PostgreSQL's tables all their room under load, on two nodes: it answers disk_full (53100).
// Requests go on inside what is leased and are refused with 503 after that; with room again everything is posted, and the books are
// what the provider billed.
func TestAFullDiskOfPostgreSQLLosesNothing(t *testing.T) {
	pg, url, disk := tablesApart(t)
	write(t, map[string]any{"postgres_disk_full": newFleetOn(t, pg, url, "4").withoutRoom(disk)})
}

// TestAFullDiskOfPostgreSQLsLogLosesNothing takes the log of changes (pg_wal) its room: PostgreSQL ends in the middle of what it does
// (PANIC), cannot recover, and ends again as often as it is started. To the nodes that is an outage; what had been confirmed is there
// when there is room. What fills such a disk is a replica that has gone: without its slot segments are used anew, and a full disk does
// no harm.
func TestAFullDiskOfPostgreSQLsLogLosesNothing(t *testing.T) {
	at := pgtest.Dir(t)
	disk := harness.Mount(t, at, 128)
	wal := filepath.Join(at, "wal")
	if err := os.Mkdir(wal, 0o700); err != nil {
		t.Fatal(err)
	}
	pg := pgtest.StartApart(t, wal, "max_wal_size=8MB", "min_wal_size=2MB")
	f := newFleetOn(t, pg, pg.URL(), "4")
	tell(t, pg.URL(), "SELECT pg_create_physical_replication_slot('gone', true)")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	starts := pg.Supervise(ctx)
	figures := f.withoutRoom(disk)
	cancel()
	figures["starts"] = starts()
	write(t, map[string]any{"postgres_log_full": figures})
	t.Logf("PostgreSQL was started %d times", figures["starts"])
	if !strings.Contains(pg.Log(), "PANIC:") || figures["starts"] == 0 {
		t.Errorf("PostgreSQL never ended, that proves nothing: started %d times\n%s", figures["starts"], pg.Log())
	}
}

// tablesApart is a server whose database has a small disk of its own; its log of changes lies elsewhere.
func tablesApart(t *testing.T) (*pgtest.Server, string, *harness.Disk) {
	pg, at := pgtest.Start(t), pgtest.Dir(t)
	disk := harness.Mount(t, at, 128)
	space := filepath.Join(at, "tables")
	if err := os.Mkdir(space, 0o700); err != nil {
		t.Fatal(err)
	}
	pg.Own(space)
	tell(t, pg.URL(), "CREATE TABLESPACE small LOCATION '"+space+"'", "CREATE DATABASE small TABLESPACE small")
	return pg, strings.Replace(pg.URL(), "/postgres?", "/small?", 1), disk
}

// tell has a server do something.
func tell(t *testing.T, url string, statements ...string) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(context.WithoutCancel(t.Context())) }()
	for _, s := range statements {
		if _, err := c.Exec(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
}

// withoutRoom asks without pause, takes the room away for a while and gives it back.
func (f *fleet) withoutRoom(disk *harness.Disk) map[string]any {
	t, away := f.t, full
	if *long {
		away = time.Minute
	}
	c := found(t, f.nodes[0].Gateway, 4*money.Dollar, 4)
	l := newLoad(f)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	wait := l.run(ctx, c.keys, 100)
	gather := f.gather(ctx)
	pause(ctx, 3*time.Second)
	before, logged := l.said(), len(f.pg.Log())
	disk.Fill()
	complaints := func() int { return strings.Count(f.pg.Log()[logged:], "No space left on device") }
	harness.Wait(t, "PostgreSQL to want for room", func() bool { return complaints() > 0 })
	pause(ctx, away)
	during := since(before, l.said())
	complained := complaints()
	write := f.changes()
	disk.Free()
	before, began := l.said(), now()
	harness.Wait(t, "answers when there is room", func() bool { return since(before, l.said())["200"] > 50 })
	back := now().Sub(began)
	pause(ctx, 2*time.Second)
	cancel()
	wait()
	gather()
	f.settled(l)
	for _, n := range f.nodes {
		n.Stop(t)
	}
	v := f.judge(l, c)
	v.Suspense = f.verify()

	t.Logf("without room: %v, %d complaints, a change: %s; answers %s after there was room; %+v", during, complained, write, back, v)
	if complained == 0 || during["200"] == 0 || during["503 budget_unavailable"] == 0 || !strings.HasPrefix(write, "503 ") {
		t.Errorf("too little happened to prove anything: %v, %d complaints, a change: %s", during, complained, write)
	}
	for answer := range during {
		switch answer {
		case "200", "left", "503 budget_unavailable", "402 budget_exhausted", "402 budget_reserved":
		default:
			t.Errorf("%d requests were answered with %s", during[answer], answer)
		}
	}
	for level, over := range v.Overspend {
		if over != 0 {
			t.Errorf("%s USD above the limits of level %s", over, level)
		}
	}
	if v.Unrecorded != 0 || v.Doubled != 0 || v.Misbooked != 0 || v.Short != 0 || v.Interrupted != 0 || v.Suspense != 0 {
		t.Errorf("unrecorded %d, doubled %d, misbooked %d, %s USD below the bill, %d interrupted, %s USD in suspense", v.Unrecorded, v.Doubled, v.Misbooked, v.Short, v.Interrupted, v.Suspense)
	}
	return map[string]any{"seconds": away.Seconds(), "complaints": complained, "answers": during, "a_change": write, "answers_again_ms": back.Milliseconds(), "judged": v}
}

// changes tries to change something by the API, and says what that answered.
func (f *fleet) changes() string {
	r, err := http.NewRequestWithContext(f.t.Context(), http.MethodPost, f.nodes[0].URL+"/api/v1/teams", strings.NewReader(`{"name":"`+strings.Repeat("x", 60)+`"}`))
	if err != nil {
		f.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+f.nodes[0].AdminToken)
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return err.Error()
	}
	defer func() { _ = resp.Body.Close() }()
	body, _ := io.ReadAll(resp.Body)
	_, after, _ := strings.Cut(string(body), `"code":"`)
	code, _, _ := strings.Cut(after, `"`)
	return strings.TrimSpace(resp.Status[:4] + code)
}

// said are the answers so far.
func (l *load) said() map[string]int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.answers)
}

// since are the answers between two times.
func since(before, after map[string]int64) map[string]int64 {
	out := map[string]int64{}
	for answer, n := range after {
		if n > before[answer] {
			out[answer] = n - before[answer]
		}
	}
	return out
}

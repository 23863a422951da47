package wire

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	sqlite "github.com/glebarez/go-sqlite"
	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/bodhi-gateway/bodhi/app/secret/secrettest"
	"github.com/bodhi-gateway/bodhi/db/pgtest"
	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// planted is how many organizations have a data key to be rewrapped, each with something encrypted under it.
const planted = 10_000

// TestTheMasterKeyIsReplacedWhileTheGatewayServes rotates the master key of an installation with 10,000 data keys under load, and
// kills the rotation in the middle, twice. No request fails, nothing becomes unreadable, and in the end the old key is not needed.
func TestTheMasterKeyIsReplacedWhileTheGatewayServes(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		w := begin(t, "")
		file := filepath.Join(w.Dir, "master.key")
		read := func() []string { raw, _ := os.ReadFile(file); return strings.Fields(string(raw)) }
		r := &rotation{world: w, db: reach(t, "sqlite", filepath.Join(w.Dir, "bodhi.db")), old: read()[0]}
		r.run(t, func() { r.fresh = read()[0] }, func() {
			w.Run(t, "rotate-kek", "--forget")
			if left := read(); len(left) != 1 || left[0] != r.fresh {
				t.Errorf("%d keys are left in the file", len(left))
			}
		})
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		url := pgtest.Start(t).URL()
		fresh, err := secrettest.Master()
		if err != nil {
			t.Fatal(err)
		}
		env := harness.OnPostgres(url)
		r := &rotation{old: strings.TrimPrefix(env[1], "BODHI_MASTER_KEY="), fresh: fresh}
		r.world = beginOn(t, append(env, "BODHI_OTHER_MASTER_KEYS="+r.fresh), "") // every node knows the next key before one uses it
		r.db = reach(t, "pgx", url)
		r.Setenv("BODHI_MASTER_KEY="+r.fresh, "BODHI_OTHER_MASTER_KEYS="+r.old)
		r.run(t, func() {}, func() { r.Setenv("BODHI_OTHER_MASTER_KEYS=") })
	})
}

// rotation is one run of the test.
type rotation struct {
	*world
	db         *sql.DB
	old, fresh string
	planted    []secrettest.Sealed
}

func reach(t *testing.T, driver, at string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// run does it; begun is called once the next key is there, forget before the start that knows it alone.
func (r *rotation) run(t *testing.T, begun, forget func()) {
	r.plant(t)
	before := *r.Gateway
	ctx, cancel := context.WithCancel(t.Context())
	var answered, failed atomic.Int64
	var wg sync.WaitGroup
	for i := range 3 {
		wg.Go(func() {
			c := r.client()
			for n := 0; ctx.Err() == nil; n++ {
				_, err := c.Chat.Completions.New(ctx, ask("smart", fmt.Sprint("question ", i, n)))
				if err == nil {
					answered.Add(1)
				} else if ctx.Err() == nil {
					failed.Add(1)
					t.Errorf("a request failed: %v", err)
					return
				}
			}
		})
	}
	harness.Wait(t, "some load", func() bool { return answered.Load() > 20 })
	r.cutOff(t)
	begun()
	some := r.moved(t)
	if some == 0 || some >= planted {
		t.Fatalf("%d of %d data keys were rewrapped when it was killed, which is not the middle", some, planted)
	}
	r.cutOff(t)
	r.manage(t, http.MethodGet, "/connections", nil, http.StatusOK, nil)
	var did struct{ Rewrapped, DataKeys int }
	if err := json.Unmarshal(bytes.ReplaceAll(r.Run(t, "rotate-kek", "--json"), []byte("data_keys"), []byte("datakeys")), &did); err != nil {
		t.Fatal(err)
	}
	if did.DataKeys != planted+1 || did.Rewrapped == 0 || did.Rewrapped >= planted+1-some {
		t.Errorf("the last run rewrapped %d of %d, after %d and one more cut", did.Rewrapped, did.DataKeys, some)
	}
	during := answered.Load()
	harness.Wait(t, "answers after the rotation", func() bool { return answered.Load() > during+20 || failed.Load() > 0 })
	r.allOpen(t)
	cancel()
	wg.Wait()
	t.Logf("%d requests answered, %d failed, %d data keys", answered.Load(), failed.Load(), did.DataKeys)

	forget()
	r.Stop(t)
	r.Serve(t)
	c := r.client()
	if _, err := c.Chat.Completions.New(within(t, 20*time.Second), ask("smart", "with the new key alone")); err != nil {
		t.Errorf("a key of before the rotation: %v", err)
	}
	r.manage(t, http.MethodGet, "/connections", nil, http.StatusOK, nil)
	out, wrong, _ := r.Try(t, "verify") // it fails, because the planted organizations have no audit log
	opens := false
	for line := range strings.Lines(string(out)) {
		opens = opens || strings.Contains(line, fmt.Sprint(planted+1, " data keys, each opens"))
		if strings.HasPrefix(line, "audit chain of ") && !strings.HasPrefix(line, "audit chain of planted-") {
			t.Error(line)
		}
	}
	if !opens {
		t.Errorf("not every data key opens: %.300s", wrong)
	}
	r.Bootstrap(t, harness.Setup{})
	if r.VirtualKey != before.VirtualKey || r.AdminToken != before.AdminToken {
		t.Error("bootstrap knows its key and token no more")
	}
}

// cutOff starts the rotation and kills it as soon as it says that some of it is done.
func (r *rotation) cutOff(t *testing.T) {
	t.Helper()
	cmd := r.Command(t, "rotate-kek")
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines, seen := bufio.NewScanner(said), ""
	for lines.Scan() {
		if seen += lines.Text() + "\n"; strings.Contains(lines.Text(), "rewrapped ") {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
			return
		}
	}
	_ = cmd.Wait()
	t.Fatalf("the rotation ended before it was killed:\n%s", seen)
}

// plant gives 10,000 organizations a data key, and encrypts something under each.
func (r *rotation) plant(t *testing.T) {
	t.Helper()
	var err error
	if r.planted, err = secrettest.Plant(t.Context(), r.old, planted); err != nil {
		t.Fatal(err)
	}
	tx, err := r.db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for n, p := range r.planted {
		_, err1 := tx.ExecContext(t.Context(), r.places("INSERT INTO organizations (id, slug, name, zone, created_at) SELECT ?, ?, ?, zone, created_at FROM organizations WHERE slug = ?"),
			p.Org, fmt.Sprint("planted-", n), fmt.Sprint("Planted ", n), r.OrgSlug)
		_, err2 := tx.ExecContext(t.Context(), r.places("INSERT INTO org_keys (org_id, version, wrapped) VALUES (?, ?, ?)"), p.Org, p.Version, p.Wrapped)
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

// places writes parameters as the database wants them.
func (r *rotation) places(query string) string {
	if _, lite := r.db.Driver().(*sqlite.Driver); lite {
		return query
	}
	for n := 1; strings.Contains(query, "?"); n++ {
		query = strings.Replace(query, "?", fmt.Sprint("$", n), 1)
	}
	return query
}

// stored are the planted organizations' wrapped keys, as the database has them.
func (r *rotation) stored(t *testing.T) (out []secrettest.Key) {
	t.Helper()
	ours := map[string]bool{}
	for _, p := range r.planted {
		ours[p.Org] = true
	}
	rows, err := r.db.QueryContext(t.Context(), "SELECT org_id, version, wrapped FROM org_keys")
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var k secrettest.Key
		if err := rows.Scan(&k.Org, &k.Version, &k.Wrapped); err != nil {
			t.Fatal(err)
		}
		if ours[k.Org] {
			out = append(out, k)
		}
	}
	if err := rows.Err(); err != nil || len(out) != planted {
		t.Fatalf("%d of %d data keys are there: %v", len(out), planted, err)
	}
	return out
}

// moved counts those that the new master key alone opens.
func (r *rotation) moved(t *testing.T) int {
	t.Helper()
	n, err := secrettest.Opened(r.fresh, r.stored(t))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// allOpen reads everything that was encrypted with nothing but the new master key.
func (r *rotation) allOpen(t *testing.T) {
	t.Helper()
	lost, err := secrettest.Lost(t.Context(), r.fresh, r.planted, r.stored(t))
	if err != nil || lost > 0 {
		t.Errorf("%d of %d can be read no more: %v", lost, planted, err)
	}
}

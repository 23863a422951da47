package db_test

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// notes is a tenant table made up for these tests, with one column of every kind.
var notes = fstest.MapFS{"00001_notes.sql": {Data: []byte(`-- +goose Up
CREATE TABLE notes (
	org_id {{uuid}} NOT NULL,
	id {{uuid}} NOT NULL,
	name text NOT NULL,
	lookup text NOT NULL UNIQUE,
	at {{time}} NOT NULL,
	tags {{json}},
	secret {{bytes}},
	done {{bool}} NOT NULL DEFAULT false,
	cost_nanos BIGINT NOT NULL DEFAULT 0,
	PRIMARY KEY (org_id, id)
);
{{tenant "notes"}}
CREATE TABLE facts (id {{uuid}} PRIMARY KEY, name text NOT NULL);
-- +goose Down
DROP TABLE notes;
DROP TABLE facts;
`)}}

type noteRow struct {
	Org    id.Org    `gorm:"column:org_id;primaryKey"`
	ID     id.Key    `gorm:"column:id;primaryKey"`
	Name   string    `gorm:"column:name"`
	Lookup string    `gorm:"column:lookup"`
	At     time.Time `gorm:"column:at"`
	Tags   []string  `gorm:"column:tags;serializer:json"`
	Secret []byte    `gorm:"column:secret"`
	Done   bool      `gorm:"column:done"`
	Cost   int64     `gorm:"column:cost_nanos"`
}

func (noteRow) TableName() string { return "notes" }

var ids = id.NewSource(clock.System{}.Now, nil)

func note(org id.Org, name string) *noteRow {
	k := id.NewKey(ids)
	return &noteRow{Org: org, ID: k, Name: name, Lookup: k.String(), At: clock.System{}.Now()}
}

// eachNotes runs fn on a database that holds only the notes schema.
func eachNotes(t *testing.T, fn func(t *testing.T, d *db.DB)) {
	dbtest.EachEmpty(t, func(t *testing.T, rawURL string) { fn(t, openNotes(t, rawURL)) })
}

func openNotes(t *testing.T, rawURL string) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), rawURL, db.Options{Migrations: notes})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	if err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return d
}

func names(t *testing.T, d *db.DB, org id.Org) []string {
	t.Helper()
	var out []string
	err := d.Scoped(t.Context(), org, func(tx *gorm.DB) error {
		return tx.Model(&noteRow{}).Where("org_id = ?", org).Order("name").Pluck("name", &out).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func insert(ctx context.Context, d *db.DB, row *noteRow) error {
	return d.Scoped(ctx, row.Org, func(tx *gorm.DB) error { return tx.Create(row).Error })
}

func equal(t *testing.T, got []string, want ...string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("got %q, want %q", got, want)
	}
	for i := range got {
		if got[i] != want[i] {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
}

func TestDoCommitsOnSuccessAndRollsBackOnError(t *testing.T) {
	t.Parallel()
	eachNotes(t, func(t *testing.T, d *db.DB) {
		org := id.NewOrg(ids)
		boom := errors.New("boom")
		if err := d.Do(t.Context(), func(ctx context.Context) error { return insert(ctx, d, note(org, "kept")) }); err != nil {
			t.Fatal(err)
		}
		err := d.Do(t.Context(), func(ctx context.Context) error {
			if err := insert(ctx, d, note(org, "lost")); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Fatalf("got %v, want the error of fn", err)
		}
		equal(t, names(t, d, org), "kept")
	})
}

func TestANestedDoJoinsAndItsErrorFailsTheWhole(t *testing.T) {
	t.Parallel()
	eachNotes(t, func(t *testing.T, d *db.DB) {
		org := id.NewOrg(ids)
		boom := errors.New("boom")
		err := d.Do(t.Context(), func(ctx context.Context) error {
			if err := insert(ctx, d, note(org, "outer")); err != nil {
				return err
			}
			_ = d.Do(ctx, func(context.Context) error { return boom }) // a caller that forgets the error
			return nil
		})
		if !errors.Is(err, boom) {
			t.Fatalf("got %v, want the nested error", err)
		}
		equal(t, names(t, d, org))
		err = d.Do(t.Context(), func(ctx context.Context) error {
			return d.Do(ctx, func(ctx context.Context) error { return insert(ctx, d, note(org, "inner")) })
		})
		if err != nil {
			t.Fatal(err)
		}
		equal(t, names(t, d, org), "inner")
	})
}

func TestAPanicInsideDoRollsBackAndGoesOn(t *testing.T) {
	t.Parallel()
	eachNotes(t, func(t *testing.T, d *db.DB) {
		org := id.NewOrg(ids)
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			_ = d.Do(t.Context(), func(ctx context.Context) error {
				if err := insert(ctx, d, note(org, "lost")); err != nil {
					t.Error(err)
				}
				panic("bug")
			})
		}()
		equal(t, names(t, d, org))
		if err := insert(t.Context(), d, note(org, "after")); err != nil {
			t.Fatal(err)
		}
	})
}

func TestACancelledContextRollsBack(t *testing.T) {
	t.Parallel()
	eachNotes(t, func(t *testing.T, d *db.DB) {
		org := id.NewOrg(ids)
		ctx, cancel := context.WithCancel(t.Context())
		err := d.Do(ctx, func(ctx context.Context) error {
			err := insert(ctx, d, note(org, "lost"))
			cancel()
			return err
		})
		if err == nil {
			t.Fatal("committed after its context was cancelled")
		}
		equal(t, names(t, d, org))
	})
}

func TestATransactionsContextIsDeadAfterwards(t *testing.T) {
	t.Parallel()
	eachNotes(t, func(t *testing.T, d *db.DB) {
		org := id.NewOrg(ids)
		var kept context.Context
		if err := d.Do(t.Context(), func(ctx context.Context) error { kept = ctx; return nil }); err != nil {
			t.Fatal(err)
		}
		if err := insert(kept, d, note(org, "late")); err == nil {
			t.Fatal("a statement ran on a transaction that had ended")
		}
		if err := d.Do(kept, func(context.Context) error { return nil }); err == nil {
			t.Fatal("Do joined a transaction that had ended")
		}
	})
}

func TestASavepointUndoesOnlyItsOwnPart(t *testing.T) {
	t.Parallel()
	eachNotes(t, func(t *testing.T, d *db.DB) {
		a, b := id.NewOrg(ids), id.NewOrg(ids)
		err := d.Do(t.Context(), func(ctx context.Context) error {
			return d.Scoped(ctx, a, func(tx *gorm.DB) error {
				if err := tx.Create(note(a, "kept")).Error; err != nil {
					return err
				}
				_ = tx.Transaction(func(*gorm.DB) error {
					// Another organization's turn moves the row-level security setting, and the rollback moves it back.
					undone := note(b, "undone")
					if err := insert(ctx, d, undone); err != nil {
						t.Error(err)
					}
					return insert(ctx, d, undone) // fails, and with it all that follows the savepoint
				})
				return insert(ctx, d, note(b, "kept too"))
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		equal(t, names(t, d, a), "kept")
		equal(t, names(t, d, b), "kept too")
	})
}

func TestOnlyDoBeginsAndEndsTransactions(t *testing.T) {
	t.Parallel()
	eachNotes(t, func(t *testing.T, d *db.DB) {
		org := id.NewOrg(ids)
		err := d.Do(t.Context(), func(ctx context.Context) error {
			return d.Scoped(ctx, org, func(tx *gorm.DB) error {
				if tx.Begin().Error == nil {
					t.Error("Begin worked inside Do")
				}
				if tx.Session(&gorm.Session{}).Commit().Error == nil {
					t.Error("Commit worked inside Do")
				}
				return tx.Create(note(org, "kept")).Error
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		equal(t, names(t, d, org), "kept")
	})
}

func TestDuplicatesAreRecognised(t *testing.T) {
	t.Parallel()
	eachNotes(t, func(t *testing.T, d *db.DB) {
		first := note(id.NewOrg(ids), "first")
		if err := insert(t.Context(), d, first); err != nil {
			t.Fatal(err)
		}
		second := note(id.NewOrg(ids), "second")
		second.Lookup = first.Lookup
		if err := insert(t.Context(), d, second); !errors.Is(err, gorm.ErrDuplicatedKey) {
			t.Fatalf("unique column: got %v", err)
		}
		if err := insert(t.Context(), d, first); !errors.Is(err, gorm.ErrDuplicatedKey) {
			t.Fatalf("primary key: got %v", err)
		}
	})
}

func TestEveryKindOfColumnComesBackAsItWentIn(t *testing.T) {
	t.Parallel()
	eachNotes(t, func(t *testing.T, d *db.DB) {
		want := note(id.NewOrg(ids), "full")
		want.Tags, want.Secret, want.Done, want.Cost = []string{"a", "b\"c"}, []byte{0, 1, 0xff}, true, math.MaxInt64
		want.At = time.Date(2026, 3, 29, 1, 30, 0, 123456789, time.FixedZone("", 5*3600))
		if err := insert(t.Context(), d, want); err != nil {
			t.Fatal(err)
		}
		var got noteRow
		err := d.Scoped(t.Context(), want.Org, func(tx *gorm.DB) error {
			return tx.Where("org_id = ? AND id = ?", want.Org, want.ID).Take(&got).Error
		})
		if err != nil {
			t.Fatal(err)
		}
		if !got.At.Equal(want.At.Truncate(time.Microsecond)) || got.At.Location().String() != "UTC" {
			t.Errorf("time %v came back as %v", want.At, got.At)
		}
		got.At = want.At
		if !reflect.DeepEqual(&got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
	})
}

func TestTimesCompareByInstantWhateverTheirZone(t *testing.T) {
	t.Parallel()
	eachNotes(t, func(t *testing.T, d *db.DB) {
		org := id.NewOrg(ids)
		noon := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
		for name, at := range map[string]time.Time{
			"1 before": noon.Add(-time.Microsecond), "2 at": noon.In(time.FixedZone("", -5*3600)), "3 after": noon.Add(500 * time.Millisecond),
		} {
			row := note(org, name)
			row.At = at
			if err := insert(t.Context(), d, row); err != nil {
				t.Fatal(err)
			}
		}
		var got []string
		err := d.Scoped(t.Context(), org, func(tx *gorm.DB) error {
			edge := noon.In(time.FixedZone("", 9*3600))
			return tx.Model(&noteRow{}).Where("org_id = ? AND at >= ? AND at < ?", org, edge, edge.Add(time.Second)).Order("at").Pluck("name", &got).Error
		})
		if err != nil {
			t.Fatal(err)
		}
		equal(t, got, "2 at", "3 after")
	})
}

func TestMoneySumsExactly(t *testing.T) {
	t.Parallel()
	eachNotes(t, func(t *testing.T, d *db.DB) {
		org := id.NewOrg(ids)
		const huge = int64(9007199254740993) // 2^53+1: a float would lose the last nano-dollar
		for _, cost := range []int64{huge, 1, -3, huge} {
			row := note(org, "n")
			row.Cost = cost
			if err := insert(t.Context(), d, row); err != nil {
				t.Fatal(err)
			}
		}
		var sum int64
		err := d.Scoped(t.Context(), org, func(tx *gorm.DB) error {
			return tx.Model(&noteRow{}).Where("org_id = ?", org).Select("coalesce(sum(cost_nanos), 0)").Scan(&sum).Error
		})
		if err != nil {
			t.Fatal(err)
		}
		if want := 2*huge - 2; sum != want {
			t.Fatalf("sum is %d, want %d", sum, want)
		}
	})
}

func TestManyWritersLoseNothing(t *testing.T) {
	t.Parallel()
	eachNotes(t, func(t *testing.T, d *db.DB) {
		row := note(id.NewOrg(ids), "counter")
		if err := insert(t.Context(), d, row); err != nil {
			t.Fatal(err)
		}
		const writers, rounds = 8, 10
		errs := make(chan error, writers*rounds)
		var wg sync.WaitGroup
		for range writers {
			wg.Go(func() {
				for range rounds {
					errs <- d.Do(t.Context(), func(ctx context.Context) error {
						return d.Scoped(ctx, row.Org, func(tx *gorm.DB) error {
							var got noteRow
							err := tx.Clauses(clause.Locking{Strength: "UPDATE"}).Where("org_id = ? AND id = ?", row.Org, row.ID).Take(&got).Error
							if err != nil {
								return err
							}
							return tx.Model(&noteRow{}).Where("org_id = ? AND id = ?", row.Org, row.ID).Update("cost_nanos", got.Cost+1).Error
						})
					})
				}
			})
		}
		wg.Wait()
		close(errs)
		for err := range errs {
			if err != nil {
				t.Fatal(err)
			}
		}
		var got noteRow
		err := d.Scoped(t.Context(), row.Org, func(tx *gorm.DB) error {
			return tx.Where("org_id = ? AND id = ?", row.Org, row.ID).Take(&got).Error
		})
		if err != nil || got.Cost != writers*rounds {
			t.Fatalf("counted %d of %d, error %v", got.Cost, writers*rounds, err)
		}
	})
}

func TestFourProcessesMigrateOnce(t *testing.T) {
	t.Parallel()
	dbtest.EachEmpty(t, func(t *testing.T, rawURL string) {
		errs := make(chan error, 4)
		for range cap(errs) {
			go func() {
				d, err := db.Open(t.Context(), rawURL, db.Options{})
				if err == nil {
					err = errors.Join(d.Migrate(t.Context()), d.Close())
				}
				errs <- err
			}()
		}
		for range cap(errs) {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
	})
}

func TestMigrationsGoUpDownAndUpAgain(t *testing.T) {
	t.Parallel()
	dbtest.EachEmpty(t, func(t *testing.T, rawURL string) {
		d, err := db.Open(t.Context(), rawURL, db.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = d.Close() })
		done := func() (n, of int) {
			steps, err := d.Status(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range steps {
				if s.Done {
					n++
				}
			}
			return n, len(steps)
		}
		if n, of := done(); n != 0 || of < 2 {
			t.Fatalf("an empty database has %d of %d steps", n, of)
		}
		for range 2 {
			if err := d.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			n, of := done()
			if n != of {
				t.Fatalf("%d of %d steps after Migrate", n, of)
			}
			for range of { // one more than there are: the last does nothing
				if err := d.Down(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if n, _ := done(); n != 1 {
				t.Fatalf("%d steps are left after all went down; only the job queue's should be", n)
			}
		}
	})
}

func TestAWriterInALoopDoesNotStarveTheOthers(t *testing.T) {
	t.Parallel()
	d := openNotes(t, "sqlite://"+filepath.Join(t.TempDir(), "queue.db"))
	o := id.NewOrg(ids)
	var written atomic.Int64
	going, stop := make(chan struct{}), make(chan struct{})
	var busy sync.WaitGroup
	defer func() { close(stop); busy.Wait() }()
	busy.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			err := d.Do(t.Context(), func(ctx context.Context) error {
				for range 100 {
					if err := insert(ctx, d, note(o, "loop")); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Error(err)
				return
			}
			if written.Add(1) == 1 {
				close(going)
			}
		}
	})
	<-going
	for range 20 {
		before := written.Load()
		if err := d.Do(t.Context(), func(ctx context.Context) error { return insert(ctx, d, note(o, "lease")) }); err != nil {
			t.Fatal(err)
		}
		// One was under way, and one may have taken its place in the queue before us.
		if waited := written.Load() - before; waited > 5 {
			t.Fatalf("a transaction waited for %d others of a loop", waited)
		}
	}
}

package app

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/evaluation"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// asked posts a request of a member's whose text is kept and that was found good.
func asked(t *testing.T, a *App, s *webtest.Site, m org.Member) ledger.Request {
	t.Helper()
	x := &stage{t: t, a: a, s: s}
	made, err := a.keys.Create(t.Context(), m.Acting(org.Actor{}), key.Input{Name: "asks", Team: x.team(), Member: m.ID})
	must(t, err)
	r := ledger.Request{ID: id.NewRequest(a.ids), At: a.clock.Now(), Family: "openai", Endpoint: "chat", Asked: "m", Status: 200, Tags: "project=" + canaryMail,
		Chain: org.Chain{Org: m.Org, Team: x.team(), Member: m.ID, Key: made.Key.ID}}
	_, err = a.ledgerStore.Post(t.Context(), id.NewNode(a.ids), budget.Batch{Requests: []ledger.Request{r}})
	must(t, err)
	a.keptText(t, x.admin(), "canary-rated", r)
	return r
}

func TestRatedRequestsBecomeRowsAndGoWithWhoAsked(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLiteURL, "postgres": dbtest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, _, s := furnished(t, at(t))
			admin := (&stage{t: t, a: a, s: s}).admin()
			a.unheld(t, admin.Org)
			m := canary(t, a, s)
			r := asked(t, a, s, m)
			tests, ctx := evaluation.New(a.evaluating()), t.Context()
			q := evaluation.Rated{Rating: "good", From: r.At.Add(-time.Hour), To: r.At.Add(time.Hour), Tag: "project=" + canaryMail}
			if none, err := tests.Rated(ctx, m.Acting(org.Actor{}), evaluation.Rated{Rating: "bad", From: q.From, To: q.To}); err != nil || len(none.Rows) != 0 {
				t.Errorf("bad answers: %+v, %v", none, err)
			}
			q.Tag = ""
			d, taken, err := tests.CreateRated(ctx, admin, evaluation.Input{Name: "rated", Visibility: evaluation.Everyone}, q)
			must(t, err)
			rows, err := tests.Rows(ctx, admin, d.ID, 0, 100)
			must(t, err)
			if len(rows) != taken.Good || len(rows) < 2 {
				t.Fatalf("%d rows of %+v", len(rows), taken)
			}
			theirs := 0
			for _, row := range rows {
				if row.Request == r.ID {
					theirs = row.Number
					if row.Question() != "canary-rated asked" || row.Expected != "canary-rated answered" || row.Member != m.ID {
						t.Errorf("the row says %+v", row)
					}
				}
			}
			if theirs == 0 {
				t.Fatal("their request is no row")
			}
			run := evaluation.Run{ID: id.NewEvaluation(a.ids), Org: admin.Org, Dataset: d.ID, State: evaluation.Running, Rows: d.Rows, CreatedAt: a.clock.Now(),
				Body: evaluation.Body{Name: "run", Subjects: []evaluation.Subject{{Model: "m", MaxOutput: 10}}, Scorers: []evaluation.Scorer{{Kind: evaluation.Exact}}, Cap: money.Dollar}}
			store := db.NewEvaluationStore(a.db)
			must(t, store.InsertRun(ctx, run))
			_, err = a.compliant().Erase(ctx, admin, m.ID, canaryMail, "asked for")
			must(t, err)
			left, err := tests.Rows(ctx, admin, d.ID, 0, 100)
			must(t, err)
			items, err := store.Items(ctx, admin.Org, run.ID, 0, 100)
			must(t, err)
			after, err := tests.Dataset(ctx, admin, d.ID)
			must(t, err)
			if len(left) != len(rows)-1 || len(items) != len(left) || after.Rows != len(left) {
				t.Errorf("left are %d rows, %d items, a count of %d; there were %d", len(left), len(items), after.Rows, len(rows))
			}
			for _, row := range left {
				if row.Number == theirs {
					t.Error("their row is left")
				}
			}
			again := run
			again.ID = id.NewEvaluation(a.ids)
			must(t, store.InsertRun(ctx, again))
			if items, err = store.Items(ctx, admin.Org, again.ID, 0, 100); err != nil || len(items) != len(left) {
				t.Errorf("a run afterwards asks %d rows, %v", len(items), err)
			}
		})
	}
}

// journaled are the bytes of a node's journal.
func journaled(t *testing.T, a *App) (all []byte) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(a.cfg.DataDir, "journal", "*"))
	must(t, err)
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err == nil { // it may have gone meanwhile
			all = append(all, b...)
		}
	}
	return all
}

func TestAnErasureReachesTheJournal(t *testing.T) {
	t.Parallel()
	a, _, s := furnished(t, dbtest.SQLiteURL(t))
	admin := (&stage{t: t, a: a, s: s}).admin()
	a.unheld(t, admin.Org)
	m := canary(t, a, s)
	r := asked(t, a, s, m)
	r.ID = id.NewRequest(a.ids)
	ctx, stop := context.WithCancel(t.Context())
	over := make(chan error)
	go func() { over <- a.treasury.Run(ctx) }()
	a.treasury.Record(&r)
	if !bytes.Contains(journaled(t, a), []byte(canaryMail)) {
		t.Fatal("the canary is not in the journal to begin with")
	}
	_, err := a.compliant().Erase(t.Context(), admin, m.ID, canaryMail, "asked for")
	must(t, err)
	at, err := db.NewComplianceStore(a.db).LastErasure(t.Context(), a.clock.Now())
	must(t, err)
	must(t, a.treasury.Journal.Forget(at)) // as the mirror does on each node
	until(t, "the journal forgets", func() bool { return !bytes.Contains(journaled(t, a), []byte(canaryMail)) })
	stop()
	must(t, <-over)
	must(t, a.treasury.Close(t.Context()))
	if strings.Contains(string(journaled(t, a)), canaryMail) {
		t.Error("it is there again")
	}
}

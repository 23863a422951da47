package app

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/compliance"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// later is a clock that goes ahead.
type later struct {
	clock.System
	by time.Duration
}

func (l later) Now() time.Time { return l.System.Now().Add(l.by) }

// finishing makes the passes that are due so much later.
func finishing(t *testing.T, a *App, by time.Duration) {
	t.Helper()
	s := a.compliant()
	s.Clock = later{by: by}
	must(t, s.Finish(t.Context()))
}

// left are the words of a canary that a database still says.
func left(t *testing.T, at string) (out []string) {
	t.Helper()
	var all []byte
	if strings.HasPrefix(at, "postgres") {
		all = []byte(printed(t, at))
	} else {
		all = contents(t, at)
	}
	for _, w := range []string{canaryMail, shoutedMail, canaryName, "canary-user", "canary-session"} {
		if i := bytes.Index(all, []byte(w)); i >= 0 {
			out = append(out, string(all[max(0, i-60):i+40]))
		}
	}
	return out
}

// TestWhatWasUnderWayIsErasedBehind journals a request before the erasure and posts it afterwards, then another of the same hour.
func TestWhatWasUnderWayIsErasedBehind(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLiteURL, "postgres": dbtest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := url(t)
			a, _, s := furnished(t, at)
			x := &stage{t: t, a: a, s: s}
			admin, ctx := x.admin(), t.Context()
			a.unheld(t, admin.Org)
			m := canary(t, a, s)
			r := ledger.Request{At: a.clock.Now(), Family: "openai", Endpoint: "chat", Asked: "m", Model: "m", Status: 200, EndUser: "canary-user", Session: "canary-session", Tags: "project=" + shoutedMail,
				Chain: org.Chain{Org: admin.Org, Team: x.team(), Member: m.ID}}
			record := func() {
				r.ID = id.NewRequest(a.ids)
				a.treasury.Record(&r)
			}
			record()
			did, err := a.compliant().Erase(ctx, admin, m.ID, canaryMail, "asked for")
			must(t, err)
			if l := left(t, at); l != nil {
				t.Fatalf("left by the erasure: %q", l)
			}
			running, stop := context.WithCancel(ctx)
			over := make(chan error)
			go func() { over <- a.treasury.Run(running) }()
			store := db.NewComplianceStore(a.db)
			proof := func() compliance.Erasure {
				e, err := a.compliant().Erasure(ctx, admin, did.ID)
				must(t, err)
				return e
			}
			until(t, "the request to come behind", func() bool { return left(t, at) != nil })
			finishing(t, a, 0)
			if e := proof(); left(t, at) != nil || e.Behind.Rows() < 2 || !e.Behind.Ended.IsZero() || len(e.Behind.Sealed) == 0 {
				t.Errorf("after the second pass %q is left; it says %+v", left(t, at), e.Behind)
			}
			record()
			until(t, "another one to come behind", func() bool { return left(t, at) != nil })

			finishing(t, a, 11*time.Minute)
			if e := proof(); !e.Behind.Ended.IsZero() || left(t, at) == nil {
				t.Errorf("it ended before this node said that its journal is in the books: %+v", e.Behind)
			}
			settled, err := store.LastErasure(ctx, later{by: 11 * time.Minute}.Now())
			must(t, err)
			if !settled.Equal(did.Behind.Settles.Truncate(time.Microsecond)) {
				t.Errorf("nodes are asked to forget what was before %s, not before %s", settled, did.Behind.Settles)
			}
			must(t, a.treasury.Journal.Forget(settled)) // as the mirror does on each node
			until(t, "this node to say so", func() bool { n, err := store.Silent(ctx, settled); return err == nil && n == 0 })
			finishing(t, a, 11*time.Minute)
			e := proof()
			if l := left(t, at); l != nil || e.Behind.Ended.IsZero() || e.Behind.Sealed != nil || e.Behind.Silent != 0 || e.Behind.Rows() < 4 {
				t.Errorf("after the last pass %q is left; it says %+v", l, e.Behind)
			}
			stop()
			must(t, <-over)
			entries, err := a.audit.Search(ctx, admin, audit.Query{Action: "erasure.ended", Target: did.ID.String(), Limit: 10})
			must(t, err)
			if len(entries) != 1 {
				t.Errorf("%d entries say that it ended", len(entries))
			}
			if _, err := a.audit.Verify(ctx, admin.Org); err != nil {
				t.Error(err)
			}
			if books, err := a.ledgerStore.Verify(ctx); err != nil || !books.Balanced() {
				t.Errorf("the books: %v %v", books, err)
			}
			must(t, a.treasury.Close(ctx))
		})
	}
}

// TestWhoComesBackIsNotErasedBehind gives the address of somebody who was erased to a new member, and lets a node be away for ever.
func TestWhoComesBackIsNotErasedBehind(t *testing.T) {
	t.Parallel()
	at := dbtest.SQLiteURL(t)
	a, _, s := furnished(t, at)
	x := &stage{t: t, a: a, s: s}
	admin, ctx := x.admin(), t.Context()
	a.unheld(t, admin.Org)
	m := canary(t, a, s)
	did, err := a.compliant().Erase(ctx, admin, m.ID, canaryMail, "asked for")
	must(t, err)
	again, err := a.people.AddMember(ctx, admin, identity.NewMember{Name: canaryName, Email: canaryMail, Role: org.Lead, Teams: []id.Team{x.team()}, Password: secret.New(webtest.Password)})
	must(t, err)
	_, err = openRaw(t, at).ExecContext(ctx, "INSERT INTO nodes (id, epoch, beats, label, version, started_at, seen_at) VALUES (?, 1, 1, 'lost', '', ?, ?)", id.NewNode(a.ids).UUID(), did.At, did.At)
	must(t, err)
	held, err := a.compliant().Hold(ctx, admin, id.Member{}, "the case of Smith")
	must(t, err)
	finishing(t, a, time.Hour)
	if e, err := a.compliant().Erasure(ctx, admin, did.ID); err != nil || !e.Behind.Passed.IsZero() {
		t.Errorf("a pass was made under a hold: %+v %v", e.Behind, err)
	}
	must(t, a.compliant().End(ctx, admin, held.ID))
	finishing(t, a, time.Hour)
	if e, err := a.compliant().Erasure(ctx, admin, did.ID); err != nil || e.Behind.Passed.IsZero() || !e.Behind.Ended.IsZero() || e.Behind.Silent == 0 {
		t.Errorf("while a node is away: %+v %v", e.Behind, err)
	}
	finishing(t, a, 31*24*time.Hour)
	if e, err := a.compliant().Erasure(ctx, admin, did.ID); err != nil || e.Behind.Ended.IsZero() || e.Behind.Sealed != nil || e.Behind.Silent == 0 {
		t.Errorf("after thirty days: %+v %v", e.Behind, err)
	}
	if p, err := a.compliant().Person(ctx, admin, again.ID); err != nil || p.Email != canaryMail || p.Name != canaryName {
		t.Errorf("who came back is %+v %v", p, err)
	}
	webtest.LogIn(t, s.Handler, canaryMail, webtest.Password)
}

package budget_test

import (
	"testing"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// lose starts a node that leases amount on the organization's budget, kills it and has it reaped.
func (h *house) lose(amount money.USD) *node {
	h.t.Helper()
	n := h.join(&live.Local{}, h.t.TempDir(), never)
	h.open(n.Treasury, h.reserve(n.Treasury, amount))
	posted(h.t, n.Treasury)
	n.kill()
	h.reap(n.id)
	return n
}

func (h *house) reap(n id.Node) {
	h.t.Helper()
	pulse, err := h.books.Beat(h.t.Context(), n, 0, h.clock.Now())
	h.must(err)
	for _, p := range pulse.Peers {
		if p.ID == n {
			done, err := h.books.Reap(h.t.Context(), p, h.clock.Now())
			if err != nil || !done {
				h.t.Fatalf("not reaped: %v", err)
			}
		}
	}
}

func TestSuspenseIsListedAndReleasedWithANote(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d, nil)
		o.service.Held = o.books
		b := o.budget(org.OfOrg(o.chain.Org), 10*money.Dollar, budget.Monthly, budget.Hard)
		n := o.lose(4 * money.Dollar)
		admin, lead := o.actor(org.Admin), o.actor(org.Lead)
		all, err := o.service.Suspense(t.Context(), lead, b.ID)
		o.must(err)
		if len(all) != 1 || all[0].Node != n.id || all[0].Amount < 4*money.Dollar || all[0].Host == "" || !all[0].Since.Equal(november) || all[0].Damaged {
			t.Fatalf("listed %+v", all)
		}
		amount := all[0].Amount
		e, err := o.service.Get(t.Context(), admin, b.ID)
		o.must(err)
		if e.Suspense != amount || e.Standing.Spent != amount {
			t.Errorf("the budget shows %+v", e)
		}
		in := budget.ReleaseInput{Node: n.id, Note: "disk shredded; the provider's console shows nothing"}
		for name, c := range map[string]struct {
			actor org.Actor
			in    budget.ReleaseInput
			code  string
		}{
			"a lead":             {lead, in, "forbidden"},
			"without a note":     {admin, budget.ReleaseInput{Node: n.id, Note: " "}, "invalid_request"},
			"another node":       {admin, budget.ReleaseInput{Node: id.NewNode(ids), Note: in.Note}, "nothing_suspended"},
			"more than there is": {admin, budget.ReleaseInput{Node: n.id, Amount: amount + 1, Note: in.Note}, "nothing_suspended"},
			"a negative amount":  {admin, budget.ReleaseInput{Node: n.id, Amount: -1, Note: in.Note}, "invalid_request"},
			"another tenant":     {org.Actor{Org: newHouse(t, d).chain.Org, Role: org.Admin}, in, "not_found"},
		} {
			if _, err := o.service.Release(t.Context(), c.actor, b.ID, c.in); code(err) != c.code {
				t.Errorf("%s: %v", name, err)
			}
		}
		part := in
		part.Amount = money.Dollar
		made, err := o.service.Release(t.Context(), admin, b.ID, part)
		o.must(err)
		if len(made) != 1 || made[0].Amount != money.Dollar || made[0].By != admin.Label {
			t.Errorf("released %+v", made)
		}
		if p := o.look(b.Scope); p.Suspense != amount-money.Dollar {
			t.Errorf("after a part: %+v", p)
		}
		_, err = o.service.Release(t.Context(), admin, b.ID, in)
		o.must(err)
		if p := o.look(b.Scope); p.Suspense != 0 || p.Leased != 0 || p.Free() != 10*money.Dollar {
			t.Errorf("after all of it: %+v", p)
		}
		if n := len(o.diary.entries); n != 2 || o.diary.entries[1].Action != "budget.suspense_released" || o.diary.entries[1].After["note"] != in.Note {
			t.Errorf("audit log: %+v", o.diary.entries)
		}
		if r := o.verify(); r.Releases != 2 || r.Reaped != 1 || r.Suspense != 0 || r.Overspend != 0 || len(r.Levels) != 1 {
			t.Errorf("verify:\n%s", r.String())
		}
	})
}

func TestAReleaseWithoutItsAuditEntryDoesNotHappen(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.SQLite(t), nil)
	o.service.Held = o.books
	b := o.budget(org.OfOrg(o.chain.Org), 10*money.Dollar, budget.Monthly, budget.Hard)
	n := o.lose(4 * money.Dollar)
	o.diary.broken = errDown
	before := o.look(b.Scope)
	if _, err := o.service.Release(t.Context(), o.actor(org.Admin), b.ID, budget.ReleaseInput{Node: n.id, Note: "checked"}); err == nil {
		t.Error("released")
	}
	if after := o.look(b.Scope); after != before {
		t.Errorf("before %+v, after %+v", before, after)
	}
}

func TestANodeThatComesBackAfterAReleaseBooksTheTruth(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d, nil)
		o.service.Held = o.books
		b := o.budget(org.OfOrg(o.chain.Org), 10*money.Dollar, budget.Monthly, budget.Hard)
		lost := o.lose(6 * money.Dollar)
		_, err := o.service.Release(t.Context(), o.actor(org.Admin), b.ID, budget.ReleaseInput{Node: lost.id, Note: "it will never be back"})
		o.must(err)
		other := o.join(&live.Local{}, t.TempDir(), never)
		o.spend(other.Treasury, o.reserve(other.Treasury, 9*money.Dollar), 9*money.Dollar) // believing the admin
		posted(t, other.Treasury)
		back := o.join(&live.Local{}, lost.dir, never) // but its journal says that $6 may have been sent
		posted(t, back.Treasury)
		if _, err := back.Reserve(t.Context(), o.want(money.Cent, money.Cent)); fault.From(err).Code != "budget_exhausted" {
			t.Errorf("above its limit: %v", err)
		}
		other.stop()
		back.stop()
		if r := o.verify(); r.Cost != 15*money.Dollar || r.Overspend != 5*money.Dollar || r.Suspense != 0 || r.Releases != 1 {
			t.Errorf("verify:\n%s", r.String())
		}
	})
}

func TestADamagedJournalsSuspenseIsListedAndReleased(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d, nil)
		o.service.Held = o.books
		b := o.budget(org.OfOrg(o.chain.Org), 10*money.Dollar, budget.Monthly, budget.Hard)
		n := o.join(&live.Local{}, t.TempDir(), never)
		o.reserve(n.Treasury, 3*money.Dollar)
		n.kill()
		leased := o.look(b.Scope).Leased
		o.must(o.books.Surrender(t.Context(), n.id, true))
		all, err := o.service.Suspense(t.Context(), o.actor(org.Admin), b.ID)
		o.must(err)
		if len(all) != 1 || !all[0].Damaged || all[0].Amount != leased || all[0].Epoch != 1 {
			t.Fatalf("listed %+v, leased were %s", all, leased)
		}
		if p := o.look(b.Scope); p.Suspense != leased || p.Leased != 0 {
			t.Errorf("the pool says %+v", p)
		}
		_, err = o.service.Release(t.Context(), o.actor(org.Admin), b.ID, budget.ReleaseInput{Node: n.id, Start: all[0].Start, Note: "nothing was sent"})
		o.must(err)
		if p := o.look(b.Scope); p.Suspense != 0 || p.Free() != 10*money.Dollar {
			t.Errorf("after it: %+v", p)
		}
		o.verify()
	})
}

// An admin released a part of what a node left behind; then the machine comes back with an older disk. What was released is counted off
// once, and the rest can be released as well.
func TestAPartIsReleasedAndThenTheJournalTurnsOutToBeDamaged(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, kept := range []money.USD{0, money.Dollar} {
			o := newOffice(t, d, nil)
			o.service.Held = o.books
			b := o.budget(org.OfOrg(o.chain.Org), 10*money.Dollar, budget.Monthly, budget.Hard)
			lost := o.lose(6 * money.Dollar)
			all, err := o.service.Suspense(t.Context(), o.actor(org.Admin), b.ID)
			o.must(err)
			in := budget.ReleaseInput{Node: lost.id, Amount: 4 * money.Dollar, Note: "the provider's console shows the rest"}
			_, err = o.service.Release(t.Context(), o.actor(org.Admin), b.ID, in)
			o.must(err)
			left := all[0].Amount - in.Amount
			if kept > 0 { // a process that runs claims what it has
				mark, err := o.books.Mark(t.Context(), lost.id)
				o.must(err)
				_, err = o.books.Begin(t.Context(), lost.id, budget.Opening{At: mark, Damaged: true, Now: o.clock.Now(),
					Claims: []budget.Claim{{Org: o.chain.Org, Account: ledger.Account{Budget: b.ID, Start: all[0].Start.Unix()}, Granted: kept}}})
				o.must(err)
				left -= kept
			} else {
				o.must(o.books.Surrender(t.Context(), lost.id, true))
			}
			if p := o.look(b.Scope); p.Suspense != left || p.Leased != kept {
				t.Errorf("the pool says %+v, want %s in suspense", p, left)
			}
			now, err := o.service.Suspense(t.Context(), o.actor(org.Admin), b.ID)
			if o.must(err); len(now) != 1 || now[0].Amount != left || !now[0].Damaged {
				t.Fatalf("listed %+v, want %s", now, left)
			}
			o.verify()
			in.Amount = 0
			_, err = o.service.Release(t.Context(), o.actor(org.Admin), b.ID, in)
			o.must(err)
			if p := o.look(b.Scope); p.Suspense != 0 || p.Free() != 10*money.Dollar-kept {
				t.Errorf("after all of it: %+v", p)
			}
			o.verify()
		}
	})
}

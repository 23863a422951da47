package db_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

func TestAnInboxIsAPersonsOwn(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		mine, other := newOrg(t, d), newOrg(t, d)
		s := db.NewNoticeStore(d)
		now := time.Date(2026, 8, 21, 12, 0, 0, 0, time.UTC)
		ada, bob := id.NewMember(ids), id.NewMember(ids)
		one := func(o id.Org, m id.Member, once string, at time.Time) notify.Notice {
			n := notify.Notice{ID: id.NewNotice(ids), Org: o, Member: m, Kind: notify.Asked, Title: once, Href: "/approvals", Once: once, At: at}
			if err := s.Add(t.Context(), o, []notify.Notice{n}); err != nil {
				t.Fatal(err)
			}
			return n
		}
		first, second := one(mine, ada, "a", now.Add(-time.Hour)), one(mine, ada, "b", now)
		one(mine, ada, "a", now) // the same event again
		theirs := one(other, ada, "a", now)
		bobs := one(mine, bob, "a", now)
		list := func(q notify.Query) []notify.Notice {
			q.Limit = 10
			all, err := s.List(t.Context(), mine, ada, q)
			if err != nil {
				t.Fatal(err)
			}
			return all
		}
		if got := list(notify.Query{}); !reflect.DeepEqual(got, []notify.Notice{second, first}) {
			t.Errorf("%+v", got)
		}
		if got := list(notify.Query{Before: second.ID}); !reflect.DeepEqual(got, []notify.Notice{first}) {
			t.Errorf("the page after: %+v", got)
		}
		for _, n := range []notify.Notice{theirs, bobs} {
			if _, ok, err := s.Get(t.Context(), mine, ada, n.ID); ok || err != nil {
				t.Errorf("somebody else's is read: %v", err)
			}
			if err := s.Read(t.Context(), mine, ada, n.ID, now); err != nil {
				t.Error(err)
			}
		}
		if err := s.Read(t.Context(), mine, ada, second.ID, now); err != nil {
			t.Error(err)
		}
		if got := list(notify.Query{UnreadOnly: true}); !reflect.DeepEqual(got, []notify.Notice{first}) {
			t.Errorf("unread: %+v", got)
		}
		if n, err := s.ReadAll(t.Context(), mine, ada, now); n != 1 || err != nil {
			t.Errorf("%d were unread, %v", n, err)
		}
		for m, want := range map[id.Member]int{ada: 0, bob: 1} {
			if n, err := s.Unread(t.Context(), mine, m); n != want || err != nil {
				t.Errorf("unread %d, want %d, %v", n, want, err)
			}
		}
		if n, err := s.Unread(t.Context(), other, ada); n != 1 || err != nil {
			t.Errorf("the other organization's: %d, %v", n, err)
		}
		if soon, err := db.NewKeyStore(d).Ending(t.Context(), now, now.Add(time.Hour), 0); len(soon) != 0 || err != nil {
			t.Errorf("keys that stop: %+v, %v", soon, err)
		}
		if err := s.Sweep(t.Context(), now); err != nil {
			t.Error(err)
		}
		if got := list(notify.Query{}); len(got) != 1 || got[0].ID != second.ID {
			t.Errorf("after the sweep: %+v", got)
		}
	})
}

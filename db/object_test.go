package db_test

import (
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/object"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

func TestOwnersOfStoredObjects(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		mine, other := newOrg(t, d), newOrg(t, d)
		s := db.NewObjectStore(d)
		now := time.Date(2026, 8, 21, 12, 0, 0, 0, time.UTC)
		o := object.Object{Org: mine, Key: id.NewKey(ids), Kind: object.Response, Upstream: "resp_1", Connection: id.NewConnection(ids), Created: now}
		thief := o
		thief.Key = id.NewKey(ids)
		for _, list := range [][]object.Object{{o}, {thief}} { // the first one stays
			if err := s.Insert(t.Context(), mine, list); err != nil {
				t.Fatal(err)
			}
		}
		if got, ok, err := s.Find(t.Context(), mine, object.Response, "resp_1"); err != nil || !ok || got != o {
			t.Errorf("%+v %v %v", got, ok, err)
		}
		if _, ok, err := s.Find(t.Context(), other, object.Response, "resp_1"); err != nil || ok {
			t.Errorf("another organization finds it: %v", err)
		}
		if err := s.Delete(t.Context(), other, []object.Object{o}); err != nil {
			t.Error(err)
		}
		if err := s.Sweep(t.Context(), now); err != nil {
			t.Error(err)
		}
		if _, ok, _ := s.Find(t.Context(), mine, object.Response, "resp_1"); !ok {
			t.Error("another organization deleted it, or it was swept too early")
		}
		if err := s.Sweep(t.Context(), now.Add(time.Second)); err != nil {
			t.Error(err)
		}
		if _, ok, _ := s.Find(t.Context(), mine, object.Response, "resp_1"); ok {
			t.Error("it was not swept")
		}
		if err := s.Insert(t.Context(), mine, []object.Object{o}); err != nil {
			t.Fatal(err)
		}
		if err := s.Delete(t.Context(), mine, []object.Object{o}); err != nil {
			t.Error(err)
		}
		if _, ok, _ := s.Find(t.Context(), mine, object.Response, "resp_1"); ok {
			t.Error("it was not deleted")
		}
	})
}

func TestAKeysFilesAreListedNewestFirst(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		mine, other := newOrg(t, d), newOrg(t, d)
		s := db.NewObjectStore(d)
		now := time.Date(2026, 8, 21, 12, 0, 0, 0, time.UTC)
		me, thief := id.NewKey(ids), id.NewKey(ids)
		file := func(o id.Org, k id.Key, name string, at time.Time) object.Object {
			return object.Object{Org: o, Key: k, Kind: object.File, Upstream: name, Connection: id.NewConnection(ids), Created: at, Detail: `{"id":"` + name + `"}`}
		}
		first, second := file(mine, me, "file-1", now), file(mine, me, "file-2", now.Add(time.Second))
		answer := first
		answer.Kind, answer.Upstream = object.Response, "resp_1"
		if err := s.Insert(t.Context(), mine, []object.Object{second, first, file(mine, thief, "file-3", now), answer}); err != nil {
			t.Fatal(err)
		}
		if err := s.Insert(t.Context(), other, []object.Object{file(other, me, "file-4", now)}); err != nil {
			t.Fatal(err)
		}
		got, err := s.List(t.Context(), mine, me, object.File)
		if err != nil || len(got) != 2 || got[0] != second || got[1] != first {
			t.Errorf("%+v, %v", got, err)
		}
		if err := s.Sweep(t.Context(), now.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if got, _ := s.List(t.Context(), mine, me, object.File); len(got) != 2 {
			t.Errorf("files were swept: %d are left", len(got))
		}
	})
}

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

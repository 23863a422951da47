package db_test

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

var may = time.Date(2026, 5, 1, 9, 30, 0, 123456000, time.FixedZone("elsewhere", -5*3600))

func fullConnection(o id.Org, name string) provider.ConnectionRecord {
	return provider.ConnectionRecord{ID: id.NewConnection(ids), Org: o, Name: name, Kind: provider.Compatible,
		BaseURL: "https://x.test/v1", Sealed: []byte{0, 1, 0xff}, KeyHint: "abcd", Service: "vllm", Models: []string{"m1", "m/2"},
		Listed: provider.Listed{At: may.UTC(), ChangedAt: may.UTC(), Added: []string{"m1"}, Removed: []string{"m0"}, More: 3}, Disabled: true, Terms: provider.Terms{Residency: "eu", ZeroRetention: true, NoTraining: true},
		Version: 1, Check: provider.Check{At: may.UTC(), OK: true, Message: "It works.", Models: 2, Latency: time.Millisecond},
		CreatedAt: may.UTC(), UpdatedAt: may.UTC()}
}

func insertConnection(t *testing.T, s *db.ConnectionStore, r provider.ConnectionRecord) provider.ConnectionRecord {
	t.Helper()
	if err := s.Insert(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestConnectionsComeBackAsTheyWent(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, here := db.NewConnectionStore(d), newOrg(t, d)
		full := insertConnection(t, s, fullConnection(here, "full"))
		bare := insertConnection(t, s, provider.ConnectionRecord{ID: id.NewConnection(ids), Org: here, Name: "bare", Kind: provider.Sandbox,
			Version: 1, CreatedAt: may.UTC(), UpdatedAt: may.UTC()})
		for _, want := range []provider.ConnectionRecord{full, bare} {
			got, err := s.Get(t.Context(), here, want.ID)
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Models) == 0 {
				got.Models = nil
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
		}
		list, err := s.List(t.Context(), here)
		if err != nil || len(list) != 2 || list[0].Name != "bare" || list[1].Name != "full" {
			t.Errorf("list by name = %v, %v", list, err)
		}
	})
}

func TestConnectionsAreReplacedOnlyByWhoSawTheLastVersion(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, here := db.NewConnectionStore(d), newOrg(t, d)
		r := insertConnection(t, s, fullConnection(here, "up"))
		next := r
		next.Name, next.BaseURL, next.Sealed, next.KeyHint, next.Disabled, next.Models, next.Check = "down", "", nil, "", false, nil, provider.Check{}
		if err := s.Update(t.Context(), next); err != nil {
			t.Fatal(err)
		}
		got, err := s.Get(t.Context(), here, r.ID)
		if err != nil || got.Version != 2 || got.Name != "down" || got.BaseURL != "" || got.HasCredential() || got.Disabled || len(got.Models) != 0 || !got.Check.IsZero() {
			t.Errorf("after the update: %+v, %v", got, err)
		}
		if err := s.Update(t.Context(), next); !errors.Is(err, provider.ErrChanged) {
			t.Errorf("an update of the old version: %v", err)
		}
		if err := s.Delete(t.Context(), here, r.ID); err != nil {
			t.Error(err)
		}
		if err := s.Delete(t.Context(), here, r.ID); !errors.Is(err, provider.ErrNotFound) {
			t.Errorf("a second deletion: %v", err)
		}
		if _, err := s.Get(t.Context(), here, r.ID); !errors.Is(err, provider.ErrNotFound) {
			t.Errorf("get after deletion: %v", err)
		}
	})
}

func TestConnectionNamesAreUniqueWithinAnOrganization(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, here, there := db.NewConnectionStore(d), newOrg(t, d), newOrg(t, d)
		insertConnection(t, s, fullConnection(here, "up"))
		other := insertConnection(t, s, fullConnection(here, "other"))
		if err := s.Insert(t.Context(), fullConnection(here, "up")); !errors.Is(err, provider.ErrTaken) {
			t.Errorf("insert: %v", err)
		}
		other.Name = "up"
		if err := s.Update(t.Context(), other); !errors.Is(err, provider.ErrTaken) {
			t.Errorf("rename: %v", err)
		}
		insertConnection(t, s, fullConnection(there, "up"))
	})
}

func TestConnectionsOfAnotherOrganizationCannotBeReached(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, here, there := db.NewConnectionStore(d), newOrg(t, d), newOrg(t, d)
		r := insertConnection(t, s, fullConnection(here, "up"))
		if _, err := s.Get(t.Context(), there, r.ID); !errors.Is(err, provider.ErrNotFound) {
			t.Errorf("get: %v", err)
		}
		if list, err := s.List(t.Context(), there); err != nil || len(list) != 0 {
			t.Errorf("list: %v, %v", list, err)
		}
		if err := s.Delete(t.Context(), there, r.ID); !errors.Is(err, provider.ErrNotFound) {
			t.Errorf("delete: %v", err)
		}
		stolen := r
		stolen.Org, stolen.Name = there, "stolen"
		if err := s.Update(t.Context(), stolen); !errors.Is(err, provider.ErrChanged) {
			t.Errorf("update: %v", err)
		}
		if _, err := s.List(t.Context(), id.Org{}); err == nil {
			t.Error("a list of no organization is given")
		}
		all, err := s.All(t.Context())
		if err != nil || len(all) != 1 || all[0].ID != r.ID || all[0].Name != "up" {
			t.Errorf("all = %+v, %v", all, err)
		}
	})
}

func TestConnectionsJoinTheTransactionOfTheirContext(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, here := db.NewConnectionStore(d), newOrg(t, d)
		oops := errors.New("oops")
		err := d.Do(t.Context(), func(ctx context.Context) error {
			if err := s.Insert(ctx, fullConnection(here, "up")); err != nil {
				return err
			}
			return oops
		})
		if !errors.Is(err, oops) {
			t.Fatal(err)
		}
		if list, err := s.List(t.Context(), here); err != nil || len(list) != 0 {
			t.Errorf("after a rollback: %v, %v", list, err)
		}
	})
}

func newOrg(t testing.TB, d *db.DB) id.Org {
	t.Helper()
	o := id.NewOrg(ids)
	err := d.System(t.Context(), func(tx *gorm.DB) error {
		return tx.Exec("INSERT INTO organizations (id, slug, name, zone, created_at) VALUES (?, ?, ?, ?, ?)", o, o.String(), "Acme", "UTC", may).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

package db_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/operator"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// TestTheConsoleReadsAFewTablesAndChangesNone holds how narrow the one way across tenants is that has people at its other end.
func TestTheConsoleReadsAFewTablesAndChangesNone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		newOrg(t, d)
		try := func(query string) error {
			return d.Console(t.Context(), func(tx *gorm.DB) error {
				var n int64
				return tx.Raw(query).Scan(&n).Error
			})
		}
		readable := map[string]bool{"members": true, "billing_accounts": true, "usage_hours": true}
		for table := range d.Tenants() {
			err := try("SELECT COUNT(*) FROM " + table)
			if readable[table] && err != nil {
				t.Errorf("the console cannot count %s: %v", table, err)
			}
			if !readable[table] && !errors.Is(err, db.ErrGuard) {
				t.Errorf("the console reads %s: %v", table, err)
			}
			for _, query := range []string{"DELETE FROM " + table, "UPDATE " + table + " SET org_id = org_id", "SELECT (SELECT COUNT(*) FROM " + table + ") FROM keys",
				"WITH x AS (DELETE FROM " + table + " RETURNING org_id) SELECT COUNT(*) FROM x", "SELECT 1; DELETE FROM " + table, "SELECT COUNT(*) FROM usage_hours, public." + table + " AS p; SELECT 1"} {
				if err := try(query); !errors.Is(err, db.ErrGuard) {
					t.Errorf("the console may say %q: %v", query, err)
				}
			}
		}
		if err := try("SELECT COUNT(*) FROM organizations"); err != nil {
			t.Errorf("organizations: %v", err)
		}
	})
}

func TestALinkWorksOnceAndASessionUntilItEnds(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx, now := db.NewOperatorStore(d), t.Context(), may.UTC()
		if err := s.AddLink(ctx, operator.Link{Digest: "a", Name: "Ann", CreatedAt: now, Expires: now.Add(time.Minute)}); err != nil {
			t.Fatal(err)
		}
		for i, c := range []struct {
			digest string
			at     time.Time
			ok     bool
		}{{"b", now, false}, {"a", now.Add(time.Minute), false}, {"a", now.Add(59 * time.Second), true}, {"a", now.Add(59 * time.Second), false}} {
			name, ok, err := s.UseLink(ctx, c.digest, c.at)
			if err != nil || ok != c.ok || ok && name != "Ann" {
				t.Errorf("try %d: %q, %v, %v; want %v", i, name, ok, err, c.ok)
			}
		}
		x := operator.Session{Digest: "s", ID: id.NewSession(ids), Name: "Ann", IP: "10.0.0.1", Agent: "x", BeganAt: now, SeenAt: now}
		if err := s.AddSession(ctx, x); err != nil {
			t.Fatal(err)
		}
		x.SeenAt = now.Add(time.Hour)
		if err := s.Touch(ctx, x.ID, x.SeenAt); err != nil {
			t.Fatal(err)
		}
		if got, ok, err := s.Session(ctx, "s"); err != nil || !ok || got != x {
			t.Errorf("%+v, %v, %v; want %+v", got, ok, err, x)
		}
		if err := s.EndSession(ctx, x.ID, now); err != nil {
			t.Fatal(err)
		}
		if got, ok, err := s.Session(ctx, "s"); err != nil || ok {
			t.Errorf("after its end: %+v, %v, %v", got, ok, err)
		}
	})
}

func TestWhatOperatorsDidIsNeverChangedOrDeleted(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx, acme, beta := db.NewOperatorStore(d), t.Context(), newOrg(t, d), newOrg(t, d)
		for _, o := range []id.Org{acme, {}, beta, acme} {
			if err := s.Write(ctx, operator.Entry{ID: id.NewAudit(ids), At: may, Name: "Ann", Action: "test.done", Org: o}); err != nil {
				t.Fatal(err)
			}
		}
		all, err := s.Entries(ctx, id.Org{}, id.Audit{}, 10)
		if err != nil || len(all) != 4 || all[0].Org != acme || all[1].Org != beta {
			t.Fatalf("%+v, %v", all, err)
		}
		if more, err := s.Entries(ctx, id.Org{}, all[1].ID, 10); err != nil || len(more) != 2 || more[0].ID != all[2].ID {
			t.Errorf("the next page: %+v, %v", more, err)
		}
		if own, err := s.Entries(ctx, acme, id.Audit{}, 10); err != nil || len(own) != 2 {
			t.Errorf("of one: %+v, %v", own, err)
		}
		for _, query := range []string{"UPDATE operator_entries SET name = 'x'", "DELETE FROM operator_entries"} {
			if err := d.System(ctx, func(tx *gorm.DB) error { return tx.Exec(query).Error }); err == nil {
				t.Errorf("%q went through", query)
			}
		}
		if after, err := s.Entries(ctx, id.Org{}, id.Audit{}, 10); err != nil || len(after) != 4 || after[3].Name != "Ann" {
			t.Errorf("afterwards: %+v, %v", after, err)
		}
	})
}

func TestOrganizationsAreListedWithTheirFigures(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx, now := db.NewOperatorStore(d), t.Context(), may.UTC().Truncate(time.Hour)
		acme, beta := newOrg(t, d), newOrg(t, d)
		hour := func(o id.Org, at time.Time, requests, failed, nanos int64) {
			err := d.Scoped(ctx, o, func(tx *gorm.DB) error {
				return tx.Exec(`INSERT INTO usage_hours (org_id, hour, key_id, department_id, team_id, member_id, model, provider, requests, errors, attempts, input_tokens, cached_tokens, output_tokens, cost_nanos)
					VALUES (?, ?, ?, ?, ?, ?, 'm', 'p', ?, ?, 1, 1, 0, 1, ?)`, o, at, id.NewKey(ids), id.NewDepartment(ids), id.NewTeam(ids), id.NewMember(ids), requests, failed, nanos).Error
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		hour(acme, now.Add(-time.Hour), 4, 1, 30)
		hour(acme, now.Add(-48*time.Hour), 2, 2, 12)
		hour(acme, now.AddDate(0, -3, 0), 100, 0, 1000)
		month, dayAgo := now.AddDate(0, 0, -3), now.Add(-24*time.Hour)
		all, err := s.Tenants(ctx, operator.Query{Limit: 10}, month, dayAgo)
		if err != nil || len(all) != 2 || all[0].ID != beta || all[1].ID != acme {
			t.Fatalf("%+v, %v", all, err)
		}
		got := all[1]
		if got.Spent != 42 || got.Requests != 6 || got.Recent != 4 || got.Failed != 1 || !got.Used.Equal(now.Add(-time.Hour)) || got.State() != "active" {
			t.Errorf("acme %+v", got)
		}
		if b := all[0]; b.Spent != 0 || !b.Used.IsZero() {
			t.Errorf("beta %+v", b)
		}
		if next, err := s.Tenants(ctx, operator.Query{Limit: 10, Before: beta}, month, dayAgo); err != nil || len(next) != 1 || next[0].ID != acme {
			t.Errorf("the next page %+v, %v", next, err)
		}
		if err := s.Suspend(ctx, acme, now, "not paid"); err != nil {
			t.Fatal(err)
		}
		for q, want := range map[operator.Query]int{{State: "suspended", Limit: 9}: 1, {State: "active", Limit: 9}: 1, {State: "deleted", Limit: 9}: 0, {Text: "%", Limit: 9}: 0, {Text: all[0].Slug, Limit: 9}: 1, {Only: acme, Limit: 1}: 1} {
			if found, err := s.Tenants(ctx, q, month, dayAgo); err != nil || len(found) != want {
				t.Errorf("%+v finds %d, %v; want %d", q, len(found), err, want)
			}
		}
		if o, err := db.NewOrgStore(d).Organization(ctx, acme); err != nil || !o.SuspendedAt.Equal(now) || o.SuspendedWhy != "not paid" {
			t.Errorf("%+v, %v", o, err)
		}
		if err := s.Suspend(ctx, acme, time.Time{}, ""); err != nil {
			t.Fatal(err)
		}
		if o, err := db.NewOrgStore(d).Organization(ctx, acme); err != nil || !o.SuspendedAt.IsZero() {
			t.Errorf("resumed: %+v, %v", o, err)
		}
	})
}

func TestTheInstallationsSettingsAndBackupsAreKept(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := db.NewOperatorStore(d), t.Context()
		for _, want := range []operator.Settings{{}, {SignUpClosed: true, Announcement: "Down at noon", BackupDays: 3}, {BackupDays: 7}, {Defaults: operator.Defaults{KeepDays: 60, AuditDays: 120, TrialDays: 7, TrialSeats: 3}}} {
			if want != (operator.Settings{}) {
				if err := s.SetSettings(ctx, want); err != nil {
					t.Fatal(err)
				}
			}
			if got, err := s.Settings(ctx); err != nil || got != want {
				t.Errorf("%+v, %v; want %+v", got, err, want)
			}
		}
		for i := range 3 {
			if err := s.AddBackup(ctx, operator.Backup{At: may.Add(time.Duration(i) * time.Hour), Version: "1", Rows: int64(i)}); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := s.Backups(ctx, 2); err != nil || len(got) != 2 || got[0].Rows != 2 || got[1].Rows != 1 {
			t.Errorf("%+v, %v", got, err)
		}
		here, gone := id.NewNode(ids), id.NewNode(ids)
		err := d.System(ctx, func(tx *gorm.DB) error {
			for _, n := range []struct {
				id   id.Node
				left *time.Time
			}{{gone, &may}, {here, nil}} {
				if err := tx.Exec("INSERT INTO nodes (id, epoch, beats, label, version, started_at, seen_at, left_at) VALUES (?, 1, 1, ?, 'v1', ?, ?, ?)", n.id, n.id.String(), may, may, n.left).Error; err != nil {
					return err
				}
			}
			return tx.Exec("INSERT INTO journal_positions (node_id, segment, place, low_segment, low_place, updated_at) VALUES (?, 1, 1, 1, 1, ?)", here, may).Error
		})
		if err != nil {
			t.Fatal(err)
		}
		at := may.UTC().Truncate(time.Microsecond)
		want := []operator.Node{{ID: here, Label: here.String(), Version: "v1", StartedAt: at, SeenAt: at, PostedAt: at}, {ID: gone, Label: gone.String(), Version: "v1", StartedAt: at, SeenAt: at, LeftAt: at}}
		if got, err := s.Nodes(ctx); err != nil || !slices.Equal(got, want) {
			t.Errorf("nodes %+v, %v; want %+v", got, err, want)
		}
		if q, err := s.Queue(ctx); err != nil || q.Waiting != 0 {
			t.Errorf("%+v, %v", q, err)
		}
		if n, err := d.Size(ctx); err != nil || n < 1000 {
			t.Errorf("%d bytes, %v", n, err)
		}
	})
}

func TestSupportIsLetInByOneOrganizationForAWhile(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx, acme, beta, now := db.NewSupportStore(d), t.Context(), newOrg(t, d), newOrg(t, d), may.UTC()
		a := operator.Access{ID: id.NewSupport(ids), Org: acme, Reason: "spend looks wrong", By: "ann@acme.test", At: now, Until: now.Add(time.Hour)}
		if err := s.Allow(ctx, a); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Newest(ctx, acme, 5); err != nil || len(got) != 1 || got[0] != a || !got[0].Open(now.Add(59*time.Minute)) || got[0].Open(now.Add(time.Hour)) {
			t.Errorf("%+v, %v", got, err)
		}
		if got, err := s.Newest(ctx, beta, 5); err != nil || len(got) != 0 {
			t.Errorf("another organization's: %+v, %v", got, err)
		}
		if n, err := s.End(ctx, beta, "x", now); err != nil || n != 0 {
			t.Errorf("ended by another: %d, %v", n, err)
		}
		if n, err := s.End(ctx, acme, "ben@acme.test", now.Add(time.Minute)); err != nil || n != 1 {
			t.Errorf("ended: %d, %v", n, err)
		}
		if got, err := s.Newest(ctx, acme, 5); err != nil || got[0].Open(now.Add(time.Minute)) || got[0].EndedBy != "ben@acme.test" {
			t.Errorf("afterwards %+v, %v", got, err)
		}
	})
}

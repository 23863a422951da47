package approval_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/approval"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

func TestWhatOthersAskedForSinceCrowdsNothingOut(t *testing.T) {
	t.Parallel()
	f := furnish(t, dbtest.SQLite(t))
	old := f.ask(nil)
	_, err := f.Approve(t.Context(), f.x.Actor(org.Manager), old.ID, approval.Verdict{})
	f.must(err)
	lead := f.x.Members[org.Lead]
	theirs, now := f.keyOf(lead), f.Clock.Now()
	for i := range 501 { // newer, and over
		f.must(f.store.Add(t.Context(), approval.Approval{Org: f.x.Org.ID, ID: id.NewApproval(f.IDs), Key: theirs, Model: "m" + strconv.Itoa(i), Reason: "x", State: approval.Approved, Asker: lead.ID,
			AskedBy: "Lead", AskedAt: now.Add(time.Minute), ExpiresAt: now.Add(time.Hour), Bounds: approval.Bounds{Until: now.Add(-time.Hour)}}, now))
	}
	for _, tt := range []struct {
		name string
		role org.Role
		q    approval.Query
	}{{"the asker, of all", org.Developer, approval.Query{}}, {"a manager, of those in force", org.Manager, approval.Query{State: approval.Approved}}} {
		all, err := f.List(t.Context(), f.x.Actor(tt.role), tt.q)
		if err != nil || !slices.ContainsFunc(all, func(v approval.View) bool { return v.ID == old.ID }) {
			t.Errorf("%s: not among %d, %v", tt.name, len(all), err)
		}
	}
}

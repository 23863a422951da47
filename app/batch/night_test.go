package batch_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// admin is an organization's first admin, acting.
func (s *scene) admin(t *testing.T, o id.Org) org.Actor {
	t.Helper()
	all, err := db.NewOrgStore(s.house.DB).Members(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		if m.Role == org.Admin {
			return m.Acting(org.Actor{})
		}
	}
	t.Fatal("there is no admin")
	return org.Actor{}
}

// An off-peak batch is begun when the hours begin, rests when they end, and goes on when they begin again.
func TestAnOffPeakBatchKeepsToItsHours(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, service, actor, mine := staffedOn(t, d)
		s.house.Clock.Set(noon)
		hours := batch.Hours{Zone: "UTC", Opens: 20 * 60, Closes: 6 * 60}
		if _, err := service.SetHours(t.Context(), s.admin(t, actor.Org), hours); err != nil {
			t.Fatal(err)
		}
		held := make(chan struct{})
		s.plane.hold = func(r *http.Request, text string) {
			if text == "row-9" { // the hours end while some are under way
				s.house.Clock.Set(time.Date(2026, 11, 26, 6, 0, 0, 0, time.UTC))
				close(held)
			}
		}
		e, err := service.Add(t.Context(), actor, batch.Draft{Key: mine, Format: batch.JSONL, Text: lines(200), OffPeak: true})
		if err != nil {
			t.Fatal(err)
		}
		s.node()
		rests := func(until time.Time) func(batch.Entry) bool {
			return func(e batch.Entry) bool { return e.State == batch.Running && e.StartAt.Equal(until) }
		}
		e = wait(t, service, actor, e.ID, "waiting for the night", rests(time.Date(2026, 11, 25, 20, 0, 0, 0, time.UTC)))
		if e.Total != 200 || s.plane.all() != 0 {
			t.Fatalf("%d lines read, %d asked by day", e.Total, s.plane.all())
		}
		s.house.Clock.Set(e.StartAt)
		<-held
		e = wait(t, service, actor, e.ID, "resting by day", rests(time.Date(2026, 11, 26, 20, 0, 0, 0, time.UTC)))
		night := s.plane.all()
		if night < 9 || night > 9+16 || e.Tally.Ended() != night {
			t.Fatalf("%d asked in the first night, of which %d ended: more than those that were under way", night, e.Tally.Ended())
		}
		s.house.Clock.Set(e.StartAt)
		e = wait(t, service, actor, e.ID, "over", func(e batch.Entry) bool { return e.State.Over() })
		if e.State != batch.Completed || s.plane.all() != 200 {
			t.Errorf("%s, %d asked", e.State, s.plane.all())
		}
	})
}

// Nothing is handed over out of hours. What was handed over in them comes back at any hour.
func TestOutOfHoursNothingIsHandedOver(t *testing.T) {
	t.Parallel()
	n := atNight(t, dbtest.SQLite(t))
	n.house.Clock.Set(noon)
	service := &batch.Service{Desk: *n.desk, Audit: n.house.Audit}
	if _, err := service.SetHours(t.Context(), n.admin(t, n.caller.Grant.Chain.Org), batch.Hours{Zone: "UTC", Opens: 20 * 60, Closes: 6 * 60}); err != nil {
		t.Fatal(err)
	}
	evening, morning := time.Date(2026, 11, 25, 20, 0, 0, 0, time.UTC), time.Date(2026, 11, 26, 6, 0, 0, 0, time.UTC)
	n.twice.own = func(text string) bool {
		if text == "row-6" { // the hours end while lines are taken
			n.house.Clock.Set(morning)
		}
		return false
	}
	n.node()
	b := n.create(n.caller, lines(20), batch.Terms{Native: true, OffPeak: true})
	n.until(n.caller, b, "waiting", func(b batch.Batch, tally batch.Tally) bool {
		if tally.Steps[batch.Handed] > 0 {
			t.Fatal("lines are handed over at noon")
		}
		return b.StartAt.Equal(evening)
	})
	n.house.Clock.Set(evening)
	looks := false
	_, tally := n.passes(b, time.Second, "back", func(b batch.Batch, tally batch.Tally) bool {
		if b.State == batch.Running && b.StartAt.After(morning) { // nobody begins anything at the next look at the provider
			looks = true
			if says := b.View(tally).Bodhi.StartAt; !says.Equal(evening.AddDate(0, 0, 1)) {
				t.Fatalf("it says that it goes on at %s", says)
			}
		}
		return tally.Steps[batch.Done] > 0 && tally.Steps[batch.Handed] == 0
	})
	if !looks {
		t.Error("nobody looked at the provider by day")
	}
	if tally.Steps[batch.Done] != 6 || tally.Steps[batch.Waiting] != 14 || n.plane.all() != 0 || n.party.sent != 1 {
		t.Errorf("%+v, %d loads, %d asked alone", tally, n.party.sent, n.plane.all())
	}
	if now := n.house.Clock.Now(); now.Sub(morning) > 12*time.Hour {
		t.Errorf("results were looked at only at %s", now)
	}
}

// Hours that are changed count at once: for what waits, and for what is under way.
func TestNewHoursCountAtOnce(t *testing.T) {
	t.Parallel()
	s, service, actor, mine := staffed(t)
	s.house.Clock.Set(noon)
	admin := s.admin(t, actor.Org)
	set := func(opens, closes int) {
		t.Helper()
		if _, err := service.SetHours(t.Context(), admin, batch.Hours{Zone: "UTC", Opens: opens * 60, Closes: closes * 60}); err != nil {
			t.Fatal(err)
		}
	}
	s.plane.hold = func(r *http.Request, text string) {
		select {
		case <-r.Context().Done():
		case <-time.After(20 * time.Millisecond):
		}
	}
	set(20, 6)
	s.node()
	e, err := service.Add(t.Context(), actor, batch.Draft{Key: mine, Format: batch.JSONL, Text: lines(500), OffPeak: true})
	if err != nil {
		t.Fatal(err)
	}
	rests := func(e batch.Entry) bool { return e.State == batch.Running && e.StartAt.After(s.house.Clock.Now()) }
	wait(t, service, actor, e.ID, "waiting", rests)
	set(11, 13)
	wait(t, service, actor, e.ID, "under way", func(e batch.Entry) bool { return e.Tally.Ended() > 0 })
	set(20, 6)
	e = wait(t, service, actor, e.ID, "resting", rests)
	if e.Tally.Ended() == 500 {
		t.Error("it went on to its end")
	}
	// What rests can be cancelled, and is then over at once.
	if _, err := service.End(t.Context(), actor, e.ID); err != nil {
		t.Fatal(err)
	}
	wait(t, service, actor, e.ID, "cancelled", func(e batch.Entry) bool { return e.State == batch.Cancelled && e.Tally.Ended() == 500 })
}

// A program's batch has its 24 hours from the beginning of the hours on, and what rests then expires.
func TestTheWindowOfAnOffPeakBatch(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	s.house.Clock.Set(noon)
	service := &batch.Service{Desk: *s.desk, Audit: s.house.Audit}
	o := s.caller.Grant.Chain.Org
	if _, err := service.SetHours(t.Context(), s.admin(t, o), batch.Hours{Zone: "UTC", Days: []time.Weekday{time.Sunday}}); err != nil {
		t.Fatal(err)
	}
	b := s.create(s.caller, lines(3), batch.Terms{OffPeak: true})
	sunday := time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)
	if !b.ExpiresAt.Equal(sunday.Add(batch.Window)) {
		t.Fatalf("it expires at %s", b.ExpiresAt)
	}
	s.node()
	s.until(s.caller, b, "waiting", func(b batch.Batch, _ batch.Tally) bool { return b.StartAt.Equal(sunday) })
	s.house.Clock.Set(sunday.Add(batch.Window)) // no node was there in between
	got, tally := s.until(s.caller, b, "over", over)
	if got.State != batch.Expired || tally.Steps[batch.Lapsed] != 3 || s.plane.all() != 0 {
		t.Errorf("%s %+v", got.State, tally)
	}
}

// A window that has not begun moves with the hours, whether a node has looked at its batch or not; one that has begun stays, and none ends
// sooner than was told.
func TestNewHoursMoveAWindowThatHasNotBegun(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	s.house.Clock.Set(noon)
	service := &batch.Service{Desk: *s.desk, Audit: s.house.Audit}
	o := s.caller.Grant.Chain.Org
	set := func(h batch.Hours) {
		t.Helper()
		h.Zone = "UTC"
		if _, err := service.SetHours(t.Context(), s.admin(t, o), h); err != nil {
			t.Fatal(err)
		}
	}
	expires := func(b batch.Batch, want time.Time) {
		t.Helper()
		if got, _, err := s.desk.Batch(t.Context(), s.caller, batch.OpenAI, b.ID.String()); err != nil || !got.ExpiresAt.Equal(want) {
			t.Errorf("it expires at %s, want %s; %v", got.ExpiresAt, want, err)
		}
	}
	set(batch.Hours{Opens: 11 * 60, Closes: 13 * 60})
	begun := s.create(s.caller, lines(1), batch.Terms{OffPeak: true}) // its window lasts already
	set(batch.Hours{Opens: 20 * 60, Closes: 6 * 60})
	waits, friday := s.create(s.caller, lines(3), batch.Terms{OffPeak: true}), noon.AddDate(0, 0, 2)
	later := s.create(s.caller, lines(1), batch.Terms{OffPeak: true, StartAt: &friday})
	evening, sunday := time.Date(2026, 11, 25, 20, 0, 0, 0, time.UTC), time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)
	expires(waits, evening.Add(batch.Window))
	s.node()
	s.until(s.caller, waits, "waiting", func(b batch.Batch, _ batch.Tally) bool { return b.StartAt.Equal(evening) })
	set(batch.Hours{Opens: 13 * 60, Closes: 14 * 60}) // sooner than was told
	expires(waits, evening.Add(batch.Window))
	set(batch.Hours{Days: []time.Weekday{time.Sunday}})
	expires(begun, noon.Add(batch.Window))
	expires(waits, sunday.Add(batch.Window))
	expires(later, sunday.Add(batch.Window))
	s.house.Clock.Set(evening.Add(batch.Window))
	s.until(s.caller, begun, "over", over)
	s.house.Clock.Set(sunday)
	if got, tally := s.until(s.caller, waits, "over", over); got.State != batch.Completed || tally.Steps[batch.Done] != 3 {
		t.Errorf("%s %+v", got.State, tally)
	}
}

func TestHoursAreTheAdminsAndMustCome(t *testing.T) {
	t.Parallel()
	s, service, actor, _ := staffed(t)
	admin := s.admin(t, actor.Org)
	good := batch.Hours{Zone: "Europe/Berlin", Opens: 60, Closes: 120, Days: []time.Weekday{6, 0, 6}}
	if _, err := service.SetHours(t.Context(), actor, good); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a developer changed them: %v", err)
	}
	if h, kept, err := service.Hours(t.Context(), actor); err != nil || kept || h.Opens != 20*60 || h.Closes != 6*60 || len(h.Days) != 2 {
		t.Errorf("%+v %v %v", h, kept, err)
	}
	if h, err := service.SetHours(t.Context(), admin, good); err != nil || len(h.Days) != 2 || h.Days[0] != time.Sunday {
		t.Fatalf("%+v %v", h, err)
	}
	if h, kept, err := service.Hours(t.Context(), actor); err != nil || !kept || h.Zone != "Europe/Berlin" || h.Opens != 60 || len(h.Days) != 2 {
		t.Errorf("%+v %v %v", h, kept, err)
	}
	for field, h := range map[string]batch.Hours{
		"zone": {Zone: "Moon", Opens: 1}, "opens": {Zone: "UTC", Opens: 24 * 60}, "closes": {Zone: "UTC", Opens: 60, Closes: 60}, "days": {Zone: "UTC", Opens: 1, Days: []time.Weekday{0, 1, 2, 3, 4, 5, 6}},
	} {
		if _, err := service.SetHours(t.Context(), admin, h); !fault.Is(err, fault.Invalid) || len(fields(err)) != 1 || fields(err)[0] != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}

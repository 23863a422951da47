package report

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/org/orgtest"
)

var ids = id.NewSource(clock.System{}.Now, nil)

// books is a Store over events in memory. It answers Hours for whole hours only, as the rollup does.
type books struct {
	Store  // what a test does not need is nil and panics
	at     []time.Time
	spans  int // how often facts were summed
	asked  []Reach
	list   []Request
	recent []Recent
}

func (b *books) sum(from, to time.Time) Totals {
	var t Totals
	for i, at := range b.at {
		if !at.Before(from) && at.Before(to) {
			t.Requests++
			t.Cost += money.USD(i + 1) // every event is told from every other
		}
	}
	return t
}

func (b *books) Hours(_ context.Context, r Reach, from, to time.Time) ([]Hour, error) {
	b.asked = append(b.asked, r)
	if !from.Equal(from.Truncate(time.Hour)) || !to.Equal(to.Truncate(time.Hour)) {
		panic("Hours was asked for a part of an hour")
	}
	var out []Hour
	for ; from.Before(to); from = from.Add(time.Hour) {
		if t := b.sum(from, from.Add(time.Hour)); t.Requests > 0 {
			out = append(out, Hour{At: from, Totals: t})
		}
	}
	return out, nil
}

func (b *books) Span(_ context.Context, r Reach, from, to time.Time) (Totals, error) {
	b.asked = append(b.asked, r)
	if to.Sub(from) > time.Hour {
		panic("Span was asked for more than an hour")
	}
	b.spans++
	return b.sum(from, to), nil
}

func (b *books) Requests(_ context.Context, r Reach, q Query) ([]Request, error) {
	b.asked = append(b.asked, r)
	return b.list[:min(q.Limit, len(b.list))], nil
}

// Organization makes books the Organizations of an organization whose zone is its name.
type zones string

func (z zones) Organization(context.Context, id.Org) (org.Organization, error) {
	return org.Organization{Zone: string(z)}, nil
}

func admin() org.Actor { return org.Actor{Org: id.NewOrg(ids), Role: org.Admin, Label: "test"} }

func TestDaysAreExactInEveryZoneAndAcrossEveryChangeOfClocks(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for _, zone := range []string{"UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Santiago", "Africa/Cairo"} {
		for _, now := range []time.Time{
			time.Date(2026, 4, 6, 13, 37, 11, 5000, time.UTC),
			time.Date(2026, 11, 8, 23, 59, 59, 0, time.UTC),
		} {
			b := &books{}
			for range 4000 {
				b.at = append(b.at, now.Add(-time.Duration(random.Int64N(int64(40*24*time.Hour)))))
			}
			location, err := time.LoadLocation(zone)
			if err != nil {
				t.Fatal(err)
			}
			s := NewService(b, zones(zone), clock.NewFake(now))
			got, err := s.Daily(t.Context(), admin())
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != 30 {
				t.Fatalf("%s: %d days", zone, len(got))
			}
			for i, d := range got {
				if want := b.sum(d.From, d.To); d.Totals != want {
					t.Errorf("%s, %s: %+v, want %+v", zone, d.From.In(location), d.Totals, want)
				}
				if i > 0 && !d.From.Equal(got[i-1].To) {
					t.Errorf("%s: a gap before %s", zone, d.From)
				}
			}
			if last := got[29]; now.Before(last.From) || !now.Before(last.To) {
				t.Errorf("%s: today is %s to %s, and it is %s", zone, last.From, last.To, now)
			}
		}
	}
}

// grouped notes what a grouping was asked of.
type grouped struct {
	books
	from, to time.Time
}

func (g *grouped) Groups(_ context.Context, _ Reach, _ By, from, to time.Time, _ int) ([]Group, error) {
	g.from, g.to = from, to
	return nil, nil
}

// A month that begins within an hour holds nothing of the one before.
func TestThisMonthsSpendBeginsWithTheMonthInEveryZone(t *testing.T) {
	t.Parallel()
	for zone, slot := range map[string]time.Duration{"Europe/Berlin": time.Hour, "Asia/Kolkata": 15 * time.Minute, "Asia/Kathmandu": 15 * time.Minute} {
		g, now := &grouped{}, time.Date(2026, 11, 20, 12, 37, 0, 0, time.UTC)
		_, since, err := NewService(g, zones(zone), clock.NewFake(now)).SpendByConnection(t.Context(), admin())
		if err != nil || !g.from.Equal(since) || since.Day() != 1 || !g.to.Equal(now.Truncate(slot).Add(slot)) {
			t.Errorf("%s: from %s, to %s, since %s: %v", zone, g.from, g.to, since, err)
		}
	}
}

func TestWholeHoursComeFromTheRollup(t *testing.T) {
	t.Parallel()
	b := &books{}
	s := NewService(b, zones("Europe/Berlin"), clock.NewFake(time.Date(2026, 5, 20, 12, 30, 0, 0, time.UTC)))
	if _, err := s.Daily(t.Context(), admin()); err != nil {
		t.Fatal(err)
	}
	if b.spans != 0 {
		t.Errorf("facts were summed %d times for a zone whose days begin on the hour", b.spans)
	}
}

func TestAPeriodIsComparedWithTheSamePartOfTheOneBefore(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 31, 12, 30, 0, 0, time.UTC)
	at := func(month time.Month, day, hour, minute int) time.Time {
		return time.Date(2026, month, day, hour, minute, 0, 0, time.UTC)
	}
	b := &books{at: []time.Time{
		at(5, 31, 12, 29), at(5, 31, 0, 0), // today
		at(5, 30, 12, 29), at(5, 30, 12, 31), // yesterday: the first counts, the second was later in the day
		at(4, 1, 0, 0), at(4, 30, 23, 59), // April has no 31st: all of it counts
		at(3, 31, 23, 59),
	}}
	f, err := NewService(b, zones("UTC"), clock.NewFake(now)).Figures(t.Context(), admin())
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct{ got, want money.USD }{
		"today": {f.Today.Cost, 1 + 2}, "yesterday": {f.Yesterday.Cost, 3}, "this month": {f.Month.Cost, 1 + 2 + 3 + 4}, "last month": {f.LastMonth.Cost, 5 + 6},
	} {
		if tt.got != tt.want {
			t.Errorf("%s is %d, want %d", name, tt.got, tt.want)
		}
	}
	if f.MonthBefore.Month() != time.April {
		t.Errorf("the month before is %s", f.MonthBefore.Month())
	}
}

func TestEachRoleReachesItsPartOfTheOrganization(t *testing.T) {
	t.Parallel()
	o, team, me := id.NewOrg(ids), id.NewTeam(ids), id.NewMember(ids)
	for role, want := range map[org.Role]Reach{
		org.Admin:     {Org: o, All: true, Member: me},
		org.Manager:   {Org: o, Teams: []id.Team{team}, Member: me},
		org.Lead:      {Org: o, Teams: []id.Team{team}, Member: me},
		org.Viewer:    {Org: o, Teams: []id.Team{team}, Member: me},
		org.Developer: {Org: o, Member: me},
	} {
		b := &books{}
		s := NewService(b, zones("UTC"), clock.System{})
		actor := orgtest.Actor(o, me, role, team)
		if _, err := s.Requests(t.Context(), actor, Query{}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Figures(t.Context(), actor); err != nil {
			t.Fatal(err)
		}
		for _, got := range b.asked {
			if got.Org != want.Org || got.All != want.All || got.Member != want.Member || !slices.Equal(got.Teams, want.Teams) {
				t.Errorf("%s: asked for %+v, want %+v", role, got, want)
			}
		}
	}
}

func TestNobodyGetsNothing(t *testing.T) {
	t.Parallel()
	s := NewService(&books{}, zones("UTC"), clock.System{}) // the store's other methods would panic
	ctx, nobody := t.Context(), org.Actor{}
	_, e1 := s.Figures(ctx, nobody)
	_, e2 := s.Daily(ctx, nobody)
	_, e3 := s.Requests(ctx, nobody, Query{})
	_, e4 := s.Request(ctx, nobody, id.NewRequest(ids))
	_, e5 := s.Choices(ctx, nobody)
	_, e6 := s.Usage(ctx, nobody, ByModel, time.Unix(0, 0), time.Unix(1, 0), 1)
	_, e7 := s.Zone(ctx, nobody)
	for i, err := range []error{e1, e2, e3, e4, e5, e6, e7} {
		if !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("question %d is answered to nobody: %v", i+1, err)
		}
	}
}

func TestAPageKnowsWhetherThereIsANextOne(t *testing.T) {
	t.Parallel()
	b := &books{}
	for i := range 7 {
		b.list = append(b.list, Request{Request: ledger.Request{ID: id.NewRequest(ids), At: time.Unix(int64(100-i), 0)}})
	}
	s := NewService(b, zones("UTC"), clock.System{})
	for limit, more := range map[int]bool{6: true, 7: false, 8: false} {
		p, err := s.Requests(t.Context(), admin(), Query{Limit: limit})
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Requests) != min(limit, 7) || p.Next.IsZero() == more {
			t.Errorf("limit %d: %d requests, next %q", limit, len(p.Requests), p.Next)
		}
		if more && p.Next.ID != p.Requests[limit-1].ID {
			t.Errorf("limit %d: the next page begins after another request than the last shown", limit)
		}
	}
}

func TestCursorsComeBackAsTheyWentAndForgedOnesAreRefused(t *testing.T) {
	t.Parallel()
	want := Cursor{At: time.Date(2026, 5, 20, 12, 0, 0, 123456789, time.UTC), ID: id.NewRequest(ids)}
	if got, err := ParseCursor(want.String()); err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	if got, err := ParseCursor(""); err != nil || !got.IsZero() {
		t.Errorf("the top is %+v, %v", got, err)
	}
	for _, forged := range []string{"x", "!!!!", "AAAA", want.String() + "AA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"} {
		if _, err := ParseCursor(forged); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", forged, err)
		}
	}
}

func TestUsageRefusesWhatItCannotSum(t *testing.T) {
	t.Parallel()
	s := NewService(&books{}, zones("UTC"), clock.System{})
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, ask := range map[string]func() error{
		"an unknown dimension": func() error {
			_, err := s.Usage(t.Context(), admin(), "colour", from, from.Add(time.Hour), 1)
			return err
		},
		"an empty span": func() error { _, err := s.Usage(t.Context(), admin(), ByDay, from, from, 1); return err },
		"years": func() error {
			_, err := s.Usage(t.Context(), admin(), ByDay, from, from.AddDate(3, 0, 0), 1)
			return err
		},
	} {
		if err := ask(); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestUsageByDayNamesTheDaysOfTheOrganizationsZone(t *testing.T) {
	t.Parallel()
	b := &books{at: []time.Time{time.Date(2026, 5, 20, 20, 0, 0, 0, time.UTC)}} // already the 21st in Kolkata
	s := NewService(b, zones("Asia/Kolkata"), clock.System{})
	groups, err := s.Usage(t.Context(), admin(), ByDay, time.Date(2026, 5, 20, 0, 0, 0, 0, time.UTC), time.Date(2026, 5, 21, 0, 0, 0, 0, time.UTC), 0)
	if err != nil || len(groups) != 2 || groups[0].Requests != 0 || groups[1].ID != "2026-05-21" || groups[1].Requests != 1 {
		t.Errorf("got %+v, %v", groups, err)
	}
}

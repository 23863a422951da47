package budget_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// at is a moment in Berlin.
func at(t *testing.T, text string) time.Time {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	out, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// newest is a budget's present statement; its figures must be those of the facts.
func (o *office) newest(b id.Budget) budget.Statement {
	o.t.Helper()
	all, err := o.service.Statements(o.t.Context(), o.actor(org.Admin), b)
	if o.must(err); len(all) == 0 {
		o.t.Fatal("no statement")
	}
	return all[0]
}

// exact compares a statement with the facts in its time.
func (o *office) exact(b budget.Budget, s budget.Statement) {
	o.t.Helper()
	facts, err := o.store.Used(o.t.Context(), b.Scope, b.Measure, s.From, s.To)
	if o.must(err); facts != s.Spent {
		o.t.Errorf("the period from %s to %s says $%s, the facts $%s", s.From, s.To, s.Spent, facts)
	}
}

// pay books a request at the office's time, without a treasury: on the account that the budget has then.
func (o *office) pay(node id.Node, b budget.Budget, cost money.USD) {
	o.t.Helper()
	o.must(o.post(node, o.posting(b, cost)))
}

func (o *office) posting(b budget.Budget, cost money.USD) budget.Posting {
	o.t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	o.must(err)
	from, _ := b.Calendar().Window(o.clock.Now(), zone)
	a := ledger.Attempt{ID: id.NewAttempt(ids), Request: id.NewRequest(ids), Number: 1, Chain: o.chain, At: o.clock.Now(), Held: ledger.Amounts{Money: cost},
		Stakes: []ledger.Stake{{Account: ledger.Account{Budget: b.ID, Start: from.Unix()}, Measure: b.Measure}}}
	return budget.Posting{Attempt: a, End: ledger.Settlement{Attempt: a.ID, State: ledger.Complete, Cost: cost, At: o.clock.Now()}}
}

// post books at the end of a node's journal.
func (o *office) post(node id.Node, p ...budget.Posting) error {
	mark, err := o.books.Mark(o.t.Context(), node)
	if err != nil {
		return err
	}
	to := mark
	to.At.Offset++
	_, err = o.books.Post(o.t.Context(), node, budget.Batch{From: mark, To: to, Attempts: p})
	return err
}

func TestRolloverIsWhatIsLeftUpToItsCap(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d, nil)
		b := o.monthly(100*money.Dollar, func(b *budget.Budget) { b.Rollover = 50 * money.Dollar })
		node := id.NewNode(ids)
		for _, step := range []struct {
			when    string
			cost    money.USD
			carried money.USD
			limit   money.USD
			because string
		}{
			{"2026-11-18 13:00", 80 * money.Dollar, 0, 100 * money.Dollar, "the first period inherits nothing"},
			{"2026-12-01 00:00", 30 * money.Dollar, 20 * money.Dollar, 120 * money.Dollar, "20 of November were left"},
			{"2027-01-15 12:00", 200 * money.Dollar, 50 * money.Dollar, 150 * money.Dollar, "90 of December were left, 50 is the cap"},
			{"2027-02-28 23:59", 0, 0, 100 * money.Dollar, "January was overspent"},
			{"2027-06-01 12:00", 0, 50 * money.Dollar, 150 * money.Dollar, "four idle months compound no further than the cap"},
		} {
			o.clock.Set(at(t, step.when))
			o.pay(node, b, step.cost)
			s := o.newest(b.ID)
			if s.RolledOver != step.carried || s.Limit != step.limit || s.Spent != step.cost {
				t.Errorf("%s (%s): %+v", step.when, step.because, s)
			}
			o.exact(b, s)
		}
		o.verify()
	})
}

func TestRolloverLeavesOutWhatMayStillBeSpent(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d, nil)
		b := o.monthly(100*money.Dollar, func(b *budget.Budget) { b.Rollover, b.Reserve = 100*money.Dollar, 10*money.Dollar })
		o.grant(b.ID, budget.GrantInput{Kind: budget.Opened, Amount: 4 * money.Dollar})
		o.grant(b.ID, budget.GrantInput{Kind: budget.Increase, Amount: 6 * money.Dollar})
		node := id.NewNode(ids)
		o.pay(node, b, 30*money.Dollar)
		november := ledger.Account{Budget: b.ID, Start: at(t, "2026-11-01 00:00").Unix()}
		l, err := o.books.Lease(t.Context(), node, []budget.LeaseAsk{{Op: id.NewGrant(ids), Org: o.chain.Org, Account: november, Ask: ledger.Ask{Least: 1, Need: 55 * money.Dollar}}})
		if o.must(err); l[0].Granted != 55*money.Dollar { // 30 for what was spent without a lease
			t.Fatalf("lent $%s", l[0].Granted)
		}
		o.clock.Set(at(t, "2026-12-03 10:00"))
		_, err = o.service.Expire(t.Context())
		o.must(err)
		// 100 + 10 for a while - 10 closed - 30 spent - 25 lent = 45, less the 10 that ended with November.
		if s := o.newest(b.ID); s.RolledOver != 35*money.Dollar || s.Limit != 125*money.Dollar {
			t.Errorf("carried $%s, limit $%s", s.RolledOver, s.Limit)
		}
		o.must(o.books.Surrender(t.Context(), node, false))
		o.pay(node, b, money.Dollar)
		if s := o.newest(b.ID); s.RolledOver != 35*money.Dollar {
			t.Errorf("a lease that came back late was carried: $%s", s.RolledOver)
		}
		o.verify()
	})
}

func TestTheCalendarNeitherLosesNorDoublesAnything(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for name, c := range map[string]struct {
			period budget.Period
			starts int
			spend  []string // a dollar each
			from   string   // of the period of the last
			to     string
			spent  money.USD
		}{
			"31 January, then the last of February": {budget.Monthly, 31, []string{"2027-01-30 23:59", "2027-01-31 00:00", "2027-02-27 23:59", "2027-02-28 00:00", "2027-03-30 23:59"},
				"2027-02-28 00:00", "2027-03-31 00:00", 2 * money.Dollar},
			"a leap year's February": {budget.Monthly, 30, []string{"2028-02-28 23:59", "2028-02-29 00:00", "2028-03-29 23:59"}, "2028-02-29 00:00", "2028-03-30 00:00", 2 * money.Dollar},
			"a fiscal year that starts in February": {budget.Quarterly, 2, []string{"2027-01-31 23:59", "2027-02-01 00:00", "2027-04-30 23:59"},
				"2027-02-01 00:00", "2027-05-01 00:00", 2 * money.Dollar},
			"the day on which clocks go forward": {budget.Daily, 0, []string{"2027-03-27 23:59", "2027-03-28 00:00", "2027-03-28 03:00", "2027-03-28 23:59"},
				"2027-03-28 00:00", "2027-03-29 00:00", 3 * money.Dollar},
			"the day on which clocks go back": {budget.Daily, 0, []string{"2027-10-30 23:59", "2027-10-31 02:30", "2027-10-31 23:59"},
				"2027-10-31 00:00", "2027-11-01 00:00", 2 * money.Dollar},
			"a week that starts on Wednesday": {budget.Weekly, 3, []string{"2027-03-30 23:59", "2027-03-31 00:00", "2027-04-06 23:59"},
				"2027-03-31 00:00", "2027-04-07 00:00", 2 * money.Dollar},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				o := newOffice(t, d, nil)
				o.clock.Set(at(t, c.spend[0]).AddDate(0, 0, -1))
				b := o.monthly(100*money.Dollar, func(b *budget.Budget) { b.Period, b.Starts, b.Rollover = c.period, c.starts, money.Dollar })
				node := id.NewNode(ids)
				for _, when := range c.spend {
					o.clock.Set(at(t, when))
					o.pay(node, b, money.Dollar)
				}
				s := o.newest(b.ID)
				if !s.From.Equal(at(t, c.from)) || !s.To.Equal(at(t, c.to)) || s.Spent != c.spent || s.Opening != 0 {
					t.Errorf("the last period: %+v", s)
				}
				if s.RolledOver != money.Dollar || s.Limit != 101*money.Dollar {
					t.Errorf("a dollar of the 100 that were left comes along: %+v", s)
				}
				all, err := o.service.Statements(t.Context(), o.actor(org.Admin), b.ID)
				o.must(err)
				sum := money.USD(0)
				for i, s := range all {
					o.exact(b, s)
					if sum += s.Spent; i > 0 && !s.To.Equal(all[i-1].From) {
						t.Errorf("a gap: %s to %s", s.To, all[i-1].From)
					}
				}
				if want := money.USD(len(c.spend)) * money.Dollar; sum != want {
					t.Errorf("all periods together spent $%s, want $%s", sum, want)
				}
			})
		}
	})
}

func TestRolloverSurvivesANewStartDay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d, nil)
		b := o.monthly(100*money.Dollar, func(b *budget.Budget) { b.Rollover = 30 * money.Dollar })
		node := id.NewNode(ids)
		o.clock.Set(at(t, "2026-12-10 12:00"))
		o.pay(node, b, 60*money.Dollar) // with 30 of November
		b.Starts = 5
		b = o.change(b)
		if s := o.present(b); s.RolledOver != 30*money.Dollar || s.Limit != 130*money.Dollar || s.Spent != 60*money.Dollar || !s.From.Equal(at(t, "2026-12-05 00:00")) {
			t.Errorf("the month that began on the 5th: %+v", s)
		}
		b.Rollover = 20 * money.Dollar
		b.Starts = 6
		b = o.change(b)
		if s := o.present(b); s.RolledOver != 20*money.Dollar {
			t.Errorf("under a lower cap: %+v", s)
		}
		o.clock.Set(at(t, "2027-01-06 00:00"))
		o.pay(node, b, money.Dollar)
		if s := o.present(b); s.RolledOver != 20*money.Dollar || s.Spent != money.Dollar {
			t.Errorf("the next one: %+v", s)
		}
		o.verify()
	})
}

// January's month and the first quarter begin in the same moment and are one account: it ends as the calendar that is says.
func TestANewCalendarWhosePeriodBeginsInTheSameMoment(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, c := range []struct {
			was, is       budget.Period
			end, february string
			over          money.USD // into February
		}{{budget.Monthly, budget.Quarterly, "2027-04-01 00:00", "2027-01-01 00:00", 0}, {budget.Quarterly, budget.Monthly, "2027-02-01 00:00", "2027-02-01 00:00", 5 * money.Dollar}} {
			t.Run(string(c.was), func(t *testing.T) {
				o := newOffice(t, d, nil)
				node := id.NewNode(ids)
				o.clock.Set(at(t, "2027-01-10 12:00"))
				b := o.monthly(100*money.Dollar, func(b *budget.Budget) { b.Period, b.Rollover, b.Reserve = c.was, 5*money.Dollar, 10*money.Dollar })
				o.pay(node, b, 60*money.Dollar)
				o.grant(b.ID, budget.GrantInput{Kind: budget.Opened, Amount: 10 * money.Dollar})
				b.Period = c.is
				b = o.change(b)
				if s := o.present(b); !s.To.Equal(at(t, c.end)) || s.Limit != 100*money.Dollar || s.Spent != 60*money.Dollar {
					t.Errorf("January: %+v", s)
				}
				o.clock.Set(at(t, "2027-02-02 12:00"))
				_, err := o.service.Expire(t.Context())
				o.must(err)
				for again := range 2 {
					if begun, err := o.store.BeginDue(t.Context(), o.clock.Now()); err != nil || begun && again > 0 {
						t.Errorf("a period that is there is begun again: %v %v", begun, err)
					}
				}
				o.pay(node, b, money.Dollar)
				s := o.present(b)
				if want := 90*money.Dollar + c.over; !s.From.Equal(at(t, c.february)) || s.RolledOver != c.over || c.over > 0 && s.Limit != want {
					t.Errorf("February: %+v", s)
				}
				o.exact(b, s)
				o.verify()
			})
		}
	})
}

// An increase is for a time within its period. Where the new calendar's period ends sooner the increase ends with it: it counts nowhere
// after that, and its page must not say that it does.
func TestAnIncreaseEndsWithAShorterPeriod(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for name, c := range map[string]struct {
			was, is      budget.Period
			on, ends     string
			until, lasts string
		}{
			"that begins in the same moment": {budget.Quarterly, budget.Monthly, "2027-01-10 12:00", "2027-02-01 00:00", "2027-03-20 00:00", "2027-02-01 00:00"},
			"that begins later":              {budget.Monthly, budget.Weekly, "2027-01-13 12:00", "2027-01-18 00:00", "2027-01-29 00:00", "2027-01-18 00:00"},
			"of what had no end":             {budget.Forever, budget.Monthly, "2027-01-10 12:00", "2027-02-01 00:00", "", "2027-02-01 00:00"},
			"after it, in any case":          {budget.Quarterly, budget.Monthly, "2027-01-10 12:00", "2027-02-01 00:00", "2027-01-20 00:00", "2027-01-20 00:00"},
		} {
			t.Run(name, func(t *testing.T) {
				o := newOffice(t, d, nil)
				o.clock.Set(at(t, c.on))
				b := o.monthly(100*money.Dollar, func(b *budget.Budget) { b.Period = c.was })
				in := budget.GrantInput{Kind: budget.Increase, Amount: 7 * money.Dollar}
				if c.until != "" {
					in.Until = at(t, c.until)
				}
				o.grant(b.ID, in)
				b.Period = c.is
				b = o.change(b)
				if s := o.present(b); !s.To.Equal(at(t, c.ends)) || s.Limit != 107*money.Dollar {
					t.Errorf("the new period: %+v", s)
				}
				state := func() budget.Grant {
					all, err := o.service.Grants(t.Context(), o.actor(org.Admin), b.ID)
					if o.must(err); len(all) != 1 {
						t.Fatalf("grants: %+v", all)
					}
					return all[0]
				}
				if g := state(); g.State != budget.Active || !g.Until.Equal(at(t, c.lasts)) {
					t.Errorf("the increase is %s until %s", g.State, g.Until)
				}
				o.clock.Set(at(t, c.ends))
				_, err := o.service.Expire(t.Context())
				o.must(err)
				if g := state(); g.State == budget.Active {
					t.Errorf("after the period the increase is %s until %s", g.State, g.Until)
				}
				o.verify()
			})
		}
	})
}

// Its parts take turns: grants are expired for all organizations of a database, and each part has a clock of its own.
func TestANewCalendarInTheMiddleOfAPeriod(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for name, change := range map[string]func(*office, budget.Budget) budget.Budget{
			"another start day": func(o *office, b budget.Budget) budget.Budget { b.Starts = 15; return o.change(b) },
			"weeks": func(o *office, b budget.Budget) budget.Budget {
				b.Period, b.Starts = budget.Weekly, 7
				return o.change(b)
			},
			"a quarter": func(o *office, b budget.Budget) budget.Budget { b.Period = budget.Quarterly; return o.change(b) },
			"a total": func(o *office, b budget.Budget) budget.Budget {
				b.Period, b.Rollover = budget.Forever, 0
				return o.change(b)
			},
		} {
			t.Run(name, func(t *testing.T) {
				o := newOffice(t, d, nil)
				o.clock.Set(at(t, "2026-11-02 09:00"))
				b := o.monthly(100*money.Dollar, func(b *budget.Budget) { b.Rollover = 5 * money.Dollar })
				node := id.NewNode(ids)
				for _, when := range []string{"2026-11-02 10:00", "2026-11-14 23:59", "2026-11-15 00:00", "2026-11-16 12:00"} {
					o.clock.Set(at(t, when))
					o.pay(node, b, money.Dollar)
				}
				g := o.grant(b.ID, budget.GrantInput{Kind: budget.Increase, Amount: 7 * money.Dollar, Until: at(t, "2026-11-20 00:00")})
				inFlight := o.posting(b, 3*money.Dollar) // sent, its end not in the books
				old := o.newest(b.ID)
				o.clock.Set(at(t, "2026-11-18 12:00"))
				b = change(o, b)
				now := o.present(b)
				o.exact(b, now)
				if now.Limit != 107*money.Dollar || now.Granted != 7*money.Dollar {
					t.Errorf("the increase did not move: %+v", now)
				}
				o.must(o.post(node, inFlight))
				o.pay(node, b, 2*money.Dollar)
				o.exact(b, o.present(b))
				o.verify()
				all, err := o.service.Statements(t.Context(), o.actor(org.Admin), b.ID)
				o.must(err)
				found := false
				for _, s := range all {
					if s.From.Equal(old.From) && !s.From.Equal(now.From) {
						// Only what was held there came in since.
						found = s.Spent == old.Spent+3*money.Dollar && s.Opening == old.Opening && s.Limit == old.Limit && s.RolledOver == old.RolledOver
					}
				}
				if !found && !now.From.Equal(old.From) {
					t.Errorf("the old period was touched: %+v, was %+v", all, old)
				}
				o.clock.Set(at(t, "2026-11-20 00:00"))
				_, err = o.service.Expire(t.Context())
				o.must(err)
				if s := o.present(b); s.Limit != 100*money.Dollar {
					t.Errorf("the increase did not end: %+v, %+v", s, g)
				}
				// And back again: what was spent meanwhile counts.
				b.Period, b.Starts = budget.Monthly, 0
				b = o.change(b)
				o.pay(node, b, money.Dollar)
				if s := o.present(b); s.Spent != 10*money.Dollar {
					t.Errorf("back in the old calendar: %+v", s)
				}
				o.exact(b, o.present(b))
				o.verify()
			})
		}
	})
}

// change stores a changed budget.
func (o *office) change(b budget.Budget) budget.Budget {
	o.t.Helper()
	o.must(o.d.Do(o.t.Context(), func(ctx context.Context) error { return o.store.Update(ctx, b, o.clock.Now()) }))
	return b
}

// present is the statement of the period that now lies in.
func (o *office) present(b budget.Budget) budget.Statement {
	o.t.Helper()
	all, err := o.service.Statements(o.t.Context(), o.actor(org.Admin), b.ID)
	o.must(err)
	zone, err := time.LoadLocation("Europe/Berlin")
	o.must(err)
	from, _ := b.Calendar().Window(o.clock.Now(), zone)
	for _, s := range all {
		if s.From.Equal(from) {
			return s
		}
	}
	o.t.Fatalf("no period from %s in %s", from, fmt.Sprint(all))
	return budget.Statement{}
}

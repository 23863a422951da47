package app

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/operator"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/billing"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// Operators and rooms say the same numbers, each in its own package.
func TestOperatorsDefaultsAreTheRooms(t *testing.T) {
	t.Parallel()
	for _, d := range operator.Ranges {
		want := map[string][3]int{"keep_days": {usage.DefaultDays, usage.LeastDays, usage.MostDays}, "audit_days": {audit.KeepDays, audit.LeastDays, audit.MostDays},
			"trial_days": {billing.TrialDays, 1, 365}, "trial_seats": {billing.TrialSeats, 1, 500}}[d.Name]
		if got := [3]int{d.Built, d.Least, d.Most}; got != want {
			t.Errorf("%s: %v with operators, %v in its room", d.Name, got, want)
		}
	}
}

// TestWhatOperatorsSetHoldsForWhoSetNothing changes the defaults on the console's page, and asks every room.
func TestWhatOperatorsSetHoldsForWhoSetNothing(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); changeDefaults(t, operate(t, dbtest.SQLiteURL(t))) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); changeDefaults(t, operate(t, dbtest.PostgresURL(t))) })
}

func changeDefaults(t *testing.T, o operated) {
	ctx, home, foreign := t.Context(), org.System(o.s.Home.Org, "test"), org.System(o.s.Foreign.Org, "test")
	holds := func(when string, a org.Actor, want [4]int64) {
		t.Helper()
		keep, err := o.a.retention.Days(ctx, a)
		must(t, err)
		entries, err := o.a.audit.Retention(ctx, a)
		must(t, err)
		trial, err := o.a.billing.Trials(ctx)
		must(t, err)
		if got := [4]int64{int64(keep), int64(entries), trial.Days, trial.Seats}; got != want {
			t.Errorf("%s: %v, want %v", when, got, want)
		}
	}
	holds("as built in", home, [4]int64{30, 90, 14, 25})
	path := web.OperatorRoot + "/settings"
	form := func(keep, entries, days, seats string) url.Values {
		return url.Values{"backup_days": {"7"}, "keep_days": {keep}, "audit_days": {entries}, "trial_days": {days}, "trial_seats": {seats}}
	}
	for says, bad := range map[string]url.Values{
		"from 7 to 3650":  form("6", "90", "14", "25"),
		"from 30 to 3650": form("30", "a month", "14", "25"),
		"from 1 to 365":   form("30", "90", "0", "25"),
		"from 1 to 500":   form("30", "90", "14", "501"),
	} {
		if w := o.in(http.MethodPost, path, bad); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "Use a whole number "+says) {
			t.Errorf("%v: %d %s", bad, w.Code, w.Body)
		}
	}
	holds("after refusals", home, [4]int64{30, 90, 14, 25})
	must(t, o.a.retention.SetDays(ctx, foreign, 45))
	before := o.entries()
	for range 2 { // the second time nothing is different
		if w := o.in(http.MethodPost, path, form("60", " 120 ", "7", "3")); w.Code != http.StatusSeeOther {
			t.Fatalf("save: %d %s", w.Code, w.Body)
		}
	}
	holds("changed", home, [4]int64{60, 120, 7, 3})
	holds("where somebody chose", foreign, [4]int64{45, 120, 7, 3})
	if w := o.in(http.MethodGet, path, nil); !strings.Contains(w.Body.String(), `value="60"`) || !strings.Contains(w.Body.String(), `value="120"`) {
		t.Errorf("the page: %s", w.Body)
	}
	all, err := o.a.operators.Store.Entries(ctx, id.Org{}, id.Audit{}, 1)
	must(t, err)
	if want := "requests kept for 60 days (was 30); audit entries kept for 120 days (was 90); trials of 7 days (was 14); trials for 3 people (was 25)"; len(all) != 1 || all[0].Detail != want || o.entries() != before+1 {
		t.Errorf("on record: %+v, %d entries before and %d after", all, before, o.entries())
	}
}

package app

import (
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

var manyFacts = flag.Int("facts", 3000, "requests behind the pages of TestPagesOverManyRequests; 10000000 takes a quarter of an hour and 15 GB, and holds each page to 300 ms")

var somePages = flag.String("pages", "", "only the pages of TestPagesOverManyRequests whose address holds this, for profiles")

// slowest is how long a page over ten million requests may take at the server, of a hundred times the 95th.
const slowest = 300 * time.Millisecond

// Every page of an organization with very many requests answers, quickly in the long form, from the very sums that posting
// keeps. The long form looks at a process that has run for a while: five views of a page come first, because PostgreSQL plans a
// statement anew for each of its first five uses on a connection, and a day's sums are read once and then remembered. Making days of them and deleting the oldest lets nobody else wait.
func TestPagesOverManyRequests(t *testing.T) {
	at := dbtest.PostgresURL(t)
	s := furnish(t, at)
	d, err := db.Open(t.Context(), at, db.Options{})
	must(t, err)
	t.Cleanup(func() { _ = d.Close() })
	long := *manyFacts > 3000
	members, crews := 40, 8
	if long {
		members, crews = 10_000, 500
	}
	teams := settle(t, d, s.Home.Org, members, crews)
	begun, now := clock.System{}.Now(), clock.System{}.Now()
	dbtest.LoadFacts(t, at, s.Home.Org, *manyFacts, now)
	t.Logf("%d requests loaded in %s", *manyFacts, clock.Since(begun).Round(time.Second))
	store := db.NewUsageStore(d)
	took, most := dbtest.Waited(t, at, s.Home.Org, func() error { return usage.KeepDays(t.Context(), store, now) })
	t.Logf("days made in %s, others waited %s at most", took, most)

	s.LogInAll(t, &s.Home)
	cookie := func(q *http.Request) { s.As(t, q, org.Admin) }
	asked := []string{"/requests?client=rare", "/requests?client=nobody", "/requests?model=model-19", "/requests?model=nothing", "/requests?status=errors", "/requests?team=" + teams[3].String(),
		"/requests?tag=project%3Drare", "/requests?asked=alias-rare", "/costs?by=member", "/costs?by=key", "/costs?by=team&compare=previous", "/costs?by=client&span=quarter", "/?span=quarter"}
	for _, r := range s.Routes {
		if r.Method == http.MethodGet && r.Guard == web.Person && r.Audit == "" {
			asked = append(asked, s.Path(t, r))
		}
	}
	var report []string
	for _, path := range asked {
		if !strings.Contains(path, *somePages) {
			continue
		}
		times, most := 1, time.Duration(0)
		switch {
		case !long:
		case strings.HasSuffix(path, "/export"): // a file of all there is: it comes as long as it is
		default:
			times, most = 40, slowest
			p95Of(t, s.Handler, path, cookie, 5, 0)
		}
		report = append(report, p95Of(t, s.Handler, path, cookie, times, most))
	}
	slices.Sort(report)
	slices.Reverse(report)
	t.Logf("%d pages, the slowest first:\n%s", len(report), strings.Join(report[:min(len(report), 40)], "\n"))

	keep := usage.NewRetention(store, nil, nil)
	took, most = dbtest.Waited(t, at, s.Home.Org, func() error { return keep.ForgetAll(t.Context(), now.AddDate(0, 0, 3)) })
	t.Logf("the oldest days went in %s, others waited %s at most", took, most)
	if long && most > time.Second {
		t.Errorf("somebody waited %s for the deletion of old requests", most)
	}
}

// p95Of is how long a page takes to be made, of a hundred times the 95th (of forty the 38th), and which page it is, as a line that sorts. One that
// takes longer than most, unless that is zero, fails.
func p95Of(t *testing.T, h http.Handler, path string, as func(*http.Request), times int, most time.Duration) string {
	t.Helper()
	took := make([]time.Duration, times)
	size := 0
	for i := range took {
		q := httptest.NewRequest(http.MethodGet, path, nil)
		as(q)
		w := httptest.NewRecorder()
		start := clock.System{}.Now()
		h.ServeHTTP(w, q)
		took[i], size = clock.Since(start), w.Body.Len()
		if w.Code >= http.StatusInternalServerError {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	slices.Sort(took)
	p95 := took[(times*95-1)/100]
	if most > 0 && p95 > most {
		t.Errorf("%s takes %s", path, p95.Round(time.Millisecond))
	}
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	return fmt.Sprintf("%9.1f ms p95 %9.1f ms p50 %7d bytes  %s", ms(p95), ms(took[times/2]), size, path)
}

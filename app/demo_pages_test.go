package app

import (
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/onboard"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
)

var demoTimes = flag.Int("demo-times", 1, "how often each page of the demo is made; with more than that it is the demo that bodhi demo makes, and each page is held to 50 ms")
var demoRequests = flag.Int("demo-requests", 200_000, "requests of the demo that -demo-times makes; of more, each page is held to 300 ms")

const (
	// demoSlowest is what a page of the demo may take at the server, of a hundred times the 95th.
	demoSlowest = 50 * time.Millisecond
	// mostStatements is how often a page may ask the database: time says little on a busy machine, this is the same on each.
	mostStatements = 110
)

// Every page of the demo is made of a bounded number of statements, whatever the machine. -demo-times 20 says how fast, the
// slowest first.
func TestPagesOfTheDemo(t *testing.T) {
	in := onboard.Demo{Org: "Northwind", Email: "ada@northwind.test", Password: secret.New("correct zebra staple 9"), People: 40, Days: 40, Requests: 1500, Seed: 7}
	if *demoTimes > 1 {
		in.People, in.Days, in.Requests = 120, 90, *demoRequests
	}
	most := demoSlowest
	if in.Requests > 200_000 {
		most = slowest
	}
	quiet := slog.New(slog.DiscardHandler)
	cfg := Config{Addr: "127.0.0.1:0", PublicURL: "http://127.0.0.1:8080", DataDir: t.TempDir()}
	cfg.DatabaseURL = secret.New("sqlite://" + cfg.DataDir + "/bodhi.db")
	_, err := MakeDemo(t.Context(), cfg, quiet, in, nil)
	must(t, err)
	a, err := New(t.Context(), cfg, Options{Log: quiet, Web: true})
	must(t, err)
	t.Cleanup(func() { _ = a.db.Close() })
	session := webtest.LogIn(t, a.handler, in.Email, in.Password.Reveal())
	get := func(path string) *httptest.ResponseRecorder {
		q, w := httptest.NewRequest(http.MethodGet, path, nil), httptest.NewRecorder()
		q.AddCookie(session)
		a.handler.ServeHTTP(w, q)
		return w
	}
	var report []string
	for _, path := range demoPages(a.routes(), get) {
		took := make([]time.Duration, *demoTimes)
		before, worked := a.db.Statements(), processor(t)
		for i := range took {
			begun := clock.System{}.Now()
			w := get(path)
			took[i] = clock.Since(begun)
			if w.Code >= http.StatusInternalServerError {
				t.Errorf("%s: %d", path, w.Code)
			}
		}
		statements := (a.db.Statements() - before) / int64(*demoTimes)
		cpu := (processor(t) - worked) / time.Duration(*demoTimes)
		slices.Sort(took)
		p50, p95 := took[len(took)/2], took[(len(took)*95-1)/100]
		ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
		report = append(report, fmt.Sprintf("%8.1f ms p95 %8.1f ms p50 %8.1f ms of processor %4d statements  %s", ms(p95), ms(p50), ms(cpu), statements, path))
		if statements > mostStatements {
			t.Errorf("%s asks the database %d times", path, statements)
		}
		if *demoTimes > 1 && p95 > most {
			t.Errorf("%s takes %s", path, p95.Round(time.Millisecond))
		}
	}
	if len(report) < 40 {
		t.Errorf("only %d pages were found", len(report))
	}
	slices.Sort(report)
	slices.Reverse(report)
	t.Logf("%d pages:\n%s", len(report), strings.Join(report, "\n"))
}

// processor is how much of it this process had: what a page takes on a quiet machine, said by a busy one.
func processor(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	must(t, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

var hrefs = regexp.MustCompile(`href="(/[^"#?]*)`)

// demoPages are the pages of people: those without a thing in their path, and of the others the first that these link to.
func demoPages(routes []web.Route, get func(string) *httptest.ResponseRecorder) (out []string) {
	var open []*regexp.Regexp
	for _, r := range routes {
		switch {
		case r.Method != http.MethodGet || r.Guard != web.Person || r.Audit != "" || strings.HasSuffix(r.Path, "/export"): // a file takes what it takes
		case strings.Contains(r.Path, ":"):
			open = append(open, regexp.MustCompile("^"+regexp.MustCompile(`:[a-z_]+`).ReplaceAllString(r.Path, `[^/]+`)+"$"))
		default:
			out = append(out, r.Path)
		}
	}
	for _, path := range slices.Clone(out) {
		for _, link := range hrefs.FindAllStringSubmatch(get(path).Body.String(), -1) {
			open = slices.DeleteFunc(open, func(p *regexp.Regexp) bool {
				if slices.Contains(out, link[1]) || !p.MatchString(link[1]) {
					return false
				}
				out = append(out, link[1])
				return true
			})
		}
	}
	return out
}

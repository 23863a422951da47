package soak

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

var (
	lasting = flag.Duration("for", 25*time.Second, "how long it works")
	workers = flag.Int("workers", 8, "requests at once")
	figures = flag.String("figures", "", "the file to write the figures to")
)

// judged is how long it must last before slopes say something: below that, a garbage collection is a trend.
const judged = 30 * time.Minute

// report is var/soak.json.
type report struct {
	Lasted   string           `json:"lasted"`
	Requests int64            `json:"requests"`
	Left     int64            `json:"left_by_clients"`
	Failed   int64            `json:"failed"`
	Foreign  int64            `json:"foreign_answers"`
	Trends   map[string]trend `json:"trends"`
	Rest     map[string]int64 `json:"goroutines_and_files_before_and_after"`
}

// TestNothingGrows works on for as long as it is told, with two organizations, a tenth of the clients leaving in the middle, and kept
// answers that run out every second.
func TestNothingGrows(t *testing.T) {
	sandbox := harness.StartSandbox(t)
	metrics := harness.FreeAddress(t)
	s := harness.Setup{Env: []string{"BODHI_METRICS_ADDR=" + metrics, "BODHI_LOG_LEVEL=info"}, Budget: "1000000/monthly/hard", Models: []string{"smart=sb/sandbox-chat+latency=5ms+chunkdelay=2ms"},
		Providers: []string{"name=sb,kind=sandbox,base-url=" + sandbox.URL + ",key-env=E2E_KEY"}}
	g := harness.Start(t, s)
	second := *g
	if err := json.Unmarshal(g.Run(t, "bootstrap", "--org", "Beta", "--admin", "admin@beta.test", "--password-env", "E2E_PASSWORD", "--provider", s.Providers[0], "--model", s.Models[0], "--budget", s.Budget, "--json"), &second); err != nil {
		t.Fatal(err)
	}
	marks := []string{"acme-canary-81", "beta-canary-82"}
	l := &load{wrong: map[string]int{}, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: *workers, DisableCompression: true}}}
	for i, one := range []*harness.Gateway{g, &second} {
		l.tenants = append(l.tenants, &tenant{url: one.ProxyURL, key: one.VirtualKey, mark: marks[i], others: []string{marks[1-i]}})
	}
	harness.Wait(t, "the second organization's key", func() bool { return known(l, l.tenants[1]) }) // a serving process learns of it within a second
	rest := settled(t, l, metrics)
	all := working(t, l, metrics)
	after := settled(t, l, metrics)

	r := report{Lasted: lasting.String(), Requests: l.asked.Load(), Left: l.left.Load(), Failed: l.failed.Load(), Foreign: l.foreign.Load(),
		Trends: map[string]trend{
			"memory":      trendOf(all, func(h held) float64 { return h.memory }),
			"goroutines":  trendOf(all, func(h held) float64 { return h.goroutines }),
			"descriptors": trendOf(all, func(h held) float64 { return h.files }),
			"connections": trendOf(all, func(h held) float64 { return h.connections }),
		},
		Rest: map[string]int64{"goroutines_before": int64(rest.goroutines), "goroutines_after": int64(after.goroutines), "files_before": int64(rest.files), "files_after": int64(after.files)}}
	tell(t, r)
	if r.Failed > 0 || r.Foreign > 0 || l.answered.Load() == 0 || r.Left == 0 {
		t.Errorf("%d answered, %d left, %d failed, %d said what is another's: %v", l.answered.Load(), r.Left, r.Failed, r.Foreign, l.wrong)
	}
	for name, tr := range r.Trends {
		if *lasting >= judged && (tr.Slope > .02 || tr.Mean == 0) {
			t.Errorf("%s rose by %.1f %% of %.0f", name, 100*tr.Slope, tr.Mean)
		}
	}
	if after.goroutines > rest.goroutines+20 || after.files > rest.files+12 {
		t.Errorf("it does not come to rest: %+v before, %+v after", rest, after)
	}
	for _, mark := range marks {
		if strings.Contains(g.Log(), mark) {
			t.Errorf("the log says %s", mark)
		}
	}
	g.Stop(t)
	g.Run(t, "verify")
}

// known reports whether a tenant's key is taken.
func known(l *load, t *tenant) bool {
	r, err := http.NewRequest(http.MethodGet, t.url+"/models", nil)
	if err != nil {
		return false
	}
	r.Header.Set("Authorization", "Bearer "+t.key)
	resp, err := l.client.Do(r)
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// settled waits until nothing is under way, and looks.
func settled(t *testing.T, l *load, metrics string) held {
	t.Helper()
	l.client.CloseIdleConnections()
	var last held
	harness.Wait(t, "a process at rest", func() bool {
		m := harness.Metrics(metrics)
		now := look(metrics, 0)
		calm := m["bodhi_requests_in_flight"] == 0 && m["bodhi_held_usd"] == 0 && now.goroutines > 0 && now.goroutines <= last.goroutines
		last = now
		return calm
	})
	return last
}

// working loads it and looks every so often.
func working(t *testing.T, l *load, metrics string) (all []held) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), *lasting)
	defer cancel()
	every := max(500*time.Millisecond, *lasting/2000)
	done := make(chan struct{})
	go func() { defer close(done); l.run(ctx, *workers) }()
	begun := time.Now()
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return all
		case <-tick.C:
			if h := look(metrics, time.Since(begun)); h.memory > 0 {
				all = append(all, h)
			}
		}
	}
}

func tell(t *testing.T, r report) {
	t.Helper()
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetIndent("", "  ")
	if err := e.Encode(r); err != nil {
		t.Fatal(err)
	}
	t.Logf("%s", out.String())
	if *figures != "" {
		if err := os.WriteFile(*figures, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

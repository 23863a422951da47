package overload

import (
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// Three hundred clients send nearly a mebibyte each, to a gateway that may have two hundred in all, and the provider takes its
// time. Some are turned away; nobody dies.
func TestMemoryIsRefusedBeforeItIsGone(t *testing.T) {
	const limit = 200 << 20
	h := newHouse(t, "GOMEMLIMIT="+strconv.Itoa(limit))
	h.ask(workload{wait: 2 * time.Second})
	c := h.crowd(0, false)
	c.request = request(h.keys[0], "m", false, 900<<10)
	pid := h.gateway.PID()
	stop := c.keepBusy(300)
	harness.Wait(t, "somebody to be turned away", func() bool { return c.all().refused > 0 })
	harness.Wait(t, "somebody to be served", func() bool { return c.all().served > 0 })
	stop()
	seen := c.all()
	t.Logf("%d served, %d refused, %d otherwise, %d neither; at most %d MiB", seen.served, seen.refused, seen.other, seen.odd, peak(t, pid)>>20)
	if seen.hasty > 0 || seen.odd > 0 {
		t.Errorf("%d without retry-after, %d neither served nor refused: %s", seen.hasty, seen.odd, seen.last)
	}
	if most := peak(t, pid); most > 2*limit {
		t.Errorf("it took %d MiB; a container would have been killed", most>>20)
	}
	h.ask(documents)
	after := h.crowd(0, false)
	harness.Wait(t, "an answer afterwards", func() bool {
		if s := after.all(); s.sent == s.answers() {
			after.ask(time.Since(after.began))
		}
		return after.all().served > 0
	})
	harness.Wait(t, "rest", func() bool {
		return h.figure("bodhi_requests_in_flight") == 0 && h.figure("bodhi_memory_used_ratio") < 0.7
	})
}

// Five hundred requests with a picture of 10 MiB each come at the same moment, 5 GiB in all, to a gateway that may have 256 MiB.
// Each of them, by Go's own HTTP client, gets its answer or a refusal that says when to come back.
func TestFiveHundredPicturesDoNotFitAtOnce(t *testing.T) {
	const limit, clients, size = 256 << 20, 500, 10 << 20
	h := newHouse(t, "GOMEMLIMIT="+strconv.Itoa(limit))
	h.ask(workload{wait: time.Second})
	body := `{"model":"m","max_tokens":400,"messages":[{"role":"user","content":[{"type":"text","text":"What is this?"},{"type":"image_url","image_url":{"url":"data:image/png;base64,`
	body += strings.Repeat("A", size-len(body)) + `"}}]}]}`
	type outcome struct {
		status int
		said   string
		later  bool
		err    error
	}
	all := make(chan outcome, clients)
	client := &http.Client{Timeout: 2 * time.Minute, Transport: &http.Transport{MaxConnsPerHost: clients}}
	defer client.CloseIdleConnections()
	for range clients {
		go func() {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.gateway.URL+"/v1/chat/completions", strings.NewReader(body))
			if err != nil {
				all <- outcome{err: err}
				return
			}
			r.Header.Set("Authorization", "Bearer "+h.keys[0])
			resp, err := client.Do(r)
			if err != nil {
				all <- outcome{err: err}
				return
			}
			defer resp.Body.Close()
			said, err := io.ReadAll(resp.Body)
			all <- outcome{resp.StatusCode, string(said), resp.Header.Get("Retry-After") != "", err}
		}()
	}
	served, refused, odd := 0, 0, 0
	for range clients {
		switch o := <-all; {
		case o.err == nil && o.status == http.StatusOK:
			served++
		case o.err == nil && o.status == http.StatusServiceUnavailable && o.later && strings.Contains(o.said, `"overloaded"`):
			refused++
		default:
			if odd++; odd < 4 {
				t.Logf("neither: %d %.300s %v", o.status, o.said, o.err)
			}
		}
	}
	most := peak(t, h.gateway.PID())
	write(t, map[string]any{"large_bodies": map[string]any{"clients": clients, "body_mib": size >> 20, "memory_limit_mib": limit >> 20, "served": served, "refused": refused, "neither": odd, "peak_rss_mib": most >> 20}})
	if served == 0 || refused == 0 || odd > 0 {
		t.Errorf("%d served, %d refused, %d neither", served, refused, odd)
	}
	if most > limit+limit/2 {
		t.Errorf("it took %d MiB; a container would have been killed", most>>20)
	}
	harness.Wait(t, "rest", func() bool { return h.figure("bodhi_requests_in_flight") == 0 && h.figure("bodhi_held_usd") == 0 })
	h.gateway.Stop(t)
	h.gateway.Run(t, "verify", "--json")
}

// peak is the most memory that a process has had, in bytes.
func peak(t *testing.T, pid int) int {
	t.Helper()
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(text), "VmHWM:")
	n, _, _ := strings.Cut(strings.TrimSpace(after), " ")
	kib, err := strconv.Atoi(n)
	if err != nil {
		t.Fatal(err)
	}
	return kib << 10
}

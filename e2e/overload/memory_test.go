package overload

import (
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

package wire

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// Bodies of 20 MiB with pictures pass while each is in memory once: the process grows by what is in flight and what the
// collector leaves lying, as the kernel counts it.
func TestLargeBodiesAreInMemoryOnce(t *testing.T) {
	t.Parallel()
	const size, flights = 20 << 20, 6
	var mu sync.Mutex
	var sizes []int64
	full := make(chan struct{})
	up := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, _ := io.Copy(io.Discard, r.Body)
		mu.Lock()
		if sizes = append(sizes, n); len(sizes) == flights {
			close(full)
		}
		mu.Unlock()
		<-full // all are in flight at the same time
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, oddAnswer)
	}))
	t.Cleanup(up.Close)
	w := &world{Gateway: harness.Start(t, harness.Setup{Models: []string{"smart=up/gpt-4o"}, Budget: "1000/monthly/soft",
		Providers: []string{"name=up,kind=openai,base-url=" + up.URL + "/v1,key-env=E2E_KEY"}})}
	body := `{"model":"smart","messages":[{"role":"user","content":[{"type":"text","text":"x"},{"type":"image_url","image_url":{"url":"data:image/png;base64,` +
		strings.Repeat("A", size) + `"}}]}]}`
	before := w.memory(t, "VmRSS")
	var wg sync.WaitGroup
	for range flights {
		wg.Go(func() {
			if status, text := w.sent(t, "/v1/chat/completions", body); status != 200 {
				t.Errorf("%d %s", status, text)
			}
		})
	}
	wg.Wait()
	peak := w.memory(t, "VmHWM")
	for _, n := range sizes {
		if n != int64(len(body))+1 { // "smart" became "gpt-4o"
			t.Errorf("the provider got %d bytes of %d", n, len(body))
		}
	}
	grown, limit := peak-before, int64(flights*size)*5/4+(48<<20) // a second copy of each would be 240 MiB
	t.Logf("%d bodies of %d MiB at once: %d MiB before, %d MiB at most", flights, size>>20, before>>20, peak>>20)
	if before > 0 && grown > limit {
		t.Errorf("the process grew by %d MiB, more than %d MiB", grown>>20, limit>>20)
	}
}

// memory is what the kernel says of the process's memory, in bytes; 0 where there is no such file.
func (w *world) memory(t *testing.T, field string) int64 {
	t.Helper()
	b, err := os.ReadFile("/proc/" + strconv.Itoa(w.PID()) + "/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, field+":"); ok {
			kb, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kb << 10
		}
	}
	return 0
}

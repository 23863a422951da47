package overload

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// A process that may open 256 files, which is what some systems give to begin with, gets more connections than that. It serves
// as many as it has files for, tells the rest so, and keeps enough for its database, its journal and its pages.
func TestTwoHundredAndFiftySixFilesAreEnough(t *testing.T) {
	const files, room = 256, 64
	h := newHouseUnder(t, harness.Shell(fmt.Sprintf(`ulimit -n %d && exec "$@"`, files)))
	h.provider.wait.Store(int64(2 * time.Second))
	addr := strings.TrimPrefix(h.gateway.URL, "http://")
	h.settled(room)

	held := make([]net.Conn, 0, 400)
	for range 400 { // far more than there are files
		c, err := net.DialTimeout("tcp", addr, 10*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		held = append(held, c)
	}
	ask := request(h.keys[0], "m", false, 1<<10)
	answers := make(chan string, len(held))
	for _, c := range held {
		go func() {
			_ = c.SetDeadline(time.Now().Add(30 * time.Second))
			_, _ = c.Write(ask) // one that was turned away is closed by now
			answers <- read(c)
		}()
	}
	most, served, refused := 0, 0, 0
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for served+refused < len(held) {
		select {
		case <-tick.C:
			most = max(most, h.open())
		case a := <-answers:
			switch {
			case strings.HasPrefix(a, "HTTP/1.1 200 ") && strings.Contains(a, "Lorem ipsum"):
				served++
			case strings.HasPrefix(a, "HTTP/1.1 503 ") && strings.Contains(a, "\r\nRetry-After: ") && wellFormed(a):
				refused++
			default:
				t.Fatalf("neither served nor refused: %.300q", a)
			}
		}
	}
	t.Logf("%d served, %d refused; at most %d of %d files open", served, refused, most, files)
	if served < room-4 || served > room {
		t.Errorf("%d served of %d for whom there is room", served, room)
	}
	if most > files-16 {
		t.Errorf("%d of %d files were open: nothing is left", most, files)
	}
	for _, c := range held {
		_ = c.Close()
	}
	h.settled(room)
	if log := h.gateway.Log(); strings.Contains(log, "too many open files") {
		t.Errorf("it ran out of files:\n%s", log)
	}
	h.gateway.Stop(t)
	h.gateway.Run(t, "verify", "--json")
}

// settled waits until the gateway has room again, and looks whether a page, a request and the figures are there.
func (h *house) settled(room int) {
	h.t.Helper()
	harness.Wait(h.t, "connections to end", func() bool { return h.figure("bodhi_connections") < float64(room)/2 })
	c := &http.Client{Timeout: 20 * time.Second}
	defer c.CloseIdleConnections()
	page, err := c.Get(h.gateway.URL + "/log-in")
	if err != nil {
		h.t.Fatal(err)
	}
	_ = page.Body.Close()
	if page.StatusCode != http.StatusOK {
		h.t.Errorf("a page: %s", page.Status)
	}
	r, err := http.NewRequestWithContext(h.t.Context(), http.MethodPost, h.gateway.URL+"/v1/chat/completions", strings.NewReader(`{"model":"m","messages":[{"role":"user","content":"Hello"}]}`))
	if err != nil {
		h.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+h.keys[0])
	resp, err := c.Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	if said, _ := io.ReadAll(resp.Body); resp.StatusCode != http.StatusOK {
		h.t.Errorf("a request: %s %s", resp.Status, said)
	}
}

// open is how many files the gateway has open.
func (h *house) open() int {
	all, err := os.ReadDir("/proc/" + strconv.Itoa(h.gateway.PID()) + "/fd")
	if err != nil {
		h.t.Fatal(err)
	}
	return len(all)
}

// read is an answer up to its end, as far as it came.
func read(c net.Conn) string {
	var got []byte
	buf := make([]byte, 8<<10)
	for !ended(got) {
		n, err := c.Read(buf)
		got = append(got, buf[:n]...)
		if err != nil {
			break
		}
	}
	return string(got)
}

// wellFormed reports whether an answer is an error in OpenAI's words with a code.
func wellFormed(answer string) bool {
	_, body, _ := strings.Cut(answer, "\r\n\r\n")
	var said struct {
		Error struct{ Message, Code string }
	}
	return json.Unmarshal([]byte(body), &said) == nil && said.Error.Code == "overloaded" && said.Error.Message != ""
}

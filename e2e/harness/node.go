package harness

import (
	"bufio"
	"net/http"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// Join serves a second node on the first one's database: same organization and keys, a data directory of its own. env is
// added to its environment. It stops with the test.
func (g *Gateway) Join(t testing.TB, env ...string) *Gateway {
	t.Helper()
	n := *g
	n.Dir, n.addr = filepath.Join(t.TempDir(), "data"), FreeAddress(t)
	n.URL = "http://" + n.addr
	n.ProxyURL = n.URL + strings.TrimPrefix(g.ProxyURL, g.URL)
	n.env = append(append(append([]string{}, g.env...), "BODHI_DATA_DIR="+n.Dir, "BODHI_ADDR="+n.addr, "BODHI_PUBLIC_URL="+n.URL), env...)
	n.Serve(t)
	return &n
}

// Setenv changes the environment of every command from now on; the server takes it up with its next start.
func (g *Gateway) Setenv(env ...string) { g.env = append(append([]string{}, g.env...), env...) }

// Command is a bodhi command that the test starts, watches and ends itself.
func (g *Gateway) Command(t testing.TB, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), path(t), args...)
	cmd.Env = g.env
	return cmd
}

// Pause stops the server without its noticing (SIGSTOP), as a frozen machine would; Resume lets it go on.
func (g *Gateway) Pause(t testing.TB) { t.Helper(); g.signal(t, syscall.SIGSTOP) }

// Resume ends a Pause.
func (g *Gateway) Resume(t testing.TB) { t.Helper(); g.signal(t, syscall.SIGCONT) }

func (g *Gateway) signal(t testing.TB, s syscall.Signal) {
	t.Helper()
	if err := g.process.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

// Metrics reads the figures at addr (BODHI_METRICS_ADDR), without labels: those of one name are added up. It is empty
// while nobody answers.
func Metrics(addr string) map[string]float64 {
	out := map[string]float64{}
	resp, err := http.Get("http://" + addr + "/metrics")
	if err != nil {
		return out
	}
	defer resp.Body.Close()
	for in := bufio.NewScanner(resp.Body); in.Scan(); {
		name, value, ok := strings.Cut(in.Text(), " ")
		if name, _, _ = strings.Cut(name, "{"); !ok || strings.HasPrefix(name, "#") {
			continue
		}
		if i := strings.LastIndexByte(in.Text(), ' '); i > 0 {
			value = in.Text()[i+1:]
		}
		if v, err := strconv.ParseFloat(value, 64); err == nil {
			out[name] += v
		}
	}
	return out
}

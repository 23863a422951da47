// Package harness runs the built binary for tests that drive it from outside, as a customer would: set up by bodhi
// bootstrap, served on a free loopback port with a data directory of its own, against the sandbox provider in a process
// of its own or any other address.
package harness

import (
	"bytes"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// binary is the program under test: the one in TEST_BINARY, else one built for this run.
var binary = sync.OnceValues(func() (string, error) {
	if path := os.Getenv("TEST_BINARY"); path != "" {
		return path, nil
	}
	dir, err := os.MkdirTemp("", "bodhi-e2e-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "bodhi")
	cmd := exec.Command("go", "build", "-o", path, "./cmd/bodhi")
	cmd.Dir = Root()
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", &exec.Error{Name: string(out), Err: err}
	}
	return path, nil
})

// Root is the repository's root.
func Root() string {
	dir, err := os.Getwd()
	for err == nil {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			break
		}
		dir = parent
	}
	panic("e2e: the tests run inside the repository")
}

// Setup is what a gateway is set up with.
type Setup struct {
	// Providers and Models are bootstrap's flags of the same names.
	Providers, Models []string
	// Budget is the organization's, "1000/monthly/hard" if empty.
	Budget string
	// Env is added to the environment of every command.
	Env []string
	// Under is the command that the server is started by, which is given the server's own as its last arguments: a limit of
	// the system, or another place for the log. Empty = the server is started as it is.
	Under []string
}

// Shell is an Under: a line of sh that ends in what it should do with the server, exec "$@".
func Shell(line string) []string { return []string{"sh", "-c", line, "sh"} }

// OnPostgres is the environment of a gateway that keeps its data in the PostgreSQL database at url. The master key is one
// for tests: outside the embedded mode it must be given.
func OnPostgres(url string) []string {
	return []string{"DATABASE_URL=" + url, "BODHI_MASTER_KEY=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}
}

// Gateway is a running gateway with one organization.
type Gateway struct {
	URL string // http://127.0.0.1:port
	Dir string // its data directory
	// What bootstrap printed.
	OrgID        string `json:"org_id"`
	OrgSlug      string `json:"org_slug"`
	AdminToken   string `json:"admin_token"`
	TeamID       string `json:"team_id"`
	VirtualKey   string `json:"virtual_key"`
	ProxyURL     string `json:"proxy_url"`
	DashboardURL string `json:"dashboard_url"`

	addr    string
	env     []string
	under   []string
	process *Process
}

// Start sets a gateway up, serves it, and stops it with the test.
func Start(t testing.TB, s Setup) *Gateway {
	t.Helper()
	g := &Gateway{Dir: filepath.Join(t.TempDir(), "data"), addr: FreeAddress(t), under: s.Under}
	g.URL = "http://" + g.addr
	g.env = append(base(t), "BODHI_DATA_DIR="+g.Dir, "BODHI_ADDR="+g.addr, "BODHI_PUBLIC_URL="+g.URL,
		"BODHI_EGRESS_ALLOW_PRIVATE=127.0.0.0/8,::1/128", "BODHI_LOG_LEVEL=debug", "E2E_PASSWORD=correct horse battery staple", "E2E_KEY=sk-upstream-canary")
	g.env = append(g.env, s.Env...)
	g.Bootstrap(t, s)
	g.Serve(t)
	return g
}

// Bootstrap runs bodhi bootstrap and reads what it prints. A second run changes what the setup says and keeps the rest.
func (g *Gateway) Bootstrap(t testing.TB, s Setup) {
	t.Helper()
	args := []string{"bootstrap", "--org", "Acme", "--admin", "admin@acme.test", "--password-env", "E2E_PASSWORD", "--json"}
	for _, p := range s.Providers {
		args = append(args, "--provider", p)
	}
	for _, m := range s.Models {
		args = append(args, "--model", m)
	}
	if s.Budget == "" {
		s.Budget = "1000/monthly/hard"
	}
	out := g.Run(t, append(args, "--budget", s.Budget)...)
	if err := json.Unmarshal(out, g); err != nil {
		t.Fatalf("bootstrap printed no JSON: %v\n%s", err, out)
	}
	if g.VirtualKey == "" || g.OrgSlug == "" || g.ProxyURL == "" {
		t.Fatalf("bootstrap left something out: %s", out)
	}
}

// Run runs a bodhi command to its end and gives its standard output.
func (g *Gateway) Run(t testing.TB, args ...string) []byte {
	t.Helper()
	out, stderr, err := g.Try(t, args...)
	if err != nil {
		t.Fatalf("bodhi %s: %v\n%s%s", args[0], err, out, stderr)
	}
	return out
}

// Try is Run for commands that may fail.
func (g *Gateway) Try(t testing.TB, args ...string) (stdout, stderr []byte, err error) {
	t.Helper()
	cmd := exec.Command(path(t), args...)
	cmd.Env = g.env
	var out, log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &log
	err = cmd.Run()
	return out.Bytes(), log.Bytes(), err
}

// Serve starts bodhi serve and waits until it is ready.
func (g *Gateway) Serve(t testing.TB) {
	t.Helper()
	g.process = launchUnder(t, g.under, g.env, "serve")
	g.process.until(t, func() bool {
		resp, err := http.Get(g.URL + "/readyz")
		if err != nil {
			return false
		}
		_ = resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
}

// Stop ends the server as an operator would, and fails the test if it does not end well.
func (g *Gateway) Stop(t testing.TB) { t.Helper(); g.process.stop(t) }

// Kill ends the server as a power cut would (kill -9).
func (g *Gateway) Kill(t testing.TB) { t.Helper(); g.process.kill() }

// PID is the server's process id.
func (g *Gateway) PID() int { return g.process.cmd.Process.Pid }

// Log is what the server wrote to standard error so far.
func (g *Gateway) Log() string { return g.process.log.String() }

func path(t testing.TB) string {
	t.Helper()
	p, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// base is a clean environment: nothing that is set on this machine changes what is tested.
func base(t testing.TB) []string { return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()} }

// FreeAddress is a loopback address that nobody listens on at the moment.
func FreeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// Wait asks again until ok, at most for a while.
func Wait(t testing.TB, what string, ok func() bool) {
	t.Helper()
	deadline := time.NewTimer(20 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-deadline.C:
			t.Fatalf("waited in vain for %s", what)
		case <-tick.C:
		}
	}
}

// lines keeps a process's output for reading while it is written.
type lines struct {
	mu sync.Mutex
	b  strings.Builder
}

// Write implements io.Writer.
func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// String is what was written so far.
func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

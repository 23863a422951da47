// Package pgtest starts PostgreSQL servers that a test may stop and start as it likes. It knows nothing of ours, so tests
// of the built binary may use it too.
package pgtest

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Server is a PostgreSQL server of the test's own, which it may stop and start.
type Server struct {
	t         testing.TB
	bin, data string
	port      int
	settings  []string
	as        *syscall.Credential // PostgreSQL refuses to run as root
}

// Start makes and starts a server on a free port; it is stopped and removed at the end. Without PostgreSQL's
// programs, or with -short, the test is skipped; without them it fails where CI=true.
func Start(t testing.TB) *Server { t.Helper(); return StartApart(t, "") }

// StartApart is Start with the log of changes (pg_wal) in a directory of its own, in segments of 1 MiB so that little room lasts for
// little, and with settings beside ours, as "max_wal_size=8MB".
func StartApart(t testing.TB, wal string, settings ...string) *Server {
	t.Helper()
	if testing.Short() && os.Getenv("CI") != "true" {
		Missing(t, "a server of one's own takes seconds, and -short was asked for")
	}
	dir := Dir(t)
	s := &Server{t: t, bin: programs(t), data: filepath.Join(dir, "data"), settings: settings}
	t.Cleanup(func() { _, _ = s.run("pg_ctl", "stop", "-D", s.data, "-m", "immediate", "-w") })
	if os.Geteuid() == 0 {
		s.as = unprivileged(t)
	}
	s.Own(dir)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.port = l.Addr().(*net.TCPAddr).Port
	_ = l.Close()
	initdb := []string{"-D", s.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"}
	if wal != "" {
		s.Own(wal)
		initdb = append(initdb, "-X", wal, "--wal-segsize=1")
	}
	s.must("initdb", initdb...)
	s.Start()
	return s
}

// Dir makes a directory that a server can reach, and removes it at the end.
func Dir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "bodhi-pg-") // not t.TempDir: its parents are closed to other users
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// Own gives a directory to whom the server runs as, for what it is to write there.
func (s *Server) Own(dir string) {
	s.t.Helper()
	if s.as == nil {
		return
	}
	if err := os.Chown(dir, int(s.as.Uid), int(s.as.Gid)); err != nil {
		s.t.Fatal(err)
	}
}

// Log is what it logged.
func (s *Server) Log() string {
	text, _ := os.ReadFile(filepath.Join(s.data, "server.log")) // none yet is empty
	return string(text)
}

// URL is the server's default database.
func (s *Server) URL() string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres?sslmode=disable", s.port)
}

// Start starts the server and waits until it answers.
func (s *Server) Start() {
	s.t.Helper()
	if out, err := s.start(); err != nil {
		s.t.Fatalf("pg_ctl start: %v\n%s", err, out)
	}
}

func (s *Server) start() (string, error) {
	options := fmt.Sprintf("-p %d -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off", s.port)
	for _, o := range s.settings {
		options += " -c " + o
	}
	return s.run("pg_ctl", "start", "-D", s.data, "-w", "-l", filepath.Join(s.data, "server.log"), "-o", options)
}

// Supervise starts the server again whenever it has ended by itself, as systemd does, and says how often it had to: a server without
// room for its log of changes cannot recover, and ends. It stops when ctx ends,
// which must be before the test's cleanups.
func (s *Server) Supervise(ctx context.Context) (starts func() int) {
	var n int
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			if out, err := s.run("pg_ctl", "status", "-D", s.data); err != nil && strings.Contains(out, "no server running") {
				n++
				_, _ = s.start() // it may end again; then comes the next try
			}
		}
	}()
	s.t.Cleanup(func() { <-done }) // before the server is stopped for good
	return func() int { <-done; return n }
}

// Stop stops the server and breaks all connections, as a restart or a failover does.
func (s *Server) Stop() {
	s.t.Helper()
	s.must("pg_ctl", "stop", "-D", s.data, "-m", "fast", "-w")
}

func (s *Server) must(name string, args ...string) {
	s.t.Helper()
	if out, err := s.run(name, args...); err != nil {
		s.t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

// run keeps the output in a file: a server started by pg_ctl inherits it, and would hold a pipe open for ever.
func (s *Server) run(name string, args ...string) (string, error) {
	out, err := os.CreateTemp("", "bodhi-pg-out-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.Remove(out.Name()); _ = out.Close() }()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(s.bin, name), args...)
	cmd.Stdout, cmd.Stderr, cmd.Dir = out, out, "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.as, Setpgid: true}
	err = cmd.Run()
	text, _ := os.ReadFile(out.Name())
	return string(text), err
}

// programs finds the folder of initdb and pg_ctl, which Debian keeps out of PATH.
func programs(t testing.TB) string {
	t.Helper()
	if p, err := exec.LookPath("pg_ctl"); err == nil {
		if _, err := os.Stat(filepath.Join(filepath.Dir(p), "initdb")); err == nil {
			return filepath.Dir(p)
		}
	}
	best, newest := "", 0
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	for _, p := range found {
		version, err := strconv.Atoi(strings.Split(p, "/")[4])
		if err == nil && version > newest {
			best, newest = filepath.Dir(p), version
		}
	}
	if best == "" {
		Missing(t, "no PostgreSQL programs: install the package postgresql")
	}
	return best
}

// unprivileged is whom the server runs as when the test is root.
func unprivileged(t testing.TB) *syscall.Credential {
	t.Helper()
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.ParseUint(u.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(u.Gid, 10, 32)
		if uidErr == nil && gidErr == nil {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		}
	}
	Missing(t, "running as root, and no user to run PostgreSQL as")
	return nil
}

// Missing skips a test for what the machine does not have. Where CI=true it fails: what did not run was not tested.
func Missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(what + "; CI=true does not allow that")
	}
	t.Skip(what)
}

// Kill ends the server as a power cut would (kill -9); Start recovers it.
func (s *Server) Kill() {
	s.t.Helper()
	text, err := os.ReadFile(filepath.Join(s.data, "postmaster.pid"))
	if err != nil {
		s.t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		s.t.Fatal(err)
	}
	// Its children end by themselves when they notice; until then the data is locked.
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for range 200 {
		if out, err := s.run("pg_ctl", "status", "-D", s.data); err != nil && strings.Contains(out, "no server running") {
			return
		}
		<-tick.C
	}
}

// Keep copies the stopped server's data, and Back puts the copy in its place: what was committed in between is lost, as
// by a failover to a replica that was behind.
func (s *Server) Keep() { s.t.Helper(); s.copy(s.data, s.data+".kept") }

// Back undoes what was committed since Keep. The server must be stopped.
func (s *Server) Back() { s.t.Helper(); s.copy(s.data+".kept", s.data) }

func (s *Server) copy(from, to string) {
	s.t.Helper()
	if out, err := exec.Command("sh", "-c", `rm -rf "$2" && cp -a "$1" "$2"`, "-", from, to).CombinedOutput(); err != nil {
		s.t.Fatalf("copy: %v\n%s", err, out)
	}
}

package dbtest

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

// Cluster is a PostgreSQL server of the test's own, which it may stop and start.
type Cluster struct {
	t         testing.TB
	bin, data string
	port      int
	as        *syscall.Credential // PostgreSQL refuses to run as root
}

// NewCluster makes and starts a server on a free port; it is stopped and removed at the end. Without PostgreSQL's
// programs, or with -short, the test is skipped; without them it fails where CI=true.
func NewCluster(t testing.TB) *Cluster {
	t.Helper()
	if testing.Short() {
		t.Skip("a server of one's own takes seconds")
	}
	c := &Cluster{t: t, bin: programs(t)}
	dir, err := os.MkdirTemp("", "bodhi-pg-") // not t.TempDir: its parents are closed to other users
	if err != nil {
		t.Fatal(err)
	}
	c.data = filepath.Join(dir, "data")
	t.Cleanup(func() {
		c.run("pg_ctl", "stop", "-D", c.data, "-m", "immediate", "-w")
		_ = os.RemoveAll(dir)
	})
	if os.Geteuid() == 0 {
		c.as = unprivileged(t)
		if err := os.Chown(dir, int(c.as.Uid), int(c.as.Gid)); err != nil {
			t.Fatal(err)
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c.port = l.Addr().(*net.TCPAddr).Port
	_ = l.Close()
	c.must("initdb", "-D", c.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
	c.Start()
	return c
}

// URL is the server's default database.
func (c *Cluster) URL() string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres?sslmode=disable", c.port)
}

// Start starts the server and waits until it answers.
func (c *Cluster) Start() {
	c.t.Helper()
	c.must("pg_ctl", "start", "-D", c.data, "-w", "-l", filepath.Join(c.data, "server.log"),
		"-o", fmt.Sprintf("-p %d -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off", c.port))
}

// Stop stops the server and breaks all connections, as a restart or a failover does.
func (c *Cluster) Stop() {
	c.t.Helper()
	c.must("pg_ctl", "stop", "-D", c.data, "-m", "fast", "-w")
}

func (c *Cluster) must(name string, args ...string) {
	c.t.Helper()
	if out, err := c.run(name, args...); err != nil {
		c.t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

// run keeps the output in a file: a server started by pg_ctl inherits it, and would hold a pipe open for ever.
func (c *Cluster) run(name string, args ...string) (string, error) {
	out, err := os.CreateTemp("", "bodhi-pg-out-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.Remove(out.Name()); _ = out.Close() }()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(c.bin, name), args...)
	cmd.Stdout, cmd.Stderr, cmd.Dir = out, out, "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.as, Setpgid: true}
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
		if os.Getenv("CI") == "true" {
			t.Fatal("no PostgreSQL programs, which CI must have: install the package postgresql")
		}
		t.Skip("no PostgreSQL programs: install the package postgresql")
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
	t.Skip("running as root, and no user to run PostgreSQL as")
	return nil
}

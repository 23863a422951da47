package harness

import (
	"net/http"
	"os/exec"
	"slices"
	"syscall"
	"testing"
	"time"
)

// Process is a running bodhi command. It ends with its test.
type Process struct {
	cmd      *exec.Cmd
	name     string // the bodhi command
	out, log lines
	ended    chan struct{} // closed when err is set
	err      error
	expected bool // the test ended it itself
}

func launch(t testing.TB, env []string, args ...string) *Process {
	t.Helper()
	return launchUnder(t, nil, env, args...)
}

// launchUnder starts a bodhi command by another one (Setup.Under), which becomes it.
func launchUnder(t testing.TB, under, env []string, args ...string) *Process {
	t.Helper()
	line := slices.Concat(under, []string{path(t)}, args)
	p := &Process{cmd: exec.Command(line[0], line[1:]...), name: args[0], ended: make(chan struct{})}
	p.cmd.Env, p.cmd.Stdout, p.cmd.Stderr = env, &p.out, &p.log
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.err = p.cmd.Wait(); close(p.ended) }()
	t.Cleanup(func() {
		if !p.expected {
			p.stop(t)
		}
		if t.Failed() {
			t.Logf("what bodhi %s wrote:\n%s", p.name, tail(p.log.String(), 12_000))
		}
	})
	return p
}

// until waits for ready, and gives up when the process ends.
func (p *Process) until(t testing.TB, ready func() bool) {
	t.Helper()
	Wait(t, "the process to be ready", func() bool {
		select {
		case <-p.ended:
			t.Fatalf("it ended at once: %v\n%s%s", p.err, p.out.String(), p.log.String())
		default:
		}
		return ready()
	})
}

func (p *Process) stop(t testing.TB) {
	t.Helper()
	p.expected = true
	http.DefaultClient.CloseIdleConnections() // who might still ask on one is waited for
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	late := time.AfterFunc(30*time.Second, func() { _ = p.cmd.Process.Kill() })
	defer late.Stop()
	<-p.ended
	if p.err != nil {
		t.Errorf("%s did not end well: %v\n%s", p.name, p.err, tail(p.log.String(), 4000))
	}
}

func (p *Process) kill() {
	p.expected = true
	_ = p.cmd.Process.Kill()
	<-p.ended
}

// tail is the end of a text, at most n bytes.
func tail(s string, n int) string { return s[max(0, len(s)-n):] }

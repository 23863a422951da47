package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is one measured program.
type process struct {
	cmd *exec.Cmd
	url string
}

func (p *process) pid() int { return p.cmd.Process.Pid }

// stop ends the process, gently first.
func (p *process) stop() {
	if p.cmd == nil || p.cmd.Process == nil {
		return
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	done := make(chan struct{})
	go func() { _ = p.cmd.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		_ = p.cmd.Process.Kill()
		<-done
	}
	p.cmd = nil
}

// tick is the kernel's unit of CPU time in /proc: always a hundredth of a second on Linux.
const tick = 10 * time.Millisecond

// cpu is the CPU time a process has used so far, user and kernel.
func cpu(pid int) (time.Duration, error) {
	text, err := os.ReadFile(proc(pid, "stat"))
	if err != nil {
		return 0, err
	}
	// The name, second field, is in parentheses and may hold anything; count from its end.
	fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
	if len(fields) < 13 {
		return 0, fmt.Errorf("cannot read /proc/%d/stat", pid)
	}
	user, err1 := strconv.ParseInt(string(fields[11]), 10, 64)
	system, err2 := strconv.ParseInt(string(fields[12]), 10, 64)
	if err1 != nil || err2 != nil {
		return 0, fmt.Errorf("cannot read /proc/%d/stat", pid)
	}
	return time.Duration(user+system) * tick, nil
}

// resident is a process's memory in KiB.
type resident struct {
	now, peak int64 // peak since resetPeak
	own       int64 // of now, what is no page of a file: the kernel maps those of the program in pieces as large as it likes, and takes them back at will
}

func memory(pid int) (m resident, err error) {
	text, err := os.ReadFile(proc(pid, "status"))
	if err != nil {
		return m, err
	}
	for line := range strings.SplitSeq(string(text), "\n") {
		name, value, _ := strings.Cut(line, ":")
		kib, _ := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(value, " kB")), 10, 64)
		switch name {
		case "VmRSS":
			m.now = kib
		case "RssAnon":
			m.own = kib
		case "VmHWM":
			m.peak = kib
		}
	}
	return m, nil
}

// resetPeak makes the peak begin again from now.
func resetPeak(pid int) error { return os.WriteFile(proc(pid, "clear_refs"), []byte("5"), 0) }

func proc(pid int, file string) string { return filepath.Join("/proc", strconv.Itoa(pid), file) }

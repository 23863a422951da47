package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"
	"time"
)

// What waits for whoever types ends with its context. It takes the process's standard input, so it runs alone.
func TestWhatWaitsForInputCanBeInterrupted(t *testing.T) {
	read, write, err := os.Pipe() // nobody writes
	if err != nil {
		t.Fatal(err)
	}
	was := os.Stdin
	os.Stdin = read
	t.Cleanup(func() { os.Stdin = was; _, _ = read.Close(), write.Close() })
	ctx, stop := context.WithCancel(t.Context())
	stop()
	for said, args := range map[string][]string{
		"nothing was written": {"setup", "codex", "--base", "https://gw.test/t/acme/v1", "--home", t.TempDir()},
		"interrupted":         {"price", "--kind", "openai"},
		"interrupted before":  {"chat", "--key", "bdh_x", "--url", "http://127.0.0.1:9"},
	} {
		done := make(chan int)
		var out, wrong bytes.Buffer
		go func() { done <- run(ctx, args, &out, &wrong) }()
		select {
		case code := <-done:
			if code != 1 || !strings.Contains(wrong.String(), said) {
				t.Errorf("%s: exit %d, %s", args[0], code, &wrong)
			}
		case <-time.After(5 * time.Second):
			t.Errorf("%s still waits", args[0])
		}
	}
}

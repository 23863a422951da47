package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// profiled asks the gateway for profiles of a phase, of CPU and of what was allocated, if they were asked for. stop waits for it.
func (r *run) profiled(ctx context.Context, t target, phase string, round int) (stop func() error) {
	if r.profile == "" || t.name != ours {
		return func() error { return nil }
	}
	kinds := map[string]string{"profile": "cpu", "allocs": "allocs"}
	done := make(chan error, len(kinds))
	for page, kind := range kinds {
		go func() {
			done <- r.gateway.profile(ctx, page, r.phase-r.phase/10, filepath.Join(r.profile, fmt.Sprintf("%s-%d-%s.pprof", phase, round, kind)))
		}()
	}
	return func() error { return errors.Join(<-done, <-done) }
}

func (g *gateway) profile(ctx context.Context, page string, d time.Duration, to string) error {
	url := fmt.Sprintf("http://%s/debug/pprof/%s?seconds=%d", g.side, page, max(1, int(d.Seconds())))
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("profile: status %d", answer.StatusCode)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	f, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, answer.Body)
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}

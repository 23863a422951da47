package main

import (
	"context"
	"fmt"
	"os"
	"time"
)

// coldStart is the time from starting the process on its prepared database to the first good answer.
func (r *run) coldStart(ctx context.Context) error {
	r.mock.behave(0, 0, 1)
	for range r.rounds {
		r.gateway.stop()
		began := time.Now()
		if err := r.gateway.start(ctx); err != nil {
			return err
		}
		t := target{name: ours, url: r.gateway.url + "/v1/chat/completions", key: r.gateway.key}
		c := client(1)
		body := prompt(kib, false, t.name)
		for {
			err := t.ask(ctx, c, body)
			if err == nil {
				break
			}
			if time.Since(began) > 30*time.Second || ctx.Err() != nil {
				return fmt.Errorf("no good answer after a restart: %w", err)
			}
			time.Sleep(time.Millisecond)
		}
		r.figures.add("start to first good answer", "ms", ours, micros(time.Since(began))/1000)
	}
	info, err := os.Stat(r.binary)
	if err != nil {
		return err
	}
	r.figures.add("binary", "MB", ours, float64(info.Size())/1e6)
	return nil
}

package main

import (
	"context"
	"io"
	"os"
)

// stdin is standard input until the command is interrupted: reading waits for whoever types, whom a signal does not hurry.
func (e *env) stdin() io.Reader { return until(e.ctx, os.Stdin) }

// reading is a function as an io.Reader.
type reading func([]byte) (int, error)

// Read implements io.Reader.
func (r reading) Read(b []byte) (int, error) { return r(b) }

func until(ctx context.Context, from io.Reader) io.Reader {
	type piece struct {
		text []byte
		err  error
	}
	return reading(func(b []byte) (int, error) {
		came := make(chan piece, 1)
		go func() { // waits on after an interruption, as nothing ends it; the process does
			text := make([]byte, len(b))
			n, err := from.Read(text)
			came <- piece{text[:n], err}
		}()
		select {
		case p := <-came:
			return copy(b, p.text), p.err
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	})
}

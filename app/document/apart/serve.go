package apart

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"runtime/debug"

	"github.com/bodhi-gateway/bodhi/app/document"
	"github.com/bodhi-gateway/bodhi/app/fault"
)

const (
	// most and least are what a reader may take for its data, beyond the program itself. Our largest honest file, of 30 MiB, takes
	// 110 MiB.
	most  = 512 << 20
	least = 160 << 20
	// stack is how deep it may go: a hundred times what nesting of honest files takes.
	stack = 16 << 20
)

// bound is a reader's memory in a container that may take so much in all; 0 for no such limit. Readers, of which there are two at a
// time, get half of it: where a container's memory is used up the kernel may end all of it, and not the reader alone.
func bound(container int64) int64 {
	if container <= 0 {
		return most
	}
	return min(most, max(least, container/4))
}

// Serve is the whole life of a reader: limits and file from in, pages to out. Nobody but Read speaks with it. container is how much
// memory its container may take in all, in bytes; 0 for no limit.
func Serve(in io.Reader, out io.Writer, container int64) error {
	memory := bound(container)
	debug.SetMaxStack(stack)
	debug.SetMemoryLimit(memory / 2) // where collecting becomes eager
	from := bufio.NewReader(in)
	first, err := from.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("read limits: %w", err)
	}
	var l document.Limits
	if err := json.Unmarshal(first, &l); err != nil {
		return fmt.Errorf("read limits: %w", err)
	}
	if err := confine(l.Time, uint64(memory)); err != nil {
		return fmt.Errorf("set limits: %w", err)
	}
	data, err := io.ReadAll(io.LimitReader(from, int64(l.Bytes)+1))
	if err != nil {
		return fmt.Errorf("read the file: %w", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), l.Time)
	defer cancel()
	say := json.NewEncoder(out)
	var gone error
	err = document.Here(ctx, data, l, func(p document.Page, total int) bool {
		gone = say.Encode(line{Page: &p, Total: total})
		return gone == nil
	})
	if gone != nil {
		return gone
	}
	end := line{Ended: true}
	if err != nil {
		f := fault.From(err)
		end.Code, end.Public, end.Kind = f.Code, f.Public, f.Kind
	}
	return say.Encode(end)
}

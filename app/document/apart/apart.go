// Package apart reads PDFs in a process of their own: this same program, started anew for one file, without an environment, and with
// bounds that the system enforces. A PDF can be made so that whoever reads it runs out of memory, of stack or of time; no library that we
// know can be asked to stop, and in Go the first two end the process. So a process ends that has nothing else to do.
//
// It costs about 50 ms and is why this is the only place that starts a program.
package apart

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"time"

	"github.com/bodhi-gateway/bodhi/app/document"
	"github.com/bodhi-gateway/bodhi/app/fault"
)

// Command is the word on the command line that makes the program a reader.
const Command = "read-pdf"

// Reader starts readers.
type Reader struct{ program string }

// New makes a starter of readers. The program is this one's own path (os.Executable), and understands Command.
func New(program string) *Reader { return &Reader{program} }

// line is what a reader says: pages, then an end. A reader that ends without one was ended.
type line struct {
	Page   *document.Page `json:"page,omitempty"`
	Total  int            `json:"total,omitempty"`
	Ended  bool           `json:"ended,omitempty"`
	Code   string         `json:"code,omitempty"`
	Public string         `json:"public,omitempty"`
	Kind   fault.Kind     `json:"kind,omitempty"`
}

// Read implements document.Apart.
func (r *Reader) Read(ctx context.Context, data []byte, l document.Limits, tell func(p document.Page, total int) bool) error {
	within, cancel := context.WithCancel(ctx)
	defer cancel()
	c := exec.CommandContext(within, r.program, Command)
	c.Env, c.Dir = []string{"GOMAXPROCS=2", "GOTRACEBACK=none"}, "/"
	c.WaitDelay = time.Second
	limits, err := json.Marshal(l)
	if err != nil {
		return fmt.Errorf("write limits: %w", err)
	}
	c.Stdin = io.MultiReader(bytes.NewReader(append(limits, '\n')), bytes.NewReader(data))
	out, err := c.StdoutPipe()
	if err != nil {
		return fmt.Errorf("start a reader: %w", err)
	}
	if err := c.Start(); err != nil {
		return fmt.Errorf("start a reader: %w", err)
	}
	end, refused := hear(out, l, tell)
	cancel()     // it has said all, or nobody wants to hear more
	_ = c.Wait() // how it ended is what it said last
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case refused:
		return errors.New("enough was read")
	case end == nil:
		return fault.New(fault.TooLarge, document.CodeCostly, "The document takes more than one document may: reading it used up its memory. Print it to a new PDF, and send that.")
	case end.Code != "":
		return fault.New(end.Kind, end.Code, end.Public)
	}
	return nil
}

// hear listens to a reader, for no more than it may say.
func hear(out io.Reader, l document.Limits, tell func(p document.Page, total int) bool) (end *line, refused bool) {
	const around, escaped = 256, 6                                                                                 // bytes around a page, and for one byte that JSON has to write as six
	d := json.NewDecoder(io.LimitReader(out, int64(l.Pages+2)*around+int64(l.Text)*2*escaped+int64(l.Pictures)*2)) // base64 is a third longer
	for {
		var v line
		if d.Decode(&v) != nil {
			return nil, false
		}
		switch {
		case v.Ended:
			return &v, false
		case v.Page != nil && !tell(*v.Page, v.Total):
			return nil, true
		}
	}
}

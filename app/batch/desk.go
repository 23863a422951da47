package batch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/work"
)

// Gateway is the data plane, answering as if a key had been shown. *gateway.Gateway implements it.
type Gateway interface {
	As(g *key.Grant) http.Handler
}

// Grants knows what a key may do right now. *key.Desk implements it.
type Grants interface {
	Grant(o id.Org, k id.Key) (*key.Grant, error)
}

// Parts are what a Desk works with. All are required.
type Parts struct {
	Store Store
	Vault Vault
	Tx    work.Tx
	Bus   live.Bus
	IDs   *id.Source
	Clock clock.Clock
	Log   *slog.Logger
}

// Desk is what programs ask with a virtual key: what a key made is its own, and for any other key as if it were not there.
type Desk struct {
	Parts
	vault vault
}

// NewDesk makes the desk.
func NewDesk(p Parts) *Desk { return &Desk{p, vault{p.Vault}} }

// Caller is who asks, and from where.
type Caller struct {
	Grant *key.Grant
	IP    string
	Beta  string // anthropic-beta of whoever makes a message batch
	// Tags and User are what whoever makes a batch says of it for reports: x-bodhi-tags and x-bodhi-user.
	Tags, User string
	// Unkept keeps the texts of its lines out of what teams keep: x-bodhi-transcript.
	Unkept bool
	// Most is what a batch may cost whose order names no limit; 0 is whatever the chain pays: x-bodhi-max-cost.
	Most money.USD
}

func (c *Caller) org() id.Org { return c.Grant.Chain.Org }

func (d *Desk) now() time.Time { return d.Clock.Now().UTC().Truncate(time.Microsecond) }

// tell wakes the nodes that work.
func (d *Desk) tell(ctx context.Context) {
	if err := d.Bus.Publish(ctx, Topic); err != nil { // they poll as well
		d.Log.Warn("a batch changed, but nodes could not be told", "error", err)
	}
}

// NoFile refuses an id that names no file of the key.
func NoFile(name string) *fault.Error {
	f := fault.Newf(fault.NotFound, "file_not_found", "No such File object: %.64s", name)
	f.Field = "id"
	return f
}

// NoBatch refuses an id that names no batch of the key.
func NoBatch(name string) *fault.Error {
	f := fault.Newf(fault.NotFound, "batch_not_found", "No batch found with id '%.64s'.", name)
	f.Field = "id"
	return f
}

// Files are the key's, newest first.
func (d *Desk) Files(ctx context.Context, c Caller) ([]File, error) {
	all, err := d.Store.Files(ctx, c.org(), c.Grant.Key)
	if err != nil {
		return nil, away(err)
	}
	return all, nil
}

// away says that the database cannot be asked.
func away(err error) error {
	var f *fault.Error
	if errors.As(err, &f) {
		return err
	}
	out := fault.New(fault.Unavailable, "batches_unavailable", "Batches and their files cannot be reached at the moment: our database is away. Try again in a moment.").Because(err)
	out.RetryAfter = time.Second
	return out
}

// File is one of the key's.
func (d *Desk) File(ctx context.Context, c Caller, name string) (File, error) {
	f, err := id.ParseFile(name)
	if err != nil {
		return File{}, NoFile(name)
	}
	found, err := d.Store.File(ctx, c.org(), f)
	if errors.Is(err, ErrNotFound) || err == nil && (found.Key != c.Grant.Key || !found.Ready || found.Purpose == forMessages || found.Purpose == forSchedules || found.Purpose == forDraft) {
		return File{}, NoFile(name)
	}
	if err != nil {
		return File{}, away(err)
	}
	return found, nil
}

// DeleteFile deletes one, unless an unfinished batch reads it.
func (d *Desk) DeleteFile(ctx context.Context, c Caller, name string) error {
	f, err := d.File(ctx, c, name)
	if err != nil {
		return err
	}
	err = d.Tx.Do(ctx, func(ctx context.Context) error {
		if err := d.Store.Lock(ctx, c.org()); err != nil {
			return err
		}
		used, err := d.Store.Reads(ctx, c.org(), f.ID)
		if err == nil && used {
			err = fault.New(fault.Conflict, "file_in_use", "A batch reads this file and is not over. Cancel the batch first, or wait for its end.")
		}
		if err != nil {
			return err
		}
		return d.Store.DeleteFile(ctx, c.org(), f.ID)
	})
	if err != nil {
		return away(err)
	}
	return nil
}

// Content writes a file out: its parts, or the results of its batch.
func (d *Desk) Content(ctx context.Context, f File, w io.Writer) error {
	if f.Batch.IsZero() {
		if _, err := io.Copy(w, newReader(d.Store, d.vault, f).stream(ctx)); err != nil {
			return fmt.Errorf("batch: read a file: %w", err)
		}
		return nil
	}
	which := Good
	if f.Bad {
		which = Bad
	}
	return d.results(ctx, f.Org, f.Batch, which, w)
}

func (d *Desk) results(ctx context.Context, o id.Org, b id.Batch, which Which, w io.Writer) error {
	for after := 0; ; {
		page, err := d.Store.Lines(ctx, o, b, which, after, 100)
		if err != nil {
			return fmt.Errorf("batch: results: %w", err)
		}
		if len(page) == 0 {
			return nil
		}
		for _, s := range page {
			i, err := d.vault.openItem(ctx, s)
			if err != nil {
				return err
			}
			if _, err := w.Write(append(i.Line, '\n')); err != nil {
				return err
			}
			after = i.Number
		}
	}
}

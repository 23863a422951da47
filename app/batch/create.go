package batch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// Endpoints are the paths that a batch's lines may have.
var Endpoints = []string{"/v1/chat/completions", "/v1/responses", "/v1/embeddings", "/v1/completions", "/v1/moderations"}

const messages = "/v1/messages"

// Order is what POST /v1/batches says. Bodhi is ours; everything else is OpenAI's.
type Order struct {
	Input    string            `json:"input_file_id"`
	Endpoint string            `json:"endpoint"`
	Window   string            `json:"completion_window"`
	Metadata map[string]string `json:"metadata"`
	Bodhi    Terms             `json:"bodhi"`
}

// Terms are what the words of the families have no place for.
type Terms struct {
	Cap      *money.USD `json:"max_cost_usd,omitempty"` // it pauses before it costs more
	Priority string     `json:"priority,omitempty"`     // "low", "normal", "high": among the organization's own
	StartAt  *time.Time `json:"start_at,omitempty"`
	Native   bool       `json:"provider_batch,omitempty"` // it may wait a day, for half the price where the provider has that
	OffPeak  bool       `json:"off_peak,omitempty"`       // in the organization's off-peak hours alone
}

var priorities = map[string]int{"low": -1, "": 0, "normal": 0, "high": 1}

// latest is how far ahead a batch may be put off.
const latest = 30 * 24 * time.Hour

func (t *Terms) check(now time.Time) error {
	var errs []error
	if t.Cap != nil && *t.Cap <= 0 {
		errs = append(errs, fault.Field("bodhi.max_cost_usd", `The cost limit is a positive amount in USD, such as "5.00".`))
	}
	if _, ok := priorities[t.Priority]; !ok {
		errs = append(errs, fault.Field("bodhi.priority", `The priority is "low", "normal" or "high".`))
	}
	if t.StartAt != nil && t.StartAt.After(now.Add(latest)) {
		errs = append(errs, fault.Field("bodhi.start_at", "A batch begins within 30 days."))
	}
	return errors.Join(errs...)
}

// fill puts the terms into a batch.
func (t *Terms) fill(b *Batch) {
	if t.Cap != nil {
		b.Body.Cap = *t.Cap
	}
	b.Priority, b.Body.Native, b.Body.OffPeak = priorities[t.Priority], t.Native, t.OffPeak
	if t.StartAt != nil && t.StartAt.After(b.CreatedAt) {
		b.StartAt = t.StartAt.UTC().Truncate(time.Microsecond)
		b.ExpiresAt = b.StartAt.Add(Window)
	}
}

func (o *Order) check() error {
	var errs []error
	if !slices.Contains(Endpoints, o.Endpoint) {
		errs = append(errs, fault.Field("endpoint", `The endpoint of a batch is one of `+strings.Join(Endpoints, ", ")+"."))
	}
	if o.Window != "24h" {
		errs = append(errs, fault.Field("completion_window", `The completion window is "24h".`))
	}
	if len(o.Metadata) > maxMetadata {
		errs = append(errs, fault.Field("metadata", fmt.Sprintf("Metadata has at most %d entries.", maxMetadata)))
	}
	for k, v := range o.Metadata {
		if utf8.RuneCountInString(k) > 64 || utf8.RuneCountInString(v) > 512 {
			errs = append(errs, fault.Field("metadata", "A key of metadata has at most 64 characters, a value at most 512."))
			break
		}
	}
	return errors.Join(errs...)
}

// Create makes a batch of a file. A node reads its lines and begins; this only looks whether it could.
func (d *Desk) Create(ctx context.Context, c Caller, o Order) (Batch, error) {
	now := d.now()
	if err := errors.Join(o.check(), o.Bodhi.check(now)); err != nil {
		return Batch{}, err
	}
	f, err := d.File(ctx, c, o.Input)
	if err == nil && f.Purpose != ForBatch {
		err = fault.Field("input_file_id", `The file's purpose is "`+string(f.Purpose)+`"; a batch reads files of the purpose "batch".`)
	}
	if err != nil {
		return Batch{}, err
	}
	b := d.draft(c, OpenAI, f)
	b.Body.Endpoint, b.Body.Window, b.Body.Metadata = o.Endpoint, o.Window, o.Metadata
	o.Bodhi.fill(&b)
	if err := d.reckon(ctx, &b); err != nil {
		return Batch{}, err
	}
	return b, d.insert(ctx, b)
}

// reckon has the window of a batch for off-peak hours begin when they do.
func (d *Desk) reckon(ctx context.Context, b *Batch) error {
	if !b.Body.OffPeak || b.ExpiresAt.IsZero() {
		return nil
	}
	h, _, err := d.Store.Hours(ctx, b.Org)
	if err != nil {
		return away(err)
	}
	b.ExpiresAt = h.Next(b.StartAt).Add(Window)
	return nil
}

func (d *Desk) draft(c Caller, family Family, f File) Batch {
	now := d.now()
	return Batch{ID: id.NewBatch(d.IDs), Org: c.org(), Key: c.Grant.Key, Member: c.Grant.Chain.Member, Family: family, State: Validating, Input: f.ID, CreatedAt: now, StartAt: now, ExpiresAt: now.Add(Window),
		Body: Body{KeyName: c.Grant.Name, IP: c.IP, Tags: c.Tags, User: c.User, Unkept: c.Unkept, Cap: c.Most}}
}

func (d *Desk) insert(ctx context.Context, b Batch) error {
	err := d.Tx.Do(ctx, func(ctx context.Context) error {
		if err := d.Store.Lock(ctx, b.Org); err != nil {
			return err
		}
		open, err := d.Store.Unfinished(ctx, b.Org)
		if err == nil && open >= MaxOpen {
			f := fault.Newf(fault.Limited, "too_many_batches", "%d batches of your organization are not over, the most there may be. Wait for one, or cancel one.", open)
			f.RetryAfter = time.Minute
			err = f
		}
		if err != nil {
			return err
		}
		return d.Store.InsertBatch(ctx, b)
	})
	if err != nil {
		return away(err)
	}
	d.tell(ctx)
	return nil
}

// Batch is one of the key's, with what its lines came to.
func (d *Desk) Batch(ctx context.Context, c Caller, family Family, name string) (Batch, Tally, error) {
	which, err := id.ParseBatch(strings.TrimPrefix(name, "msg"))
	if err != nil {
		return Batch{}, Tally{}, NoBatch(name)
	}
	b, err := d.Store.Batch(ctx, c.org(), which)
	if errors.Is(err, ErrNotFound) || err == nil && (b.Key != c.Grant.Key || b.Family != family) {
		return Batch{}, Tally{}, NoBatch(name)
	}
	var t Tally
	if err == nil {
		t, err = d.Store.Tally(ctx, c.org(), which)
	}
	one := []Batch{b}
	if err == nil {
		err = d.open(ctx, c.org(), one)
	}
	if err != nil {
		return Batch{}, Tally{}, away(err)
	}
	return one[0], t, nil
}

// Entry is a batch in a list.
type Entry struct {
	Batch
	Tally Tally
}

// Batches are the key's, newest first; more says that others follow.
func (d *Desk) Batches(ctx context.Context, c Caller, q Query) (out []Entry, more bool, err error) {
	limit := q.Limit
	q.Key, q.Limit = c.Grant.Key, limit+1
	all, err := d.Store.Batches(ctx, c.org(), q)
	if err != nil {
		return nil, false, away(err)
	}
	if more = len(all) > limit; more {
		all = all[:limit]
	}
	if out, err = d.entries(ctx, c.org(), all); err != nil {
		return nil, false, away(err)
	}
	return out, more, nil
}

// entries are batches with what their lines came to, by one question for all.
func (d *Desk) entries(ctx context.Context, o id.Org, all []Batch) ([]Entry, error) {
	of := make([]id.Batch, len(all))
	for i := range all {
		of[i] = all[i].ID
	}
	tallies, err := d.Store.Tallies(ctx, o, of)
	if err == nil {
		err = d.open(ctx, o, all)
	}
	out := make([]Entry, len(all))
	for i := range all {
		out[i] = Entry{all[i], tallies[all[i].ID]}
	}
	return out, err
}

// Cancel ends a batch as it stands; what is under way is broken off, and a node lists what was not asked. One that is being cancelled or
// was is left as it is.
func (d *Desk) Cancel(ctx context.Context, c Caller, family Family, name string) (Batch, Tally, error) {
	b, _, err := d.Batch(ctx, c, family, name)
	if err != nil {
		return b, Tally{}, err
	}
	if _, err := d.Store.Move(ctx, b.Org, b.ID, []State{Validating, Running, Paused}, Cancelling, "", d.now()); err != nil {
		return b, Tally{}, away(err)
	}
	b, t, err := d.Batch(ctx, c, family, name)
	if err == nil && b.State.Over() && b.State != Cancelled {
		return b, t, fault.Newf(fault.Conflict, "batch_over", "Cannot cancel a batch with status '%s'.", cmp.Or(string(b.State), "ended"))
	}
	d.tell(ctx)
	return b, t, err
}

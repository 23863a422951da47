package batch

import (
	"context"
	"encoding/json"
	"io"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/key"
)

// written writes the requests of a draft as lines; in is its file.
func (d *Draft) written(in io.Reader, endpoint *string) func(w io.Writer) error {
	return func(w io.Writer) (err error) {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		*endpoint, err = d.read(in, func(a asked) error { return e.Encode(a) })
		return err
	}
}

// draw makes the batch of a schedule's time, with its file. Neither is anybody's before place.
func (d *Desk) draw(ctx context.Context, s *Schedule, g *key.Grant, due time.Time) (Batch, File, error) {
	from, err := d.source(ctx, s.Org, s.Input)
	if err != nil {
		return Batch{}, File{}, err
	}
	var what Draft
	from.fill(&what)
	c := Caller{Grant: g, IP: s.Terms.IP}
	var endpoint string
	f, err := d.compose(ctx, c, ForBatch, s.Name+".jsonl", what.written(strings.NewReader(what.Text), &endpoint))
	if err != nil {
		return Batch{}, File{}, err
	}
	b := d.draft(c, OpenAI, f)
	b.Priority, b.ExpiresAt = s.Terms.Priority, time.Time{} // as of every batch that people make
	b.Body.Name, b.Body.Endpoint, b.Body.Cap, b.Body.OffPeak, b.Body.Schedule = clip(s.Name, 200)+", "+s.clock(due), endpoint, s.Terms.Cap, s.Terms.OffPeak, s.ID.String()
	b.Body.Native = s.Terms.Native
	return b, f, nil
}

// place makes a batch and its file what nodes work on, in the transaction that ctx carries.
func (d *Desk) place(ctx context.Context, b Batch, f File) error {
	if err := d.insert(ctx, b); err != nil {
		return err
	}
	return d.Store.FinishFile(ctx, f.Org, f.ID, f.Size, b.StartAt.Add(Keep))
}

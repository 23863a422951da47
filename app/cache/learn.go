package cache

import (
	"context"
	"errors"
	"time"

	"github.com/bodhi-gateway/bodhi/app/cache/semantic"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// How questions are read: in pages, all at the start, then what other nodes kept. What they write comes late, so a mark is gone back
// from a little.
const (
	learnAtOnce = 500
	learnEvery  = 10 * time.Second
	learnLate   = time.Minute
	seeEvery    = time.Second
)

// Learn fills the index from the store in the background, keeps up with what other nodes keep, and writes sightings down, until ctx
// ends. Without a policy that asks for it, it reads nothing.
func (d *Desk) Learn(ctx context.Context) error {
	read, see := time.NewTicker(learnEvery), time.NewTicker(seeEvery)
	defer read.Stop()
	defer see.Stop()
	var mark Mark
	for {
		var err error
		select {
		case <-ctx.Done():
			late, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			if err := d.Tell(late); err != nil {
				d.Log.Error("answers to like questions were given and are not in the audit log", "error", err.Error())
			}
			return nil
		case <-see.C:
			err = d.Tell(ctx)
			if d.likes.again.Swap(false) {
				mark = Mark{}
				mark, err = d.CatchUp(ctx, mark)
			}
		case <-read.C:
			mark, err = d.CatchUp(ctx, mark)
		}
		if err != nil && ctx.Err() == nil {
			d.Log.Warn("the cache's like questions are behind", "error", err.Error())
		}
	}
}

// CatchUp reads questions that were kept since a mark, and gives the mark to go on from.
func (d *Desk) CatchUp(ctx context.Context, mark Mark) (Mark, error) {
	if d.Questions == nil || !d.likes.wanted.Load() {
		return mark, nil
	}
	from := mark
	if !from.At.IsZero() {
		from = Mark{At: from.At.Add(-learnLate)}
	}
	for {
		list, next, err := d.Questions.Questions(ctx, from, d.Clock.Now(), learnAtOnce)
		if err != nil {
			return mark, err
		}
		for _, a := range list {
			d.learn(ctx, a)
		}
		if len(list) > 0 {
			from, mark = next, next
		}
		if len(list) < learnAtOnce || ctx.Err() != nil {
			return mark, ctx.Err()
		}
	}
}

// learn adds a kept question to the index. What cannot be read is left out: it is a miss.
func (d *Desk) learn(ctx context.Context, a Asked) {
	plain, err := d.Vault.Open(ctx, a.Org, table, questionColumn, a.Key.String(), a.Question)
	if err != nil {
		return
	}
	text, v, err := decodeQuestion([]byte(plain.Reveal()))
	if err != nil {
		return
	}
	if q, ok := semantic.Parse(text); ok {
		d.likes.index.Add(a.Org.Bytes(), semantic.Prefix(a.Prefix), a.Key, q, v)
	}
}

// Tell writes down what was seen. What cannot be written waits for the next time.
func (d *Desk) Tell(ctx context.Context) error {
	if d.Seen == nil {
		return nil
	}
	byOrg := map[id.Org][]Sighting{}
	for _, s := range d.likes.take() {
		byOrg[s.Org] = append(byOrg[s.Org], s)
	}
	var errs []error
	for _, list := range byOrg {
		if err := d.Seen.Saw(ctx, list); err != nil {
			d.likes.back(list)
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// reindex forgets an organization's questions and reads them anew, because something of them was cleared.
func (d *Desk) reindex(o id.Org) {
	d.likes.index.DropOwner(o.Bytes())
	d.likes.again.Store(true)
}

// Liking is how many bytes the index of like questions takes in this process.
func (d *Desk) Liking() int64 { return d.likes.index.Bytes() }

package batch

import (
	"context"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// lose notes that an answer was lost, and what may have been spent on it. One that was lost too often is at its end.
func (i *Item) lose(spent money.USD) {
	i.Losses++
	i.Lost += spent
	if i.Step = Waiting; i.Losses >= again {
		i.Step, i.Code = Refused, "interrupted"
	}
}

// recover puts right what a node left behind that was killed: what it had sent and not written down is sent again.
func (j *job) recover(ctx context.Context) (Tally, error) {
	b := &j.batch
	t, err := j.Store.Tally(ctx, b.Org, b.ID)
	if err != nil || t.Steps[Sent] == 0 {
		return t, err
	}
	for after := 0; ; {
		items, err := j.Store.Open(ctx, b.Org, b.ID, after, shelf)
		if err != nil {
			return t, err
		}
		if len(items) == 0 {
			return j.Store.Tally(ctx, b.Org, b.ID)
		}
		for n := range items {
			i := &items[n]
			if after = i.Number; i.Step != Sent {
				continue
			}
			if i.lose(t.Dearest); i.over() {
				if err := j.unanswered(ctx, i); err != nil {
					return t, err
				}
			}
			if !j.put(i) {
				return t, ErrLost
			}
		}
	}
}

func (j *job) unanswered(ctx context.Context, i *Item) error {
	a, err := j.read(ctx, i)
	if err != nil {
		return err
	}
	return j.batch.unanswered(i, a.CustomID)
}

// end lists what was not asked, and ends the batch with its files of results.
func (j *job) end(ctx context.Context) error {
	b := &j.batch
	to, step, code := Completed, Lapsed, "batch_expired"
	t, err := j.Store.Tally(ctx, b.Org, b.ID)
	if err != nil {
		return err
	}
	switch {
	case b.State == Cancelling:
		to, step, code = Cancelled, Dropped, "batch_cancelled"
	case j.expired():
		to = Expired
	case t.Steps[Waiting]+t.Steps[Sent] > 0: // one was left behind: another turn
		j.yield()
		return nil
	}
	open := 0
	for after := 0; ; {
		items, err := j.Store.Open(ctx, b.Org, b.ID, after, shelf)
		if err != nil {
			return err
		}
		if len(items) == 0 {
			break
		}
		for n := range items {
			i := &items[n]
			after = i.Number
			open++
			if i.Step == Sent {
				i.Losses++
			}
			i.Step, i.Code = step, code
			if err := j.unanswered(ctx, i); err != nil {
				return err
			}
			if !j.put(i) {
				return ErrLost
			}
		}
	}
	if to == Expired && open == 0 { // the last line came in time
		to = Completed
	}
	return j.finish(ctx, to)
}

// fail ends a batch whose file cannot be worked on.
func (j *job) fail(ctx context.Context, wrong []Wrong) error {
	j.batch.Body.Errors = wrong
	j.batch.Why = wrong[0].Message
	return j.finish(ctx, Failed)
}

func (j *job) finish(ctx context.Context, to State) error {
	b := &j.batch
	t, err := j.Store.Tally(ctx, b.Org, b.ID)
	if err != nil {
		return err
	}
	b.State, b.EndedAt = to, j.Clock.Now().UTC()
	var files []File
	result := func(name string, size int64, bad bool) id.File {
		f := File{ID: id.NewFile(j.IDs), Org: b.Org, Key: b.Key, Member: b.Member, Purpose: ForOutput, Name: b.ID.String() + "_" + name + ".jsonl", Size: size, Batch: b.ID, Bad: bad, Ready: true, CreatedAt: b.EndedAt, ExpiresAt: b.EndedAt.Add(Keep)}
		files = append(files, f)
		return f.ID
	}
	if t.Good > 0 && b.Family == OpenAI {
		b.Output = result("output", t.Good, false)
	}
	if t.Bad > 0 && b.Family == OpenAI {
		b.Failures = result("error", t.Bad, true)
	}
	if err := j.Store.End(ctx, *b, j.token, files); err != nil {
		return err
	}
	j.told(context.WithoutCancel(ctx))
	return nil
}

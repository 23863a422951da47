package batch

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// advance takes a native batch as far as it goes now.
func (j *job) advance(ctx context.Context, l *NativeBatch) error {
	c, there := j.Native.Connections.Account(l.Org, l.Connection)
	switch {
	case !there:
		l.Why = "its connection is not there any more"
		return j.giveUp(ctx, l, lost)
	case c == nil && j.Clock.Now().Before(j.unkeyed(l)):
		return nil // what is out is paid for: somebody may give it its key back
	case c == nil:
		l.Why = "its connection has no key that can be read"
		return j.giveUp(ctx, l, lost)
	}
	if l.State == NativeSubmitting {
		if err := j.search(ctx, c, l); err != nil || l.State != NativeSubmitted {
			return err
		}
	}
	now := j.Clock.Now()
	over := j.batch.State == Cancelling || j.expired() || !now.Before(j.deadline(l.Since))
	v, err := j.Native.Client.Progress(ctx, c, l.Remote)
	if err == nil && v.Over {
		if err = j.takeResults(ctx, c, l, &v); err == nil || !errors.Is(err, errAway) {
			return err
		}
	}
	switch {
	case err != nil && gone(err):
		l.Why = "the provider does not know it any more"
		return j.giveUp(ctx, l, lost)
	case l.State == NativeTakenBack && now.Sub(l.TakenBackAt) > patience:
		l.Why = "the provider did not give it back in time"
		return j.giveUp(ctx, l, lost)
	case err != nil:
		j.Log.Warn("a provider does not say how far it is with lines of a batch", "batch", j.batch.ID.String(), "connection", l.Provider, "error", err)
	}
	if over && l.State != NativeTakenBack {
		if err := j.Native.Client.Cancel(ctx, c, l.Remote); err != nil {
			j.Log.Warn("a provider does not give lines of a batch back", "batch", j.batch.ID.String(), "connection", l.Provider, "error", err)
		}
		l.State, l.TakenBackAt = NativeTakenBack, now.UTC()
	}
	if err == nil {
		l.Done = v.Done
	}
	return j.Native.Store.SaveNative(ctx, *l, j.token)
}

// unkeyed is until when a native batch waits for its connection's key. One that was cancelled waits as long as where its provider does not stop.
func (j *job) unkeyed(l *NativeBatch) time.Time {
	end := j.deadline(l.Since).Add(patience)
	if x := j.batch.StoppedAt.Add(patience); j.batch.State == Cancelling && x.Before(end) {
		end = x
	}
	return end
}

func gone(err error) bool {
	var f *provider.Failure
	return errors.As(err, &f) && f.Status == http.StatusNotFound
}

// search finds out what became of a native batch that a node left while it handed it over.
func (j *job) search(ctx context.Context, c *provider.Connection, l *NativeBatch) error {
	sent := &provider.NativeBatch{ID: l.ID, Path: l.Path, Lines: make([]provider.NativeLine, l.Lines), Since: l.Since}
	remote, err := j.find(ctx, c, sent)
	switch {
	case err != nil && j.Clock.Now().Sub(l.Since) > patience:
		l.Why = "nobody knows whether the provider took it"
		return j.giveUp(ctx, l, lost)
	case err != nil:
		return nil // another turn looks again
	case remote == "" && !j.Native.Alone && j.Clock.Now().Sub(l.Since) < unsure:
		return nil
	case remote == "":
		j.Native.Client.Forget(ctx, c, sent) // of a file that was there already nothing is made any more
		l.Why = "the provider has not got it"
		return j.giveUp(ctx, l, never)
	}
	l.Remote, l.State = remote, NativeSubmitted
	return j.Native.Store.SaveNative(ctx, *l, j.token)
}

func (j *job) find(ctx context.Context, c *provider.Connection, l *provider.NativeBatch) (string, error) {
	var failed error
	remote, err := j.Native.Client.Find(ctx, c, l, func(remote string) bool {
		known, err := j.Native.Store.Known(ctx, j.batch.Org, remote)
		if err != nil {
			failed = err
		}
		return known || err != nil
	})
	if err == nil && remote == "" {
		err = failed
	}
	return strings.TrimSpace(remote), err
}

// fate is what becomes of lines that a native batch brings no result for.
type fate uint8

const (
	never fate = iota // they never left: what was booked is given back, and they may be handed over again
	given             // they cost nothing: what was booked is given back, and they are asked alone
	lost              // they may have cost something: it stays booked, and they are asked alone
)

// errAway says that results cannot be read at the moment.
var errAway = errors.New("batch: a provider's results cannot be read")

// takeResults settles every line that has a result, and leaves the rest to be asked alone.
func (j *job) takeResults(ctx context.Context, c *provider.Connection, l *NativeBatch, v *provider.NativeProgress) error {
	if v.Lost {
		l.Why = v.Why
		if err := j.giveUp(ctx, l, given); err != nil {
			return err
		}
		j.Native.Client.Delete(ctx, c, l.Remote, v) // its requests are there all the same
		return nil
	}
	var ready []provider.NativeResult
	var failed error
	size := 0
	flush := func() error {
		failed = j.settleResults(ctx, c, l, ready)
		clear(ready) // their bodies are large
		ready, size = ready[:0], 0
		return failed
	}
	err := j.Native.Client.Results(ctx, c, l.ID, l.Remote, v, func(r provider.NativeResult) error {
		ready, size = append(ready, r), size+len(r.Body)
		if len(ready) < resultsAtOnce && size < nativeBytes {
			return nil
		}
		return flush()
	})
	if failed != nil {
		return failed
	}
	if err == nil {
		err = flush()
	}
	if failed != nil || err != nil {
		return errors.Join(failed, errAway, err)
	}
	rest := given
	if v.Whole {
		rest = lost
	}
	l.Done = v.Done
	if err := j.giveUp(ctx, l, rest); err != nil {
		return err
	}
	j.Native.Client.Delete(ctx, c, l.Remote, v)
	return nil
}

// giveUp ends a native batch whose lines have no result.
func (j *job) giveUp(ctx context.Context, l *NativeBatch, f fate) error {
	for after := 0; ; {
		left, err := j.Native.Store.OpenHanded(ctx, *l, nil, after, shelf)
		if err != nil {
			return err
		}
		if len(left) == 0 {
			break
		}
		var items []SealedItem
		var booked budget.Batch
		for n := range left {
			p := &left[n]
			after = p.Number
			i := p.Item
			i.Step, i.Cost = Waiting, 0
			if f != never {
				i.Tries = 1
			}
			if f == lost {
				i.Lost += p.Deposit.Held.Money
			} else {
				booked.Attempts = append(booked.Attempts, j.giveBack(&p.Deposit))
				j.purse.book(-p.Deposit.Held.Money)
			}
			items = append(items, SealedItem{Item: i})
		}
		if err := j.saveResults(ctx, l, items, booked); err != nil {
			return err
		}
	}
	l.State = NativeOver
	return j.Native.Store.SaveNative(ctx, *l, j.token)
}

// giveBack is the end of a deposit that nothing was spent of.
func (j *job) giveBack(d *ledger.Attempt) budget.Posting {
	out := budget.Posting{Attempt: *d, End: ledger.Settlement{Attempt: id.NewAttempt(j.IDs), State: ledger.Returned, Cost: -d.Held.Money, Tokens: -d.Held.Tokens, Requests: -d.Held.Requests,
		Class: "canceled", Note: "the end of " + d.ID.String() + ": it was not asked", At: j.Clock.Now().UTC()}}
	out.Attempt.ID, out.Attempt.Number = out.End.Attempt, d.Number+1
	return out
}

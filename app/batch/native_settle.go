package batch

import (
	"context"
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// settleResults takes results through the gateway and writes them down with what they cost. A line that has its result already, by another line of
// the provider's file, is passed over; so is one that nobody knows.
func (j *job) settleResults(ctx context.Context, c *provider.Connection, l *NativeBatch, all []provider.NativeResult) error {
	if len(all) == 0 {
		return ctx.Err()
	}
	numbers := make([]int, len(all))
	by := map[int]*provider.NativeResult{}
	for n := range all {
		numbers[n] = all[n].Number
		if by[all[n].Number] == nil {
			by[all[n].Number] = &all[n]
		}
	}
	open, err := j.Native.Store.OpenHanded(ctx, *l, numbers, 0, len(numbers))
	if err != nil || len(open) == 0 {
		return err
	}
	var items []SealedItem
	var booked budget.Batch
	for n := range open {
		p := &open[n]
		if err := j.settleOne(ctx, j.grantFor(p), c, p, by[p.Number], &booked); err != nil {
			return err
		}
		sealed, err := j.vault.sealItem(ctx, p.Item)
		if err != nil {
			return err
		}
		items = append(items, sealed)
	}
	return j.saveResults(ctx, l, items, booked)
}

// saveResults writes down what came of lines, and tells nodes that saw a budget used up to ask again: what was booked for the lines was
// more than they cost.
func (j *job) saveResults(ctx context.Context, l *NativeBatch, items []SealedItem, booked budget.Batch) error {
	if err := j.Native.Store.SaveResults(ctx, *l, j.token, items, booked); err != nil || len(booked.Attempts) == 0 {
		return err
	}
	if err := j.Bus.Publish(ctx, budget.Topic); err != nil { // they poll as well
		j.Log.Warn("money came back, but nodes could not be told", "error", err)
	}
	return nil
}

// grantFor is as what key a result is settled. Its money was spent when the key opened models, so one that opens nothing by now settles it too,
// on the budgets where the deposit is; it cannot ask anything more.
func (j *job) grantFor(p *HandedLine) *key.Grant {
	if g, err := j.Grants.Grant(j.batch.Org, j.batch.Key); err == nil {
		return g
	}
	return &key.Grant{Key: j.batch.Key, Name: j.batch.Body.KeyName, Chain: p.Deposit.Chain}
}

// settleOne takes the result of one line through the gateway.
func (j *job) settleOne(ctx context.Context, g *key.Grant, c *provider.Connection, p *HandedLine, r *provider.NativeResult, booked *budget.Batch) error {
	i := &p.Item
	i.Tries = 1
	if r.Status == 0 {
		booked.Attempts = append(booked.Attempts, j.giveBack(&p.Deposit))
		j.purse.book(-p.Deposit.Held.Money)
		i.Step, i.Cost = Waiting, 0
		return nil
	}
	a, err := j.readHanded(ctx, p)
	if err != nil {
		return err
	}
	w := &replay{memory{header: http.Header{}}, NativeAnswer{Deposit: p.Deposit, Connection: c, Status: r.Status, Body: r.Body}}
	j.through(ctx, g, a, w)
	if err := ctx.Err(); err != nil {
		return err
	}
	got, cost := w.reply(), p.Deposit.Held.Money
	if w.answer.Settled {
		cost += w.answer.End.Cost
		booked.Attempts = append(booked.Attempts, budget.Posting{Attempt: w.answer.Entry, End: w.answer.End})
		booked.Requests = append(booked.Requests, w.answer.Fact)
		j.purse.book(w.answer.End.Cost)
	} else {
		j.Log.Warn("an answer from a provider's batch was refused before it was read: what was booked for it stays", "batch", j.batch.ID.String(), "line", i.Number, "status", got.status, "code", got.code)
	}
	i.Status, i.Request, i.Took, i.Cost = got.status, p.Deposit.Request, j.Clock.Now().Sub(p.Deposit.At), cost
	if got.failing() || got.busy() || got.broke() { // asked alone it may do better
		i.Step, i.Cost = Waiting, 0
		i.Lost += cost
		return nil
	}
	j.settle(i, a, &got)
	return nil
}

// replay brings an answer into the gateway (gateway.Replayer).
type replay struct {
	memory
	answer NativeAnswer
}

// Answer implements gateway.Replayer.
func (w *replay) Answer() *NativeAnswer { return &w.answer }

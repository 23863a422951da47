package batch

import (
	"context"
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// deferral takes a line along (gateway.Deferrer).
type deferral struct {
	memory
	native  *Native
	purse   *purse
	request *NativeRequest
	capped  bool
}

// Fits implements gateway.Deferrer. The batch's own limit counts what is booked.
func (w *deferral) Fits(c *provider.Connection, op llm.Operation, most money.USD) bool {
	if !w.native.Client.Takes(c, op) {
		return false
	}
	w.capped = !w.purse.book(most)
	return !w.capped
}

// Take implements gateway.Deferrer.
func (w *deferral) Take(p NativeRequest) { w.request = &p }

// sealHanded is a line as it is kept while it is handed over. What a stored prompt made of it stands where its result will.
func (v vault) sealHanded(ctx context.Context, i *Item, r *NativeRequest) (out HandedLine, err error) {
	out = HandedLine{Item: *i, Deposit: r.Deposit}
	if r.Asked == nil {
		return out, nil
	}
	if out.Sealed, err = v.Seal(ctx, i.Org, itemTable, column, itemPlace(i), secret.New(string(r.Asked))); err != nil {
		return out, fmt.Errorf("batch: seal what a stored prompt made of a line: %w", err)
	}
	return out, nil
}

// readHanded is what was asked by a line that is handed over.
func (j *job) readHanded(ctx context.Context, p *HandedLine) (asked, error) {
	a, err := j.read(ctx, &p.Item)
	if err != nil || p.Sealed == nil {
		return a, err
	}
	text, err := j.vault.Open(ctx, p.Org, itemTable, column, itemPlace(&p.Item), p.Sealed)
	if err != nil {
		return a, fmt.Errorf("batch: open what a stored prompt made of a line: %w", err)
	}
	a.Body = []byte(text.Reveal())
	return a, nil
}

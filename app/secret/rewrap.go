package secret

import (
	"bytes"
	"cmp"
	"context"
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/work"
)

// rewrapBatch is how many data keys one transaction rewraps: few enough that nobody waits for it, even where a database has
// one writer.
const rewrapBatch = 100

// Rewrapped is what Rewrap did.
type Rewrapped struct {
	Master  KeyID // what everything is under now
	Keys    int   // data keys there are
	Changed int   // of them, those that were under another master key
	Peppers int   // of older master keys, kept so that what they hashed is still recognised
}

// Rewrap puts every data key under the current master key, so that no other is needed any more. It may run beside any number of
// processes that use the keys: what they encrypt stays the same, and so do the keys that they hold. It may be stopped anywhere and
// run again, by several at once too. said, if any, is told after each batch how many of how many are done.
func (k *Keyring) Rewrap(ctx context.Context, tx work.Tx, said func(done, of int)) (Rewrapped, error) {
	out := Rewrapped{Master: k.master.ID()}
	if err := k.keepPeppers(ctx, &out); err != nil {
		return out, err
	}
	for {
		all, err := k.store.AllOrgKeys(ctx)
		if err != nil {
			return out, fmt.Errorf("read data keys: %w", err)
		}
		var due []WrappedKey
		out.Keys = 0
		for _, w := range all {
			if w.Org.IsZero() {
				continue
			}
			out.Keys++
			if w.Under() != out.Master {
				due = append(due, w)
			}
		}
		if len(due) == 0 {
			return out, nil
		}
		for at := 0; at < len(due); at += rewrapBatch {
			n, err := k.rewrap(ctx, tx, due[at:min(at+rewrapBatch, len(due))])
			if err != nil {
				return out, err
			}
			out.Changed += n
			if said != nil {
				said(out.Keys-len(due)+min(at+rewrapBatch, len(due)), out.Keys)
			}
		}
	}
}

// rewrap is one batch, all or nothing.
func (k *Keyring) rewrap(ctx context.Context, tx work.Tx, batch []WrappedKey) (int, error) {
	next := make([]WrappedKey, len(batch))
	for i, w := range batch {
		var err error
		if next[i], err = k.rewrapped(w); err != nil {
			return 0, err
		}
	}
	n := 0
	err := tx.Do(ctx, func(ctx context.Context) error {
		n = 0
		for i := range batch {
			ok, err := k.store.Rewrap(ctx, batch[i], next[i])
			if err != nil {
				return fmt.Errorf("rewrap data key of %s: %w", batch[i].Org, err)
			}
			if ok {
				n++
			}
		}
		return nil
	})
	return n, err
}

// rewrapped is a data key under the current master key.
func (k *Keyring) rewrapped(w WrappedKey) (WrappedKey, error) {
	dek, err := k.unwrap(w)
	if err != nil {
		return w, err
	}
	next, err := k.wrap(w.Org, w.Version, dek)
	if err != nil {
		return w, fmt.Errorf("wrap data key: %w", err)
	}
	return next, k.proves(next, dek)
}

// proves refuses a wrapping that does not give back what was wrapped: it would replace the only one that does.
func (k *Keyring) proves(w WrappedKey, dek []byte) error {
	if again, err := k.unwrap(w); err != nil || !bytes.Equal(again, dek) {
		return fmt.Errorf("data key of %s: the new wrapping does not open: %w", w.Org, cmp.Or(err, ErrTampered))
	}
	return nil
}

// keepPeppers writes down what hashes of other master keys are recognised by. It comes first: once a master key is gone, nothing
// could give its pepper back.
func (k *Keyring) keepPeppers(ctx context.Context, out *Rewrapped) error {
	all, err := k.store.AllOrgKeys(ctx)
	if err != nil {
		return fmt.Errorf("read peppers: %w", err)
	}
	kept := map[KeyID]bool{}
	for _, w := range all {
		if w.Org.IsZero() {
			if err := k.adopt(w); err != nil {
				return err
			}
			kept[KeyID(w.Version)] = w.Under() == out.Master
		}
	}
	for _, kid := range k.master.IDs()[1:] {
		out.Peppers++
		if kept[kid] {
			continue
		}
		w, err := k.wrap(id.Org{}, uint32(kid), k.master.pepper(kid))
		if err != nil {
			return fmt.Errorf("wrap pepper: %w", err)
		}
		if err := k.store.KeepPepper(ctx, w); err != nil {
			return fmt.Errorf("keep pepper of master key %s: %w", kid, err)
		}
	}
	return nil
}

// Stale counts the data keys and peppers that need another master key than the current one.
func (k *Keyring) Stale(ctx context.Context) (n int, err error) {
	all, err := k.store.AllOrgKeys(ctx)
	if err != nil {
		return 0, fmt.Errorf("read data keys: %w", err)
	}
	for _, w := range all {
		if w.Under() != k.master.ID() {
			n++
		}
	}
	return n, nil
}

// Destroy deletes an organization's data keys in the transaction in ctx. Whatever they encrypted can be read by nobody from then
// on, wherever a copy of it is, except where a copy of the wrapped keys is too. Processes that hold them forget them with the
// next Import.
func (k *Keyring) Destroy(ctx context.Context, o id.Org) error {
	return k.store.DropOrgKeys(ctx, o)
}

package batch

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// submitter takes lines through the gateway, to hand them over.
type submitter struct {
	*job
	open      map[string]*pending // by connection, model and path
	submitted []*NativeBatch
	// short says that a budget or the batch's limit has no room for the rest before something comes back.
	short bool
	stop  bool // nothing more is taken
}

// pending is a native batch that is being made.
type pending struct {
	batch      NativeBatch
	connection *provider.Connection
	lines      []provider.NativeLine
	bytes      int
	inputs     int64
	fresh      []HandedLine // not written down yet
}

// collect takes every line that was not asked yet. One that may not be handed over is left as it is.
func (p *submitter) collect(ctx context.Context) error {
	b := &p.batch
	for after := 0; !p.stop; {
		items, err := p.Store.Open(ctx, b.Org, b.ID, after, shelf)
		if err != nil {
			return err
		}
		if len(items) == 0 {
			break
		}
		for n := range items {
			i := &items[n]
			if after = i.Number; i.Step != Waiting || i.Tries > 0 {
				continue
			}
			if err := p.take(ctx, i); err != nil {
				return err
			}
			if p.stop {
				break
			}
		}
	}
	for _, x := range p.open {
		if err := p.submit(ctx, x); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// take hands one line to the gateway, and notes it in its native batch.
func (p *submitter) take(ctx context.Context, i *Item) error {
	a, err := p.read(ctx, i)
	if err != nil {
		return err
	}
	for !p.stop {
		if p.stop = p.outside(); p.stop { // what was taken by then is handed over
			return nil
		}
		select {
		case <-p.job.stop:
			p.stop = true
			return nil
		case <-p.pulse.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		g, ok := p.grant()
		if !ok {
			p.stop = true
			return nil
		}
		w := &deferral{memory: memory{header: http.Header{}}, native: p.Native, purse: p.purse}
		p.through(ctx, g, a, w)
		got := w.reply()
		switch {
		case w.request != nil:
			return p.note(ctx, i, w.request)
		case w.capped, got.broke():
			p.short, p.stop = true, true
		case got.busy():
			p.stop = p.rest(ctx, got.wait)
		case got.status >= http.StatusBadRequest && got.status < 500 && got.status != notDeferred:
			i.Tries, i.Request, i.Status = 1, got.request, got.status
			p.settle(i, a, &got)
			if !p.put(i) {
				return ErrLost
			}
			return nil
		default: // it is asked alone
			return nil
		}
	}
	return nil
}

// notDeferred is gateway.NotDeferred.
const notDeferred = http.StatusMisdirectedRequest

// through sends a line through the gateway.
func (j *job) through(ctx context.Context, g *key.Grant, a asked, w http.ResponseWriter) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://gateway.invalid"+j.batch.Body.Endpoint, bytes.NewReader(a.Body))
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	r.RemoteAddr, r.Header = hostPort(j.batch.Body.IP), j.headers()
	j.Gateway.As(g).ServeHTTP(w, r)
}

// note puts a line into its native batch, and hands the native batch over when it is full.
func (p *submitter) note(ctx context.Context, i *Item, request *NativeRequest) error {
	name := request.Connection.ID.UUID() + " " + request.Model + " " + request.Path
	x := p.open[name]
	var full *pending
	if x != nil && x.inputs+request.Inputs > nativeInputs {
		full, x = x, nil
	}
	if x == nil {
		x = &pending{connection: request.Connection, batch: NativeBatch{Org: p.batch.Org, Batch: p.batch.ID, ID: id.NewBatch(p.IDs).UUID(), Connection: request.Connection.ID, Provider: request.Connection.Name,
			Model: request.Model, Path: request.Path, State: NativeSubmitting, Since: p.Clock.Now().UTC().Truncate(time.Microsecond)}}
		p.open[name] = x
		if err := p.Native.Store.SaveNative(ctx, x.batch, p.token); err != nil {
			return err
		}
	}
	i.Step, i.Cost, i.Request = Handed, request.Deposit.Held.Money, request.Deposit.Request
	line, err := p.vault.sealHanded(context.WithoutCancel(ctx), i, request)
	if err != nil {
		return err
	}
	x.fresh = append(x.fresh, line)
	x.lines = append(x.lines, provider.NativeLine{Number: i.Number, Body: request.Body, Booked: request.Deposit.ID})
	x.bytes += len(request.Body)
	x.inputs += request.Inputs
	x.batch.Lines++
	if err := p.write(x); err != nil { // each at once: what is booked and not written down stays booked
		return err
	}
	if full != nil {
		if err := p.submit(ctx, full); err != nil {
			return err
		}
	}
	if len(x.lines) >= nativeLines || x.bytes >= nativeBytes {
		delete(p.open, name)
		return p.submit(ctx, x)
	}
	return nil
}

// write writes down what was taken, whatever becomes of ctx: it is booked.
func (p *submitter) write(x *pending) error {
	late, done := context.WithTimeout(context.Background(), 10*time.Second)
	defer done()
	err := p.Native.Store.SaveHanded(late, x.batch, p.token, x.fresh)
	x.fresh = nil
	return err
}

// tries of a native batch, with a pause between them that doubles.
const submissions = 3

// submit hands a native batch over.
func (p *submitter) submit(ctx context.Context, x *pending) error {
	x.batch.Since = p.Clock.Now().UTC().Truncate(time.Microsecond)
	if err := p.write(x); err != nil {
		return err
	}
	l := &x.batch
	p.submitted = append(p.submitted, l)
	sent := &provider.NativeBatch{ID: l.ID, Path: l.Path, Lines: x.lines, Since: l.Since, Beta: p.batch.Body.Beta}
	for n := range submissions {
		within, cancel := context.WithTimeout(ctx, submitting) // each its own: a slow one leaves the next all of its time
		remote, err := p.Native.Client.Submit(within, x.connection, sent)
		cancel()
		if err != nil {
			certain, again := p.Native.Client.NotTaken(err)
			p.Log.Warn("a provider did not take lines of a batch", "batch", p.batch.ID.String(), "connection", l.Provider, "certain", certain, "error", err)
			if !certain {
				if remote, err = p.find(ctx, x.connection, sent); err != nil {
					return nil // another turn looks for it
				}
			}
			if remote == "" { // a file may lie there of which nothing was made
				p.Native.Client.Forget(ctx, x.connection, sent)
			}
			if remote == "" && (!again || n == submissions-1) {
				l.Why = "the provider did not take it"
				return p.giveUp(ctx, l, given)
			}
		}
		if remote != "" {
			l.Remote, l.State = remote, NativeSubmitted
			return p.Native.Store.SaveNative(ctx, *l, p.token)
		}
		if p.rest(ctx, time.Second<<n) {
			return nil
		}
	}
	return nil
}

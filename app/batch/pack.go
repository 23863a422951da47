package batch

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// packer takes lines through the gateway, to hand them over.
type packer struct {
	*job
	under   map[string]*bale // by connection, model and path
	shipped []*Load
	// short says that a budget or the batch's limit has no room for the rest before something comes back.
	short bool
	stop  bool // nothing more is taken
}

// bale is a load that is being made.
type bale struct {
	load       Load
	connection *provider.Connection
	lines      []provider.LoadLine
	bytes      int
	fresh      []Packed // not written down yet
}

// pack takes every line that was not asked yet. One that may not be handed over is left as it is.
func (p *packer) pack(ctx context.Context) error {
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
	for _, x := range p.under {
		if err := p.ship(ctx, x); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// take hands one line to the gateway, and notes it in its load.
func (p *packer) take(ctx context.Context, i *Item) error {
	a, err := p.read(ctx, i)
	if err != nil {
		return err
	}
	for !p.stop {
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
		w := &porter{memory: memory{header: http.Header{}}, freight: p.Freight, purse: p.purse}
		p.through(ctx, g, a, w)
		got := w.reply()
		switch {
		case w.parcel != nil:
			return p.note(ctx, i, w.parcel)
		case w.capped, got.broke():
			p.short, p.stop = true, true
		case got.busy():
			p.stop = p.rest(ctx, got.wait)
		case got.status >= http.StatusBadRequest && got.status < 500 && got.status != notPorted:
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

// notPorted is gateway.NotPorted.
const notPorted = http.StatusMisdirectedRequest

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

// porter takes a line along (gateway.Porter).
type porter struct {
	memory
	freight *Freight
	purse   *purse
	parcel  *Parcel
	capped  bool
}

// Fits implements gateway.Porter. The batch's own limit counts what is booked.
func (w *porter) Fits(c *provider.Connection, op llm.Operation, most money.USD) bool {
	if !w.freight.Carrier.Takes(c, op) {
		return false
	}
	w.capped = !w.purse.book(most)
	return !w.capped
}

// Take implements gateway.Porter.
func (w *porter) Take(p Parcel) { w.parcel = &p }

// note puts a line into its load, and hands the load over when it is full.
func (p *packer) note(ctx context.Context, i *Item, parcel *Parcel) error {
	name := parcel.Connection.ID.UUID() + " " + parcel.Model + " " + parcel.Path
	x := p.under[name]
	if x == nil {
		x = &bale{connection: parcel.Connection, load: Load{Org: p.batch.Org, Batch: p.batch.ID, ID: id.NewBatch(p.IDs).UUID(), Connection: parcel.Connection.ID, Provider: parcel.Connection.Name,
			Model: parcel.Model, Path: parcel.Path, State: Shipping, Since: p.Clock.Now().UTC().Truncate(time.Microsecond)}}
		p.under[name] = x
		if err := p.Freight.Store.SaveLoad(ctx, x.load, p.token); err != nil {
			return err
		}
	}
	i.Step, i.Cost, i.Request = Handed, parcel.Deposit.Held.Money, parcel.Deposit.Request
	x.fresh = append(x.fresh, Packed{*i, parcel.Deposit})
	x.lines = append(x.lines, provider.LoadLine{Number: i.Number, Body: parcel.Body, Booked: parcel.Deposit.ID})
	x.bytes += len(parcel.Body)
	x.load.Lines++
	if err := p.write(x); err != nil { // each at once: what is booked and not written down stays booked
		return err
	}
	if len(x.lines) >= loadLines || x.bytes >= loadBytes {
		delete(p.under, name)
		return p.ship(ctx, x)
	}
	return nil
}

// write writes down what was taken, whatever becomes of ctx: it is booked.
func (p *packer) write(x *bale) error {
	late, done := context.WithTimeout(context.Background(), 10*time.Second)
	defer done()
	err := p.Freight.Store.Pack(late, x.load, p.token, x.fresh)
	x.fresh = nil
	return err
}

// tries of a load, with a pause between them that doubles.
const shipments = 3

// ship hands a load over.
func (p *packer) ship(ctx context.Context, x *bale) error {
	x.load.Since = p.Clock.Now().UTC().Truncate(time.Microsecond)
	if err := p.write(x); err != nil {
		return err
	}
	within, cancel := context.WithTimeout(ctx, loading)
	defer cancel()
	l := &x.load
	p.shipped = append(p.shipped, l)
	load := &provider.Load{ID: l.ID, Path: l.Path, Lines: x.lines, Since: l.Since}
	for n := range shipments {
		ticket, err := p.Freight.Carrier.Ship(within, x.connection, load)
		if err != nil {
			certain, again := p.Freight.Carrier.Untaken(err)
			p.Log.Warn("a provider did not take a load of a batch", "batch", p.batch.ID.String(), "connection", l.Provider, "certain", certain, "error", err)
			if !certain {
				if ticket, err = p.find(ctx, x.connection, load); err != nil {
					return nil // another turn looks for it
				}
			}
			if ticket == "" && (!again || n == shipments-1) {
				l.Why = "the provider did not take it"
				return p.unpack(ctx, l, given)
			}
		}
		if ticket != "" {
			l.Ticket, l.State = ticket, Shipped
			return p.Freight.Store.SaveLoad(ctx, *l, p.token)
		}
		if p.rest(ctx, time.Second<<n) {
			return nil
		}
	}
	return nil
}

func (j *job) find(ctx context.Context, c *provider.Connection, l *provider.Load) (string, error) {
	var failed error
	ticket, err := j.Freight.Carrier.Find(ctx, c, l, func(ticket string) bool {
		known, err := j.Freight.Store.Known(ctx, j.batch.Org, ticket)
		if err != nil {
			failed = err
		}
		return known || err != nil
	})
	if err == nil && ticket == "" {
		err = failed
	}
	return strings.TrimSpace(ticket), err
}

package gateway

import (
	"context"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/pii"
)

// screen looks for personal data and secrets in what was asked, before anything of it leaves: it refuses the request, or goes
// on with one that has placeholders. What it found goes into the fact, never what it was.
func (g *Gateway) screen(_ context.Context, x *Exchange) (Finish, error) {
	if g.Screens == nil {
		return nil, nil
	}
	b := g.Screens.For(x.Grant.Chain)
	if !b.Any() {
		return nil, nil
	}
	r := b.Screen(x.Call.Body)
	if !r.Any() {
		return nil, nil
	}
	incident := id.NewIncident(g.ids)
	x.fact.Screened = ledger.Screened{Incident: incident, Action: r.Action.String(), Found: r.Facts()}
	for _, a := range [...]pii.Action{pii.Block, pii.Mask, pii.Log} {
		if w := r.Words(a); w != "" {
			x.note("data rule, ", a.String(), ": ", w)
		}
	}
	if r.Action == pii.Block {
		return nil, r.Refusal(incident)
	}
	if r.Body == nil {
		return nil, nil
	}
	x.warn("placeholders stand for " + r.Words(pii.Mask))
	return nil, g.read(x, r.Body)
}

// read decodes a body in the client's dialect.
func (g *Gateway) read(x *Exchange, body []byte) (err error) {
	x.Call, err = x.Dialect.Decode(llm.Ask{Operation: x.Endpoint.op, Model: x.Named, Stream: x.Endpoint.stream,
		Query: x.R.URL.RawQuery, Header: x.R.Header, Body: body, At: x.Started.Unix()})
	return err
}

package gateway

import (
	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// hurry is a model of a connection.
type hurry struct {
	connection id.Connection
	model      string
}

// expectedTier is the service tier whose price a call has to be held for: the one that it asks for, or priority where a project's own setting
// gives that to calls which ask for none. No provider tells that setting; its answers do.
func (g *Gateway) expectedTier(call *llm.Call, t route.Target) string {
	switch call.Tier {
	case llm.PriorityTier:
		return llm.PriorityTier
	case "", "auto":
		if !g.hurries.Load() { // nowhere: most installations never look
			return ""
		}
		if _, ok := g.hurried.Load(hurry{t.Connection.ID, t.Model}); ok {
			return llm.PriorityTier
		}
	}
	return ""
}

// noteTier remembers that a model answered with priority unasked.
func (g *Gateway) noteTier(x *Exchange, a *attempt) {
	if a.tier != a.heldAt && (a.tier != llm.StandardTier || a.heldAt != "") {
		x.note("served as ", a.tier)
	}
	if a.tier == llm.PriorityTier && a.heldAt == "" {
		g.hurried.Store(hurry{a.target.Connection.ID, a.target.Model}, true)
		g.hurries.Store(true)
	}
}

// bill prices what was used by the tier that served it. Only the hold is booked of a dearer one that nobody could know of before; the next
// call is held for it.
func (g *Gateway) bill(a *attempt, u llm.Usage) catalog.Bill {
	if a.quote == nil {
		return catalog.Bill{}
	}
	b, err := catalog.Served(a.quote, a.tier).Bill(u)
	if err != nil { // only an overflow: book the whole hold rather than nothing
		return catalog.Bill{Total: a.hold.Amount()}
	}
	if a.tier == llm.PriorityTier && a.heldAt == "" {
		if list, err := a.quote.Bill(u); err == nil {
			b.Total = min(b.Total, max(list.Total, a.hold.Amount()))
		}
	}
	return b
}

package app

import (
	"context"

	"github.com/bodhi-gateway/bodhi/app/agent"
	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/compliance"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/db"
)

// compliant is the service of holds and of people's data.
func (c *core) compliant() *compliance.Service {
	return compliance.New(compliance.Parts{Store: db.NewComplianceStore(c.db), Members: c.orgs, People: c.people, Answers: forgettable{c.caching}, Texts: handedOut{c.transcripts()}, Vault: c.keyring, Tx: c.db,
		Audit: c.audit, IDs: c.ids, Clock: c.clock, Changed: c.peopleChanged, Settled: func(ctx context.Context) { c.tellNodes(ctx, compliance.Erased) },
		Sources: compliance.Sources{Usage: c.usage, Connections: c.providers, Members: c.people, Keys: c.keys, Facts: c.retention, Log: c.audit}})
}

// peopleChanged has every node read again what names people, and write its snapshots anew.
func (c *core) peopleChanged(ctx context.Context) {
	c.tellNodes(ctx, identity.KeysChanged, identity.BudgetsChanged, identity.LimitsChanged, identity.RoutesChanged, cache.Topic, prompt.Topic, agent.Topic, compliance.Erased)
}

func (c *core) tellNodes(ctx context.Context, topics ...live.Topic) {
	for _, t := range topics {
		if err := c.bus.Publish(ctx, t); err != nil {
			c.log.WarnContext(ctx, "change not published, readers will poll", "topic", string(t), "error", err)
		}
	}
}

// mayDelete refuses to let an organization be deleted while a hold is in force, whoever it is about, or while its plan runs on.
func (c *core) mayDelete(ctx context.Context, o id.Org) error {
	all, err := db.NewComplianceStore(c.db).Holds(ctx, o)
	if err != nil {
		return err
	}
	for _, h := range all {
		if h.InForce() {
			return compliance.Held(h)
		}
	}
	return c.billing.MayDelete(ctx, o)
}

// forgettable are the kept answers.
type forgettable struct{ cache *cache.Service }

var _ compliance.Answers = forgettable{}

// ForgetMember implements compliance.Answers: on every node, and where Redis carries them.
func (f forgettable) ForgetMember(ctx context.Context, actor org.Actor, m id.Member) error {
	return f.cache.Forget(ctx, actor, m)
}

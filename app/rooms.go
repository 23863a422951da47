package app

import (
	"github.com/bodhi-gateway/bodhi/app/agent"
	"github.com/bodhi-gateway/bodhi/app/approval"
	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/blueprint"
	"github.com/bodhi-gateway/bodhi/app/factor"
	"github.com/bodhi-gateway/bodhi/app/feedback"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/app/patience"
	"github.com/bodhi-gateway/bodhi/app/pii"
	"github.com/bodhi-gateway/bodhi/app/policy"
	"github.com/bodhi-gateway/bodhi/app/price"
	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/reconcile"
	"github.com/bodhi-gateway/bodhi/app/replay"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/sso"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/db"
)

// rooms makes the services. The order is that of their needs.
func (c *core) rooms() error {
	for _, furnish := range []func() error{c.books, c.rules, c.routing, c.members, c.logIns, c.access, c.signIns, c.money, c.figures, c.letterbox} {
		if err := furnish(); err != nil {
			return err
		}
	}
	c.newOperators()
	c.defaults()
	var err error
	c.directory, err = c.newDirectory()
	return err
}

// books makes the audit log and the stores that several rooms share.
func (c *core) books() error {
	mac, err := c.master.MAC(audit.Purpose)
	if err != nil {
		return err
	}
	c.audit = audit.NewChain(db.NewAuditStore(c.db), c.db, c.clock, c.ids, mac)
	c.connections, c.aliases = db.NewConnectionStore(c.db), db.NewAliasStore(c.db)
	c.keyStore, c.budgetStore, c.ledgerStore = db.NewKeyStore(c.db), db.NewBudgetStore(c.db), db.NewLedgerStore(c.db)
	c.sessions, c.limitStore = db.NewSessionStore(c.db), db.NewLimitStore(c.db)
	c.policyStore, c.approvals = db.NewPolicyStore(c.db), db.NewApprovalStore(c.db)
	c.piiStore, c.waitStore, c.healthStore = db.NewPIIStore(c.db), db.NewPatienceStore(c.db), db.NewHealthStore(c.db)
	c.promptStore = db.NewPromptStore(c.db, c.keyring)
	c.db.OnAlerts(c.alerted)
	return nil
}

// rules makes what requests are held to, besides money.
func (c *core) rules() error {
	c.policies = policy.New(policy.Parts{Store: c.policyStore, Tx: c.db, Audit: c.audit, Bus: c.bus, IDs: c.ids, Clock: c.clock, Log: c.log})
	c.screening = pii.New(pii.Parts{Store: c.piiStore, Tx: c.db, Audit: c.audit, Bus: c.bus, IDs: c.ids, Clock: c.clock, Log: c.log, Caps: looking{c}})
	c.waiting = patience.New(patience.Parts{Store: c.waitStore, Tx: c.db, Audit: c.audit, Bus: c.bus, Clock: c.clock, Log: c.log})
	c.applies = blueprint.NewTurns(blueprint.TurnParts{Store: db.NewBlueprintStore(c.db), Tx: c.db, Audit: c.audit, IDs: c.ids, Clock: c.clock})
	c.library = prompt.New(prompt.Parts{Tested: c.testedPrompt, Store: c.promptStore, Tx: c.db, Audit: c.audit, Bus: c.bus, IDs: c.ids, Clock: c.clock, Log: c.log})
	return c.newCaching()
}

// routing makes where requests go.
func (c *core) routing() error {
	c.aliasing = route.New(route.Parts{Store: c.aliases, Connections: c.connections, Prices: c.prices, Tx: c.db, Audit: c.audit, Bus: c.bus, IDs: c.ids, Clock: c.clock, Log: c.log, Tested: c.testedAlias})
	c.providers = provider.New(provider.Parts{Store: c.connections, Tx: c.db, Audit: c.audit, Bus: c.bus, Vault: c.keyring, URLs: c.egress,
		Prober: c.prober(), Aliases: c.aliasing, Tested: c.testedConnection, IDs: c.ids, Clock: c.clock, Log: c.log})
	return nil
}

// members makes organizations and who belongs to them.
func (c *core) members() error {
	mac, err := c.master.MAC(identity.TokenPurpose)
	if err != nil {
		return err
	}
	c.identities = identity.Config{Orgs: c.orgs, Store: db.NewIdentityStore(c.db), Budgets: leaving{c.budgetStore, c.approvals, c.limitStore, forgetting{c}}, Keys: c.keyring, Tx: c.db, Audit: c.audit, Bus: c.bus,
		Clock: c.clock, IDs: c.ids, MAC: mac, Hasher: identity.NewHasher(0), Log: c.log,
		Welcome: route.Welcome{Connections: c.providers, Aliases: c.aliasing}}
	c.identities.MayDelete = c.mayDelete
	c.newBilling()
	c.people = identity.NewService(c.identities)
	return nil
}

// logIns makes what members log in with besides a password. The rooms ask each other, so the last edges are drawn here.
func (c *core) logIns() error {
	recoveryMAC, err := c.master.MAC(factor.RecoveryPurpose)
	if err != nil {
		return err
	}
	flowMAC, err := c.master.MAC(sso.FlowPurpose)
	if err != nil {
		return err
	}
	c.factors = factor.New(factor.Parts{Store: db.NewFactorStore(c.db), Members: c.orgs, Sessions: db.NewIdentityStore(c.db), Rules: c.people, Vault: c.keyring, Tx: c.db,
		Audit: c.audit, MAC: recoveryMAC, IDs: c.ids, Clock: c.clock, Log: c.log, PublicURL: c.cfg.PublicURL})
	c.sso = sso.New(sso.Parts{Store: db.NewSSOStore(c.db), Orgs: c.orgs, People: c.people, Vault: c.keyring, URLs: c.egress, Out: c.egress.Transport(), Tx: c.db,
		Audit: c.audit, MAC: flowMAC, IDs: c.ids, Clock: c.clock, Log: c.log, PublicURL: c.cfg.PublicURL})
	c.people.Factors, c.people.Providers = c.factors, c.sso
	return nil
}

// access makes keys.
func (c *core) access() error {
	mac, err := c.master.MAC(key.Purpose)
	if err != nil {
		return err
	}
	c.keyConfig = key.Config{Store: c.keyStore, Tree: c.orgs, Tx: c.db, Audit: c.audit, Bus: c.bus, Clock: c.clock, IDs: c.ids, MAC: mac, Log: c.log}
	c.keyConfig.Allowances = allowances{c.budgets(nil), c.limits(nil)}
	c.keyConfig.Misused = c.keyMisused
	c.people.Arrived = c.arrived
	c.keys = key.NewService(c.keyConfig)
	return nil
}

// signIns makes what coding agents log in with. Who they are is the people's business, so the last edge is drawn here.
func (c *core) signIns() error {
	mac, err := c.master.MAC(agent.Purpose)
	if err != nil {
		return err
	}
	c.agentStore = db.NewAgentStore(c.db)
	c.agents = agent.New(agent.Parts{Store: c.agentStore, Keys: c.keys, People: c.people, Tx: c.db, Audit: c.audit, Bus: c.bus, Clock: c.clock, MAC: mac, Log: c.log})
	c.people.Agents = c.agents
	return nil
}

// money makes prices and what compares them with providers' bills.
func (c *core) money() error {
	c.priceStore = db.NewPriceStore(c.db)
	c.pricing = price.New(price.Parts{Store: c.priceStore, Connections: c.connections, Shelf: c.shelf, Tx: c.db, Audit: c.audit, Bus: c.bus, IDs: c.ids, Clock: c.clock, Log: c.log, Changed: c.ownPrice})
	c.refresher = &price.Refresher{URL: c.cfg.PricesURL, Out: c.egress.Transport(), Keep: db.NewRefreshStore(c.db, c.ids), Shelf: c.shelf, Bus: c.bus, Clock: c.clock, Log: c.log, Tx: c.db, Changed: c.repriced}
	c.reconciling = reconcile.New(reconcile.Parts{Store: db.NewReconcileStore(c.db), Connections: c.connections, Tx: c.db, Audit: c.audit, Vault: c.keyring,
		Out: c.egress.Transport(), IDs: c.ids, Clock: c.clock, Log: c.log})
	return nil
}

// figures makes what reads the books: requests, reports, usage, experiments.
func (c *core) figures() error {
	mac, err := c.master.MAC(replay.Purpose)
	if err != nil {
		return err
	}
	c.replays = replay.New(db.NewReplayStore(c.db), c.keyring, mac, c.clock)
	c.reports = report.NewService(db.NewReportStore(c.db), c.orgs, c.clock)
	c.sharing = &report.Sharing{Store: db.NewReportStore(c.db), Tx: c.db, Audit: c.audit, Clock: c.clock}
	c.tail = report.NewTail(db.NewReportStore(c.db), c.clock, c.bus, c.log)
	c.newExperiments()
	c.feedback = feedback.New(db.NewFeedbackStore(c.db), c.clock)
	c.usage = usage.NewService(db.NewUsageStore(c.db), c.orgs, c.clock)
	c.samples = &usage.Samples{Store: db.NewUsageStore(c.db), Orgs: c.orgs}
	c.retention = usage.NewRetention(db.NewUsageStore(c.db), c.db, c.audit)
	return nil
}

// letterbox makes what tells people: letters, the inbox, approvals.
func (c *core) letterbox() error {
	var err error
	if c.letters, err = c.newLetters(); err != nil {
		return err
	}
	told := db.NewNoticeStore(c.db)
	c.inbox, c.notices = notify.New(told, c.clock), &notify.Post{Store: told, IDs: c.ids, Clock: c.clock, Outbox: c.outbox()}
	c.billing.Inbox = c.notices
	c.herald = &approval.Herald{Store: c.approvals, Orgs: c.orgs, Inbox: c.notices, Links: c.letters.links, IDs: c.ids, Clock: c.clock}
	return nil
}

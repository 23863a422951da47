package app

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/bodhi-gateway/bodhi/app/agent"
	"github.com/bodhi-gateway/bodhi/app/approval"
	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/blueprint"
	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/egress"
	"github.com/bodhi-gateway/bodhi/app/experiment"
	"github.com/bodhi-gateway/bodhi/app/factor"
	"github.com/bodhi-gateway/bodhi/app/feedback"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/app/onboard"
	"github.com/bodhi-gateway/bodhi/app/operator"
	"github.com/bodhi-gateway/bodhi/app/patience"
	"github.com/bodhi-gateway/bodhi/app/pii"
	"github.com/bodhi-gateway/bodhi/app/policy"
	"github.com/bodhi-gateway/bodhi/app/price"
	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/provider/sandbox"
	"github.com/bodhi-gateway/bodhi/app/reconcile"
	"github.com/bodhi-gateway/bodhi/app/replay"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/scim"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/sso"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/work"
	"github.com/bodhi-gateway/bodhi/billing"
	"github.com/bodhi-gateway/bodhi/billing/stripe"
	"github.com/bodhi-gateway/bodhi/db"
)

// core is every room's control plane over one database: what the dashboard, the API and the commands share. It starts
// nothing; App adds the data plane and the listeners.
type core struct {
	cfg   Config
	log   *slog.Logger
	clock clock.Clock
	ids   *id.Source

	db      *db.DB
	bus     *db.Bus
	master  *secret.Master
	keyring *secret.Keyring
	orgKeys *db.OrgKeyStore
	orgs    *db.OrgStore

	egress    *egress.Egress
	upstreams *upstreams
	adapters  adapters
	floor     *catalog.Catalog // what the program was built with
	shelf     *price.Shelf
	prices    *price.Table

	audit       *audit.Chain
	connections *db.ConnectionStore
	aliases     *db.AliasStore
	keyStore    *db.KeyStore
	budgetStore *db.BudgetStore
	ledgerStore *db.LedgerStore
	limitStore  *db.LimitStore
	policyStore *db.PolicyStore
	piiStore    *db.PIIStore
	approvals   *db.ApprovalStore
	waitStore   *db.PatienceStore
	healthStore *db.HealthStore
	sessions    *db.SessionStore

	identities  identity.Config
	keyConfig   key.Config
	people      *identity.Service
	factors     *factor.Service
	sso         *sso.Service
	keys        *key.Service
	policies    *policy.Service
	screening   *pii.Service
	caching     *cache.Service
	cacheStore  *db.CacheStore
	cacheMAC    *secret.MAC
	promptStore *db.PromptStore
	library     *prompt.Service
	applies     *blueprint.Turns
	cacheLeases cache.Leases // nil without Redis
	waiting     *patience.Service
	providers   *provider.Service
	aliasing    *route.Service
	reports     *report.Service
	sharing     *report.Sharing
	usage       *usage.Service
	samples     *usage.Samples
	retention   *usage.Retention
	tail        *report.Tail
	priceStore  *db.PriceStore
	pricing     *price.Service
	refresher   *price.Refresher
	reconciling *reconcile.Service
	replays     *replay.Book
	letters     letters
	telling     work.Turn // of crossed thresholds
	herald      *approval.Herald
	directory   *scim.Service
	feedback    *feedback.Service
	experiments *experiment.Service
	inbox       *notify.Service
	notices     *notify.Post
	agentStore  *db.AgentStore
	agents      *agent.Service
	billing     *billing.Service
	cashier     *stripe.Cashier // nil where nothing is billed
	operators   *operator.Service
	// installation is what operators set; a mirror keeps it.
	installation operator.Board
}

// builtIn is the catalogue that the program was built with. It does not change and takes 25 ms to read, so one does for a process,
// and New has it read beside opening the database.
var builtIn = sync.OnceValue(catalog.BuiltIn)

func newCore(ctx context.Context, cfg Config, d *db.DB, log *slog.Logger) (*core, error) {
	return newCoreAt(ctx, cfg, d, log, clock.System{})
}

// newCoreAt is newCore by another clock: a demo's history happens in the past.
func newCoreAt(_ context.Context, cfg Config, d *db.DB, log *slog.Logger, now clock.Clock) (*core, error) {
	c := &core{cfg: cfg, log: log, clock: now, db: d}
	c.ids = id.NewSource(c.clock.Now, nil)
	c.bus = db.NewBus(d, log)
	text, others, created, err := cfg.LoadMasterKey(nil)
	if err != nil {
		return nil, err
	}
	if created {
		log.Info("a master key was made; keep a copy apart from the database's backups", "file", masterKeyFile)
	}
	if c.master, err = secret.NewMaster(text, others...); err != nil {
		return nil, fmt.Errorf("BODHI_MASTER_KEY: %w", err)
	}
	c.followMasterKey()
	c.orgs, c.orgKeys = db.NewOrgStore(d), db.NewOrgKeyStore(d)
	c.keyring = secret.NewKeyring(c.master, c.orgKeys, nil)
	c.egress = egress.New(egress.Config{AllowPrivate: cfg.EgressAllowPrivate})
	box := sandbox.New(sandbox.Config{Clock: c.clock, Open: true})
	c.upstreams = &upstreams{out: c.egress.Transport(), sandbox: box.Transport()}
	c.adapters = newAdapters(c.upstreams.out, c.clock)
	c.floor = builtIn()
	c.shelf = price.NewShelf(c.floor)
	c.prices = price.NewTable(c.shelf)
	if err := c.rooms(); err != nil {
		return nil, err
	}
	return c, nil
}

// alerted says once, in the log and on the bus, that thresholds were crossed, and has people told of them. Their rows are in the
// books already, without told_at: a job tells people (tellOfBudgets), and the schedule does so if there is none. Whoever posts
// waits for nobody's letters.
func (c *core) alerted(fired []budget.Alert) {
	for _, a := range fired {
		c.log.Warn("a budget crossed a threshold", "organization", a.Org.String(), "budget", a.Budget.String(), "percent", a.Threshold,
			"spent", a.Measure.Plain(a.Spent), "limit", a.Measure.Plain(a.Limit), "measure", a.Measure.String())
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := c.db.Do(ctx, func(ctx context.Context) error { return c.letters.post.Queue.Enqueue(ctx, budget.TellOfAlerts{}) }); err != nil {
		c.log.Warn("thresholds were crossed, and the schedule will tell people of them", "error", err.Error())
	}
	if err := c.bus.Publish(ctx, budget.AlertTopic); err != nil { // readers poll as well
		c.log.Warn("thresholds were crossed, but listeners could not be told", "error", err.Error())
	}
}

// budgets is the budget service; desk knows what is held right now, and is nil outside a serving process.
func (c *core) budgets(desk budget.Desk) *budget.Service {
	return budget.New(budget.Parts{Store: c.budgetStore, Tx: c.db, Audit: c.audit, Bus: c.bus, IDs: c.ids, Clock: c.clock, Log: c.log, Desk: desk, Held: c.ledgerStore, Herald: c.herald})
}

// limits is the rate limits' service; desk knows what is used right now, and is nil outside a serving process.
func (c *core) limits(desk limit.Desk) *limit.Service {
	return limit.New(limit.Parts{Store: c.limitStore, Tx: c.db, Audit: c.audit, Bus: c.bus, IDs: c.ids, Clock: c.clock, Log: c.log, Desk: desk, Herald: c.herald.OfLimits()})
}

func (c *core) prober() provider.Wire {
	return provider.Wire{Adapters: c.adapters.For, Send: c.upstreams.Ask}
}

func (c *core) onboard() *onboard.Service {
	return onboard.New(onboard.Parts{Orgs: c.orgs, Identity: c.identities, Keys: c.keyConfig, Connections: c.providers, Vault: c.keyring,
		Aliases: c.aliasing, Budgets: c.budgets(nil), Master: c.master, PublicURL: c.cfg.PublicURL})
}

// Package app puts the program together: it is the only place that constructs anything. Read routes.go for every URL of
// the dashboard and the management API, gateway/pipeline.go for every request of the proxy, and New below for every
// object.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/bodhi-gateway/bodhi/app/agent"
	"github.com/bodhi-gateway/bodhi/app/approval"
	"github.com/bodhi-gateway/bodhi/app/balance"
	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/compliance"
	"github.com/bodhi-gateway/bodhi/app/document"
	"github.com/bodhi-gateway/bodhi/app/document/tool"
	"github.com/bodhi-gateway/bodhi/app/experiment"
	"github.com/bodhi-gateway/bodhi/app/feedback"
	"github.com/bodhi-gateway/bodhi/app/gateway"
	"github.com/bodhi-gateway/bodhi/app/health"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/object"
	"github.com/bodhi-gateway/bodhi/app/operator"
	"github.com/bodhi-gateway/bodhi/app/patience"
	"github.com/bodhi-gateway/bodhi/app/pii"
	"github.com/bodhi-gateway/bodhi/app/policy"
	"github.com/bodhi-gateway/bodhi/app/price"
	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/trace"
	"github.com/bodhi-gateway/bodhi/app/transcript"
	"github.com/bodhi-gateway/bodhi/app/turnstile"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/jobs"
)

// Options are what a command says beyond the configuration.
type Options struct {
	Version string
	Log     *slog.Logger
	Web     bool // serve dashboard and proxy
	Worker  bool // work jobs
	// Program is its own path, so that it can read PDFs apart; "" reads them in this process, as tests do.
	Program string
	// Clock is what all rules go by; nil is the machine's. Tests lead one through months, and waiting stays real.
	Clock clock.Clock
}

// App is one serving process.
type App struct {
	*core
	options  Options
	desk     *key.Desk
	table    *route.Table
	loads    balance.Book
	treasury *budget.Treasury
	limiter  *limit.Limiter
	rulebook policy.Book
	sent     agent.Book // to coding agents
	screens  *pii.Book
	answers  *cache.Desk
	texts    *transcript.Desk
	prompts  prompt.Book
	counts   *approval.Desk
	asking   *approval.Service
	waits    patience.Book
	trials   experiment.Book
	objects  *object.Registry
	board    *health.Board
	breakers health.Book
	keeper   *health.Keeper
	link     *health.Link
	meter    *meter
	gate     *turnstile.Turnstile
	tracer   *trace.Tracer // nil = nobody collects traces
	pusher   *trace.Pusher // nil = nobody is sent metrics
	gateway  *gateway.Gateway
	reader   *document.Reader
	papers   *tool.Service
	handler  http.Handler
	queue    *jobs.Queue
	schedule []jobs.Periodic
	// queuePages are for operators; nil where there is no console.
	queuePages jobs.Pages
	mirrors    []mirror
	ready      atomic.Bool
}

// mirror is a live.Mirror of any type.
type mirror interface {
	Start(ctx context.Context) error
	Run(ctx context.Context, topics <-chan live.Topic)
}

// New makes a serving process: database, rooms, data plane, pages, jobs. Nothing runs before Run. A database server that
// is away does not stop it, if the data directory holds the last good snapshots.
func New(ctx context.Context, cfg Config, o Options) (*App, error) {
	if err := writable(cfg.DataDir); err != nil {
		return nil, err
	}
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	go builtIn()
	d, err := db.Open(ctx, cfg.DatabaseURL.Reveal(), db.Options{Log: o.Log, AllowDown: true, Clock: o.Clock})
	if err != nil {
		return nil, err
	}
	a, err := assemble(ctx, cfg, o, d)
	if err != nil {
		_ = d.Close()
		return nil, err
	}
	return a, nil
}

func assemble(ctx context.Context, cfg Config, o Options, d *db.DB) (*App, error) {
	if err := d.Ping(ctx); err != nil {
		o.Log.Warn("the database is away; serving from the last good snapshots until it is back", "error", err.Error())
	} else if err := d.Migrate(ctx); err != nil {
		return nil, err
	}
	c, err := newCoreAt(ctx, cfg, d, o.Log, o.Clock)
	if err != nil {
		return nil, err
	}
	a := &App{core: c, options: o, table: &route.Table{}}
	keyMAC, err := c.master.MAC(key.Purpose)
	if err != nil {
		return nil, err
	}
	a.desk = key.NewDesk(c.clock, keyMAC)
	if err := a.dataPlane(); err != nil {
		return nil, err
	}
	a.asking = a.newApprovals()
	if a.handler, err = a.mount(); err != nil {
		return nil, errors.Join(err, a.treasury.Close(ctx))
	}
	courier, err := c.courier()
	if err != nil {
		return nil, errors.Join(err, a.treasury.Close(ctx))
	}
	workers := jobs.NewWorkers()
	events := c.eventCourier(courier.Carrier, a.asking.Writers())
	if err := errors.Join(jobs.Mail(workers, courier), jobs.Notify(workers, events), jobs.Budget(workers, c.tellOfBudgets)); err != nil {
		return nil, errors.Join(err, a.treasury.Close(ctx))
	}
	a.schedule = jobs.Schedule(a.chores(courier, events))
	a.queue, err = jobs.New(d, jobs.Options{Workers: workers, Log: o.Log, Schedule: a.schedule})
	if err == nil && len(cfg.Console) > 0 {
		a.queuePages, err = a.queue.Pages(web.OperatorRoot + "/jobs")
	}
	if err != nil {
		return nil, errors.Join(err, a.treasury.Close(ctx))
	}
	return a, nil
}

// dataPlane makes what requests run through: journal, treasury, snapshots, pipeline.
func (a *App) dataPlane() error {
	dir := a.cfg.journalDir()
	j, err := journal.Open(dir, journal.Options{Clock: a.clock, IDs: a.ids, Log: a.log})
	if err != nil {
		return err
	}
	a.treasury = budget.NewTreasury(budget.TreasuryConfig{Bank: a.ledgerStore, Journal: j, Clock: a.clock, IDs: a.ids, Log: a.log, PublicURL: a.cfg.PublicURL,
		Bus: a.bus, Host: hostLabel(), Version: a.options.Version, DeadAfter: a.cfg.NodeDeadAfter, Forgot: db.NewComplianceStore(a.db).Forgot})
	a.meter = newMeter(a.options.Version, a.treasury.Stats)
	if a.cfg.OTLPEndpoint != "" {
		if a.tracer, err = trace.New(context.Background(), a.cfg.OTLPEndpoint, a.options.Version, j.Node().String()); err != nil {
			return errors.Join(err, a.treasury.Close(context.Background()))
		}
	}
	if to := a.cfg.metricsTo(); to != "" {
		a.meter.measures = trace.NewMeasures()
		if a.pusher, err = trace.NewPusher(context.Background(), trace.Push{Endpoint: to, Version: a.options.Version, Node: j.Node().String(), Own: a.meter.registry, Measures: a.meter.measures, Clock: a.clock, Log: a.log}); err != nil {
			return errors.Join(err, a.treasury.Close(context.Background()))
		}
	}
	if a.limiter, err = a.newLimiter(); err != nil {
		return errors.Join(err, a.treasury.Close(context.Background()))
	}
	a.objects = object.New(object.Parts{Store: db.NewObjectStore(a.db), Clock: a.clock, Log: a.log})
	a.screens = pii.NewBook(a.clock)
	a.answers, a.texts = a.newCacheDesk(), a.newTexts()
	a.meter.cache(a.answers.Stats)
	if err := a.watch(); err != nil {
		return errors.Join(err, a.treasury.Close(context.Background()))
	}
	a.mirrors = a.snapshots()
	a.rulebook.AskURL = a.cfg.PublicURL + "/approvals/new"
	a.counts = &approval.Desk{Store: a.approvals, Clock: a.clock, Log: a.log}
	a.gate = turnstile.New(a.clock, a.log, nil)
	a.meter.turnstile(a.gate.Stats)
	a.prompts.Vault, a.library.Texts = a.keyring, &a.prompts
	a.documents()
	ports := gateway.Ports{
		Keys: a.desk, Agents: &a.sent, Turnstile: a.gate, // who may come in
		Policies: &a.rulebook, Limits: a.limiter, Approvals: a.counts, Budgets: a.treasury, Prices: a.prices, // what they may do
		Prompts: &a.prompts, Screens: a.screens, Documents: a.papers, Reader: a.reader, Objects: a.objects, Batches: batch.NewDesk(a.batching()), // what they send
		Routes: a.table, Experiments: &a.trials, Health: a.board, Patience: &a.waits, Loads: &a.loads, Adapters: a.adapters, Upstreams: a.upstreams, // where it goes
		Cache: a.answers, Judges: a.bench(), Feedback: a.feedback, Transcripts: a.texts, Meter: a.meter, // what comes of it
	}
	if a.tracer != nil {
		ports.Tracer = a.tracer
	}
	a.gateway = gateway.New(gateway.Config{Sizes: gateway.Sizes{Flight: bodies(debug.SetMemoryLimit(-1))}, Clock: a.clock, IDs: a.ids, Log: a.log, Dialects: dialects(a.clock), Wires: wires(), Domain: a.cfg.TenantDomain, Ports: ports})
	return nil
}

// snapshots are what the data plane reads instead of the database. Data keys come first: routes need them to open
// credentials.
func (a *App) snapshots() []mirror {
	dir := filepath.Join(a.cfg.DataDir, "snapshot")
	const poll = 5 * time.Minute // the bus tells within a second; this is for messages that were lost
	return []mirror{
		&live.Mirror[price.Snapshot]{Name: "catalog", Topic: price.CatalogTopic, Dir: dir, Poll: poll, Log: a.log,
			Read: a.refresher.Read, Apply: a.applyCatalog},
		&live.Mirror[[]price.Override]{Name: "prices", Topic: price.Topic, Dir: dir, Poll: poll, Log: a.log,
			Read:  func(ctx context.Context) ([]price.Override, error) { return a.priceStore.All(ctx, a.clock.Now()) },
			Apply: a.prices.Load},
		&live.Mirror[[]secret.WrappedKey]{Name: "datakeys", Topic: provider.Topic, Dir: dir, Poll: poll, Log: a.log,
			Read: a.orgKeys.AllOrgKeys, Apply: a.keyring.Import},
		&live.Mirror[route.Records]{Name: "routes", Topic: provider.Topic, Dir: dir, Poll: poll, Log: a.log,
			Read: route.Reader{Connections: a.connections, Aliases: a.aliases}.Read, Apply: a.applyRoutes},
		&live.Mirror[[]route.Directory]{Name: "directories", Topic: key.Topic, Dir: dir, Poll: poll, Log: a.log, Read: a.aliases.Directories, Apply: a.table.Know},
		&live.Mirror[[]key.Record]{Name: "keys", Topic: "keys", Dir: dir, Poll: poll, Log: a.log,
			Read: func(ctx context.Context) ([]key.Record, error) {
				return a.keyStore.Records(ctx, a.clock.Now().Add(-key.Remembered))
			},
			Apply: a.desk.Load},
		&live.Mirror[[]budget.Rule]{Name: "budgets", Topic: budget.Topic, Dir: dir, Poll: poll, Log: a.log,
			Read:  func(ctx context.Context) ([]budget.Rule, error) { return a.budgetStore.Rules(ctx, a.clock.Now()) },
			Apply: a.treasury.Load},
		&live.Mirror[[]limit.Rule]{Name: "limits", Topic: limit.Topic, Dir: dir, Poll: poll, Log: a.log,
			Read:  func(ctx context.Context) ([]limit.Rule, error) { return a.limitStore.Rules(ctx, a.clock.Now()) },
			Apply: a.limiter.Load},
		&live.Mirror[[]policy.Rule]{Name: "policies", Topic: policy.Topic, Dir: dir, Poll: poll, Log: a.log, Read: a.policyStore.Rules, Apply: a.rulebook.Load},
		&live.Mirror[[]agent.Settings]{Name: "agents", Topic: agent.Topic, Dir: dir, Poll: poll, Log: a.log, Read: a.agentStore.AllSettings, Apply: a.sent.Load},
		&live.Mirror[[]pii.Record]{Name: "pii", Topic: pii.Topic, Dir: dir, Poll: poll, Log: a.log, Read: a.piiStore.Records, Apply: a.screens.Load},
		&live.Mirror[time.Time]{Name: "erasures", Topic: compliance.Erased, Dir: dir, Poll: poll, Log: a.log,
			Read: func(ctx context.Context) (time.Time, error) {
				return db.NewComplianceStore(a.db).LastErasure(ctx, a.clock.Now())
			},
			Apply: a.treasury.Journal.Forget},
		&live.Mirror[[]transcript.Setting]{Name: "transcripts", Topic: transcript.Topic, Dir: dir, Poll: poll, Log: a.log, Read: a.transcripts().Store.Settings, Apply: a.texts.Load},
		&live.Mirror[cache.Snapshot]{Name: "cache", Topic: cache.Topic, Dir: dir, Poll: poll, Log: a.log, Read: a.cacheStore.Snapshot, Apply: a.answers.Load},
		&live.Mirror[[]prompt.Record]{Name: "prompts", Topic: prompt.Topic, Dir: dir, Poll: poll, Log: a.log, Read: a.promptStore.Records, Apply: a.prompts.Load},
		&live.Mirror[policy.Extras]{Name: "approvals", Topic: policy.ExtrasTopic, Dir: dir, Poll: poll, Log: a.log,
			Read:  func(ctx context.Context) (policy.Extras, error) { return a.policyStore.Extras(ctx, a.clock.Now()) },
			Apply: a.rulebook.LoadExtras},
		&live.Mirror[[]patience.Setting]{Name: "timeouts", Topic: patience.Topic, Dir: dir, Poll: poll, Log: a.log, Read: a.waitStore.All, Apply: a.waits.Load},
		&live.Mirror[[]experiment.Experiment]{Name: "experiments", Topic: experiment.Topic, Dir: dir, Poll: poll, Log: a.log, Read: a.experiments.Store.Live, Apply: a.trials.Load},
		&live.Mirror[[]health.Held]{Name: "breakers", Topic: health.Topic, Dir: dir, Poll: poll, Log: a.log, Read: a.healthStore.AllHeld,
			Apply: func(held []health.Held) error { a.board.Keep(held, a.clock.Now()); return nil }},
		&live.Mirror[[]feedback.Sum]{Name: "feedback", Dir: dir, Poll: time.Minute, Log: a.log, Read: a.feedback.Sums, Apply: a.liked},
		&live.Mirror[operator.Settings]{Name: "installation", Topic: operator.Topic, Dir: dir, Poll: poll, Log: a.log, Read: a.operators.Store.Settings, Apply: a.installation.Load},
		&live.Mirror[[]health.Setting]{Name: "breaker_rules", Topic: health.RulesTopic, Dir: dir, Poll: poll, Log: a.log, Read: a.healthStore.AllSettings, Apply: a.breakers.Load},
	}
}

// applyCatalog puts a refreshed catalogue into use. Routes are compiled from it, so they are told.
func (a *App) applyCatalog(s price.Snapshot) error {
	changed, err := a.refresher.Apply(s, a.floor)
	if err != nil || !changed {
		return err
	}
	if err := a.bus.Publish(context.Background(), provider.Topic); err != nil {
		a.log.Warn("publish failed, readers will poll", "topic", string(provider.Topic), "error", err.Error())
	}
	return nil
}

// liked tells routes what people said of answers.
func (a *App) liked(all []feedback.Sum) error {
	likes := make(map[balance.Target]balance.Likes, len(all))
	for _, s := range all {
		likes[balance.Target{Connection: s.Connection, Model: s.Model}] = balance.Likes{Count: s.Count, Mean: float64(s.Value) / float64(s.Count) / feedback.Full}
	}
	a.loads.SetLikes(likes)
	return nil
}

func (a *App) applyRoutes(r route.Records) error {
	index, broken := route.Compile(context.Background(), r, a.shelf, a.keyring)
	for _, err := range broken {
		a.log.Error("a connection is out of service", "error", err.Error())
	}
	a.table.Set(index)
	return nil
}

// writable says in one line why the data directory is of no use.
func writable(dir string) error {
	if err := os.MkdirAll(filepath.Join(dir, "snapshot"), 0o700); err != nil {
		return fmt.Errorf("BODHI_DATA_DIR: %w", err)
	}
	f, err := os.CreateTemp(dir, ".writable")
	if err != nil {
		return fmt.Errorf("BODHI_DATA_DIR: %s cannot be written: %w", dir, errors.Unwrap(err))
	}
	_ = f.Close()
	return os.Remove(f.Name())
}

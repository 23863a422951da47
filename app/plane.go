package app

import (
	"context"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/bodhi-gateway/bodhi/app/agent"
	"github.com/bodhi-gateway/bodhi/app/approval"
	"github.com/bodhi-gateway/bodhi/app/balance"
	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/compliance"
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
	"github.com/bodhi-gateway/bodhi/db"
)

// dataPlane makes what requests run through: journal, treasury, snapshots, pipeline. Whoever calls it closes the treasury if it fails.
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
			return err
		}
	}
	if to := a.cfg.metricsTo(); to != "" {
		a.meter.measures = trace.NewMeasures()
		if a.pusher, err = trace.NewPusher(context.Background(), trace.Push{Endpoint: to, Version: a.options.Version, Node: j.Node().String(), Own: a.meter.registry, Measures: a.meter.measures, Clock: a.clock, Log: a.log}); err != nil {
			return err
		}
	}
	if a.limiter, err = a.newLimiter(); err != nil {
		return err
	}
	a.objects = object.New(object.Parts{Store: db.NewObjectStore(a.db), Clock: a.clock, Log: a.log})
	a.screens = pii.NewBook(a.clock)
	a.answers, a.texts = a.newCacheDesk(), a.newTexts()
	a.meter.cache(a.answers.Stats)
	if err := a.watch(); err != nil {
		return err
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
			Read: func(ctx context.Context) ([]price.Override, error) {
				return a.priceStore.All(ctx, a.clock.Now().Add(-price.Remembered))
			},
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

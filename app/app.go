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
	"sync/atomic"

	"github.com/bodhi-gateway/bodhi/app/agent"
	"github.com/bodhi-gateway/bodhi/app/approval"
	"github.com/bodhi-gateway/bodhi/app/balance"
	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/document"
	"github.com/bodhi-gateway/bodhi/app/document/tool"
	"github.com/bodhi-gateway/bodhi/app/experiment"
	"github.com/bodhi-gateway/bodhi/app/gateway"
	"github.com/bodhi-gateway/bodhi/app/health"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/object"
	"github.com/bodhi-gateway/bodhi/app/patience"
	"github.com/bodhi-gateway/bodhi/app/pii"
	"github.com/bodhi-gateway/bodhi/app/policy"
	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/app/route"
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
	if err := a.furnish(); err != nil {
		if a.treasury != nil {
			err = errors.Join(err, a.treasury.Close(ctx))
		}
		return nil, err
	}
	return a, nil
}

// furnish makes what serves: the data plane, the pages and the API, and the jobs.
func (a *App) furnish() error {
	if err := a.dataPlane(); err != nil {
		return err
	}
	a.asking = a.newApprovals()
	var err error
	if a.handler, err = a.mount(); err != nil {
		return err
	}
	courier, err := a.courier()
	if err != nil {
		return err
	}
	workers := jobs.NewWorkers()
	events := a.eventCourier(courier.Carrier, a.asking.Writers())
	if err := errors.Join(jobs.Mail(workers, courier), jobs.Notify(workers, events), jobs.Budget(workers, a.tellOfBudgets)); err != nil {
		return err
	}
	a.schedule = jobs.Schedule(a.chores(courier, events))
	if a.queue, err = jobs.New(a.db, jobs.Options{Workers: workers, Log: a.log, Schedule: a.schedule}); err != nil {
		return err
	}
	if len(a.cfg.Console) > 0 {
		a.queuePages, err = a.queue.Pages(web.OperatorRoot + "/jobs")
	}
	return err
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

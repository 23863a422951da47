package proof

import (
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/db/pgtest"
	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// member is one node of the fleet.
type member struct {
	*harness.Gateway
	metrics string
	down    bool
}

// fleet is two nodes on one PostgreSQL, and the provider.
type fleet struct {
	t       *testing.T
	pg      *pgtest.Server
	url     string // of the nodes' database
	sandbox *harness.Sandbox
	nodes   []*member

	mu    sync.Mutex
	bills map[string]harness.Charge // by x-client-request-id
	// What was in flight when something was killed or frozen.
	heldAtKills money.USD
	kills       int
	outages     int
}

// deadAfter is when a silent node counts as dead.
const deadAfter = 3 * time.Second

func newFleet(t *testing.T, organization string) *fleet {
	t.Helper()
	pg := pgtest.Start(t)
	return newFleetOn(t, pg, pg.URL(), organization)
}

func newFleetOn(t *testing.T, pg *pgtest.Server, url, organization string) *fleet {
	t.Helper()
	f := &fleet{t: t, pg: pg, url: url, sandbox: harness.StartSandbox(t), bills: map[string]harness.Charge{}}
	first := harness.FreeAddress(t)
	env := append(harness.OnPostgres(url), "BODHI_LOG_LEVEL=warn", "BODHI_NODE_DEAD_AFTER="+deadAfter.String(), "BODHI_METRICS_ADDR="+first)
	a := harness.Start(t, harness.Setup{Env: env, Budget: organization + "/total/hard", Models: aliases(),
		Providers: []string{"name=sb,kind=sandbox,base-url=" + f.sandbox.URL + ",key-env=E2E_KEY"}})
	second := harness.FreeAddress(t)
	f.nodes = []*member{{Gateway: a, metrics: first}, {Gateway: a.Join(t, "BODHI_METRICS_ADDR="+second), metrics: second}}
	return f
}

// any is a node that serves, nil if none does.
func (f *fleet) any(rnd *rand.Rand) *member {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := rnd.IntN(len(f.nodes))
	for range f.nodes {
		if !f.nodes[i].down {
			return f.nodes[i]
		}
		i = (i + 1) % len(f.nodes)
	}
	return nil
}

func (f *fleet) set(n *member, down bool) { f.mu.Lock(); n.down = down; f.mu.Unlock() }

// kill ends a node as a power cut would and starts it again.
func (f *fleet) kill(n *member) {
	f.t.Helper()
	f.heldAtKills += money.USD(harness.Metrics(n.metrics)["bodhi_held_usd"] * 1e9)
	f.kills++
	n.Kill(f.t)
	f.set(n, true)
	n.Serve(f.t)
	f.set(n, false)
}

// cut ends PostgreSQL as a power cut would and starts it again after a while.
func (f *fleet) cut(away time.Duration) {
	f.t.Helper()
	f.outages++
	f.pg.Kill()
	pause(f.t.Context(), away)
	f.pg.Start()
}

// freeze stops a node for a while without its noticing: the others take it for dead, and it lives on. Clients go on
// asking it.
func (f *fleet) freeze(n *member, d time.Duration) {
	f.t.Helper()
	n.Pause(f.t)
	pause(f.t.Context(), d)
	n.Resume(f.t)
}

// sum adds a figure up over the nodes.
func (f *fleet) sum(name string) float64 {
	total := 0.0
	for _, n := range f.nodes {
		total += harness.Metrics(n.metrics)[name]
	}
	return total
}

// collect takes over what is new on the bill: the sandbox remembers only so many charges one by one.
func (f *fleet) collect() {
	bill := f.sandbox.Bill(f.t)
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range bill.List {
		f.bills[c.Client] = c
	}
}

// now is the machine's clock: these tests measure real processes.
func now() time.Time { return time.Now() }

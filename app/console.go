package app

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/mail"
	"github.com/bodhi-gateway/bodhi/app/operator"
	"github.com/bodhi-gateway/bodhi/app/operator/operatorweb"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/billing"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// newOperators makes the operators' room, and lets it close sign-up.
func (c *core) newOperators() {
	c.operators = operator.New(operator.Parts{Store: db.NewOperatorStore(c.db), Support: db.NewSupportStore(c.db), Orgs: c.people, Tx: c.db, Audit: c.audit, Bus: c.bus, IDs: c.ids, Clock: c.clock, Log: c.log})
	c.people.MayFound = func() error {
		if !c.installation.Get().SignUpClosed {
			return nil
		}
		return fault.New(fault.Forbidden, "sign_up_closed", "Nobody can found an organization here by themselves. If your company is here, ask its admin for an invitation; otherwise ask whoever runs this installation.")
	}
}

// defaults lets operators say what holds for organizations that set nothing themselves. It is read from the database, not from the
// mirror: commands have none, and what a nightly run deletes does not come back.
func (c *core) defaults() {
	now := func(ctx context.Context) (operator.Defaults, error) {
		s, err := c.operators.Store.Settings(ctx)
		return s.Defaults.Whole(), err
	}
	c.retention.Otherwise = func(ctx context.Context) (int, error) { d, err := now(ctx); return d.KeepDays, err }
	c.audit.Otherwise = func(ctx context.Context) (int, error) { d, err := now(ctx); return d.AuditDays, err }
	c.billing.Trial = func(ctx context.Context) (billing.Trials, error) {
		d, err := now(ctx)
		return billing.Trials{Days: int64(d.TrialDays), Seats: int64(d.TrialSeats)}, err
	}
}

// trialOffer is what defaults says of trials, from the mirror: the front page shows them to every visitor.
func (a *App) trialOffer() billing.Trials {
	d := a.installation.Get().Defaults.Whole()
	return billing.Trials{Days: int64(d.TrialDays), Seats: int64(d.TrialSeats)}
}

// Invite prints nobody's secret but makes one: a way into the operator console, for the command line.
func Invite(ctx context.Context, cfg Config, log *slog.Logger, name string) (link string, err error) {
	if len(cfg.Console) == 0 {
		return "", fmt.Errorf("the operator console is off; set BODHI_CONSOLE to the networks that it may be reached from, such as 127.0.0.1 or 10.0.0.0/8, and start the gateway again")
	}
	c, err := openKept(ctx, cfg, log, false)
	if err != nil {
		return "", err
	}
	defer func() { _ = c.db.Close() }()
	text, err := c.operators.Invite(ctx, name)
	if err != nil {
		return "", err
	}
	return cfg.PublicURL + web.DoorPath + "?" + url.Values{"link": {text.Reveal()}}.Encode(), nil
}

// viewable are the routes that support may look at, with what they are in words. Each was looked at for what it shows: figures,
// names and rules. Pages with prompts, kept texts, answers, files, credentials or keys are not among them, nor anything that changes.
var viewable = []struct{ route, title string }{
	{"costs.show", "Costs"}, {"people.usage", "Who uses what"}, {"models.compare", "Models side by side"}, {"savings.show", "Savings"}, {"reliability.show", "Reliability"},
	{"budgets.list", "Budgets"}, {"budgets.show", "A budget"}, {"limits.list", "Rate limits"}, {"limits.show", "A rate limit"}, {"policies.list", "Model policies"},
	{"models.list", "Models and aliases"}, {"catalog.browse", "Catalogue"}, {"prices.list", "Prices"}, {"teams.list", "Teams"}, {"people.list", "People"},
}

func (a *App) console() *operatorweb.Handlers {
	var sees []string
	for _, v := range viewable {
		sees = append(sees, v.title)
	}
	return operatorweb.New(operatorweb.Parts{Service: a.operators, Checks: a.checks, Given: a.given(), Program: a.program(), Mail: a.testMail, Sees: sees, Jobs: a.jobPages()})
}

// jobPages are the queue's, which is made after the pages.
func (a *App) jobPages() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a.queuePages == nil {
			http.Error(w, "The job queue is not there yet. Try again in a second.", http.StatusServiceUnavailable)
			return
		}
		a.queuePages.ServeHTTP(w, r)
	})
}

// consoleDoor is what app/web must know of the console.
func (a *App) consoleDoor() web.Console {
	names := map[string]bool{}
	for _, v := range viewable {
		names[v.route] = true
	}
	return web.Console{Operators: a.operators, Networks: a.cfg.Console, Viewable: names, Organization: a.orgs.Organization}
}

// checks are doctor's, as far as a page may wait for them: providers are not asked.
func (a *App) checks(ctx context.Context) (out []operatorweb.Finding) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	found := []Finding{a.checkSchema(ctx), checkClock(ctx, a.db), checkDir(a.cfg.DataDir), checkRoom(a.cfg.DataDir), checkBackups(ctx, a.core), checkMail(ctx, a.cfg)}
	for _, f := range append(found, checkRedis(ctx, a.cfg.RedisURL, "rate limits, cache and breakers stay in each process")) {
		out = append(out, operatorweb.Finding{What: f.What, State: string(f.State), Says: f.Says})
	}
	return out
}

// kind is the database's kind in words.
func (c *core) kind() string {
	if c.db.Postgres() {
		return "PostgreSQL"
	}
	return "SQLite"
}

func (c *core) checkSchema(ctx context.Context) Finding {
	steps, err := c.db.Status(ctx)
	if err != nil {
		return Finding{"database", Sick, err.Error()}
	}
	missing := 0
	for _, s := range steps {
		if !s.Done {
			missing++
		}
	}
	size, err := c.db.Size(ctx)
	if err != nil {
		return Finding{"database", Weak, c.kind() + " does not say how large it is: " + err.Error()}
	}
	if missing > 0 {
		return Finding{"database", Weak, fmt.Sprintf("%s, %.1f MB, %d of %d migrations are missing; run bodhi migrate up", c.kind(), float64(size)/1e6, missing, len(steps))}
	}
	return Finding{"database", Fine, fmt.Sprintf("%s, %.1f MB, all %d migrations applied", c.kind(), float64(size)/1e6, len(steps))}
}

// checkBackups says whether a backup is overdue.
func checkBackups(ctx context.Context, c *core) Finding {
	now, err := c.operators.Store.Settings(ctx)
	if err != nil {
		return Finding{"backup", Weak, err.Error()}
	}
	all, err := c.operators.Store.Backups(ctx, 1)
	if err != nil {
		return Finding{"backup", Weak, err.Error()}
	}
	if says := operator.Overdue(all, now, c.clock.Now()); says != "" {
		return Finding{"backup", Weak, says + " Run bodhi backup; if another program copies the database, ignore this."}
	}
	return Finding{"backup", Fine, "the last one is of " + all[0].At.Format(time.RFC1123)}
}

// least is how much room the disk of the data directory should have: journals of a busy day.
const least = 1 << 30

func checkRoom(dir string) Finding {
	free, ok := room(dir)
	switch {
	case !ok:
		return Finding{"disk", Fine, "this system does not say how much room there is"}
	case free < least:
		return Finding{"disk", Weak, fmt.Sprintf("%.1f GB free at %s; make room, the journal needs it to serve", float64(free)/1e9, dir)}
	}
	return Finding{"disk", Fine, fmt.Sprintf("%.1f GB free at %s", float64(free)/1e9, dir)}
}

// given is what the configuration says, without its secrets.
func (a *App) given() []ui.Fact {
	host := func(set bool, raw string) string {
		if u, err := url.Parse(raw); set && err == nil {
			return u.Host
		}
		return "not set"
	}
	mails := host(!a.cfg.SMTPURL.IsEmpty(), a.cfg.SMTPURL.Reveal())
	if a.cfg.SMTPURL.IsEmpty() {
		mails = a.cfg.unsent()
	}
	stripe := "off: no STRIPE_SECRET_KEY"
	if !a.cfg.StripeSecretKey.IsEmpty() {
		stripe = "on, webhooks at " + a.cfg.PublicURL + "/webhooks/stripe"
	}
	return []ui.Fact{{Label: "Public address", Title: "BODHI_PUBLIC_URL", Value: a.cfg.PublicURL, Mono: true}, {Label: "Console reachable from", Title: "BODHI_CONSOLE", Value: a.cfg.Console.String(), Mono: true},
		{Label: "Mail", Title: "SMTP_URL", Value: mails}, {Label: "Sender", Title: "SMTP_FROM", Value: a.cfg.SMTPFrom}, {Label: "Billing", Title: "STRIPE_SECRET_KEY", Value: stripe},
		{Label: "Database", Title: "DATABASE_URL", Value: a.kind()}, {Label: "Redis", Title: "REDIS_URL", Value: host(!a.cfg.RedisURL.IsEmpty(), a.cfg.RedisURL.Reveal())}}
}

// program is which program this is.
func (a *App) program() []ui.Fact {
	out := []ui.Fact{{Label: "Version", Value: a.version(), Mono: true}, {Label: "Go", Value: runtime.Version(), Mono: true}, {Label: "For", Value: runtime.GOOS + "/" + runtime.GOARCH, Mono: true}}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return out
	}
	names := map[string]string{"vcs.revision": "Commit", "vcs.time": "Committed"}
	for _, s := range info.Settings {
		if label := names[s.Key]; label != "" {
			out = append(out, ui.Fact{Label: label, Value: s.Value, Mono: true})
		}
	}
	return out
}

// testMail sends a letter that says nothing, at once and not by the queue: whoever presses the button wants to see what is wrong.
func (a *App) testMail(ctx context.Context, to string) error {
	to, err := org.Email("to", to)
	if err != nil {
		return err
	}
	carrier, err := a.carrier()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	now := a.clock.Now()
	err = carrier.Carry(ctx, mail.Message{To: to, Subject: "Test mail of Bodhi Gateway", Text: "Mail of this installation arrives.\n", HTML: "<p>Mail of this installation arrives.</p>",
		ID: fmt.Sprintf("test-%d@%s", now.UnixNano(), hostOf(a.cfg.PublicURL)), At: now})
	if err != nil {
		return fault.Field("to", "It was not taken: "+err.Error())
	}
	return nil
}

package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/limit/limitredis"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/db"
)

// Finding is what bodhi doctor says about one thing.
type Finding struct {
	What  string `json:"what"`
	State Health `json:"state"`
	Says  string `json:"says"` // what was found, and what to do if it is bad
}

// Health is how a checked thing is.
type Health string

// The states of a Finding.
const (
	Fine Health = "ok"
	Weak Health = "warn"
	Sick Health = "fail"
)

// What checking may take: all that is ours together, and each provider by itself. One that takes connections and says nothing must not
// make what is looked at after it appear ill.
const (
	oursTime     = 30 * time.Second
	providerTime = 10 * time.Second // as long as a live test takes at most
	probesAtOnce = 8
)

// Doctor checks what the configuration points to. It changes nothing.
func Doctor(ctx context.Context, cfg Config, log *slog.Logger) []Finding {
	whole := ctx
	ctx, cancel := context.WithTimeout(whole, oursTime)
	defer cancel()
	out := []Finding{{"config", Fine, "the configuration reads well; the dashboard is at " + cfg.PublicURL}}
	out = append(out, checkDir(cfg.DataDir))
	database, d := checkDatabase(ctx, cfg, log)
	out = append(out, database...)
	if d != nil {
		defer func() { _ = d.Close() }()
	}
	var c *core
	switch {
	case d == nil && database[0].State == Sick:
	case database[0].State != Fine:
		out = append(out, Finding{"master key", Weak, "not looked at, nor providers, before the database is in order"})
	default:
		var secrets []Finding
		secrets, c = checkSecrets(ctx, cfg, d, log)
		out = append(out, secrets...)
	}
	out = append(out, checkRedis(ctx, cfg.RedisURL, "rate limits and breakers stay in each process, kept answers in the database"))
	out = append(out, checkMail(ctx, cfg))
	if c != nil {
		out = append(out, checkProviders(whole, c)...)
	}
	return out
}

func checkDir(dir string) Finding {
	f := Finding{What: "data dir", State: Fine, Says: dir + " can be written"}
	probe := filepath.Join(dir, ".doctor")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Finding{f.What, Sick, fmt.Sprintf("%v; create the directory or set BODHI_DATA_DIR", err)}
	}
	if err := os.WriteFile(probe, make([]byte, 1<<20), 0o600); err != nil { // an empty file fits on a disk that is full
		_ = os.Remove(probe)
		return Finding{f.What, Sick, fmt.Sprintf("%v; the journal lives here, so nothing can be served", err)}
	}
	_ = os.Remove(probe)
	return f
}

func checkDatabase(ctx context.Context, cfg Config, log *slog.Logger) ([]Finding, *db.DB) {
	if file := db.Missing(cfg.DatabaseURL.Reveal()); file != "" { // opening it would make one, of which a backup is empty
		return []Finding{{"database", Weak, "there is no database at " + file + "; the first start makes it. If there should be one, set the BODHI_DATA_DIR or DATABASE_URL that the gateway serves with"}}, nil
	}
	d, err := db.Open(ctx, cfg.DatabaseURL.Reveal(), db.Options{Log: log})
	if err != nil {
		return []Finding{{"database", Sick, err.Error()}}, nil
	}
	steps, err := d.Status(ctx)
	if err != nil {
		return []Finding{{"database", Sick, err.Error()}}, d
	}
	missing := pending(steps)
	f := Finding{"database", Fine, fmt.Sprintf("reachable, all %d migrations applied", len(steps))}
	if missing > 0 {
		f = Finding{"database", Weak, fmt.Sprintf("reachable, %d of %d migrations are missing; run bodhi migrate up", missing, len(steps))}
	}
	return []Finding{f, checkClock(ctx, d)}, d
}

// checkClock compares clocks: periods and expiry follow ours, rows other nodes wrote follow theirs.
func checkClock(ctx context.Context, d *db.DB) Finding {
	theirs, err := d.Now(ctx)
	if err != nil {
		return Finding{"clock", Weak, "the database does not tell its time: " + err.Error()}
	}
	if skew := clock.Since(theirs).Abs(); skew > 5*time.Second {
		return Finding{"clock", Sick, fmt.Sprintf("this machine and the database differ by %s; synchronise both", skew.Round(time.Second))}
	}
	return Finding{"clock", Fine, "within 5 s of the database's"}
}

// checkSecrets gives the core as well, where it opens what is stored.
func checkSecrets(ctx context.Context, cfg Config, d *db.DB, log *slog.Logger) ([]Finding, *core) {
	file := filepath.Join(cfg.DataDir, masterKeyFile)
	if _, err := os.Stat(file); cfg.ownsMasterKey() && errors.Is(err, fs.ErrNotExist) { // loading it would make one
		orgs, err := db.NewOrgStore(d).All(ctx)
		if err != nil || len(orgs) > 0 {
			return []Finding{{"master key", Sick, file + " is not there, and nothing else opens what is stored; put it back"}}, nil
		}
		return []Finding{{"master key", Weak, file + " is not there; the first start makes it"}}, nil
	}
	c, err := newCore(ctx, cfg, d, log)
	if err != nil {
		return []Finding{{"master key", Sick, err.Error()}}, nil
	}
	if err := c.keyring.Load(ctx); err != nil {
		return []Finding{{"master key", Sick, err.Error()}}, nil
	}
	return []Finding{{"master key", Fine, "opens what is stored"}, checkBackups(ctx, c)}, c
}

// checkProviders asks every connection for its models, a few at once.
func checkProviders(ctx context.Context, c *core) []Finding {
	connections, err := c.connections.All(ctx)
	if err != nil {
		return []Finding{{"providers", Sick, err.Error()}}
	}
	out := make([]Finding, len(connections))
	var asking errgroup.Group
	asking.SetLimit(probesAtOnce)
	for i, r := range connections {
		asking.Go(func() error {
			ctx, cancel := context.WithTimeout(ctx, providerTime)
			defer cancel()
			out[i] = Finding{"provider", Fine, r.Name + " answers"}
			conn, err := r.Open(ctx, c.keyring)
			if err == nil {
				_, err = c.prober().Probe(ctx, conn)
			}
			if err != nil {
				out[i].State, out[i].Says = Weak, r.Name+": "+err.Error()
			}
			return nil
		})
	}
	_ = asking.Wait() // each says how it went in its finding
	return out
}

// checkRedis asks for what limits are counted with: a server may take the connection and refuse all that comes over it.
func checkRedis(ctx context.Context, at secret.String, without string) Finding {
	if at.IsEmpty() {
		return Finding{"redis", Fine, "not set: " + without}
	}
	client, err := limitredis.Open(at)
	if err != nil {
		return Finding{"redis", Sick, err.Error()}
	}
	defer func() { _ = client.Close() }()
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	if err := client.Check(ctx); err != nil {
		return Finding{"redis", Sick, fmt.Sprintf("%s does not serve us: %v; nodes share nothing until it does", client.Addr(), err)}
	}
	return Finding{"redis", Fine, client.Addr() + " answers"}
}

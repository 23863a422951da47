package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"strings"
	"syscall"
	"time"

	"github.com/bodhi-gateway/bodhi/app/gateway"
	"github.com/bodhi-gateway/bodhi/app/ingress"
	"github.com/bodhi-gateway/bodhi/static"
)

const (
	// grace is how long streams may go on after a stop was asked for.
	grace = 60 * time.Second
	// bookkeeping is how long a start waits for the last session to be in the books. A node whose database is away
	// serves without that: what needs no lease goes through.
	bookkeeping = 2 * time.Second
)

// doors are the listeners of a serving process; nil where nothing listens.
type doors struct{ main, metrics net.Listener }

// open takes the addresses. It comes before anything is started, so that a taken port has nothing to undo.
func (a *App) open() (d doors, err error) {
	if !a.options.Web {
		return d, nil
	}
	if missing := static.Missing(); len(missing) > 0 {
		return d, fmt.Errorf("this binary was built without %s; build it with make build", strings.Join(missing, ", "))
	}
	if d.main, err = listen("BODHI_ADDR", a.cfg.Addr); err != nil || a.cfg.MetricsAddr == "" {
		return d, err
	}
	if d.metrics, err = listen("BODHI_METRICS_ADDR", a.cfg.MetricsAddr); err != nil {
		_ = d.main.Close()
	}
	return d, err
}

// serve answers until ctx ends or the machinery fails, then drains.
func (a *App) serve(ctx context.Context, d doors, failed <-chan struct{}, ready func(url string)) error {
	if d.main == nil {
		select {
		case <-ctx.Done():
		case <-failed:
		}
		return nil
	}
	select {
	case <-a.treasury.Ready():
	case <-time.After(bookkeeping):
		a.log.Warn("serving before the last session is in the books; hard budgets lend nothing until then")
	case <-failed:
	case <-ctx.Done():
	}
	server := ingress.New(newServer(a.handler, a.log), gateway.Serves)
	ended := make(chan error, 2)
	clients := bound(ingress.Lossless(d.main), a.gateway)
	a.meter.connections(clients)
	go func() { ended <- server.Serve(eager{clients}) }()
	if d.metrics != nil {
		mux := http.NewServeMux()
		mux.Handle("GET /metrics", a.meter.handler())
		profiles(mux, a.cfg.MetricsAddr)
		side := newServer(mux, a.log)
		defer func() { _ = side.Close() }()
		go func() { ended <- side.Serve(d.metrics) }()
	}
	a.ready.Store(true)
	ready(a.cfg.PublicURL)
	select {
	case err := <-ended:
		return fmt.Errorf("listener: %w", err)
	case <-failed:
	case <-ctx.Done():
	}
	a.ready.Store(false)
	a.tail.Close() // else those who follow requests would be waited for
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if err := server.Shutdown(late); err != nil {
		a.log.Warn("streams were still open at the end of the grace period", "grace", grace)
		_ = server.Close()
	}
	return nil
}

// profiles serves Go's profiler beside the metrics, to this machine only: a profile shows code, a heap dump would show
// more.
func profiles(mux *http.ServeMux, addr string) {
	if !(Config{Addr: addr}).Loopback() {
		return
	}
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
}

func listen(name, addr string) (net.Listener, error) {
	c := net.ListenConfig{Control: lean}
	c.SetMultipathTCP(false) // whose connections do not inherit what lean says
	l, err := c.Listen(context.Background(), "tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s: %s is taken by another program; stop it or choose another address", name, addr)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: cannot listen: %w", name, err)
	}
	return l, nil
}

// newServer speaks HTTP/1.1 and HTTP/2, the latter without TLS too: the AWS SDK for JavaScript does. There is no write
// timeout, because a stream has no length; the gateway bounds each write, and lean what the kernel keeps meanwhile.
func newServer(h http.Handler, log *slog.Logger) *http.Server {
	s := &http.Server{
		Handler: certain(h), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		Protocols: new(http.Protocols), ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	s.Protocols.SetHTTP1(true)
	s.Protocols.SetUnencryptedHTTP2(true)
	return s
}

// split sends a request to the data plane, to the probes, to the files, or to the pages. The data plane comes first and
// stands under no middleware.
func (a *App) split(pages http.Handler) http.Handler {
	files := static.Handler()
	return behind(a.cfg.TrustedProxies, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch path := r.URL.Path; {
		case gateway.Serves(path):
			a.gateway.ServeHTTP(w, r)
		case path == "/healthz":
			probe(w, http.StatusOK, "alive")
		case path == "/readyz":
			a.serveReady(w)
		case len(path) > len("/static/") && path[:len("/static/")] == "/static/":
			files.ServeHTTP(w, r)
		default:
			pages.ServeHTTP(w, r)
		}
	}))
}

// bodies is how much memory requests above 64 KiB may take together: a quarter of the limit, as they are held up to three
// times while they are sent on, or 0, the gateway's own measure, if there is plenty. The largest request always fits.
func bodies(limit int64) int64 {
	if quarter := limit / 4; quarter < 1<<30 {
		return max(quarter, 40<<20)
	}
	return 0
}

// serveReady says whether this process can take requests. It asks nobody: a database that is away does not make a node
// unready, because keys and leases still serve.
func (a *App) serveReady(w http.ResponseWriter) {
	if a.ready.Load() {
		probe(w, http.StatusOK, "ready")
		return
	}
	probe(w, http.StatusServiceUnavailable, "draining")
}

func probe(w http.ResponseWriter, status int, word string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"status": word})
}

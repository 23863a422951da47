// Package egress is the only way out of the process to addresses that users choose (decision D19): provider base URLs,
// and later webhooks and images. It checks the address of every single dial after name resolution, so neither DNS
// rebinding nor an odd spelling of an address reaches the machine's own network; it follows no redirect and reads no
// proxy from the environment.
//
// CheckURL judges what a person typed, early and with a sentence that helps; the dial hook judges what is really
// connected to, and is the wall that counts.
package egress

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"sync/atomic"
	"syscall"
	"time"
)

// Config says where requests may go and how long reaching a host may take. The zero value allows public addresses only.
type Config struct {
	// AllowPrivate are networks that are refused otherwise (BODHI_EGRESS_ALLOW_PRIVATE). Plain http goes to them only.
	AllowPrivate []netip.Prefix
	// ConnectTimeout bounds name look-up and TCP connect together; 0 means 3 s.
	ConnectTimeout time.Duration
	// TLSTimeout bounds the handshake; 0 means 5 s.
	TLSTimeout time.Duration
	// IdleTimeout is how long an unused connection is kept at most; 0 means 90 s.
	IdleTimeout time.Duration
	// Resolver replaces the system's name look-up; nil outside tests.
	Resolver *net.Resolver
	// Roots replaces the system's certificate authorities; nil means the system's.
	Roots *x509.CertPool
}

// Egress is the shared way out. It is safe for concurrent use; a process makes one.
type Egress struct {
	allow  []netip.Prefix
	secure *http.Transport
	plain  *direct
}

// New makes the way out.
func New(c Config) *Egress {
	e := &Egress{}
	for _, p := range c.AllowPrivate {
		e.allow = append(e.allow, p.Masked())
	}
	e.secure = e.transport(c, e.permit)
	// Plain http exists for machines of one's own: a name that resolves to a public address is refused at the dial.
	e.plain = newDirect(e.transport(c, e.permitPlain))
	return e
}

// Transport is the RoundTripper for everything that leaves. Deadlines beyond connecting (headers, idle streams, the
// whole answer) belong to the caller's context. Bodies arrive as sent: nothing is decompressed.
func (e *Egress) Transport() http.RoundTripper { return roundTripper{e} }

// CloseIdle drops unused connections, for shutdown.
func (e *Egress) CloseIdle() { e.secure.CloseIdleConnections(); e.plain.CloseIdleConnections() }

func (e *Egress) transport(c Config, permit func(netip.AddrPort) error) *http.Transport {
	d := &net.Dialer{
		Timeout:  or(c.ConnectTimeout, 3*time.Second),
		Resolver: hurried(c.Resolver),
		// Control sees the address the kernel is about to connect to, for every attempt of every dial.
		Control: judged(permit),
	}
	return &http.Transport{
		Proxy:                  nil, // never from the environment
		DialContext:            within(d),
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: c.Roots},
		TLSHandshakeTimeout:    or(c.TLSTimeout, 5*time.Second),
		ForceAttemptHTTP2:      true,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 15 * time.Second},
		DisableCompression:     true, // a gzip bomb nobody asked for stays packed
		MaxIdleConns:           0,    // bounded per host instead, so one busy host does not evict another's
		MaxIdleConnsPerHost:    512,
		IdleConnTimeout:        or(c.IdleTimeout, 90*time.Second),
		MaxResponseHeaderBytes: 128 << 10,
	}
}

// judged is the dial hook. What it cannot read it refuses.
func judged(permit func(netip.AddrPort) error) func(network, address string, _ syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error {
		ap, err := netip.ParseAddrPort(address)
		if err != nil {
			return refusedAddress("is not an IP address and port").Because(err)
		}
		return permit(ap)
	}
}

func or(d, fallback time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return fallback
}

type roundTripper struct{ e *Egress }

// RoundTrip implements http.RoundTripper. An error before any connection was handed to the request is marked, see
// Unsent.
func (t roundTripper) RoundTrip(r *http.Request) (*http.Response, error) {
	via := t.e.secure
	switch r.URL.Scheme {
	case "https":
	case "http":
		if !t.e.plain.takes(r) {
			via = t.e.plain.rest
			break
		}
		resp, sent, err := t.e.plain.roundTrip(r)
		if err != nil && !sent {
			err = &unsentError{err}
		}
		return resp, err
	default:
		closeBody(r)
		return nil, &unsentError{refusedURL("Only https addresses can be called.")}
	}
	// net/http repeats a request on a new connection only when it knows that the first got nothing of it (it would also
	// repeat one with an Idempotency-Key, which is why ForwardRequest never lets that header through). So what counts
	// is whether a connection was handed out since it last looked for one.
	var handed atomic.Bool
	trace := &httptrace.ClientTrace{
		GetConn: func(string) { handed.Store(false) },
		GotConn: func(httptrace.GotConnInfo) { handed.Store(true) },
	}
	resp, err := via.RoundTrip(r.WithContext(httptrace.WithClientTrace(r.Context(), trace)))
	if err != nil && !handed.Load() {
		err = &unsentError{err}
	}
	return resp, err
}

func closeBody(r *http.Request) {
	if r.Body != nil {
		_ = r.Body.Close()
	}
}

// Unsent reports whether err means that nothing of the request was written: refused address, failed look-up, connect
// or handshake, or a context that ended before there was a connection. Only then is an attempt void; any other error
// leaves open whether the provider acted on it.
func Unsent(err error) bool {
	if err == nil {
		return false // nearly always; what follows allocates
	}
	var u *unsentError
	return errors.As(err, &u)
}

type unsentError struct{ cause error }

// Error implements error.
func (e *unsentError) Error() string { return "nothing was sent: " + e.cause.Error() }

// Unwrap gives the cause: a *fault.Error where our own rule refused.
func (e *unsentError) Unwrap() error { return e.cause }

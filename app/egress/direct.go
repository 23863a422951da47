package egress

import (
	"context"
	"net"
	"net/http"
	"strings"
)

// direct is the way out over plain HTTP/1.1, to model servers on machines of one's own. The caller's goroutine writes the
// request and reads the answer itself: net/http keeps two goroutines for every connection and hands each request and each
// answer between them, which costs more than the rest of a small request. Answers are parsed by net/http all the same, and
// addresses are judged by the same dial hook.
//
// It takes requests of known length, which are all that adapters make; the rest, and everything over TLS, goes through
// net/http. No request is repeated once a byte of it may have left.
type direct struct {
	dial func(ctx context.Context, network, address string) (net.Conn, error)
	rest *http.Transport
	idle idle
}

func newDirect(rest *http.Transport) *direct {
	return &direct{dial: rest.DialContext, rest: rest, idle: idle{keep: rest.IdleConnTimeout, perHost: rest.MaxIdleConnsPerHost,
		head: rest.MaxResponseHeaderBytes, hosts: map[string][]*conn{}}}
}

// CloseIdleConnections drops unused connections.
func (d *direct) CloseIdleConnections() {
	d.idle.closeAll()
	d.rest.CloseIdleConnections()
}

// roundTrip sends a request that direct takes. sent is false where no connection was there to write to.
func (d *direct) roundTrip(r *http.Request) (resp *http.Response, sent bool, err error) {
	h, err := newHead(r)
	if err != nil {
		closeBody(r)
		return nil, false, err
	}
	if r.ContentLength <= alone { // else it may still be on its way when the answer is there
		defer h.free()
	}
	address := addressOf(r)
	for {
		c := d.idle.take(address)
		used := c != nil
		if !used {
			nc, err := d.dial(r.Context(), "tcp", address)
			if err != nil {
				closeBody(r)
				return nil, sent, err
			}
			c = newConn(nc, address, &d.idle)
		}
		sent = true
		if resp, err = c.exchange(r, h); err == nil {
			return resp, true, nil
		}
		// A server may close a connection between our look at it and our first byte. Where the kernel took none, nobody
		// has seen the request.
		again := used && c.sent.Load() == 0 && r.Context().Err() == nil
		if again {
			r, again = rewound(r)
		}
		if !again {
			return nil, true, err
		}
		sent = false
	}
}

// takes reports whether a request is one for direct.
func (*direct) takes(r *http.Request) bool {
	known := r.ContentLength > 0 || r.ContentLength == 0 && bodiless(r)
	plainly := (r.Host == "" || r.Host == r.URL.Host) && len(r.TransferEncoding) == 0 && r.Trailer == nil && r.Method != http.MethodConnect
	host := r.URL.Host
	return known && plainly && r.URL.Hostname() != "" && isPrintable(host) && strings.IndexByte(host, '%') < 0 && isPrintable(r.Method) &&
		r.Header["Expect"] == nil && r.Header["Upgrade"] == nil
}

func bodiless(r *http.Request) bool { return r.Body == nil || r.Body == http.NoBody }

// isPrintable reports whether s is ASCII without spaces and control characters.
func isPrintable(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool { return c <= ' ' || c >= 0x7f })
}

func addressOf(r *http.Request) string {
	if r.URL.Port() != "" {
		return r.URL.Host
	}
	return net.JoinHostPort(r.URL.Hostname(), "80")
}

// rewound is a request whose body can be read once more.
func rewound(r *http.Request) (*http.Request, bool) {
	if bodiless(r) {
		return r, true
	}
	if r.GetBody == nil {
		return r, false
	}
	body, err := r.GetBody()
	if err != nil {
		return r, false
	}
	next := r.WithContext(r.Context())
	next.Body = body
	return next, true
}

package gateway

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/prompt"
)

// decode reads the body within its limit and scans it strictly, once (decision D7).
func (g *Gateway) decode(ctx context.Context, x *Exchange) (Finish, error) {
	if v := x.Endpoint.version; v != nil {
		if f := v(x.R.URL.RawQuery); f != nil {
			return nil, f
		}
	}
	landed, err := g.weigh(x)
	if err != nil {
		return nil, err
	}
	return landed, g.decoded(ctx, x)
}

func (g *Gateway) decoded(ctx context.Context, x *Exchange) error {
	body, err := g.readBody(x)
	if err != nil {
		return err
	}
	if !x.renew { // whose first request was checked; its body may be another by now, composed or changed by an experiment
		if err := g.checkSignature(ctx, x.R, body); err != nil {
			return err
		}
	}
	if x.Endpoint.stored && g.Prompts == nil {
		return unknownPath(x.R)
	}
	composed := x.prompt != "" // what is fetched anew for the cache
	if composed || !x.Endpoint.stored {
		err = g.read(x, body)
	}
	if !composed && (x.Endpoint.stored || g.storedPrompt(x, body, err)) {
		x.Call, x.stored = nil, body
		return nil
	}
	if err != nil {
		return err
	}
	if r := x.returned; r != nil && strings.HasPrefix(r.Deposit.Asked, prompt.Prefix) {
		x.prompt = r.Deposit.Asked // it was composed when it was handed over
	}
	return g.fits(x.Call)
}

func (g *Gateway) fits(call *llm.Call) error {
	if call.Bound.TextBytes > g.limits.Text {
		return fault.Newf(fault.TooLarge, "body_too_large", "The text of this request is %d MiB; at most %d MiB fit any model. Shorten it or split it.", call.Bound.TextBytes>>20, g.limits.Text>>20)
	}
	return nil
}

func (g *Gateway) readBody(x *Exchange) ([]byte, error) {
	n := x.R.ContentLength
	if n > g.limits.Body {
		return nil, g.tooLarge()
	}
	if e := x.R.Header.Get("Content-Encoding"); e != "" && e != "identity" {
		return nil, fault.Field("content-encoding", "Compressed request bodies are not accepted; send the JSON as it is.")
	}
	g.hurry(x, n)
	if n < 0 {
		return g.readUnsized(x)
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(x.R.Body, b); err != nil {
		return nil, unreadable(err)
	}
	g.relax(x)
	return b, nil
}

func (g *Gateway) tooLarge() error {
	return fault.Newf(fault.TooLarge, "body_too_large", "The request is larger than %d MiB, the most this endpoint takes. Send less, or refer to media by URL.", g.limits.Body>>20)
}

// hurry bounds how long a body may take, so that clients that send a byte now and then cannot keep connections and memory. The
// slowest line that is waited for has 16 KiB a second.
func (g *Gateway) hurry(x *Exchange, n int64) {
	if n == 0 {
		return
	}
	if n < 0 {
		n = 4 << 20 // it does not say; few are longer
	}
	x.due = true
	_ = http.NewResponseController(x.W).SetReadDeadline(g.clock.Now().Add(g.waits.Body + time.Duration(n>>14)*time.Second))
}

// relax takes the deadline back when the body is there: the answer has no length, and net/http notices by reading on whether
// the client has left.
func (g *Gateway) relax(x *Exchange) {
	if x.due {
		x.read, x.due = true, false
		_ = http.NewResponseController(x.W).SetReadDeadline(time.Time{})
	}
}

// abandon bounds how long net/http waits for what is left of a body that nobody will read: it would wait for it before it
// sends a refusal.
func (g *Gateway) abandon(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetReadDeadline(g.clock.Now().Add(min(g.waits.Body, 5*time.Second)))
}

func unreadable(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return fault.New(fault.Invalid, "body_too_slow", "The request body did not arrive in time. Send it again over a faster line, or refer to media by URL.").Because(err)
	}
	return fault.New(fault.Invalid, "invalid_request", "The request body ended before its Content-Length. Send it again.").Because(err)
}

package gateway

import (
	"net/http"
	"strconv"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

// respond writes the answer or the refusal in the client's dialect. It always runs.
func (g *Gateway) respond(x *Exchange) {
	if x.Err != nil {
		g.refuse(x, fault.From(x.Err))
		return
	}
	a := x.Answer
	switch {
	case a.Cached != "":
		g.recalled(x)
	case a.Resort != "":
		g.stand(x)
	case a.Stream == nil:
		g.plain(x)
	case x.Call.Stream:
		g.stream(x)
	default:
		g.document(x)
	}
}

// plain sends what is no stream: a dry run, or the provider's own refusal of the request.
func (g *Gateway) plain(x *Exchange) {
	refused := x.Answer.Status >= 400
	if refused && x.wrote {
		g.refuse(x, fault.New(fault.Upstream, "upstream_refused", "The provider refused the request: "+clip(string(x.Answer.Body))))
		return
	}
	g.settle(x)
	if refused {
		x.fact.Code, x.fact.Message = "upstream_refused", "The provider refused the request itself."
	}
	g.write(x, x.Answer.Status, x.Answer.Body)
}

// document sends a JSON answer. It is complete before its first byte is sent, so its exact cost goes into a header.
func (g *Gateway) document(x *Exchange) {
	defer func() { _ = x.Answer.Stream.Close() }()
	body, err := g.sift(x, x.Answer.First.Raw)
	if k, ok := x.W.(Keeper); ok && err == nil {
		k.Keep(body)
	}
	g.settle(x)
	g.forget(x)
	if err != nil {
		x.Err = err
		g.refuse(x, fault.From(err))
		return
	}
	x.say("X-Bodhi-Cost-Usd", x.spent.String())
	x.taken.add(body, g.clock.Now())
	x.carbon.add(body)
	g.write(x, http.StatusOK, body)
}

func (g *Gateway) write(x *Exchange, status int, body []byte) {
	x.say("Content-Type", "application/json")
	if x.Err == nil && status == http.StatusOK && x.Call != nil && x.Call.Plain != "" && x.Answer != nil && x.Answer.Stream != nil {
		x.say("Content-Type", x.Call.Plain)
		x.say("X-Content-Type-Options", "nosniff")
	}
	x.say("Content-Length", strconv.Itoa(len(body)))
	g.headers(x)
	x.fact.Status, x.fact.FirstByte = status, g.clock.Now().Sub(x.Started)
	x.wrote = true
	if status >= http.StatusBadRequest && !x.read && x.R.ContentLength != 0 {
		g.abandon(x.W)
	}
	x.W.WriteHeader(status)
	if g.hand(x, body) != nil {
		x.clientOut = true
	}
}

// A client that does not take a document is given up after Waits.Write, like one of a stream; so is one that takes it more
// slowly than slowest on the whole, because all of it stays in memory until then.
const (
	piece   = 64 << 10
	slowest = 16 << 10 // bytes a second: a modem of the nineties was not slower
)

// hand writes a document.
func (g *Gateway) hand(x *Exchange, body []byte) error {
	c, wall, sent := http.NewResponseController(x.W), clock.System{}, 0
	start := wall.Now()
	for {
		n := min(len(body)-sent, piece)
		last := start.Add(g.waits.write() + time.Duration(sent)*time.Second/slowest)
		if next := wall.Now().Add(g.waits.write()); sent > 0 && next.Before(last) {
			last = next
		}
		_ = c.SetWriteDeadline(last) // by the machine's clock; what has no deadlines is no network
		if _, err := x.W.Write(body[sent : sent+n]); err != nil {
			return err
		}
		if sent += n; sent >= len(body) {
			return nil
		}
	}
}

// stream forwards events as they come. No event waits for a later one unless there is more to do than time (next); the only thing
// written that the provider did not send is the cost, as a comment line in front of the end mark and as a trailer.
func (g *Gateway) stream(x *Exchange) {
	src := x.Answer.Stream
	defer func() { _ = src.Close() }()
	g.begin(x)
	out := newPump(x.W, src, Waits{Gap: x.patience.Waits.Gap, Ping: g.waits.Ping, Write: g.waits.Write}, x.Dialect.Ping(x.Call))
	defer out.stop()
	e, err := x.Answer.First, error(nil)
	if h := x.Answer.Head; len(h) > 0 {
		if x.taken != nil {
			x.taken.add(h, g.clock.Now())
		}
		x.carbon.add(h)
		err = out.send(h, false)
	}
	for err == nil {
		switch e.Kind {
		case llm.UsageOnly:
			err = out.send(nil, true)
		case llm.Failed:
			err = e.Err
		case llm.Terminal:
			g.settle(x)
			x.taken.close(e.Raw)
			x.carbon.close(e.Raw)
			err = out.finish(x.Dialect.Remark(x.Call, "x-bodhi-cost-usd", x.spent.String()), e.Raw)
		default:
			if x.taken != nil {
				x.taken.add(e.Raw, g.clock.Now())
			}
			x.carbon.add(e.Raw)
			err = out.send(e.Raw, false)
		}
		if err != nil || x.try.finished {
			break
		}
		if e, err = g.next(x, src); err == nil {
			x.try.see(e)
			g.stir(x)
			g.own(x, e)
		}
	}
	g.end(x, out, err)
}

// begin commits to a stream: from here on an error is an event.
func (g *Gateway) begin(x *Exchange) {
	if x.wrote {
		if x.early {
			x.early = false
			g.clocked(x)
		}
		return
	}
	x.say("Content-Type", x.Dialect.StreamType(x.Call))
	if x.Call.Plain != "" {
		x.say("X-Content-Type-Options", "nosniff")
	}
	x.say("Cache-Control", "no-cache")
	x.say("X-Accel-Buffering", "no")
	x.say("Trailer", "X-Bodhi-Cost-Usd")
	g.headers(x)
	x.fact.Status = http.StatusOK
	x.wrote = true
	x.W.WriteHeader(http.StatusOK)
}

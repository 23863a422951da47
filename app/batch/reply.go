package batch

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// reply is what came back.
type reply struct {
	status  int
	body    []byte
	kept    bool // it was written down before it was booked
	refusal string
	code    string
	scope   string
	request id.Request
	cost    money.USD
	took    time.Duration
	wait    time.Duration // before it is worth asking again
}

// busy reports whether a limit or a full gateway turned the line away, which costs nothing.
func (r *reply) busy() bool {
	return r.cost == 0 && !r.broke() && (r.status == http.StatusTooManyRequests || r.status == http.StatusServiceUnavailable || r.code == "budget_reserved")
}

// broke reports whether nothing more can be asked: a budget is used up, or the key is not good any more.
func (r *reply) broke() bool {
	return r.status == http.StatusUnauthorized || r.code == "budget_exhausted" && r.scope != "request"
}

// failing reports whether another try may do better.
func (r *reply) failing() bool { return r.status >= 500 || r.status == http.StatusRequestTimeout }

// memory takes an answer. keep is asked before its cost is booked (gateway.Keeper).
type memory struct {
	header http.Header
	status int
	body   bytes.Buffer
	keep   func(body []byte) bool
	kept   bool
}

// Keep implements gateway.Keeper.
func (w *memory) Keep(body []byte) {
	if w.keep != nil {
		w.kept = w.keep(body)
	}
}

// Header implements http.ResponseWriter.
func (w *memory) Header() http.Header { return w.header }

// WriteHeader implements http.ResponseWriter.
func (w *memory) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status = status
	}
}

// Write implements http.ResponseWriter. What was kept is not needed twice.
func (w *memory) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	if w.kept {
		return len(b), nil
	}
	return w.body.Write(b)
}

func (w *memory) request() id.Request {
	r, _ := id.ParseRequest(w.header.Get("X-Bodhi-Request-Id"))
	return r
}

func (w *memory) reply() reply {
	out := reply{status: cmp.Or(w.status, http.StatusOK), body: w.body.Bytes(), kept: w.kept, request: w.request()}
	if c, err := money.Parse(w.header.Get("X-Bodhi-Cost-Usd")); err == nil {
		out.cost = c
	}
	if n, err := strconv.Atoi(w.header.Get("Retry-After")); err == nil {
		out.wait = time.Duration(n) * time.Second
	}
	if out.kept || out.status < http.StatusBadRequest {
		return out
	}
	var said struct {
		Error struct {
			Message string `json:"message"`
			Bodhi   struct {
				Code  string `json:"code"`
				Scope string `json:"scope"`
			} `json:"bodhi"`
		} `json:"error"`
	}
	_ = json.Unmarshal(out.body, &said) // what says nothing has no code
	out.refusal, out.code, out.scope = said.Error.Message, cmp.Or(said.Error.Bodhi.Code, "refused"), said.Error.Bodhi.Scope
	return out
}

func hostPort(ip string) string { return net.JoinHostPort(cmp.Or(ip, "0.0.0.0"), "0") }

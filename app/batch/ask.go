package batch

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/key"
)

// ask asks every line that is not at its end. false where something came before the end of them.
func (j *job) ask(ctx context.Context) (all bool, err error) {
	var under sync.WaitGroup
	defer under.Wait()
	b := &j.batch
	for after := 0; ; {
		items, err := j.Store.Open(ctx, b.Org, b.ID, after, shelf)
		if err != nil {
			return false, err
		}
		if len(items) == 0 {
			break
		}
		for n := range items {
			i := &items[n]
			after = i.Number
			if j.expired() {
				return true, nil
			}
			if j.closed() {
				return false, nil
			}
			if !j.inTime(ctx) || !j.pace.enter(ctx, j.stop) {
				return false, nil
			}
			under.Go(func() {
				defer j.pace.leave()
				j.do(ctx, i)
			})
		}
	}
	under.Wait()
	why, lost, given := j.ending()
	return why == "" && !lost && !given && ctx.Err() == nil, nil
}

// inTime waits for the node's next turn to begin a line; false when nothing more is begun.
func (j *job) inTime(ctx context.Context) bool {
	select {
	case <-j.pulse.C:
		return true
	case <-ctx.Done():
	case <-j.stop:
	}
	return false
}

func (j *job) expired() bool {
	return !j.batch.ExpiresAt.IsZero() && !j.Clock.Now().Before(j.batch.ExpiresAt)
}

// do brings a line to its end, unless something comes before it.
func (j *job) do(ctx context.Context, i *Item) {
	a, err := j.read(ctx, i)
	if err != nil {
		if ctx.Err() == nil {
			j.Log.Warn("a line of a batch cannot be read", "batch", j.batch.ID.String(), "line", i.Number, "error", err)
			j.lose()
		}
		return
	}
	for n := 0; ctx.Err() == nil; n++ {
		wait, more := j.once(ctx, i, a)
		if !more || j.rest(ctx, wait) {
			return
		}
	}
}

func (j *job) read(ctx context.Context, i *Item) (a asked, err error) {
	text, err := j.input.slice(ctx, i.At, i.Length)
	if err == nil {
		err = json.Unmarshal(text, &a)
	}
	return a, err
}

// rest waits; true says that nothing more is begun.
func (j *job) rest(ctx context.Context, wait time.Duration) bool {
	t := time.NewTimer(min(max(wait, time.Second), pause))
	defer t.Stop()
	select {
	case <-t.C:
		return j.expired()
	case <-ctx.Done():
		return true
	case <-j.stop:
		return true
	}
}

// grant is what the batch's key may do right now. A batch waits for a key that is disabled.
func (j *job) grant() (*key.Grant, bool) {
	g, err := j.Grants.Grant(j.batch.Org, j.batch.Key)
	if err != nil {
		j.halt(fmt.Sprintf("Its key %q opens nothing at the moment: %s", j.batch.Body.KeyName, fault.From(err).Public))
	}
	return g, err == nil
}

// once sends a line. more says that it is worth sending again after a wait.
func (j *job) once(ctx context.Context, i *Item, a asked) (wait time.Duration, more bool) {
	g, ok := j.grant()
	if !ok {
		return 0, false
	}
	if !j.purse.take() {
		j.halt(fmt.Sprintf("Its cost limit of $%s is reached: the next request could pass it. Raise the limit and resume, or cancel.", j.batch.Body.Cap))
		return 0, false
	}
	i.Step = Sent
	i.Tries++
	if !j.put(i) {
		j.purse.put(0)
		return 0, false
	}
	got := j.send(ctx, g, i, a)
	cost := got.cost
	if i.Took, i.Request, i.Status = got.took, got.request, got.status; got.kept {
		i.Cost = cost
		j.purse.put(cost)
		j.put(i)
		return 0, false
	}
	switch {
	case got.status != http.StatusOK && ctx.Err() != nil:
		i.lose(max(cost, j.purse.guess()))
		cost = max(cost, j.purse.guess())
	case got.broke():
		i.Step = Waiting
		i.Tries--
		j.halt(got.refusal)
	case got.busy():
		i.Step, wait, more = Waiting, got.wait, true
		i.Tries--
		j.pace.slower(j.Clock.Now())
	case got.failing() && i.Tries < tries:
		i.Step, wait, more = Waiting, time.Duration(i.Tries*i.Tries*2)*time.Second, true
		i.Lost += cost
	default:
		i.Cost = cost
		j.settle(i, a, &got)
	}
	j.purse.put(cost)
	return wait, j.put(i) && more
}

// settle brings a line to its end with what came back.
func (j *job) settle(i *Item, a asked, got *reply) {
	if i.Step, i.Code = Done, ""; got.status != http.StatusOK {
		i.Step, i.Code = Refused, got.code
	}
	if err := j.batch.answered(i, a.CustomID, got.body); err != nil {
		j.Log.Warn("a result of a batch could not be written", "batch", j.batch.ID.String(), "error", err)
		j.lose()
		return
	}
	j.pace.quicker()
}

// headers are those of every line.
func (j *job) headers() http.Header {
	h := http.Header{"Content-Type": {"application/json"}, "User-Agent": {"bodhi-batch"}, "X-Bodhi-Timeout": {timeout.String()}, "X-Bodhi-Purpose": {ForLines}, "X-Bodhi-Priority": {"low"}}
	for name, value := range map[string]string{"X-Bodhi-Tags": j.batch.Body.Tags, "X-Bodhi-User": j.batch.Body.User} {
		if value != "" {
			h[name] = []string{value}
		}
	}
	if j.batch.Body.Unkept {
		h["X-Bodhi-Transcript"] = []string{"off"}
	}
	if j.batch.Family == Anthropic {
		h["Anthropic-Version"] = []string{"2023-06-01"}
		if b := j.batch.Body.Beta; b != "" {
			h["Anthropic-Beta"] = []string{b}
		}
	}
	return h
}

// send asks through the gateway.
func (j *job) send(ctx context.Context, g *key.Grant, i *Item, a asked) reply {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://gateway.invalid"+j.batch.Body.Endpoint, bytes.NewReader(a.Body))
	if err != nil {
		return reply{status: http.StatusInternalServerError, code: "internal_error"}
	}
	r.RemoteAddr, r.Header = hostPort(j.batch.Body.IP), j.headers()
	w := &memory{header: http.Header{}}
	w.keep = func(body []byte) bool {
		i.Request, i.Status, i.Cost = w.request(), http.StatusOK, j.purse.guess()
		j.settle(i, a, &reply{status: http.StatusOK, body: body})
		return i.Step == Done && j.put(i)
	}
	start := j.Clock.Now()
	j.Gateway.As(g).ServeHTTP(w, r)
	out := w.reply()
	out.took = j.Clock.Now().Sub(start)
	return out
}

package proof

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// model is an alias and how its answers are delivered. The longer ones are dearer, so costs are spread log-uniformly.
type model struct {
	name   string
	script string
	tokens int
}

var models = []model{
	{"tiny", "latency=20ms+tokens=4+chunkdelay=15ms", 4},
	{"short", "latency=60ms+tokens=16+chunkdelay=15ms", 16},
	{"medium", "latency=150ms+tokens=64+chunkdelay=15ms", 64},
	{"long", "latency=400ms+tokens=256+chunkdelay=15ms", 256},
	// Falls silent until the client leaves: every cancel of it is one in the middle of a stream.
	{"hang", "latency=20ms+tokens=64+hang=6", 64},
}

// flags are bootstrap's.
func aliases() []string {
	out := make([]string, len(models))
	for i, m := range models {
		out[i] = fmt.Sprintf("%s=sb/sandbox-chat+%s", m.name, m.script)
	}
	return out
}

// load is what the clients did.
type load struct {
	client *http.Client
	fleet  *fleet
	number atomic.Int64
	flying atomic.Int64
	most   atomic.Int64

	mu      sync.Mutex
	sent    map[string]*key // by x-client-request-id
	answers map[string]int64
	lasted  time.Time
	began   time.Time
	course  []map[string]int64 // answers in each five seconds
}

func newLoad(f *fleet) *load {
	return &load{fleet: f, sent: map[string]*key{}, answers: map[string]int64{},
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 4000, DisableCompression: true}}}
}

func (l *load) note(answer string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.answers[answer]++
	if l.began.IsZero() {
		l.began = now()
	}
	at := int(now().Sub(l.began) / (5 * time.Second))
	for len(l.course) <= at {
		l.course = append(l.course, map[string]int64{})
	}
	l.course[at][answer]++
}

// run keeps n requests under way until ctx ends, on any node that serves.
func (l *load) run(ctx context.Context, keys []*key, n int) (wait func()) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			rnd := rand.New(rand.NewPCG(uint64(i), 7))
			for ctx.Err() == nil {
				l.one(ctx, rnd, keys[rnd.IntN(len(keys))])
			}
		})
	}
	return wg.Wait
}

// one makes a request; half are streams, a fifth of those are left by the client.
func (l *load) one(ctx context.Context, rnd *rand.Rand, k *key) {
	node := l.fleet.any(rnd)
	if node == nil {
		pause(ctx, 50*time.Millisecond)
		return
	}
	m := models[rnd.IntN(len(models)-1)]
	stream, leave := rnd.IntN(2) == 0, false
	if stream && rnd.IntN(5) == 0 {
		leave = true
		if rnd.IntN(2) == 0 {
			m = models[len(models)-1]
		}
	}
	limit := m.tokens
	if rnd.IntN(50) == 0 {
		limit = 0 // no cap: the gateway lowers it to what fits, near a limit. Few, because one in flight at a kill costs its hold
	}
	answer := l.ask(context.WithoutCancel(ctx), node, k, m, limit, stream, leave, rnd)
	l.note(answer)
	if answer != "200" && answer != "left" { // as a client would, though sooner
		pause(ctx, time.Duration(200+rnd.IntN(600))*time.Millisecond)
	}
}

// ask sends a request and says what became of it.
func (l *load) ask(ctx context.Context, node *member, k *key, m model, limit int, stream, leave bool, rnd *rand.Rand) string {
	l.most.Store(max(l.most.Load(), l.flying.Add(1)))
	defer l.flying.Add(-1)
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	n := l.number.Add(1)
	name := fmt.Sprintf("proof-%d", n)
	l.mu.Lock()
	l.sent[name] = k
	l.mu.Unlock()
	body := fmt.Sprintf(`{"model":%q,"stream":%v,"messages":[{"role":"user","content":"question %d"}]`, m.name, stream, n)
	if limit > 0 {
		body += fmt.Sprintf(`,"max_completion_tokens":%d`, limit)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, node.ProxyURL+"/chat/completions", bytes.NewBufferString(body+"}"))
	if err != nil {
		return err.Error()
	}
	r.Header.Set("Authorization", "Bearer "+k.secret)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Client-Request-Id", name)
	r.Header.Set("X-Bodhi-Tags", "project="+name)
	defer func() { l.mu.Lock(); l.lasted = now(); l.mu.Unlock() }()
	resp, err := l.client.Do(r)
	if err != nil {
		return "no answer"
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		b, _ := io.ReadAll(resp.Body)
		_, after, _ := strings.Cut(string(b), `"code":"`)
		code, _, _ := strings.Cut(after, `"`)
		if code == "" { // not of ours, or not of anybody's: its words help whoever reads the figures
			code = string(b[:min(len(b), 120)])
		}
		return fmt.Sprintf("%d %s", resp.StatusCode, code)
	}
	if !leave {
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			return "broken"
		}
		return "200"
	}
	in := bufio.NewScanner(resp.Body)
	for lines := 2 * (1 + rnd.IntN(6)); lines > 0 && in.Scan(); lines-- {
	}
	return "left"
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

package soak

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

// tenant is one of the organizations, whose questions carry a mark of its own.
type tenant struct {
	url, key, mark string
	others         []string // marks of which none may ever be in an answer
}

// load is what the clients did.
type load struct {
	client  *http.Client
	tenants []*tenant

	asked, answered, left, failed, foreign atomic.Int64

	mu    sync.Mutex
	wrong map[string]int
}

func (l *load) note(what string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.wrong) < 20 || l.wrong[what] > 0 {
		l.wrong[what]++
	}
}

// run keeps n requests under way until ctx ends; none is begun after that.
func (l *load) run(ctx context.Context, n int) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			rnd := rand.New(rand.NewPCG(uint64(i), 11))
			for ctx.Err() == nil {
				l.one(rnd, l.tenants[rnd.IntN(len(l.tenants))])
			}
		})
	}
	wg.Wait()
}

// one asks something. Half are streams, a fifth of those are left in the middle (a tenth of all); one question in three was asked
// before, so that kept answers are found, run out and are replaced.
func (l *load) one(rnd *rand.Rand, t *tenant) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	stream := rnd.IntN(2) == 0
	leave := stream && rnd.IntN(5) == 0
	question, cache := fmt.Sprintf("%s asks %d", t.mark, rnd.Int64()), "off"
	if rnd.IntN(3) == 0 {
		question, cache = fmt.Sprintf("%s asks again %d", t.mark, rnd.IntN(40)), "exact"
	}
	body := fmt.Sprintf(`{"model":"smart","stream":%v,"max_completion_tokens":24,"temperature":0,"messages":[{"role":"user","content":%q}]}`, stream, question)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, t.url+"/chat/completions", bytes.NewBufferString(body))
	if err != nil {
		l.note(err.Error())
		return
	}
	r.Header.Set("Authorization", "Bearer "+t.key)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Bodhi-Cache", cache)
	r.Header.Set("X-Bodhi-Cache-Ttl", "1s")
	r.Header.Set("X-Bodhi-Tags", fmt.Sprintf("project=%s,build=%d", t.mark, rnd.IntN(50)))
	l.asked.Add(1)
	resp, err := l.client.Do(r)
	if err != nil {
		l.failed.Add(1)
		l.note(err.Error())
		return
	}
	defer func() { _ = resp.Body.Close() }()
	if leave {
		_, _ = bufio.NewReader(resp.Body).ReadString('\n')
		l.left.Add(1)
		return
	}
	l.judge(t, resp)
}

// judge reads an answer to its end: it is the tenant's own and nobody else's.
func (l *load) judge(t *tenant, resp *http.Response) {
	answer, err := io.ReadAll(resp.Body)
	text := string(answer)
	if err != nil || resp.StatusCode != http.StatusOK {
		l.failed.Add(1)
		l.note(fmt.Sprintf("%d %v %.200s", resp.StatusCode, err, text))
		return
	}
	l.answered.Add(1)
	for _, mark := range t.others {
		if strings.Contains(text, mark) {
			l.foreign.Add(1)
			l.note("an answer to " + t.mark + " says " + mark)
		}
	}
}

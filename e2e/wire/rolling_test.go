package wire

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/db/pgtest"
	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// rolling is steady load through nginx.
type rolling struct {
	n                       *harness.Nginx
	key                     string
	answered, whole, failed atomic.Int64

	mu    sync.Mutex
	wrong []string
}

func (r *rolling) fail(format string, values ...any) {
	r.failed.Add(1)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wrong = append(r.wrong, fmt.Sprintf(format, values...))
}

// ask sends one request and reads its answer to the end. Streams are whole if the last thing they say is that they are done.
func (r *rolling) ask(ctx context.Context, model string, stream bool) {
	q, _ := http.NewRequestWithContext(ctx, http.MethodPost, r.n.URL+"/v1/chat/completions", strings.NewReader(fmt.Sprintf(`{"model":%q,"stream":%v,"max_tokens":500,"messages":[{"role":"user","content":"x"}]}`, model, stream)))
	q.Header.Set("Authorization", "Bearer "+r.key)
	resp, err := r.n.Client.Do(q)
	if err != nil {
		r.fail("%v", err)
		return
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		b, _ := io.ReadAll(resp.Body)
		r.fail("%d %.300s", resp.StatusCode, b)
		return
	}
	if !stream {
		if _, err := io.ReadAll(resp.Body); err != nil {
			r.fail("an answer that ends early: %v", err)
			return
		}
		r.answered.Add(1)
		return
	}
	done := false
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		done = done || lines.Text() == "data: [DONE]"
	}
	if lines.Err() != nil || !done {
		r.fail("a stream that ends early: %v", lines.Err())
		return
	}
	r.whole.Add(1)
}

// TestARollingRestartBehindNginxLosesNothing restarts both nodes, one after the other, under load. Nothing that is new fails, what is
// under way ends whole, nothing is asked twice, and sessions live on.
func TestARollingRestartBehindNginxLosesNothing(t *testing.T) {
	t.Parallel()
	redis := os.Getenv("TEST_REDIS_URL")
	if redis == "" {
		harness.Missing(t, "TEST_REDIS_URL is not set; scripts/services.sh sets it")
	}
	front, s := harness.FreeAddress(t), harness.StartSandbox(t)
	public := "BODHI_PUBLIC_URL=https://" + front
	g := harness.Start(t, harness.Setup{Env: append(harness.OnPostgres(pgtest.Start(t).URL()), "REDIS_URL="+redis, public), Models: []string{"smart=sb/sandbox-chat+latency=20ms", "slow=sb/sandbox-chat+tokens=60+chunkdelay=50ms"},
		Providers: []string{"name=sb,kind=sandbox,base-url=" + s.URL + ",key-env=E2E_KEY"}})
	f := fleet{t, g, []*harness.Gateway{g, g.Join(t, public)}}
	r := &rolling{n: harness.StartNginx(t, front, strings.TrimPrefix(f.nodes[0].URL, "http://"), strings.TrimPrefix(f.nodes[1].URL, "http://")), key: g.VirtualKey}
	cookie := logIn(t, f.nodes[0], "admin@acme.test", "correct horse battery staple")

	loading, stop := context.WithCancel(t.Context())
	var load sync.WaitGroup
	for i := range 12 {
		load.Go(func() {
			model, stream := "smart", false
			if i%3 == 0 {
				model, stream = "slow", true
			}
			for loading.Err() == nil {
				r.ask(t.Context(), model, stream)
			}
		})
	}
	enough := func(n int64) {
		answered, whole := r.answered.Load()+n, r.whole.Load()+4
		harness.Wait(t, "requests to be answered", func() bool {
			return r.failed.Load() > 0 || r.answered.Load() >= answered && r.whole.Load() >= whole
		})
	}
	enough(50)
	for i, n := range f.nodes {
		begun := time.Now()
		n.Stop(t)
		stopped := time.Since(begun)
		enough(50) // the other one has it all
		n.Serve(t)
		enough(50)
		t.Logf("node %d stopped within %s and was back after %s", i+1, stopped.Round(time.Millisecond), time.Since(begun).Round(time.Millisecond))
		if !f.sessionWorks(&harness.Gateway{URL: n.URL}, cookie) {
			t.Errorf("the session is gone on node %d", i+1)
		}
	}
	stop()
	load.Wait()
	t.Logf("%d answers, %d streams, %d failed", r.answered.Load(), r.whole.Load(), r.failed.Load())
	for i, w := range r.wrong {
		if i < 5 {
			t.Errorf("failed: %s", w)
		}
	}
	if bill := s.Bill(t); r.failed.Load() != 0 || bill.Calls != r.answered.Load()+r.whole.Load() {
		t.Errorf("%d failed; the provider was asked %d times for %d answers", r.failed.Load(), bill.Calls, r.answered.Load()+r.whole.Load())
	}
	q, _ := http.NewRequestWithContext(within(t, 20*time.Second), http.MethodGet, r.n.URL+"/keys", nil)
	q.AddCookie(cookie)
	if resp, err := r.n.Client.Do(q); err != nil || resp.StatusCode != http.StatusOK {
		t.Errorf("the session through nginx: %v %v", resp, err)
	} else {
		_ = resp.Body.Close()
	}
	g.Run(t, "verify")
}

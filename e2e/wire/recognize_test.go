package wire

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// looker is a provider of two models: one is asked for names, and answers as says says; what the other one gets is kept.
type looker struct {
	mu     sync.Mutex
	says   func(w http.ResponseWriter, r *http.Request)
	looks  int
	bodies []string
}

// ServeHTTP implements http.Handler.
func (l *looker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	l.mu.Lock()
	says := l.says
	look := strings.Contains(string(body), "You find personal names")
	if look {
		l.looks++
	} else if strings.Contains(string(body), "about order") { // and no look at the models, which a connection that fails gets
		l.bodies = append(l.bodies, string(body))
	}
	l.mu.Unlock()
	if look {
		says(w, r)
		return
	}
	finds("Dear [NAME_1], it is done.")(w, r)
}

// count is how often either model was asked.
func (l *looker) count() (looks, asked int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.looks, len(l.bodies)
}

func (l *looker) answer(says func(http.ResponseWriter, *http.Request)) {
	l.mu.Lock()
	l.says = says
	l.mu.Unlock()
}

// finds is a chat's answer of this text, for 200 tokens.
func finds(text string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		quoted, _ := json.Marshal(text)
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w, `{"id":"c","object":"chat.completion","created":1,"model":"gpt-4o","choices":[{"index":0,"message":{"role":"assistant","content":%s},"finish_reason":"stop"}],"usage":{"prompt_tokens":100,"completion_tokens":100,"total_tokens":200}}`, quoted)
	}
}

// Names are masked where a model of the company's own finds them; where it answers nonsense, fails or takes too long nothing leaves; and
// when a day's money for looking is used up, nobody is asked and nothing leaves either.
func TestAModelLooksForNamesWithinItsDay(t *testing.T) {
	t.Parallel()
	l := &looker{says: finds(`{"found":[{"kind":"name","text":"Ada Canary-Lovelace"}]}`)}
	up := httptest.NewServer(l)
	t.Cleanup(up.Close)
	w := &world{Gateway: harness.Start(t, harness.Setup{Providers: []string{"name=oa,kind=openai,base-url=" + up.URL + "/v1,key-env=E2E_KEY"}, Models: []string{"gpt=oa/gpt-4o", "look=oa/gpt-4o-mini"}})}
	w.manage(t, http.MethodPost, "/data-rules", map[string]any{"actions": map[string]string{"name": "mask"}, "recognizer": map[string]string{"model": "look"}}, http.StatusCreated, nil)
	ask := func(n int) (*http.Response, string) { // each another text: findings are remembered
		return w.raw(t, http.MethodPost, "/chat/completions", fmt.Sprintf(`{"model":"gpt","messages":[{"role":"user","content":"Write to Ada Canary-Lovelace about order %d please"}]}`, n))
	}
	n := 0
	harness.Wait(t, "the data rule binds", func() bool {
		n++
		_, _ = ask(n)
		looks, _ := l.count()
		return looks > 0
	})
	resp, body := ask(1000)
	l.mu.Lock()
	last := l.bodies[len(l.bodies)-1]
	l.mu.Unlock()
	if resp.StatusCode != 200 || !strings.Contains(body, "Dear Ada Canary-Lovelace") || strings.Contains(last, "Canary") || !strings.Contains(last, "[NAME_1]") {
		t.Fatalf("%d %s; the provider got %s", resp.StatusCode, body, last)
	}
	known, _ := l.count()
	_, _ = ask(1000)
	if looks, _ := l.count(); looks != known {
		t.Error("the same text was looked at again")
	}

	_, before := l.count()
	for name, says := range map[string]func(http.ResponseWriter, *http.Request){
		"prose":          finds("I found Ada Canary-Lovelace."),
		"another form":   finds(`{"names":["Ada"]}`),
		"half an answer": finds(`{"found":[{"kind":"name"`),
		"an outage": func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, `{"error":{"message":"down"}}`, http.StatusServiceUnavailable)
		},
		"a closed socket": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"no answer": func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
			case <-time.After(time.Minute):
			}
		},
	} {
		l.answer(says)
		n++
		begun := time.Now()
		resp, body := ask(n + 2000)
		if resp.StatusCode != 400 || !strings.Contains(body, "policy_blocked") || !strings.Contains(body, "Nothing was sent") || strings.Contains(body, "Canary") || time.Since(begun) > 19*time.Second {
			t.Errorf("%s: %d after %s: %s", name, resp.StatusCode, time.Since(begun).Round(time.Second), body)
		}
	}
	if _, after := l.count(); after != before {
		l.mu.Lock()
		t.Errorf("%d requests left although nobody could look at them: %q", after-before, l.bodies[before:])
		l.mu.Unlock()
	}

	// What a look reports and the text does not have changes nothing.
	l.answer(finds(`{"found":[{"kind":"name","text":"Nobody Here"},{"kind":"name","text":"ary-Love"}]}`))
	if resp, body := ask(5000); resp.StatusCode != 200 {
		t.Errorf("a finding that is not there: %d %s", resp.StatusCode, body)
	}

	// A day's money: less than one more look may cost.
	l.answer(finds(`{"found":[]}`))
	w.manage(t, http.MethodPut, "/data-rules/recognition", map[string]string{"max_cost_usd_per_day": "0.0001"}, http.StatusOK, nil)
	looks, asked := 0, 0
	harness.Wait(t, "the day's money binds", func() bool {
		n++
		looks, asked = l.count()
		resp, body = ask(n + 6000)
		return resp.StatusCode != 200
	})
	if resp.StatusCode != 400 || !strings.Contains(body, "policy_blocked") || !strings.Contains(body, "Nothing was sent") {
		t.Errorf("used up: %d %s", resp.StatusCode, body)
	}
	if nowLooks, nowAsked := l.count(); nowLooks != looks || nowAsked != asked {
		t.Errorf("with nothing left %d looks and %d requests were made", nowLooks-looks, nowAsked-asked)
	}
	w.manage(t, http.MethodPut, "/data-rules/recognition", map[string]string{"max_cost_usd_per_day": ""}, http.StatusOK, nil)
	harness.Wait(t, "the bound is gone", func() bool {
		n++
		resp, _ := ask(n + 7000)
		return resp.StatusCode == 200
	})
}

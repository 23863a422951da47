package browser

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// atPlay is a browser whose playground is open, at a gateway whose provider is paced.
func atPlay(t *testing.T) *tab {
	t.Helper()
	up := httptest.NewServer(paced{})
	t.Cleanup(up.Close)
	g := harness.Start(t, harness.Setup{Models: []string{"smart=up/gpt-4o", "endless=up/gpt-4o-mini"}, Providers: []string{"name=up,kind=openai-compatible,base-url=" + up.URL + "/v1,key-env=E2E_KEY"}})
	b := open(t, g.URL)
	b.logIn("admin@acme.test")
	b.goTo("/playground")
	b.press("Open the playground")
	b.sees("Paid by")
	return b
}

// paced is a provider of OpenAI's dialect that says 200 words a second, as fast as any model of today: a thousand of them, or with the
// small model as many as its caller waits for. A line ends where a paragraph does.
type paced struct{}

// ServeHTTP implements http.Handler.
func (paced) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var asked struct{ Model string }
	_ = json.NewDecoder(r.Body).Decode(&asked)
	w.Header().Set("Content-Type", "text/event-stream")
	words, out := 1000, http.NewResponseController(w)
	if asked.Model == "gpt-4o-mini" {
		words = 1 << 20
	}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for i := range words {
		end := ""
		if i%60 == 59 {
			end = `\n\n`
		}
		fmt.Fprintf(w, `data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"word%d %s"}}]}`+"\n\n", i, end)
		if out.Flush() != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-tick.C:
		}
	}
	fmt.Fprintf(w, `data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":%d,"total_tokens":%d}}`+"\n\ndata: [DONE]\n\n", words, words+9)
}

// watching counts what keeps the page from drawing: tasks of more than 50 ms, by the browser's own account.
const watching = `(() => {
	window.long = []
	new PerformanceObserver(list => window.long.push(...list.getEntries().map(e => Math.round(e.duration)))).observe({ type: 'longtask' })
	return true
})()`

// looks is how often four answers are asked for until the page was seen to stand still at no time. One time is the proof: a machine
// that runs other tests takes the processor away in the middle of a task, for which the page can do nothing.
const looks = 5

// Four models stream at once, each a thousand words, without the page ever standing still.
func TestFourStreamsAtOnce(t *testing.T) {
	// Not beside others: what is judged is time.
	b := atPlay(t)
	b.fill("Message", "Tell me everything.")
	b.press("Add a model")
	b.press("Add a model")
	for _, n := range []string{"1", "2", "3", "4"} {
		b.fill("Model "+n, "smart")
	}
	b.ask("allow long answers", `document.querySelectorAll('[name=max_tokens]').forEach(e => e.value = '2000')`, nil)
	var ok bool
	b.ask("watch", watching, &ok)
	for n := 1; ; n++ {
		b.ask("begin to watch", `window.long.length = 0`, nil)
		b.press("Ask")
		b.until("all four to be done", `[...document.querySelectorAll('[data-state]')].filter(e => e.textContent === 'Done').length === 4 && !document.querySelector('[aria-busy]')`, &ok)
		var seen struct {
			Long         []int
			Words, Costs int
		}
		b.ask("what was seen", `({
			Long: window.long,
			Words: Math.min(...[...document.querySelectorAll('[data-text]')].map(e => e.innerText.length)),
			Costs: [...document.querySelectorAll('[data-outcome]')].filter(e => e.innerText.includes('$')).length,
		})`, &seen)
		t.Logf("tasks of more than 50 ms: %v; shortest answer %d characters", seen.Long, seen.Words)
		if seen.Words < 5000 || seen.Costs != 4 {
			t.Errorf("%+v", seen)
		}
		if len(seen.Long) == 0 {
			break
		}
		if n == looks {
			t.Errorf("the page stood still each of %d times, at last for %v ms", n, seen.Long)
			break
		}
	}
	b.fitsEveryScreen("playground-answered")
	b.speaksForItself()
}

// An answer is stopped, and what it cost appears; it is continued, and kept as a prompt that comes back with its variable.
func TestThePlayground(t *testing.T) {
	t.Parallel()
	b := atPlay(t)
	var ok bool
	b.fill("Message", "Tell me everything.")
	b.fill("Model 1", "endless")
	b.ask("allow a long answer", `document.querySelector('[name=max_tokens]').value = '4000'`, nil)
	b.press("Ask")
	b.until("a beginning", `document.querySelector('[data-text]').innerText.length > 20`, &ok)
	b.press("Stop")
	b.sees("Stopped")
	b.until("what it cost", `document.querySelector('[data-outcome]').innerText.includes('$')`, &ok)
	b.picture("playground-stopped")

	b.provokes(422)
	b.fill("Model 1", "smart")
	b.unfold("Files, tools")
	b.fill("Tools", "[{")
	b.press("Ask")
	b.sees("Tools are a JSON list")
	b.ask("without tools", `document.querySelector('[name=tools]').value = ''`, nil)
	large := filepath.Join(t.TempDir(), "large.png")
	if err := os.WriteFile(large, make([]byte, 9<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	b.run("choose a large file", chromedp.SetUploadFiles(`[name=files]`, []string{large}, chromedp.ByQuery))
	b.press("Ask")
	b.sees("larger than 8 MiB together")
	b.ask("choose none", `document.querySelector('[name=files]').value = ''`, nil)

	b.fill("Message", "Greet {{name}}.")
	b.unfold("Variables")
	b.press("Find the variables")
	b.fill("name", "Grace")
	b.press("Ask")
	b.until("an answer", `document.querySelector('[data-state]').textContent === 'Done'`, &ok)
	b.press("Continue with this answer")
	b.until("two more messages", `document.querySelectorAll('[data-message]').length === 3`, &ok)
	b.fitsEveryScreen("playground-continued")
	b.fill("Name of the new prompt", "greeting")
	b.ask("two messages are enough", `[...document.querySelectorAll('[data-message]')].slice(1).forEach(e => e.remove())`, nil)
	b.press("Save as a new prompt")
	b.sees("Saved as “greeting”")
	b.press("Open in the playground")
	b.sees("From greeting, version 1")
	var kept string
	b.until("its text", `document.querySelector('[name=text]').value`, &kept)
	if kept != "Greet {{name}}." {
		t.Errorf("it came back as %q", kept)
	}
	b.finds("/requests?client=Playground", "smart")
}

// The same form without scripts: all answers come on one page.
func TestThePlaygroundWithoutScripts(t *testing.T) {
	t.Parallel()
	b := open(t, harness.Empty(t).URL)
	b.withoutScripts()
	b.signUp("Plain", "ada@plain.test")
	b.goTo("/playground")
	b.press("Open the playground")
	b.fill("Message", "What is a gateway?")
	b.fill("Model 1", "sandbox-chat")
	b.fill("Model 2", "sandbox-vision")
	b.press("Ask")
	var two string
	b.until("two answers", `document.querySelectorAll('.b-play-outcome dl').length === 2 ? 'yes' : ''`, &two)
	b.press("Continue with this answer")
	b.until("three messages", `document.querySelectorAll('[data-message]').length === 3 ? 'yes' : ''`, &two)
}

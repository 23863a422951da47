package browser

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// A chain is built on the page, its first target breaks, the second answers, and why it did stands on the request. When the
// second breaks as well, the default answer of the alias does.
func TestAChainIsBuiltAndItsFirstTargetBreaks(t *testing.T) {
	t.Parallel()
	g := harness.Start(t, harness.Setup{Providers: []string{"name=main,kind=sandbox", "name=backup,kind=sandbox"}, Models: []string{"smart=main/sandbox-chat"}})
	b := open(t, g.URL)
	b.provokes(422)
	b.provokes(404) // a request that is not posted yet
	b.logIn("admin@acme.test")
	b.goTo("/models")
	alias := ""
	b.until("the alias smart", `[...document.querySelectorAll('main a[href^="/aliases/"]')].find(a => a.innerText.trim() === 'smart')?.getAttribute('href') ?? ''`, &alias)
	chain := func(first, second string) {
		b.goTo(alias)
		b.fill("First", first)
		b.fill("Then", second)
		b.press("Save")
		b.sees("Alias smart saved.")
	}
	chain("main/sandbox-chat+status=503", "backup/sandbox-chat")

	b.goTo(alias + "/rules/fallback")
	b.sees("1. backup/sandbox-chat")
	b.tick("By score")
	b.fill("Cost", "a lot")
	b.fill("Default answer", "Our assistant is away.")
	b.press("Save fallback")
	b.sees("Each weight is 0 to 100")
	b.goTo(alias + "/rules/fallback") // what a refusal moves on the page cannot move a click here
	b.tick("By score")
	b.fill("Cost", "60")
	b.fill("Default answer", "Our assistant is away.")
	b.press("Save fallback")
	b.sees("Saved. The next request goes by it.")
	for _, s := range screens {
		b.through(s)
		b.picture("fallback-" + s.String())
	}
	b.through(screens[0])

	var got answered
	harness.Wait(t, "the chain to bind", func() bool {
		got = spoken(t, g, "smart")
		return got.header.Get("X-Bodhi-Provider") == "backup"
	})
	if hops := got.header.Get("X-Bodhi-Hops"); got.status != 200 || !strings.HasPrefix(hops, "main/sandbox-chat+status=503 overloaded 503") {
		t.Errorf("%d, hops %q", got.status, hops)
	}
	b.finds("/requests/"+got.header.Get("X-Bodhi-Request-Id"), "after overloaded: backup/sandbox-chat, score ")
	b.finds(alias+"/rules/fallback", "100.0 % 0") // who follows has been measured: a share, and nothing under way

	chain("main/sandbox-chat+status=503", "backup/sandbox-chat+status=503")
	harness.Wait(t, "the broken chain to bind", func() bool {
		got = spoken(t, g, "smart")
		return got.header.Get("X-Bodhi-Fallback") == "default"
	})
	if got.status != 200 || !strings.Contains(got.body, "Our assistant is away.") || !strings.Contains(got.body, "bodhi-default-answer") {
		t.Errorf("%d %s", got.status, got.body)
	}
	b.finds("/requests/"+got.header.Get("X-Bodhi-Request-Id"), "default answer: ")
}

type answered struct {
	status int
	header http.Header
	body   string
}

// spoken asks the proxy one question.
func spoken(t *testing.T, g *harness.Gateway, model string) answered {
	t.Helper()
	return spokenOf(t, g, model, "hi")
}

// spokenOf asks a model something.
func spokenOf(t *testing.T, g *harness.Gateway, model, text string) answered {
	t.Helper()
	body, _ := json.Marshal(map[string]any{"model": model, "messages": []map[string]string{{"role": "user", "content": text}}})
	q, err := http.NewRequest(http.MethodPost, g.ProxyURL+"/chat/completions", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("Authorization", "Bearer "+g.VirtualKey)
	resp, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	said, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answered{resp.StatusCode, resp.Header, string(said)}
}

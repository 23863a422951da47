package browser

import (
	"testing"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// A policy is set from a preset, a question is asked twice, and what that saved is looked at, read and cleared.
func TestAnAnswerIsPaidForOnce(t *testing.T) {
	t.Parallel()
	g := harness.Start(t, harness.Setup{Providers: []string{"name=main,kind=sandbox"}, Models: []string{"smart=main/sandbox-chat"}})
	b := open(t, g.URL)
	b.provokes(422)
	b.logIn("admin@acme.test")
	look := func(name string) {
		for _, s := range screens {
			b.through(s)
			b.picture("cache-" + name + "-" + s.String())
		}
		b.through(screens[0])
	}
	b.goTo("/cache")
	b.sees("Nothing is kept yet")
	look("empty")
	b.goTo("/cache-policies/new?preset=company_faq")
	b.fill("Kept for", "soon")
	b.press("Set policy")
	b.sees("Write a time such as 90s, 30m, 24h or 7d.")
	look("refused")
	b.fill("Kept for", "7d")
	b.press("Set policy")
	b.sees("Cache policy set")
	b.sees("everybody")
	look("policies")
	harness.Wait(t, "a hit", func() bool { return spoken(t, g, "smart").header.Get("X-Bodhi-Cache") == "hit" })
	first, again := spoken(t, g, "smart"), spoken(t, g, "smart")
	if again.header.Get("X-Bodhi-Cost-Usd") != "0" || first.body != again.body {
		t.Errorf("again: %v %s", again.header, again.body)
	}
	b.finds("/cache", "sandbox-chat")
	look("savings")
	b.finds("/cache/entries", "sandbox-chat")
	look("entries")
	b.press("sandbox-chat")
	b.sees("The last message")
	look("entry")
	b.press("Clear")
	b.press("Clear it")
	b.sees("Nothing of it is given any more")
	harness.Wait(t, "a miss", func() bool { return spoken(t, g, "smart").header.Get("X-Bodhi-Cache") == "miss" })
}

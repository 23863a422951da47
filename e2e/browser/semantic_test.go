package browser

import (
	"testing"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// A policy gives the answers of like questions, and a person says of one that it was wrong.
func TestAnAnswerOfALikeQuestion(t *testing.T) {
	t.Parallel()
	g := harness.Start(t, harness.Setup{Providers: []string{"name=main,kind=sandbox"}, Models: []string{"smart=main/sandbox-chat"}})
	b := open(t, g.URL)
	b.provokes(422)
	b.logIn("admin@acme.test")
	look := func(name string) {
		for _, s := range screens {
			b.through(s)
			b.picture("semantic-" + name + "-" + s.String())
		}
		b.through(screens[0])
	}
	b.goTo("/cache/likes")
	b.sees("No like questions yet")
	look("empty")
	b.goTo("/cache-policies/new?preset=company_faq")
	b.press("Questions that are worded differently")
	b.choose("Their answers", "Relaxed: synonyms and another order")
	b.fill("Similarity from", "9")
	b.press("Set policy")
	b.sees("The threshold is a cosine from 0.5 to 1")
	look("refused")
	b.fill("Similarity from", "0.9")
	b.press("Set policy")
	b.sees("like questions: relaxed")
	harness.Wait(t, "a kept answer", func() bool {
		return spokenOf(t, g, "smart", "How do I center a div in CSS?").header.Get("X-Bodhi-Cache") == "hit"
	})
	if a := spokenOf(t, g, "smart", "CSS centering div"); a.header.Get("X-Bodhi-Cache") != "semantic" || a.header.Get("X-Bodhi-Cache-Similarity") < "0.90" {
		t.Errorf("a like question: %v", a.header)
	}
	if a := spokenOf(t, g, "smart", "how can I center a div in CSS"); a.header.Get("X-Bodhi-Cache") != "semantic" {
		t.Errorf("a strictly equal one: %v", a.header)
	}
	b.finds("/cache/likes", "was answered: How do I center a div in CSS?")
	b.finds("/cache/likes?mode=relaxed&threshold=0.95&days=14", "relaxed from 0.95")
	look("pairs")
	b.goTo("/cache/likes")
	b.press("Wrong")
	b.sees("Noted as wrong.")
	look("judged")
	b.finds("/audit", "like_judged")
}

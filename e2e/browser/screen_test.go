package browser

import (
	"testing"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// A data rule is set, met, changed, and a text is tried against it, as a person would.
func TestDataRules(t *testing.T) {
	t.Parallel()
	b := open(t, harness.Empty(t).URL)
	b.signUp("Acme", "ada@acme.test")
	b.goTo("/data-rules")
	b.sees("No data rules yet")
	b.provokes(422)
	b.goTo("/data-rules/new")
	b.fill("Name 1", "Project")
	b.fill("Expression 1", "(PRJ")
	b.press("Set rule")
	b.sees("is no regular expression")
	b.fill("Expression 1", "PRJ-[0-9]+")
	b.choose("Action 1", "Mask")
	b.choose("Payment card numbers", "Block")
	b.choose("IP addresses in answers", "Mask")
	b.choose("In answers 1", "Warn")
	b.fill("Near 1", "ask, tell")
	for _, s := range screens {
		b.through(s)
		b.picture("data-rules-form-" + s.String())
	}
	b.through(screens[0])
	b.press("Set rule")
	b.sees("Data rule set")
	b.sees("near ask, tell")
	for _, s := range screens {
		b.through(s)
		b.picture("data-rules-one-" + s.String())
	}
	b.through(screens[0])
	b.press("Try a text")
	b.fill("Text", "ask about PRJ-12")
	b.press("Try")
	b.sees("It would leave with placeholders.")
	b.sees("ask about [PROJECT_1]")
	for _, s := range screens {
		b.through(s)
		b.picture("data-rules-tried-" + s.String())
	}
	b.through(screens[0])
	b.fill("Text", "card 4111 1111 1111 1111")
	b.press("Try")
	b.sees("It would be refused.")
}

// Where data may go is said in a policy, whose page shows which models remain and why the others do not.
func TestPoliciesOnPlaces(t *testing.T) {
	t.Parallel()
	b := open(t, harness.Empty(t).URL)
	b.signUp("Acme", "ada@acme.test")
	b.provokes(422)
	b.goTo("/policies/new")
	b.fill("Data stays in", "the moon!")
	b.press("Set policy")
	b.sees("Write regions as short words")
	b.fill("Data stays in", "EU, ch")
	b.tick("No training only")
	for _, s := range screens {
		b.through(s)
		b.picture("policies-places-form-" + s.String())
	}
	b.through(screens[0])
	b.press("Set policy")
	b.sees("stays in eu or ch, no training")
	b.sees("nobody says where this provider keeps it")
	for _, s := range screens {
		b.through(s)
		b.picture("policies-places-" + s.String())
	}
}

package browser

import (
	"testing"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// A hold is set and ended, a person is found, and erased with a proof, on every screen.
func TestAPersonIsErasedWithAProof(t *testing.T) {
	t.Parallel()
	g := harness.Start(t, harness.Setup{Providers: []string{"name=main,kind=sandbox"}, Models: []string{"smart=main/sandbox-chat"}})
	b := open(t, g.URL)
	b.provokes(422)
	b.logIn("admin@acme.test")
	join(t, g, "Jana Canaryova", "jana@acme.test")
	b.goTo("/compliance")
	b.fill("About", "jana@acme.test")
	b.press("Set the hold")
	b.sees("Say why, in up to 500 characters.")
	b.fill("Why", "Smith v. Acme, asked for by counsel")
	b.press("Set the hold")
	b.sees("The hold is in force")
	b.judged("compliance-held")
	b.fill("E-mail address", "jana@acme.test")
	b.press("Find")
	b.sees("A legal hold keeps this data")
	b.goTo("/compliance")
	b.press("End")
	b.press("End the hold")
	b.sees("The hold is over.")
	b.fill("E-mail address", "jana@acme.test")
	b.press("Find")
	b.sees("Type the address to confirm")
	b.judged("compliance-person")
	b.fill("Type the address to confirm", "jan@acme.test")
	b.fill("Why", "her letter of 20 November")
	b.press("Erase for good")
	b.sees("This is not the person's address")
	b.fill("Type the address to confirm", "jana@acme.test")
	b.press("Erase for good")
	b.sees("Proof of erasure")
	b.judged("compliance-proof")
	b.goTo("/compliance")
	b.sees("@erased.invalid")
	b.neverSees("jana@acme.test")
	b.judged("compliance-erased")
}

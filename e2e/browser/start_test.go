package browser

import (
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// The guided set-up, from an empty database to the first governed answer through the tenant's URL, interrupted at every step: the
// promise is fifteen minutes, with the sandbox a script has to need less than two.
func TestTheSetUpLeadsToAGovernedAnswer(t *testing.T) {
	t.Parallel()
	b := open(t, harness.Empty(t).URL)
	began := time.Now()
	b.signUp("Acme", "ada@acme.test")
	again := func(title string) { // away, and back
		t.Helper()
		b.goTo("/keys")
		b.goTo("/start")
		b.sees(title)
	}
	again("Where should requests go?")
	b.press("Go on with the sandbox")
	b.sees("Begin with a template?")
	again("Begin with a template?")
	b.press("Look at the template Support")
	b.sees("What applying it changes")
	for _, s := range screens {
		b.through(s)
		b.picture("template-compared-" + s.String())
	}
	b.through(screens[0])
	b.press("Apply 13 changes")
	b.sees("How much may it cost?")
	again("How much may it cost?")
	b.fill("Limit", "250")
	b.press("Set the budget")
	b.sees("Who else belongs here?")
	again("Who else belongs here?")
	b.press("Nobody else yet")
	b.sees("Create the first key") // going away before the redirect is through would race with it
	again("Create the first key")
	b.fill("Name", "Ada's laptop")
	b.press("Create key")
	b.sees("Copy this key now")
	secret, base := b.text("#secret"), b.text("#base-url")
	b.sees("Waiting for your first request")
	b.picture("start-key-made")
	usage := chat(t, base, secret, "smart")
	b.sees("Your first request arrived") // by itself: the server says so
	if took := time.Since(began); took > 2*time.Minute {
		t.Errorf("it took %v", took)
	}
	b.press("What comes next")
	b.sees("From sign-up to the first request:")
	b.goTo("/requests")
	b.sees("sandbox-chat")
	b.finds("/", price(usage))
	b.goTo("/templates/show?name=support")
	b.sees("Nothing to change")
}

// Without scripts the same forms and links lead there; the page that waits is looked at again by its link.
func TestTheSetUpWithoutScripts(t *testing.T) {
	t.Parallel()
	b := open(t, harness.Empty(t).URL)
	b.withoutScripts()
	b.signUp("Plain", "ada@plain.test")
	b.goTo("/start")
	for _, leave := range []string{"Go on with the sandbox", "Without a template", "Without a budget", "Nobody else yet"} {
		b.press(leave)
	}
	b.fill("Name", "laptop")
	b.press("Create key")
	b.sees("Copy this key now")
	chat(t, b.text("#base-url"), b.text("#secret"), "smart")
	b.finds("/start/request", "Your first request arrived")
}

// The documentation is there for strangers too, its links lead on, and it fits a telephone.
func TestTheDocumentationIsServed(t *testing.T) {
	t.Parallel()
	b := open(t, harness.Empty(t).URL)
	b.goTo("/docs")
	b.sees("Set an organization up")
	b.goTo("/docs/how-to/start")
	b.sees("Set an organization up in fifteen minutes")
	b.fitsEveryScreen("docs-start")
	b.press("a blueprint")
	b.sees("Keep the set-up in a file")
}

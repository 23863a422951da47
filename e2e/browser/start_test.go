package browser

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// The guided set-up, from an empty database to the first governed answer through the tenant's URL, interrupted at every step: the
// promise is fifteen minutes, with the sandbox a script has to need less than two, and a person who types less than five.
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
	b.press("Look at it: Support")
	b.sees("What applying it changes")
	for _, s := range screens {
		b.through(s)
		b.picture("template-compared-" + s.String())
	}
	b.through(screens[0])
	b.press("Apply 14 changes")
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
	took := time.Since(began)
	if took > 2*time.Minute {
		t.Errorf("it took %v", took)
	}
	if t.Logf("%v, and %v more for a person's hands and eyes", took, b.byHand); took+b.byHand > 5*time.Minute {
		t.Errorf("a person needs %v", took+b.byHand)
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

// Two admins walk through it at once, each in a browser of their own: a step that one has done is done for both, on a page that was
// open before as well, and nothing is there twice.
func TestTwoAdminsSetUpAtOnce(t *testing.T) {
	t.Parallel()
	ada := open(t, harness.Empty(t).URL)
	ada.signUp("Acme", "ada@acme.test")
	ada.goTo("/people/new")
	ada.fill("Name", "Grace Hopper")
	ada.fill("E-mail", "grace@acme.test")
	ada.run("choose admin", chromedp.Click(`input[name="role"][value="admin"]`, chromedp.ByQuery))
	ada.fill("First password", "correct horse battery staple")
	ada.press("Add person")
	ada.sees("Grace Hopper")
	grace := open(t, ada.base)
	grace.logIn("grace@acme.test")
	both := func(title string) {
		t.Helper()
		for _, b := range []*tab{ada, grace} {
			b.goTo("/start")
			b.sees(title)
		}
	}

	both("Where should requests go?")
	together(ada, grace, "Go on with the sandbox")
	ada.sees("Begin with a template?")
	grace.sees("Begin with a template?")

	both("Begin with a template?")
	for _, b := range []*tab{ada, grace} {
		b.press("Look at it: Support")
		b.sees("What applying it changes")
	}
	ada.press("Apply 14 changes")
	ada.sees("Applied: 14 changes.")
	grace.press("Apply 14 changes") // on the page of before
	grace.sees("Nothing to change: the organization is what the text says.")

	both("How much may it cost?")
	for _, b := range []*tab{ada, grace} {
		b.fill("Limit", "250")
	}
	together(ada, grace, "Set the budget")
	set := 0
	for _, b := range []*tab{ada, grace} {
		var said string
		b.until("what came of it", `(/The budget is set\.|There is such a budget already: somebody was faster\./.exec(document.body.innerText) ?? [''])[0]`, &said)
		if said == "The budget is set." {
			set++
		}
	}
	if set != 1 {
		t.Errorf("the budget was set %d times", set)
	}

	both("Create the first key") // two people are there, so nobody has to be invited
	ada.fill("Name", "Ada's laptop")
	ada.press("Create key")
	ada.sees("Copy this key now")
	grace.goTo("/start")
	grace.sees("Waiting for your first request")
	chat(t, ada.text("#base-url"), ada.text("#secret"), "smart")
	ada.sees("Your first request arrived")
	grace.sees("Your first request arrived") // by itself, for her too
	for _, b := range []*tab{ada, grace} {
		b.goTo("/templates/show?name=support")
		b.sees("Nothing to change")
		b.goTo("/keys")
		b.sees("Ada's laptop")
	}
}

// together presses the button with this text in two browsers in the same moment.
func together(one, other *tab, text string) {
	one.t.Helper()
	one.findButton(text)
	other.findButton(text)
	said := make(chan error, 2)
	for _, b := range []*tab{one, other} {
		go func() { said <- b.try(chromedp.Click("[data-e2e-press]", chromedp.ByQuery)) }()
	}
	for range 2 {
		if err := <-said; err != nil {
			one.t.Fatalf("press %s: %v", text, err)
		}
	}
}

// What strangers see is judged like the pages of the dashboard.
func TestVisitorsPages(t *testing.T) {
	t.Parallel()
	b := open(t, harness.Empty(t).URL)
	for name, path := range map[string]string{"front": "/", "terms": "/terms", "privacy": "/privacy"} {
		b.goTo(path)
		b.judged("visitor-" + name)
	}
}

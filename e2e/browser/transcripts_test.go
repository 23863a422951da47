package browser

import (
	"testing"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// A team has its texts kept: people are told, one reads what was said, and asks it again.
func TestTextsAreKeptReadAndAskedAgain(t *testing.T) {
	t.Parallel()
	b := open(t, harness.Empty(t).URL)
	b.signUp("Acme", "ada@acme.test")
	baseURL := b.text("#base-url")
	b.goTo("/keys/new")
	b.fill("Name", "Ada's laptop")
	b.press("Create key")
	secret := b.text("#secret")
	b.goTo("/transcripts")
	b.sees("None of your teams keeps texts")
	b.fill("For how many days", "7")
	b.press("Keep texts")
	b.sees("One of your teams keeps texts")
	b.picture("transcripts-on")
	b.goTo("/me")
	b.sees("What your requests say is kept")
	b.picture("me-kept")
	harness.Wait(t, "the setting to bind and a text to be kept", func() bool {
		chat(t, baseURL, secret, "sandbox-chat")
		b.goTo("/transcripts")
		var there bool
		b.ask("look for a kept text", `/7 days\s+[1-9]/.test(document.body.innerText)`, &there)
		return there
	})
	b.finds("/requests", "sandbox-chat")
	rows := b.links(`main .b-row-link`)
	b.goTo(rows[0])
	b.sees("kept until")
	b.picture("request-kept")
	b.press("Read it")
	b.sees("What is a gateway, in one sentence?")
	for _, v := range b.violations("") {
		t.Error(v)
	}
	b.picture("request-text")
	b.press("Open in the playground")
	b.sees("The conversation of a logged request")
	b.goTo("/audit?action=transcript.read")
	b.sees("Text of a request")
	b.goTo("/transcripts")
	b.press("Stop")
	b.press("Keep none")
	b.sees("None of your teams keeps texts")
}

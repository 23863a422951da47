package browser

import (
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// Requests are narrowed, followed live, looked at in other columns and kept, as a person would.
func TestRequests(t *testing.T) {
	t.Parallel()
	b := open(t, harness.Empty(t).URL)
	b.signUp("Acme", "ada@acme.test")
	baseURL := b.text("#base-url")
	b.goTo("/keys/new")
	b.fill("Name", "laptop")
	b.press("Create key")
	secret := b.text("#secret")
	chat(t, baseURL, secret, "sandbox-chat")
	b.finds("/requests", "sandbox-chat")
	b.press("Follow live")
	var following bool
	b.until("the stream", `document.querySelector('[data-tail-says]').textContent.startsWith('Following')`, &following)
	chat(t, baseURL, secret, "sandbox-reasoning")
	b.until("a row that came by itself", `document.querySelector('#rows tr').textContent.includes('sandbox-reasoning')`, &following)
	b.sees("1 new")
	for _, s := range screens {
		b.through(s)
		b.picture("requests-live-" + s.String())
	}
	b.through(screens[0])
	b.press("Pause")
	b.sees("Paused.")
	b.unfold("Columns")
	// By keyboard: on a busy machine a click falls beside a box that the opening fold has just moved.
	b.run("choose one", chromedp.Focus(`#show-app`, chromedp.ByQuery), chromedp.KeyEvent(" "))
	b.until("the box to be ticked", `document.querySelector('#show-app').checked`, &following)
	b.press("Show these")
	b.until("the column", `getComputedStyle(document.querySelector('th.b-col-5')).display !== 'none'`, &following)
	b.goTo("/requests?model=sandbox-chat&min_cost=0.000000001")
	b.sees("More filters")
	b.unfold("Keep this view")
	b.fill("Name of the view", "Paid chat")
	b.press("Keep view")
	b.sees("View kept.")
	b.picture("requests-view")
	if found := b.violations(""); len(found) > 0 {
		t.Errorf("%q", found)
	}
	b.goTo("/requests?min_cost=many")
	b.sees("This filter makes no sense")
	b.goTo("/requests")
	b.run("open the view", chromedp.Click(`//a[contains(., "Paid chat")]`, chromedp.BySearch))
	b.until("the one request of the view", `document.querySelectorAll('#rows tr').length === 1`, &following)
}

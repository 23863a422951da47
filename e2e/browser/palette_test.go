package browser

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// The command palette goes anywhere by the keyboard alone; without scripts the same search is a page.
func TestThePaletteGoesAnywhere(t *testing.T) {
	t.Parallel()
	b := open(t, harness.Empty(t).URL)
	b.signUp("Acme", "ada@acme.test")
	b.goTo("/keys/new")
	b.fill("Name", "build robot")
	b.press("Create key")
	b.text("#secret")

	b.goTo("/costs")
	b.run("press Ctrl K", chromedp.KeyEvent("k", chromedp.KeyModifiers(input.ModifierCtrl)))
	var opened bool
	b.until("the open palette with all pages", `document.querySelector('#palette').open && document.querySelectorAll('#palette .b-result').length > 10`, &opened)
	for _, s := range screens {
		b.through(s)
		b.picture("palette-" + s.String())
	}
	b.through(screens[0])
	b.run("type a part of a key's name", chromedp.SendKeys("#palette input", "ild rob", chromedp.ByQuery))
	b.until("the key alone on top", `document.querySelector('#palette .b-result')?.innerText.includes('build robot') === true`, &opened)
	b.run("press Enter", chromedp.KeyEvent(kb.Enter))
	b.until("the key's page", `location.pathname.startsWith('/keys/key_') && document.readyState === 'complete'`, &opened)

	b.run("press Ctrl K", chromedp.KeyEvent("k", chromedp.KeyModifiers(input.ModifierCtrl)))
	b.until("the open palette", `document.querySelector('#palette').open && document.querySelectorAll('#palette .b-result').length > 10`, &opened)
	b.run("press Escape", chromedp.KeyEvent(kb.Escape))
	b.until("the closed palette", `!document.querySelector('#palette').open`, &opened)

	b.withoutScripts()
	b.goTo("/search?q=ild+rob")
	if links := b.links("#search-results a"); len(links) == 0 || !strings.HasPrefix(links[0], "/keys/key_") {
		t.Errorf("without scripts the search leads to %q", links)
	}
}

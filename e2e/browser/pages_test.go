package browser

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// Each page of the dashboard, filled, where people look: on a wide screen and a telephone, light and dark, with the
// keyboard, with a screen reader. `make screens` keeps pictures of all of them for people to judge; what a machine can
// judge is judged here.
func TestEveryPage(t *testing.T) {
	t.Parallel()
	b := furnished(t)
	pages := b.pages()
	for _, name := range slices.Sorted(maps.Keys(pages)) {
		t.Run(name, func(t *testing.T) {
			b := b.during(t)
			b.goTo(pages[name])
			b.standsStill()
			b.fitsEveryScreen(name)
			b.speaksForItself()
			b.canBeUsedWithTheKeyboard()
		})
	}
}

// judging says by which of axe-core's rules a page is judged on a screen: by all on the first one, and by what can be different
// there on others. On a small dark one nothing can.
var judging = map[screen]string{
	{1440, 900, "light"}: "",
	{1440, 900, "dark"}:  "color-contrast",
	{390, 844, "light"}:  "target-size,scrollable-region-focusable,color-contrast",
}

func (b *tab) fitsEveryScreen(name string) {
	b.t.Helper()
	for _, s := range screens {
		only, judge := judging[s]
		if !*pictures && (!judge || s.scheme == "dark" && strings.HasPrefix(name, "docs-")) { // one template makes all of the manual's pages
			continue
		}
		b.through(s)
		b.picture(name + "-" + s.String())
		var wide []string
		b.ask("measure", overflowing, &wide)
		if len(wide) > 0 {
			b.t.Errorf("at %d px it scrolls sideways: %s", s.width, strings.Join(wide, "; "))
		}
		if judge {
			for _, v := range b.violations(only) {
				b.t.Errorf("at %s: %s", s, v)
			}
		}
	}
	b.through(screens[0])
}

func (b *tab) speaksForItself() {
	b.t.Helper()
	var problems []string
	b.ask("look closer", unspoken, &problems)
	for _, p := range problems {
		b.t.Error(p)
	}
}

func (b *tab) canBeUsedWithTheKeyboard() {
	b.t.Helper()
	var want []string
	b.ask("list what can be used", reachable, &want)
	visited, unseen := b.tabbing()
	for _, e := range want {
		if !slices.Contains(visited, e) {
			b.t.Errorf("Tab does not reach %q", e)
		}
	}
	if len(unseen) > 0 {
		b.t.Errorf("no focus ring on %q", unseen)
	}
	if len(visited) == 0 || !strings.HasPrefix(visited[0], "a #content") {
		b.t.Errorf("the first thing that Tab reaches is not the link to the content: %q", visited)
	}
}

func TestWrongInputLosesNothing(t *testing.T) {
	t.Parallel()
	b := open(t, harness.Empty(t).URL)
	b.provokes(422)
	b.goTo("/sign-up")
	b.fill("Organization", "Acme")
	b.fill("Your name", "Ada")
	b.fill("E-mail", "not an address")
	b.fill("Password", "short")
	b.press("Create organization")
	var kept struct {
		Organization, Email, Password string
		Errors                        int
	}
	var refused bool
	b.until("errors beside the fields", `document.querySelectorAll('main [aria-invalid=true]').length > 0`, &refused)
	b.ask("read the form", `({
		Organization: document.querySelector('[name=organization]').value,
		Email: document.querySelector('[name=email]').value,
		Password: document.querySelector('[name=password]').value,
		Errors: document.querySelectorAll('main [aria-invalid=true]').length,
	})`, &kept)
	if kept.Organization != "Acme" || kept.Email != "not an address" || kept.Password != "" || kept.Errors < 2 {
		t.Errorf("after a refusal the form holds %+v; what was typed should stay, but for the password", kept)
	}
}

func TestLogInAndOut(t *testing.T) {
	t.Parallel()
	b := open(t, harness.Empty(t).URL)
	b.provokes(401)
	b.provokes(422)
	b.signUp("Acme", "ada@acme.test")
	b.goTo("/account")
	b.sees("ada@acme.test")
	b.run("open the account menu", chromedp.Click("aside details > summary", chromedp.ByQuery))
	b.press("Log out")
	b.sees("Log in")
	b.goTo("/keys")
	if at := b.at(); !strings.HasPrefix(at, "/log-in") {
		t.Errorf("a page of the organization is open to anybody: %s", at)
	}
	b.fill("E-mail", "ada@acme.test")
	b.fill("Password", "wrong horse battery staple")
	b.press("Log in")
	b.sees("E-mail or password is wrong") // and not the page before, which has a link for a forgotten password
	b.fill("Password", "correct horse battery staple")
	b.press("Log in")
	b.sees("Keys")
	if at := b.at(); at != "/keys" {
		t.Errorf("after logging in one is at %s, not where one wanted to go", at)
	}
}

// furnished is a browser at an organization that has something of everything.
func furnished(t *testing.T) *tab {
	t.Helper()
	b := open(t, harness.Empty(t).URL)
	b.signUp("Acme", "ada@acme.test")
	baseURL := b.text("#base-url")
	b.goTo("/keys/new")
	b.fill("Name", "Ada's laptop")
	b.press("Create key")
	secret := b.text("#secret")
	b.goTo("/limits/new")
	b.fill("Limit", "500")
	b.press("Set limit")
	b.sees("Rate limit set") // going on before the answer is here races with the answer's redirect
	b.goTo("/policies/new")
	b.fill("Never these models", "sandbox-reasoning")
	b.fill("Largest cost of one request", "0.50")
	b.press("Set policy")
	b.sees("models remain")
	b.goTo("/data-rules/new")
	b.choose("E-mail addresses", "Mask")
	b.choose("Keys or secrets", "Block")
	b.fill("Name 1", "Product")
	b.fill("Expression 1", "gateway")
	b.press("Set rule")
	b.sees("Data rule set")
	b.goTo("/experiments/new")
	b.fill("Name", "cheaper")
	b.choose("Target of first variant", "sandbox/sandbox-vision")
	b.press("Start the experiment")
	b.sees("Not decided yet")
	b.goTo("/budgets/new")
	b.choose("Where", "A tag, such as project=apollo")
	b.fill("Tag", "project=apollo")
	b.fill("Limit", "0.000001")
	b.press("Set budget")
	b.sees("Tag project=apollo")
	b.goTo("/budgets/new")
	b.fill("Limit", "5")
	b.press("Set budget")
	b.sees("of $5.00")
	b.goTo("/playground")
	b.press("Open the playground")
	b.sees("Conversation")
	b.goTo("/prompts/starters")
	b.press("Add customer-response")
	b.sees("1 new")
	b.evaluates()
	harness.Wait(t, "the budget to bind", func() bool { return tagged(&harness.Gateway{ProxyURL: baseURL}, secret, "project=apollo") != nil })
	for range 3 {
		chat(t, baseURL, secret, "sandbox-chat")
	}
	b.finds("/requests", "sandbox-chat")
	b.finds("/requests?code=budget_exhausted", "402 budget exhausted")
	b.finds("/incidents", "1 match of")
	return b
}

// evaluates asks two models two questions.
func (b *tab) evaluates() {
	b.t.Helper()
	b.goTo("/datasets/new")
	b.fill("Name", "Geography")
	b.fill("Or paste the rows", "{\"input\": \"Is Berlin in Germany? Say yes or no.\", \"expected\": \"yes\"}\n{\"input\": \"Is Oslo in Sweden?\", \"expected\": \"Is Oslo in Sweden?\", \"notes\": \"an echo is right\"}")
	b.press("Create dataset")
	b.sees("Never run yet")
	b.goTo(b.at() + "/run")
	b.fill("Model 1", "sandbox/sandbox-chat")
	b.fill("Model 2", "sandbox/sandbox-vision")
	b.press("What does it cost?")
	b.sees("All answers cost at most")
	b.press("Start")
	b.sees("Finished")
}

// pages are all pages that can be reached from the navigation, one level deep, by a name for their picture.
func (b *tab) pages() map[string]string {
	b.t.Helper()
	out := map[string]string{"home": "/", "me": "/me", "search": "/search", "style": "/dev/ui", "account": "/account", "device": "/device", "docs-errors": "/docs/errors", "templates-show": "/templates/show?name=support",
		"start-provider": "/start/provider", "start-template": "/start/template", "start-budget": "/start/budget", "start-invite": "/start/invite", "start-key": "/start/key", "start-request": "/start/request", "start-done": "/start/done", "import": "/import"}
	b.goTo("/requests?code=budget_exhausted")
	if refused := b.links(`main .b-row-link`); len(refused) > 0 {
		out["requests-refused"] = refused[0]
	}
	b.goTo("/")
	for _, top := range b.links(`nav[aria-label=Main] a[href^="/"]`) {
		out[called(top)] = top
		b.goTo(top)
		for _, path := range b.links(`main a[href^="/"]`) {
			if strings.ContainsAny(path, "?#") {
				continue
			}
			// One page of each kind is enough: one key, one request.
			if kind := called(path); out[kind] == "" {
				if out[kind] = path; kind == "datasets-one" {
					out[kind+"-run"] = path + "/run"
				}
			}
		}
	}
	if len(out) < 8 {
		b.fatal("only %d pages were found: %v", len(out), out)
	}
	return out
}

func (b *tab) links(selector string) []string {
	b.t.Helper()
	var out []string
	b.ask("list links", `[...document.querySelectorAll('`+selector+`')].map(a => a.getAttribute('href'))`, &out)
	return out
}

// called names a page by its path, ids left out: /keys/key_01jf… is keys-one.
func called(path string) string {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	for i, p := range parts {
		if strings.Contains(p, "_") || strings.ContainsAny(p, "0123456789") {
			parts[i] = "one"
		}
	}
	if name := strings.Join(parts, "-"); name != "" {
		return name
	}
	return "home"
}

const (
	// overflowing names what sticks out of the page on the right.
	overflowing = `(() => {
		const width = document.documentElement.clientWidth
		if (document.documentElement.scrollWidth <= width) return []
		return [...document.querySelectorAll('body *')].filter(e => {
			const r = e.getBoundingClientRect()
			if (r.width === 0 || r.right <= width + 1) return false
			for (let p = e.parentElement; p; p = p.parentElement) if (getComputedStyle(p).overflowX !== 'visible' && p !== document.body && p !== document.documentElement) return false
			return true
		}).slice(0, 3).map(e => e.tagName.toLowerCase() + '.' + e.className + ' ends at ' + Math.round(e.getBoundingClientRect().right))
			.concat('the page is ' + document.documentElement.scrollWidth + ' wide')
	})()`

	// unspoken lists what is missing for people who do not see the page.
	unspoken = `(() => {
		const out = [], all = s => [...document.querySelectorAll(s)], shown = e => e.checkVisibility({ visibilityProperty: true })
		if (!document.documentElement.lang) out.push('the page names no language')
		if (!document.title.includes('·')) out.push('the title is ' + document.title)
		if (all('h1').length !== 1) out.push(all('h1').length + ' main headings')
		if (all('main').length !== 1) out.push(all('main').length + ' main regions')
		for (const e of all('input:not([type=hidden]), select, textarea')) if (shown(e) && !e.closest('[aria-hidden=true]') && !e.labels?.length && !e.getAttribute('aria-label')) out.push('no label on ' + (e.name || e.id))
		for (const e of all('button, a[href]')) if (shown(e) && !e.closest('[aria-hidden=true]') && !e.innerText.trim() && !e.getAttribute('aria-label') && !e.textContent.trim()) out.push('no words on ' + e.outerHTML.slice(0, 80))
		for (const e of all('img')) if (!e.hasAttribute('alt')) out.push('no text for ' + e.src)
		for (const e of all('table')) if (!e.caption && !e.getAttribute('aria-label')) out.push('a table without a caption')
		const ids = all('[id]').map(e => e.id), twice = ids.filter((id, i) => ids.indexOf(id) !== i)
		if (twice.length) out.push('ids used twice: ' + twice.join(' '))
		let level = 1
		for (const h of all('h1, h2, h3, h4')) { const n = +h.tagName[1]; if (n > level + 1) out.push('heading "' + h.innerText + '" skips a level'); level = n }
		return out
	})()`
)

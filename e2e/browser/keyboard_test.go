package browser

import (
	"slices"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// presses is how often Tab is pressed before anybody looks where the focus went: looking takes longer than pressing.
const presses = 25

// stop is an element that had the focus.
type stop struct {
	Name  string
	Shown bool // that it had
}

// round is where the first stop comes again, 0 if it does not.
func round(stops []stop) int {
	for i := 1; i < len(stops); i++ {
		if stops[i].Name == stops[0].Name {
			return i
		}
	}
	return 0
}

// tabbing presses Tab until the focus comes round, and gives what was visited: one line per element, and those that
// did not show that they had the focus.
func (b *tab) tabbing() (visited, unseen []string) {
	b.t.Helper()
	b.run("watch the focus", chromedp.Evaluate(watched, nil))
	tab := slices.Repeat([]chromedp.Action{input.DispatchKeyEvent(input.KeyRawDown).WithKey("Tab").WithCode("Tab").WithWindowsVirtualKeyCode(9)}, presses)
	var stops []stop
	for before := -1; len(stops) > before; { // the API reference has a link for each operation: hundreds
		before = len(stops)
		b.run("press Tab", tab...)
		b.ask("see where it went", `window.keyboardStops`, &stops)
		if i := round(stops); i > 0 {
			stops = stops[:i]
			break
		}
	}
	shown := map[string]bool{}
	for _, s := range stops {
		visited = append(visited, s.Name)
		shown[s.Name] = shown[s.Name] || s.Shown // a date field has several stops, one ring is enough
	}
	for name, seen := range shown {
		if !seen {
			unseen = append(unseen, name)
		}
	}
	return visited, unseen
}

// The page's elements that a keyboard must reach, and those that had the focus, named alike.
const (
	naming = `const name = e => e.tagName.toLowerCase() + ' ' + (e.id || e.name || e.getAttribute('href') || e.innerText.trim().slice(0, 40));`

	// watched puts the focus before the page's first element and keeps each that gets it from now on, also of a page that was
	// watched before. The names are no page's heading: an element with an id is a property of window of that name.
	watched = `(() => { ` + naming + `
		const ring = s => s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0 || s.boxShadow !== 'none'
		window.keyboardWatch?.abort()
		window.keyboardWatch = new AbortController()
		const start = document.createElement('span')
		start.tabIndex = -1
		document.body.prepend(start)
		start.focus()
		window.keyboardStops = []
		document.addEventListener('focusin', ({ target: e }) => {
			if (e !== start) window.keyboardStops.push({ Name: name(e), Shown: ring(getComputedStyle(e)) || ring(getComputedStyle(e.parentElement)) })
		}, { signal: window.keyboardWatch.signal })
	})()`

	reachable = `(() => { ` + naming + `
		return [...document.querySelectorAll('main a[href], main button, main input:not([type=hidden]), main select, main textarea, main summary')]
			.filter(e => !e.disabled && e.tabIndex >= 0 && e.checkVisibility({ visibilityProperty: true }) &&
				!(e.type === 'radio' && !e.checked && document.querySelector('input[type=radio][name="' + e.name + '"]:checked')))
			.map(name)
	})()`
)

package browser

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// patience is how long anything on a page may take to appear. It is long because continuous integration is slow; what
// must be fast is measured.
const patience = 30 * time.Second

// tab is one browser with a profile of its own.
type tab struct {
	t    *testing.T
	ctx  context.Context
	base string
	// exact prefers a label that is what was asked for to one that only begins with it.
	exact bool
	*notebook
}

// notebook is what the browser complained about, and which refusals a test provokes on purpose.
type notebook struct {
	mu       sync.Mutex
	problems []string
	expected map[int64]bool // statuses
	byHand   time.Duration  // what people would have needed for what was typed and pressed
	mute     bool           // the page's scripts are off, and so nobody hears where a click went
}

// How long people take, on average: the keystroke-level model of Card, Moran and Newell (1980) for a typist who is none, and ten
// seconds to read each page that comes.
const (
	aKey    = 280 * time.Millisecond
	toPoint = 1100 * time.Millisecond
	toThink = 1350 * time.Millisecond
	toRead  = 10 * time.Second
)

// open starts a browser for the server at base. The test fails at its end if the console showed an error.
func open(t *testing.T, base string) *tab {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium(t)), chromedp.UserDataDir(profile(t)), chromedp.NoSandbox, chromedp.WindowSize(1440, 900),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, closeTab := chromedp.NewContext(allocator)
	t.Cleanup(closeTab)
	b := &tab{t: t, ctx: ctx, base: base, notebook: &notebook{expected: map[int64]bool{}}}
	chromedp.ListenTarget(ctx, b.note)
	b.run("start chromium", log.Enable(), runtime.Enable())
	t.Cleanup(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, p := range b.problems {
			t.Error(p)
		}
	})
	return b
}

// profile is a directory for a browser, whose helpers may write into it for a moment after it has ended: so it is removed as
// far as it can be, and the machine's own sweep has the rest.
func profile(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "bodhi-chromium-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for range 20 {
			if os.RemoveAll(dir) == nil {
				return
			}
			time.Sleep(100 * time.Millisecond)
		}
	})
	return dir
}

// during is the same browser in a part of the test: failures belong to the part.
func (b *tab) during(t *testing.T) *tab {
	return &tab{t: t, ctx: b.ctx, base: b.base, notebook: b.notebook}
}

// chromium finds the browser. Without one the test does not run, which continuous integration takes as a failure.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{os.Getenv("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	harness.Missing(t, "there is no Chromium: set CHROMIUM, or run make test as root on Debian")
	return ""
}

// note keeps what the browser complains about.
func (b *notebook) note(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		b.problems = append(b.problems, "uncaught in the page: "+e.ExceptionDetails.Error())
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.APITypeError || e.Type == runtime.APITypeWarning {
			var words []string
			for _, a := range e.Args {
				words = append(words, string(a.Value)+a.Description)
			}
			b.problems = append(b.problems, fmt.Sprintf("console %s: %s", e.Type, strings.Join(words, " ")))
		}
	case *log.EventEntryAdded:
		for status := range b.expected {
			if e.Entry.Source == log.SourceNetwork && strings.Contains(e.Entry.Text, fmt.Sprint("status of ", status)) {
				return
			}
		}
		if e.Entry.Level == log.LevelError || strings.Contains(e.Entry.Text, "Content Security Policy") {
			b.problems = append(b.problems, fmt.Sprintf("console %s (%s): %s %s", e.Entry.Level, e.Entry.Source, e.Entry.Text, e.Entry.URL))
		}
	}
}

// provokes says that a page of this status is part of the test.
func (b *notebook) provokes(status int64) { b.mu.Lock(); b.expected[status] = true; b.mu.Unlock() }

// run does things and fails the test with a picture if one does not work.
func (b *tab) run(what string, actions ...chromedp.Action) {
	b.t.Helper()
	if err := b.try(actions...); err != nil {
		b.fatal("%s: %v", what, err)
	}
}

// steady is run for what finds an element and uses it: in between, one page may have made way for the next.
func (b *tab) steady(what string, actions func() []chromedp.Action) {
	b.t.Helper()
	for tries := 1; ; tries++ {
		err := b.try(actions()...)
		if err == nil {
			return
		}
		if tries == 5 || !strings.Contains(err.Error(), "node") {
			b.fatal("%s: %v", what, err)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func (b *tab) try(actions ...chromedp.Action) error {
	ctx := b.ctx
	if b.alive() { // the first Run starts the browser, and a deadline on it would end the browser with it
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(b.ctx, patience)
		defer cancel()
	}
	return chromedp.Run(ctx, actions...)
}

func (b *tab) alive() bool { return chromedp.FromContext(b.ctx).Browser != nil }

// fatal stops the test and leaves a picture of the page.
func (b *tab) fatal(format string, args ...any) {
	b.t.Helper()
	var png []byte
	var text, url string
	ctx, cancel := context.WithTimeout(b.ctx, 5*time.Second)
	defer cancel()
	_ = chromedp.Run(ctx, chromedp.Location(&url), chromedp.Evaluate(`document.body ? document.body.innerText.slice(0, 1500) : ""`, &text), chromedp.CaptureScreenshot(&png))
	b.keep("failed-"+strings.ReplaceAll(b.t.Name(), "/", "-"), png)
	b.t.Fatalf(format+"\nat %s the page said:\n%s", append(args, url, text)...)
}

// goTo opens a page by its path and waits for it.
func (b *tab) goTo(path string) {
	b.t.Helper()
	b.run("open "+path, chromedp.Navigate(b.base+path))
}

// at is the path the browser is at.
func (b *tab) at() string {
	b.t.Helper()
	var url string
	b.run("ask for the address", chromedp.Location(&url))
	return strings.TrimPrefix(url, b.base)
}

// fill types into the input with this label.
func (b *tab) fill(label, text string) {
	b.t.Helper()
	b.byHand += toThink + toPoint + time.Duration(len(text))*aKey
	b.steady("fill "+label, func() []chromedp.Action {
		selector := b.labelled(label)
		return []chromedp.Action{chromedp.Evaluate(fmt.Sprintf(`document.querySelector(%q).select()`, selector), nil), chromedp.SendKeys(selector, text, chromedp.ByQuery)}
	})
}

// labelled finds an input as a screen reader would: by its label.
func (b *tab) labelled(label string) string {
	b.t.Helper()
	var id string
	b.until(fmt.Sprintf("an input labelled %q", label), fmt.Sprintf(`(() => {
		const all = [...document.querySelectorAll('label')], says = l => l.innerText.trim().replace(/\s+/g, ' ')
		const l = %[2]v && all.find(l => says(l) === %[1]q) || all.find(l => says(l).startsWith(%[1]q))
		return l && l.control ? l.control.id || '' : ''
	})()`, label, b.exact), &id)
	return "#" + id
}

// press clicks the button or link with this text.
func (b *tab) press(text string) {
	b.t.Helper()
	b.byHand += toThink + toPoint + aKey + toRead
	b.steady("press "+text, func() []chromedp.Action {
		b.findButton(text)
		return []chromedp.Action{chromedp.Click("[data-e2e-press]", chromedp.ByQuery), chromedp.ActionFunc(b.landed)}
	})
}

// landed holds that a click reached what findButton marked. A click goes to a point, and on a busy machine the page may still move.
func (b *tab) landed(ctx context.Context) error {
	var missed bool
	if b.mute {
		return nil
	}
	if err := chromedp.Evaluate(`!!document.querySelector('[data-e2e-press]')`, &missed).Do(ctx); err != nil || !missed {
		return nil // an error is a page that makes way for the next one
	}
	return errors.New("the click did not reach the node")
}

// findButton marks the button or link with this text.
func (b *tab) findButton(text string) {
	b.t.Helper()
	var found bool
	b.until(fmt.Sprintf("a button or link %q", text), fmt.Sprintf(`(() => {
		document.querySelectorAll('[data-e2e-press]').forEach(e => e.removeAttribute('data-e2e-press'))
		const e = [...document.querySelectorAll('button, a, summary, [role=button]')].find(e =>
			e.offsetParent !== null && !e.disabled && (e.innerText.trim().replace(/\s+/g, ' ') === %[1]q || e.getAttribute('aria-label') === %[1]q))
		e?.setAttribute('data-e2e-press', '')
		e?.addEventListener('click', () => e.removeAttribute('data-e2e-press'), { once: true })
		return !!e
	})()`, text), &found)
}

// unfold opens a fold by the keyboard: what opens above it moves the place that a click would go to.
func (b *tab) unfold(title string) {
	b.t.Helper()
	var ready bool
	fold := fmt.Sprintf(`[...document.querySelectorAll('summary')].find(s => s.offsetParent !== null && s.innerText.includes(%q))`, title)
	b.until("a fold "+title, `(() => { const s = `+fold+`; s?.focus(); return document.activeElement === s && !!s })()`, &ready)
	b.run("open "+title, chromedp.KeyEvent(kb.Enter))
	b.until(title+" to be open", fold+`?.parentElement.open === true`, &ready)
}

// sees waits until the page shows a text.
func (b *tab) sees(text string) {
	b.t.Helper()
	var found bool
	b.until(fmt.Sprintf("the text %q", text), fmt.Sprintf(`document.body.innerText.replace(/\s+/g, ' ').includes(%q)`, text), &found)
}

// neverSees fails if the page or its source holds a text.
func (b *tab) neverSees(text string) {
	b.t.Helper()
	var found bool
	b.ask("look for what must not be there", fmt.Sprintf(`document.documentElement.outerHTML.includes(%q)`, text), &found)
	if found {
		b.t.Errorf("%s shows what it must not", b.at())
	}
}

// finds opens a page again and again until it shows a text.
func (b *tab) finds(path, text string) {
	b.t.Helper()
	deadline := time.Now().Add(patience)
	for found := false; !found; {
		b.goTo(path)
		b.ask("look for "+text, fmt.Sprintf(`document.body.innerText.replace(/\s+/g, ' ').includes(%q)`, text), &found)
		if !found && time.Now().After(deadline) {
			b.fatal("there is not the text %q", text)
		}
	}
}

// text is what an element says.
func (b *tab) text(selector string) string {
	b.t.Helper()
	var out string
	b.until("something in "+selector, fmt.Sprintf(`(document.querySelector(%q)?.innerText ?? '').trim()`, selector), &out)
	return out
}

// withoutScripts switches the page's JavaScript off, from the next page on.
func (b *tab) withoutScripts() {
	b.t.Helper()
	b.run("switch scripts off", emulation.SetScriptExecutionDisabled(true))
	b.mute = true
}

// until asks the page until the answer is something, and fails when patience ends.
func (b *tab) until(what, js string, out any) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	for {
		// An answer may get lost while one page makes way for the next; only the end of patience counts.
		err := chromedp.Run(ctx, chromedp.Evaluate(js, out))
		switch v := out.(type) {
		case *bool:
			if err == nil && *v {
				return
			}
		case *string:
			if err == nil && *v != "" {
				return
			}
		}
		select {
		case <-ctx.Done():
			b.fatal("there is not %s (%v)", what, err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// ask evaluates an expression in the page.
func (b *tab) ask(what, js string, out any) {
	b.t.Helper()
	b.run(what, chromedp.Evaluate(js, out))
}

// screen is a window to look through: width in CSS pixels, light or dark.
type screen struct {
	width, height int64
	scheme        string
}

var screens = []screen{{1440, 900, "light"}, {1440, 900, "dark"}, {390, 844, "light"}, {390, 844, "dark"}}

func (s screen) String() string { return fmt.Sprintf("%d-%s", s.width, s.scheme) }

// through looks at the page on a screen.
func (b *tab) through(s screen) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 4*patience) // large pages are drawn anew by the processor
	defer cancel()
	err := chromedp.Run(ctx, emulation.SetDeviceMetricsOverride(s.width, s.height, 1, s.width < 600),
		emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: s.scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
		}),
		chromedp.Evaluate(settled, nil, awaited))
	if err != nil {
		b.fatal("resize: %v", err)
	}
}

// settled waits until colours have stopped changing: between two themes half of a page looks broken.
const settled = `new Promise(done => {
	let quiet = 0
	const look = () => {
		document.body.offsetHeight // works the styles out: on a busy machine nothing has begun to change yet, and looks quiet
		quiet = document.getAnimations().some(a => a instanceof CSSTransition) ? 0 : quiet + 1
		quiet > 2 ? done(true) : setTimeout(look, 20)
	}
	look()
})`

// pictures is for `make screens`: they are a good part of the time these tests take.
var pictures = flag.Bool("pictures", false, "keep pictures of the pages in var/screens")

// picture keeps the whole page as var/screens/NAME.png where pictures are wanted, for people to look at.
func (b *tab) picture(name string) {
	b.t.Helper()
	if !*pictures {
		return
	}
	var png []byte
	b.run("take a picture", chromedp.FullScreenshot(&png, 100))
	b.keep(name, png)
}

func (b *tab) keep(name string, png []byte) {
	dir := filepath.Join("..", "..", "var", "screens")
	if err := os.MkdirAll(dir, 0o755); err == nil && len(png) > 0 {
		_ = os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644)
	}
}

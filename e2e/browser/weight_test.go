package browser

import (
	"sync"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// What pages may weigh on the wire, compressed, everything they load included.
const (
	firstVisit = 150_000
	laterPage  = 30_000
)

// scale adds up what a browser receives.
type scale struct {
	mu    sync.Mutex
	bytes float64
}

func (s *scale) note(event any) {
	if e, ok := event.(*network.EventLoadingFinished); ok {
		s.mu.Lock()
		s.bytes += e.EncodedDataLength
		s.mu.Unlock()
	}
}

// read is what came since the last reading.
func (s *scale) read() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.bytes
	s.bytes = 0
	return int(n)
}

func TestPagesAreLight(t *testing.T) {
	t.Parallel()
	b := open(t, harness.Empty(t).URL)
	s := &scale{}
	chromedp.ListenTarget(b.ctx, s.note)
	b.run("listen to the network", network.Enable())
	b.goTo("/")
	b.sees("Start free")
	front := s.read() // with everything it loads; what is cached now is not loaded again below
	if front < 10_000 || front > firstVisit {
		t.Errorf("the page for visitors weighs %d bytes, at most %d are allowed", front, firstVisit)
	}
	b.run("forget what was loaded", network.ClearBrowserCache())
	b.goTo("/sign-up")
	first := s.read()
	b.signUp("Acme", "ada@acme.test")
	baseURL := b.text("#base-url")
	b.goTo("/keys/new")
	b.fill("Name", "laptop")
	b.press("Create key")
	secret := b.text("#secret")
	for range 12 {
		chat(t, baseURL, secret, "sandbox-chat")
	}
	b.finds("/requests", "sandbox-chat")
	s.read()
	pages := b.links(`nav[aria-label=Main] a[href^="/"]`)
	if len(pages) < 10 {
		t.Fatalf("only %d pages: %q", len(pages), pages)
	}
	heaviest := 0
	for _, path := range pages {
		b.goTo("/docs/errors") // a page at rest, so that nothing of the one before is counted
		s.read()
		b.goTo(path)
		n := s.read()
		if n == 0 || n > laterPage {
			t.Errorf("%s weighs %d bytes, more than nothing and at most %d are allowed", path, n, laterPage)
		}
		heaviest = max(heaviest, n)
	}
	if first < 10_000 || first > firstVisit {
		t.Errorf("the first visit weighs %d bytes, at most %d are allowed", first, firstVisit)
	}
	t.Logf("page for visitors %d bytes, first visit of sign-up %d bytes, heaviest later page %d bytes", front, first, heaviest)
}

// shifts are what moved without anybody having asked for it, since the page was opened: 0 is stillness.
const shifts = `new Promise(done => {
	let sum = 0
	new PerformanceObserver(list => { for (const e of list.getEntries()) if (!e.hadRecentInput) sum += e.value }).observe({ type: 'layout-shift', buffered: true })
	requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(sum), 100)))
})`

// standsStill fails where parts of the page moved while it loaded.
func (b *tab) standsStill() {
	b.t.Helper()
	var moved float64
	b.run("look for what moved", chromedp.Evaluate(shifts, &moved, awaited))
	if moved > 0.001 {
		b.t.Errorf("parts of the page moved while it loaded: %.4f", moved)
	}
}

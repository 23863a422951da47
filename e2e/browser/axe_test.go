package browser

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// axe is axe-core, from npm: the rules of accessibility that a machine can judge.
var axe = sync.OnceValues(func() (string, error) {
	text, err := os.ReadFile(filepath.Join(harness.Root(), "node_modules", "axe-core", "axe.min.js"))
	return string(text), err
})

// awaited waits for a promise's value.
func awaited(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }

// violations are what axe-core has against the page as it stands, by the rules of a list or by all. Tables behind charts
// are unfolded first.
func (b *tab) violations(only string) []string {
	b.t.Helper()
	return b.judge(only, "")
}

// without is violations by all rules but those of a list.
func (b *tab) without(rules string) []string {
	b.t.Helper()
	return b.judge("", rules)
}

func (b *tab) judge(only, without string) []string {
	b.t.Helper()
	rules, err := axe()
	if err != nil {
		b.t.Fatalf("axe-core is missing, run npm ci: %v", err)
	}
	var found []string
	ctx, cancel := context.WithTimeout(b.ctx, 4*patience) // the API reference has thousands of elements
	defer cancel()
	if err := chromedp.Run(ctx, chromedp.Evaluate(rules, nil), chromedp.Evaluate(fmt.Sprintf(judged, only, without), &found, awaited)); err != nil {
		b.fatal("run axe-core: %v", err)
	}
	return found
}

// judged runs axe-core by the rules of a list, all if it is empty. The reference of the API has hundreds of entries that
// are made alike; the first ones stand for all.
const judged = `((rules, without) => {
	document.querySelectorAll('.b-chart-data').forEach(d => { d.open = true })
	const options = { resultTypes: ['violations'] }
	if (rules) options.runOnly = { type: 'rule', values: rules.split(',') }
	if (without) options.rules = Object.fromEntries(without.split(',').map(r => [r, { enabled: false }]))
	return axe.run({ exclude: [['.b-call:nth-of-type(n+9)']] }, options).then(r => r.violations.flatMap(v =>
		v.nodes.map(n => v.id + ' at ' + n.target.join(' ') + ': ' + n.failureSummary.replace(/\s+/g, ' ').slice(0, 300))))
})(%q, %q)`

// A judge that never says no is none: what is wrong must be found.
func TestAxeFindsWhatIsWrong(t *testing.T) {
	t.Parallel()
	b := open(t, harness.Empty(t).URL)
	b.goTo("/dev/ui")
	if found := b.violations(""); len(found) > 0 {
		t.Errorf("the style page has violations: %q", found)
	}
	b.run("break the page", chromedp.Evaluate(`document.querySelector('main').insertAdjacentHTML('beforeend', '<button></button><input name="x">')`, nil))
	if found := b.violations(""); len(found) != 2 {
		t.Errorf("a button without words and an input without a label: %q", found)
	}
}

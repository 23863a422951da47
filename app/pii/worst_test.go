package pii

import (
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/clock"
)

// BenchmarkHostilePatterns reads one window with patterns as dear as a rule may hold.
func BenchmarkHostilePatterns(b *testing.B) {
	for _, expr := range []string{`(?:[a-z]{1,20} ?){1,10}!`, `(?:[a-z]{1,15} ?){1,6}!`, `(?:a|b|ab|ba|aa|bb|[a-z]){1,80}!`, `(?i)(?:\w{1,15}\W{1,3}){1,12}zz`, `(?:.{0,14}x){4,6}y`, `(.*)(.*)(.*)(.*)(.*)(.*)!`, `(?:\pL{1,9}\s*){1,9}!`, `(?:\pL{1,9}\s*){1,8}!`} {
		m, err := Pattern{Name: "p", Expr: expr, Action: Log}.compile()
		if err != nil {
			b.Logf("%s: refused", expr)
			continue
		}
		for _, text := range []string{strings.Repeat("ab ", window), strings.Repeat("abx", window), strings.Repeat("aaaaaaaa", window)} {
			b.Run(expr+" on "+text[:6], func(b *testing.B) {
				raw := []byte(text[:window+overlap])
				for b.Loop() {
					w := watch{clock: clock.System{}}
					m.find(nil, raw, 10, &w)
				}
			})
		}
	}
}

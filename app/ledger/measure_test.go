package ledger_test

import (
	"testing"

	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
)

func TestMeasuresAreReadAsTheyArePrinted(t *testing.T) {
	t.Parallel()
	for m, name := range map[ledger.Measure]string{ledger.Money: "usd", ledger.Tokens: "tokens", ledger.Requests: "requests"} {
		if got, ok := ledger.ParseMeasure(name); got != m || !ok || m.String() != name {
			t.Errorf("%s is read as %s, %v", name, got, ok)
		}
		for _, n := range []ledger.Units{0, 1, 1_250_000_000, money.Max, -7} {
			if got, err := m.Parse(m.Plain(n)); got != n || err != nil {
				t.Errorf("%d %s print as %s and are read as %d, %v", n, name, m.Plain(n), got, err)
			}
		}
	}
	if _, ok := ledger.ParseMeasure("dollars"); ok {
		t.Error("dollars are a measure")
	}
	if got, err := ledger.Tokens.Parse(" 1,250,000 "); got != 1_250_000 || err != nil {
		t.Errorf("%d, %v", got, err)
	}
	for _, bad := range []string{"", "1.5", "many", "9223372036854775808"} {
		if got, err := ledger.Tokens.Parse(bad); err == nil {
			t.Errorf("%q is read as %d", bad, got)
		}
	}
	a := ledger.Amounts{Money: 3, Tokens: 5, Requests: 7}
	if a.Of(ledger.Money) != 3 || a.Of(ledger.Tokens) != 5 || a.Of(ledger.Requests) != 7 {
		t.Error("an amount is of another measure")
	}
	if got := (&ledger.Settlement{Cost: 3, Tokens: 5, Requests: 7}).Booked(); got != a {
		t.Errorf("booked %+v", got)
	}
}

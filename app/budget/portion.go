package budget

import (
	"math/bits"

	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// portion is n × num / den, rounded down, exact in between and no larger than money.Max. Negative and zero factors give 0:
// amounts that are shared out or projected have none.
func portion(n ledger.Units, num, den int64) ledger.Units {
	q, _ := muldiv(n, num, den)
	return q
}

// portionUp is portion, rounded up.
func portionUp(n ledger.Units, num, den int64) ledger.Units {
	q, rest := muldiv(n, num, den)
	if rest > 0 && q < money.Max {
		q++
	}
	return q
}

func muldiv(n ledger.Units, num, den int64) (q ledger.Units, rest uint64) {
	if n <= 0 || num <= 0 || den <= 0 {
		return 0, 0
	}
	hi, lo := bits.Mul64(uint64(n), uint64(num))
	if hi >= uint64(den) {
		return money.Max, 0
	}
	quotient, rest := bits.Div64(hi, lo, uint64(den))
	if quotient > uint64(money.Max) {
		return money.Max, 0
	}
	return ledger.Units(quotient), rest
}

// plus is a+b, no larger than money.Max.
func plus(a, b ledger.Units) ledger.Units {
	sum, err := a.Add(b)
	if err != nil {
		return money.Max
	}
	return sum
}

package report

import (
	"math/big"
	"time"

	"github.com/bodhi-gateway/bodhi/app/money"
)

// Outlook is what a month will come to if its remaining days are like the recent ones.
type Outlook struct {
	Total money.USD
	// Known is false where too little was spent on too few days to say anything.
	Known bool
	// Days is how many whole days were averaged.
	Days int
}

// leastDays is how many days with spend an outlook needs: two points make a line through anything.
const leastDays = 3

// Foresee extends what a month has come to by the average of recent whole days, for the time that is left of it. Both
// weekends and working days are in recent if it is whole weeks long, which callers should give. It is arithmetic, not a
// model of the future: pages say so next to the figure.
func Foresee(soFar money.USD, recent []money.USD, left time.Duration) Outlook {
	var sum money.USD
	spent := 0
	for _, day := range recent {
		sum += day
		if day > 0 {
			spent++
		}
	}
	if spent < leastDays || left < 0 {
		return Outlook{Total: soFar, Days: len(recent)}
	}
	// sum × left / (days × 24 h), in integers that cannot overflow.
	n := new(big.Int).Mul(big.NewInt(int64(sum)), big.NewInt(int64(left)))
	n.Div(n, big.NewInt(int64(len(recent))*int64(24*time.Hour)))
	total, err := soFar.Add(money.USD(n.Int64()))
	if !n.IsInt64() || err != nil {
		return Outlook{Total: soFar, Days: len(recent)}
	}
	return Outlook{Total: total, Known: true, Days: len(recent)}
}

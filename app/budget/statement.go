package budget

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/ledger"
)

// Statement is one period of a budget as it stands in the books. Periods that nobody spent in may be missing.
type Statement struct {
	From, To   time.Time    // [From, To); To is zero for Forever
	Limit      ledger.Units // with what was rolled over and granted, without what of the reserve stayed closed
	RolledOver ledger.Units
	Granted    ledger.Units // Σ of the grants that count; negative where more was repaid than added
	Opening    ledger.Units // part of Spent: what was spent before the budget began to count
	Spent      ledger.Units // without suspense
	Suspense   ledger.Units
}

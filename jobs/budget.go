package jobs

import (
	"context"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
)

// Budget tells people of the thresholds that budgets crossed. Hundreds may have crossed at once.
func Budget(w *Workers, tell func(ctx context.Context) error) error {
	return Add(w, 5*time.Minute, func(ctx context.Context, _ budget.TellOfAlerts) error { return tell(ctx) })
}

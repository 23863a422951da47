package billing

import (
	"context"
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/org"
)

// Banner is what stands on top of every page of an admin; the zero Banner is none.
type Banner struct {
	Urgent bool
	Text   string
}

// warnBefore is how long before the end of the trial its banner begins.
const warnBefore = 3 * day

// Banner says what an admin must do about billing, if anything.
func (s *Service) Banner(ctx context.Context, actor org.Actor) (Banner, error) {
	if !s.On() || !actor.Everywhere(org.Admin) {
		return Banner{}, nil
	}
	a, err := s.account(ctx, actor.Org)
	if err != nil {
		return Banner{}, err
	}
	now := s.Clock.Now()
	switch a.State(now) {
	case Due:
		return Banner{true, fmt.Sprintf("A payment failed. Requests go on; people and connections can be added until %s.", a.DueSince.Add(Grace).UTC().Format("2 Jan"))}, nil
	case Restricted:
		return Banner{true, "The last invoice is still open. Requests go on; people and connections cannot be added until it is paid."}, nil
	case Ended:
		return Banner{true, "The subscription has ended. Requests go on; people and connections cannot be added without a plan."}, nil
	case TrialOver:
		return Banner{true, "The trial is over. Requests go on; people and connections cannot be added without a plan."}, nil
	case Trial:
		if now.Add(warnBefore).After(a.TrialEndsAt) {
			return Banner{false, fmt.Sprintf("The trial ends on %s. Choose a plan to go on adding people.", a.TrialEndsAt.UTC().Format("2 Jan"))}, nil
		}
	}
	return Banner{}, nil
}

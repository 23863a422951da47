package billing

import (
	"context"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
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
		return s.dated(ctx, true, "A payment failed. Requests go on; people and connections can be added until %s.", a.Org, a.DueSince.Add(Grace))
	case Restricted:
		return Banner{true, "The last invoice is still open. Requests go on; people and connections cannot be added until it is paid."}, nil
	case Ended:
		return Banner{true, "The subscription has ended. Requests go on; people and connections cannot be added without a plan."}, nil
	case TrialOver:
		return Banner{true, "The trial is over. Requests go on; people and connections cannot be added without a plan."}, nil
	case Trial:
		if now.Add(warnBefore).After(a.TrialEndsAt) {
			return s.dated(ctx, false, "The trial ends on %s. Choose a plan to go on adding people.", a.Org, a.TrialEndsAt)
		}
	}
	return Banner{}, nil
}

// dated is a banner that names a day as the organization's letters and its billing page do.
func (s *Service) dated(ctx context.Context, urgent bool, says string, in id.Org, at time.Time) (Banner, error) {
	o, err := s.Orgs.Organization(ctx, in)
	if err != nil {
		return Banner{}, err
	}
	return Banner{urgent, fmt.Sprintf(says, local(at, o))}, nil
}

package join

import (
	"context"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// stillMay asks again, when an invitation is accepted, whether its author may give what it gives: somebody who has left,
// is disabled or has lost the role lets nobody in any more.
func (s *Service) stillMay(ctx context.Context, i Invitation) (bool, error) {
	if i.By.IsZero() { // a domain's settings, which let nobody in who was removed since
		left, err := s.People.Left(ctx, i.Org, i.Email)
		return !left, err
	}
	m, err := s.Orgs.Member(ctx, i.Org, i.By)
	if err != nil {
		return false, err
	}
	if m.Status() != org.ActiveMember {
		return false, nil
	}
	err = s.People.Grantable(ctx, m.Acting(org.Actor{}), i.Grant)
	for _, refusal := range []fault.Kind{fault.Invalid, fault.Forbidden, fault.NotFound} {
		if fault.Is(err, refusal) {
			return false, nil
		}
	}
	return err == nil, err
}

// sees reports whether an invitation is the actor's to see: their own, and those that they could have written.
func sees(actor org.Actor, i Invitation) bool {
	if actor.Role == org.Admin || !i.By.IsZero() && i.By == actor.Member {
		return true
	}
	all := i.Assignments(i.Org)
	for _, a := range all {
		if actor.MayAssign(a) != nil {
			return false
		}
	}
	return len(all) > 0
}

package identity

import (
	"context"
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Step is what stands between a proven log-in and a session.
type Step string

// The steps.
const (
	StepNone   Step = ""       // nothing: Enter
	StepFactor Step = "factor" // show the second factor
	StepEnrol  Step = "enrol"  // set one up first
	StepSSO    Step = "sso"    // this organization takes no passwords
)

// Next says what a member who proved themselves by a method must still do. It is the one place that decides.
func (s *Service) Next(ctx context.Context, o id.Org, m id.Member, by Method) (Step, error) {
	if by == BySSO {
		return StepNone, nil
	}
	p, err := s.policy(ctx, o)
	if err != nil {
		return StepSSO, err
	}
	glass := p.SSOOnly && m == p.BreakGlass
	if p.SSOOnly && !glass {
		return StepSSO, nil
	}
	if glass && by == ByPasskey {
		return StepNone, nil // it proves possession and a person by itself
	}
	if by.Strong() {
		return StepNone, nil
	}
	if s.Factors != nil {
		has, err := s.Factors.Has(ctx, o, m)
		if err != nil {
			return StepFactor, fmt.Errorf("log in: %w", err)
		}
		if has {
			return StepFactor, nil
		}
	}
	if p.SecondFactor || glass {
		return StepEnrol, nil
	}
	return StepNone, nil
}

// Enter begins a browser session of a member who proved themselves by a method: it writes the audit entry, tells
// them if it comes from where they were never seen, and returns who they are now. The caller then makes the cookie. It refuses while a Step is open, whatever the caller forgot.
func (s *Service) Enter(ctx context.Context, by org.Actor, o id.Org, m id.Member, method Method) (Match, error) {
	organization, member, err := s.Person(ctx, o, m)
	if err != nil {
		return Match{}, err
	}
	step, err := s.Next(ctx, o, m, method)
	if err != nil {
		return Match{}, err
	}
	if step != StepNone {
		return Match{}, fault.New(fault.Unauthenticated, "unauthenticated", "Your log-in is not complete. Log in again.")
	}
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.arrive(ctx, by, organization, member, method); err != nil {
			return err
		}
		return s.Audit.Append(ctx, member.Acting(by), audit.Entry{Action: "session.began", Target: member.ID.String(), TargetName: member.Email,
			After: map[string]any{"method": string(method)}})
	})
	if err != nil {
		return Match{}, fmt.Errorf("enter: %w", err)
	}
	return Match{organization, member}, nil
}

// Acting is a member acting before they have a session, from the place that by carries: to set up a second factor
// during the log-in that demands it.
func (s *Service) Acting(ctx context.Context, by org.Actor, o id.Org, m id.Member) (org.Actor, error) {
	_, member, err := s.Person(ctx, o, m)
	if err != nil {
		return org.Actor{}, err
	}
	return member.Acting(by), nil
}

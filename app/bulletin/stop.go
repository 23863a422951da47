package bulletin

import (
	"context"
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Stop has the actor get no more copies of a report that they may read, whoever chose them; the report goes to everybody else as
// before. Doing it twice is doing it once.
func (s *Service) Stop(ctx context.Context, actor org.Actor, which id.Report) error {
	if err := actor.Require(org.Viewer); err != nil {
		return err
	}
	return s.mine(ctx, actor, which, "report.stopped", func(ctx context.Context) error {
		return s.Store.Stop(ctx, actor.Org, which, actor.Member, s.now())
	})
}

// Resume undoes Stop.
func (s *Service) Resume(ctx context.Context, actor org.Actor, which id.Report) error {
	if err := actor.Require(org.Viewer); err != nil {
		return err
	}
	return s.mine(ctx, actor, which, "report.resumed", func(ctx context.Context) error {
		return s.Store.Resume(ctx, actor.Org, which, actor.Member)
	})
}

// mine is a change of what the actor gets, with its audit entry.
func (s *Service) mine(ctx context.Context, actor org.Actor, which id.Report, action string, do func(ctx context.Context) error) error {
	if actor.Member.IsZero() {
		return fault.New(fault.Forbidden, "forbidden", "Reports go to people, and a service account is none. Use the token of a person.")
	}
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		r, err := s.find(ctx, actor, which)
		if err != nil {
			return err
		}
		whose, _, _, err := s.whose(ctx, r.Org, r.Team)
		if err != nil {
			return err
		}
		if err := do(ctx); err != nil {
			return fmt.Errorf("%s: %w", action, err)
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: action, Target: which.String(), TargetName: Title(r.Kind, whose), After: map[string]any{"member": actor.Member.String()}})
	})
	return public("stop", err)
}

package join

import (
	"context"
	"fmt"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/mail"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Applicants are the requests to join, those to be decided first.
func (s *Service) Applicants(ctx context.Context, actor org.Actor) ([]Applicant, error) {
	if err := actor.Require(org.Manager); err != nil {
		return nil, err
	}
	return s.Store.Applicants(ctx, actor.Org)
}

// Suggested is what a domain's settings suggest for an applicant.
func (s *Service) Suggested(ctx context.Context, a Applicant) (Grant, error) {
	_, domain, _ := strings.Cut(a.Email, "@")
	d, ok, err := s.Store.Owner(ctx, domain)
	if err != nil || !ok || d.Org != a.Org {
		return Grant{Role: org.Developer}, err
	}
	return d.Grant, nil
}

// Approve answers a request to join with an invitation. The actor grants no more than they may.
func (s *Service) Approve(ctx context.Context, actor org.Actor, which id.Applicant, g Grant) error {
	if err := actor.Require(org.Manager); err != nil {
		return err
	}
	a, err := s.Store.Applicant(ctx, actor.Org, which)
	if err != nil {
		return err
	}
	if a.ConfirmedAt.IsZero() {
		return MissingApplicant()
	}
	if err := s.People.Grantable(ctx, actor, g); err != nil {
		return err
	}
	i, err := s.draft(ctx, actor, g)
	if err != nil {
		return err
	}
	i.Email, i.Name = a.Email, a.Name
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.decide(ctx, actor, a, true); err != nil {
			return err
		}
		if err := s.send(ctx, i); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "applicant.approved", Target: a.ID.String(), TargetName: a.Email, After: i.facts()})
	})
	if err != nil {
		return fmt.Errorf("approve a request to join: %w", err)
	}
	return nil
}

// Refuse says no, by a letter.
func (s *Service) Refuse(ctx context.Context, actor org.Actor, which id.Applicant) error {
	if err := actor.Require(org.Manager); err != nil {
		return err
	}
	a, err := s.Store.Applicant(ctx, actor.Org, which)
	if err != nil {
		return err
	}
	if a.ConfirmedAt.IsZero() {
		return MissingApplicant()
	}
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.decide(ctx, actor, a, false); err != nil {
			return err
		}
		o := mail.Order{Org: a.Org, Kind: RefusedKind, To: a.Email, About: a.ID.UUID(), Once: "refused " + a.ID.UUID()}
		if err := s.Post.Send(ctx, o); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "applicant.refused", Target: a.ID.String(), TargetName: a.Email})
	})
	if err != nil {
		return fmt.Errorf("refuse a request to join: %w", err)
	}
	return nil
}

func (s *Service) decide(ctx context.Context, actor org.Actor, a Applicant, approved bool) error {
	ok, err := s.Store.Decide(ctx, a.Org, a.ID, approved, actor.Label, s.Clock.Now())
	if err != nil {
		return err
	}
	if !ok {
		return fault.New(fault.Conflict, "already_decided", "Somebody was faster: this request was decided already.")
	}
	return nil
}

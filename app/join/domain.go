package join

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

const (
	// maxDomains bounds how many an organization claims: each costs a DNS question a day.
	maxDomains = 20
	// lapse is how long a verified domain's record may be missing before the claim is lost. DNS moves take days.
	lapse = 7 * 24 * time.Hour
	// dnsTime bounds one question.
	dnsTime = 5 * time.Second
)

// Record is the DNS record that proves a claim: a TXT record of this name with this value.
func (d Domain) Record() (name, value string) {
	return "_bodhi." + d.Domain, "bodhi-verification=" + d.Token
}

var domainForm = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$`)

func parseDomain(text string) (string, error) {
	text = strings.TrimSuffix(strings.ToLower(strings.TrimSpace(text)), ".")
	text = strings.TrimPrefix(text, "@")
	if len(text) > 240 || !domainForm.MatchString(text) {
		return "", fault.Field("domain", "Enter a domain like example.com: what stands behind the @ of your addresses. Write international names in their xn-- form.")
	}
	return text, nil
}

// Claim begins to prove that a domain is the organization's. It gives the record to publish; Check looks for it.
func (s *Service) Claim(ctx context.Context, actor org.Actor, domain string) (Domain, error) {
	if err := actor.Require(org.Admin); err != nil {
		return Domain{}, err
	}
	domain, err := parseDomain(domain)
	if err != nil {
		return Domain{}, err
	}
	if err := s.unowned(ctx, actor.Org, domain); err != nil {
		return Domain{}, err
	}
	d := Domain{ID: id.NewDomain(s.IDs), Org: actor.Org, Domain: domain, Token: strings.ToLower(rand.Text()), CreatedAt: s.Clock.Now(),
		Admission: Admission{Requests: true, Grant: Grant{Role: org.Developer}}}
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		all, err := s.Store.Domains(ctx, actor.Org)
		if err != nil {
			return err
		}
		if len(all) >= maxDomains {
			return fault.Newf(fault.Conflict, "too_many", "An organization claims at most %d domains. Remove one that you do not need.", maxDomains)
		}
		if err := s.Store.AddDomain(ctx, d); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "domain.claimed", Target: d.ID.String(), TargetName: d.Domain})
	})
	if fault.Is(err, fault.Conflict) && !isCode(err, "too_many") {
		return Domain{}, fault.Field("domain", "Your organization has claimed this domain already.")
	}
	if err != nil {
		return Domain{}, fmt.Errorf("claim domain: %w", err)
	}
	return d, nil
}

func isCode(err error, code string) bool {
	var f *fault.Error
	return errors.As(err, &f) && f.Code == code
}

// unowned refuses a domain that another organization has proved to be its own. Which one is not told.
func (s *Service) unowned(ctx context.Context, o id.Org, domain string) error {
	owner, ok, err := s.Store.Owner(ctx, domain)
	if err != nil {
		return fmt.Errorf("domain's owner: %w", err)
	}
	if ok && owner.Org != o {
		return takenDomain()
	}
	return nil
}

func takenDomain() *fault.Error {
	f := fault.New(fault.Conflict, "domain_taken", "Another organization of this installation has proved that this domain is its own. If it is yours, ask the operator.")
	f.Field = "domain"
	return f
}

// Domains are the organization's claims.
func (s *Service) Domains(ctx context.Context, actor org.Actor) ([]Domain, error) {
	if err := actor.Require(org.Admin); err != nil {
		return nil, err
	}
	return s.Store.Domains(ctx, actor.Org)
}

// Domain is one claim.
func (s *Service) Domain(ctx context.Context, actor org.Actor, which id.Domain) (Domain, error) {
	if err := actor.Require(org.Admin); err != nil {
		return Domain{}, err
	}
	return s.Store.Domain(ctx, actor.Org, which)
}

// Admit says what happens with people who have an address in a domain. Letting them in without asking needs a verified
// claim, and never makes admins.
func (s *Service) Admit(ctx context.Context, actor org.Actor, which id.Domain, in Admission) error {
	if err := actor.Require(org.Admin); err != nil {
		return err
	}
	if err := s.People.Grantable(ctx, actor, in.Grant); err != nil {
		return err
	}
	if in.Grant.Role == org.Admin {
		return fault.Field("role", "Nobody becomes an admin by their address alone. Choose another role.")
	}
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		d, err := s.Store.Domain(ctx, actor.Org, which)
		if err != nil {
			return err
		}
		if in.Auto && d.VerifiedAt.IsZero() {
			return fault.Field("auto", "Prove first that the domain is yours: publish the record and check it.")
		}
		before := d.facts(d.Org)
		d.Admission = in
		if err := s.Store.SetDomain(ctx, d); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "domain.changed", Target: d.ID.String(), TargetName: d.Domain, Before: before, After: d.facts(d.Org)})
	})
	if err != nil {
		return fmt.Errorf("set a domain's admission: %w", err)
	}
	return nil
}

func (a Admission) facts(o id.Org) map[string]any {
	return map[string]any{"requests": a.Requests, "auto": a.Auto, "role": string(a.Grant.Role), "roles": places(a.Grant, o)}
}

// Release gives a claim up. Members stay; nobody joins by it any more.
func (s *Service) Release(ctx context.Context, actor org.Actor, which id.Domain) error {
	if err := actor.Require(org.Admin); err != nil {
		return err
	}
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		d, err := s.Store.Domain(ctx, actor.Org, which)
		if err != nil {
			return err
		}
		if err := s.Store.DropDomain(ctx, actor.Org, which); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "domain.released", Target: d.ID.String(), TargetName: d.Domain})
	})
	if err != nil {
		return fmt.Errorf("release domain: %w", err)
	}
	return nil
}

// Owns reports whether an organization has proved that a domain is its own, for single sign-on: whose address is in it
// may be linked at a first log-in.
func (s *Service) Owns(ctx context.Context, o id.Org, domain string) (bool, error) {
	owner, ok, err := s.Store.Owner(ctx, strings.ToLower(domain))
	return ok && owner.Org == o, err
}

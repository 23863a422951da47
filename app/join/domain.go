package join

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"regexp"
	"slices"
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

// Check asks DNS for a claim's record and verifies the claim if it is there. What it found instead is said in words.
func (s *Service) Check(ctx context.Context, actor org.Actor, which id.Domain) (Domain, error) {
	if err := actor.Require(org.Admin); err != nil {
		return Domain{}, err
	}
	d, err := s.Store.Domain(ctx, actor.Org, which)
	if err != nil {
		return Domain{}, err
	}
	found, err := s.published(ctx, d) // the network comes before the transaction
	if err != nil {
		return d, err
	}
	if !found {
		name, value := d.Record()
		return d, fault.Newf(fault.Conflict, "record_missing", "There is no TXT record %s with the value %s yet. New records take minutes to hours to be seen; check again later.", name, value)
	}
	if err := s.unowned(ctx, d.Org, d.Domain); err != nil {
		return d, err
	}
	fresh := d.VerifiedAt.IsZero()
	now := s.Clock.Now()
	d.CheckedAt, d.FailingSince = now, time.Time{}
	if fresh {
		d.VerifiedAt = now
	}
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.Store.SetDomain(ctx, d); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "domain.verified", Target: d.ID.String(), TargetName: d.Domain})
	})
	if fault.Is(err, fault.Conflict) { // another organization's check was a moment faster
		return d, takenDomain()
	}
	if err != nil {
		return d, fmt.Errorf("check domain: %w", err)
	}
	return d, nil
}

// published asks whether the record is there. A name without records is an answer; a resolver that fails is not.
func (s *Service) published(ctx context.Context, d Domain) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, dnsTime)
	defer cancel()
	name, value := d.Record()
	texts, err := s.DNS.LookupTXT(ctx, name+".")
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound {
		return false, nil
	}
	if err != nil {
		return false, fault.New(fault.Unavailable, "dns_unavailable", "The domain name system did not answer. Try again in a minute.").Because(err)
	}
	return slices.ContainsFunc(texts, func(t string) bool { return strings.TrimSpace(t) == value }), nil
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

// Recheck looks for every verified claim's record again, for a daily job. A record that is missing for a week loses the
// claim: whoever has the domain now may be somebody else. A resolver that does not answer changes nothing.
func (s *Service) Recheck(ctx context.Context) error {
	all, err := s.Store.Verified(ctx)
	if err != nil {
		return fmt.Errorf("recheck domains: %w", err)
	}
	var failed error
	for _, d := range all {
		if err := s.recheck(ctx, d); err != nil {
			failed = errors.Join(failed, fmt.Errorf("recheck %s: %w", d.ID, err))
		}
	}
	return errors.Join(failed, s.Store.SweepApplicants(ctx, s.Clock.Now().Add(-confirmTime)))
}

func (s *Service) recheck(ctx context.Context, d Domain) error {
	found, err := s.published(ctx, d)
	if fault.Is(err, fault.Unavailable) {
		s.Log.WarnContext(ctx, "a claimed domain could not be checked", "domain", d.ID.String(), "error", err.Error())
		return nil
	}
	if err != nil {
		return err
	}
	now := s.Clock.Now()
	d.CheckedAt = now
	lost := false
	switch {
	case found:
		d.FailingSince = time.Time{}
	case d.FailingSince.IsZero():
		d.FailingSince = now
	case now.Sub(d.FailingSince) >= lapse:
		lost = true
		d.VerifiedAt, d.Auto = time.Time{}, false
	}
	return s.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.Store.SetDomain(ctx, d); err != nil || !lost {
			return err
		}
		return s.Audit.Append(ctx, org.System(d.Org, "domain check"), audit.Entry{Action: "domain.lost", Target: d.ID.String(), TargetName: d.Domain})
	})
}

// Owns reports whether an organization has proved that a domain is its own, for single sign-on: whose address is in it
// may be linked at a first log-in.
func (s *Service) Owns(ctx context.Context, o id.Org, domain string) (bool, error) {
	owner, ok, err := s.Store.Owner(ctx, strings.ToLower(domain))
	return ok && owner.Org == o, err
}

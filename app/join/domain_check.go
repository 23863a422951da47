package join

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

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
	now := s.Clock.Now()
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		if d, err = s.Store.Domain(ctx, actor.Org, which); err != nil { // DNS took its time: an admin may have changed it
			return err
		}
		d.CheckedAt, d.FailingSince = now, time.Time{}
		if d.VerifiedAt.IsZero() {
			d.VerifiedAt = now
		}
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
	return s.Tx.Do(ctx, func(ctx context.Context) error {
		d, err := s.Store.Domain(ctx, d.Org, d.ID) // DNS took its time: an admin may have changed it
		if fault.Is(err, fault.NotFound) {
			return nil // released
		}
		if err != nil {
			return err
		}
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
		if err := s.Store.SetDomain(ctx, d); err != nil || !lost {
			return err
		}
		return s.Audit.Append(ctx, org.System(d.Org, "domain check"), audit.Entry{Action: "domain.lost", Target: d.ID.String(), TargetName: d.Domain})
	})
}

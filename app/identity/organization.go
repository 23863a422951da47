package identity

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Organization is the actor's own.
func (s *Service) Organization(ctx context.Context, actor org.Actor) (org.Organization, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return org.Organization{}, err
	}
	return s.Orgs.Organization(ctx, actor.Org)
}

// Settings is what an organization can be changed to.
type Settings struct {
	Name string
	Slug string
	Zone string // IANA
}

// SetOrganization changes name, slug and time zone, for admins. A new zone takes effect at once: the periods of every
// budget begin anew by the calendar there, with what lies in them already counted and what was granted moved along.
func (s *Service) SetOrganization(ctx context.Context, actor org.Actor, in Settings) (org.Organization, error) {
	if err := actor.Require(org.Admin); err != nil {
		return org.Organization{}, err
	}
	in, err := in.checked()
	if err != nil {
		return org.Organization{}, err
	}
	var o org.Organization
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.Orgs.Hold(ctx, actor.Org); err != nil {
			return err
		}
		if o, err = s.Orgs.Organization(ctx, actor.Org); err != nil {
			return err
		}
		before := o
		if o.Name, o.Slug, o.Zone = in.Name, in.Slug, in.Zone; o == before {
			return nil
		}
		if err := s.Orgs.SetOrganization(ctx, o); err != nil {
			return err
		}
		if o.Zone != before.Zone {
			if err := s.Budgets.Rezone(ctx, o.ID, s.Clock.Now().UTC().Truncate(time.Microsecond)); err != nil {
				return err
			}
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "organization.changed", Target: o.ID.String(), TargetName: before.Name,
			Before: organizationFacts(before), After: organizationFacts(o)})
	})
	if fault.Is(err, fault.Conflict) && isTaken(err) {
		return org.Organization{}, fault.Field("slug", "Another organization has this short name. Choose another one.")
	}
	if err != nil {
		return org.Organization{}, fmt.Errorf("set organization: %w", err)
	}
	s.treeChanged(ctx)
	return o, nil
}

func (in Settings) checked() (Settings, error) {
	var errs [3]error
	in.Name, errs[0] = org.Name("name", "your organization's name", in.Name, maxName)
	if in.Slug = strings.TrimSpace(in.Slug); in.Slug != org.Slug(in.Slug) || !org.SlugFree(in.Slug) {
		errs[1] = fault.Field("slug", "Use 3 to 40 small letters, digits and single hyphens between them, and no word of ours such as api or admin.")
	}
	in.Zone = strings.TrimSpace(in.Zone)
	if !zoneThere(in.Zone) {
		errs[2] = fault.Field("zone", "Choose a time zone like Europe/Prague.")
	}
	return in, errors.Join(errs[:]...)
}

func zoneThere(zone string) bool {
	_, err := time.LoadLocation(zone)
	return err == nil && zone != "" && zone != "Local"
}

func organizationFacts(o org.Organization) map[string]any {
	return map[string]any{"name": o.Name, "slug": o.Slug, "zone": o.Zone}
}

// DeleteOrganization ends the actor's organization, for its admins, who repeat its name: a slip of the hand must not do it.
// Sessions, management and SCIM tokens and links in letters die with their next use, keys within a second on every node.
// The books and the audit log stay, out of everybody's sight but the operator's. Its data key is destroyed: what was encrypted
// (credentials, kept answers, second factors) can be read by nobody any more, in no backup without the key. Nothing undoes it.
func (s *Service) DeleteOrganization(ctx context.Context, actor org.Actor, name string) error {
	if err := actor.Require(org.Admin); err != nil {
		return err
	}
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.Orgs.Hold(ctx, actor.Org); err != nil {
			return err
		}
		o, err := s.Orgs.Organization(ctx, actor.Org)
		if err != nil {
			return err
		}
		if strings.TrimSpace(name) != o.Name {
			return fault.Field("name", "This is not the organization's name. Type it as it is written above, with capitals and spaces.")
		}
		if s.MayDelete != nil {
			if err := s.MayDelete(ctx, actor.Org); err != nil {
				return err
			}
		}
		now := s.Clock.Now()
		if err := errors.Join(s.Orgs.DeleteOrganization(ctx, o.ID, now), s.Keys.Destroy(ctx, o.ID)); err != nil {
			return err
		}
		ended, err := s.Logins.EndSome(ctx, o.ID, Which{}, now)
		if err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "organization.deleted", Target: o.ID.String(), TargetName: o.Name,
			Before: organizationFacts(o), After: map[string]any{"sessions": ended}})
	})
	if err != nil {
		return fmt.Errorf("delete organization: %w", err)
	}
	s.Log.InfoContext(ctx, "organization deleted", "org", actor.Org.String())
	s.treeChanged(ctx)
	s.publish(ctx, RoutesChanged)
	return nil
}

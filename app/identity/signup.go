package identity

import (
	"context"
	"errors"
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// SignUp is what a new organization's first admin enters.
type SignUp struct {
	Organization string
	Name         string
	Email        string
	Password     secret.String
	// Zone is an IANA time zone; "" is UTC.
	Zone string
}

// FirstTeam is the team every organization starts with.
const FirstTeam = "General"

const maxName = 80

// check cleans the input and reports every field that is wrong, joined.
func (in *SignUp) check() error {
	var errs [5]error
	in.Organization, errs[0] = org.Name("organization", "your organization's name", in.Organization, maxName)
	in.Name, errs[1] = org.Name("name", "your name", in.Name, maxName)
	in.Email, errs[2] = org.Email("email", in.Email)
	if in.Zone == "" {
		in.Zone = "UTC"
	}
	if !zoneThere(in.Zone) {
		errs[3] = fault.Field("zone", "Choose a time zone like Europe/Prague.")
	}
	errs[4] = checkPassword("password", in.Password, append(words(in.Email), in.Email, in.Name, in.Organization)...)
	return errors.Join(errs[:]...)
}

// words are the parts of an address that a lazy password would repeat.
func words(email string) []string {
	local, host, _ := cutAt(email)
	return []string{local, host}
}

// SignUpOpen refuses where whoever runs the installation lets nobody found an organization by themselves. Pages ask it; the command
// line does not.
func (s *Service) SignUpOpen() error {
	if s.MayFound == nil {
		return nil
	}
	return s.MayFound()
}

// SignUp makes an organization with its first team, its admin and its data key, all or nothing. by says where the
// request came from; bootstrap passes a label only.
func (s *Service) SignUp(ctx context.Context, by org.Actor, in SignUp) (org.Organization, org.Member, error) {
	if err := in.check(); err != nil {
		return org.Organization{}, org.Member{}, err
	}
	if err := s.roomFor(ctx, in.Email); err != nil {
		return org.Organization{}, org.Member{}, err
	}
	hash, err := s.Hasher.Hash(ctx, in.Password)
	if err != nil {
		return org.Organization{}, org.Member{}, fmt.Errorf("sign up: %w", err)
	}
	for _, slug := range org.SlugCandidates(in.Organization) {
		taken, err := s.Orgs.SlugTaken(ctx, slug)
		if err != nil {
			return org.Organization{}, org.Member{}, fmt.Errorf("sign up: %w", err)
		}
		if taken {
			continue
		}
		o, m, err := s.found(ctx, by, in, slug, hash)
		if fault.Is(err, fault.Conflict) {
			continue // somebody took the slug since
		}
		return o, m, err
	}
	return org.Organization{}, org.Member{}, fault.Field("organization", "Too many organizations have this name. Add a word that tells yours apart.")
}

// maxFounded is how many organizations an address may be in for founding one more. It is far below maxAccounts: nobody has proved that
// the address is theirs, and whoever filled the places that a log-in looks at would keep its owner out of their own company.
const maxFounded = 5

func (s *Service) roomFor(ctx context.Context, email string) error {
	all, err := s.Store.ByLogin(ctx, PasswordIssuer, email)
	if err != nil {
		return fmt.Errorf("sign up: %w", err)
	}
	if len(all) >= maxFounded {
		return fault.Field("email", "This address logs in to five organizations or more already, and cannot found another one. Use another address.")
	}
	return nil
}

// found writes the new organization in one transaction.
func (s *Service) found(ctx context.Context, by org.Actor, in SignUp, slug, hash string) (org.Organization, org.Member, error) {
	now := s.Clock.Now()
	o := org.Organization{ID: id.NewOrg(s.IDs), Slug: slug, Name: in.Organization, Zone: in.Zone, CreatedAt: now}
	team := org.Team{ID: id.NewTeam(s.IDs), Org: o.ID, Name: FirstTeam, CreatedAt: now}
	m := org.Member{ID: id.NewMember(s.IDs), Org: o.ID, Email: in.Email, Name: in.Name, Role: org.Admin, Teams: []id.Team{team.ID}, Home: team.ID, CreatedAt: now, Assignments: []org.Assignment{
		{Role: org.Admin, At: org.OfOrg(o.ID)}, {Role: org.Developer, At: org.OfTeam(o.ID, team.ID)}}}
	m.Part = org.Resolve(m.Assignments, nil)
	account := Identity{ID: id.NewIdentity(s.IDs), Org: o.ID, Member: m.ID, Issuer: PasswordIssuer, Subject: in.Email, Hash: hash, CreatedAt: now}
	actor := m.Acting(by)
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		err := inOrder(
			func() error { return s.Orgs.AddOrganization(ctx, o) },
			func() error { return s.Keys.Create(ctx, o.ID) },
			func() error { return s.Orgs.AddTeam(ctx, team) },
			func() error { return s.Orgs.AddMember(ctx, m) },
			func() error { return s.Store.AddIdentity(ctx, account) },
			func() error {
				return s.Audit.Append(ctx, actor, audit.Entry{Action: "organization.created", Target: o.ID.String(), TargetName: o.Name,
					After: map[string]any{"slug": o.Slug, "zone": o.Zone, "admin": m.Email, "team": team.Name}})
			},
		)
		if err != nil || s.Welcome == nil {
			return err
		}
		return s.Welcome.Prepare(ctx, actor, o)
	})
	if err != nil {
		return org.Organization{}, org.Member{}, fmt.Errorf("sign up: %w", err)
	}
	s.Log.InfoContext(ctx, "organization created", "org", o.ID.String(), "slug", o.Slug)
	return o, m, nil
}

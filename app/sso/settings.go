package sso

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Input is what an admin enters for a provider. An empty Secret keeps the one there is, unless Public drops it.
type Input struct {
	Name, Issuer, ClientID string
	Secret                 secret.String
	Public                 bool
	Provision              bool
	Domains                []string
	Role                   org.Role
	Team                   id.Team
	TrustEmail             bool
	GroupClaim             string
}

// Get is the actor's organization's provider; ok is false if it has none.
func (s *Service) Get(ctx context.Context, actor org.Actor) (Provider, bool, error) {
	if err := actor.Require(org.Admin); err != nil {
		return Provider{}, false, err
	}
	return s.Store.Provider(ctx, actor.Org)
}

// Set connects a provider, or changes the one there is, after asking it what it can do. Another issuer or client is
// another provider: accounts and sessions of the one before are over.
func (s *Service) Set(ctx context.Context, actor org.Actor, in Input) (Provider, error) {
	if err := actor.Require(org.Admin); err != nil {
		return Provider{}, err
	}
	if err := s.check(ctx, actor, &in); err != nil {
		return Provider{}, err
	}
	d, err := s.discover(ctx, in.Issuer)
	if err != nil {
		return Provider{}, err
	}
	before, had, err := s.Store.Provider(ctx, actor.Org)
	if err != nil {
		return Provider{}, fmt.Errorf("set single sign-on: %w", err)
	}
	now := s.Clock.Now()
	p := Provider{ID: id.NewProvider(s.IDs), Org: actor.Org, Issuer: in.Issuer, ClientID: in.ClientID, Name: in.Name, Provision: in.Provision, Domains: in.Domains,
		Role: in.Role, Team: in.Team, TrustEmail: in.TrustEmail, GroupClaim: in.GroupClaim, CreatedAt: now, UpdatedAt: now}
	same := had && before.Issuer == p.Issuer && before.ClientID == p.ClientID
	if same {
		p.ID, p.CreatedAt, p.Sealed = before.ID, before.CreatedAt, before.Sealed
	}
	switch {
	case in.Public:
		p.Sealed = nil
	case !in.Secret.IsEmpty():
		if p.Sealed, err = s.Vault.Seal(ctx, actor.Org, "sso_providers", "sealed", p.ID.String(), in.Secret); err != nil {
			return Provider{}, fmt.Errorf("set single sign-on: %w", err)
		}
	case len(p.Sealed) == 0:
		return Provider{}, fault.Field("secret", "Enter the client secret, or say that this is a public client.")
	}
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		if had && !same {
			if err := s.drop(ctx, actor, before); err != nil {
				return err
			}
		}
		if err := s.Store.SetProvider(ctx, p); err != nil {
			return err
		}
		e := audit.Entry{Action: "sso.set", Target: p.ID.String(), TargetName: p.Issuer, After: p.facts()}
		if had {
			e.Before = before.facts()
		}
		return s.Audit.Append(ctx, actor, e)
	})
	if err != nil {
		return Provider{}, fmt.Errorf("set single sign-on: %w", err)
	}
	s.mu.Lock()
	s.known[p.ID] = d
	s.mu.Unlock()
	return p, nil
}

// facts are for the audit log; the secret is not among them, only whether there is one.
func (p Provider) facts() map[string]any {
	return map[string]any{"issuer": p.Issuer, "client_id": p.ClientID, "secret": len(p.Sealed) > 0, "name": p.Name, "provision": p.Provision,
		"domains": p.Domains, "role": string(p.Role), "team": p.Team.String(), "trust_email": p.TrustEmail, "group_claim": p.GroupClaim}
}

func (s *Service) check(ctx context.Context, actor org.Actor, in *Input) error {
	var errs [7]error
	in.Name, errs[0] = org.Name("name", "what the log-in page calls it, such as Okta", in.Name, 40)
	in.Issuer = strings.TrimSpace(in.Issuer)
	if _, err := s.URLs.CheckURL(in.Issuer); err != nil {
		errs[1] = err
		var f *fault.Error
		if errors.As(err, &f) {
			errs[1] = fault.Field("issuer", f.Public)
		}
	}
	in.ClientID = strings.TrimSpace(in.ClientID)
	if in.ClientID == "" || len(in.ClientID) > 255 {
		errs[2] = fault.Field("client_id", "Enter the client id that the provider shows for this application.")
	}
	if in.Role == "" {
		in.Role = org.Developer
	}
	if in.Role != org.Lead && in.Role != org.Developer && in.Role != org.Viewer {
		errs[3] = fault.Field("role", "Newcomers become leads, developers or viewers of a team. More is given to people one knows, or by their groups.")
	} else if !in.Team.IsZero() {
		if err := s.People.Assignable(ctx, actor, org.Assignment{Role: in.Role, At: org.OfTeam(actor.Org, in.Team)}); err != nil {
			errs[4] = fault.Field("team", "Choose one of your organization's teams, not an archived one.").Because(err)
		}
	}
	in.Domains, errs[5] = domains(in.Domains)
	if in.Provision && len(in.Domains) == 0 && errs[5] == nil && s.Domains == nil {
		errs[5] = fault.Field("domains", "Name the mail domains whose people are let in, such as example.com.")
	}
	in.GroupClaim = strings.TrimSpace(in.GroupClaim)
	if len(in.GroupClaim) > 200 {
		errs[6] = fault.Field("group_claim", "The name of a claim has at most 200 characters.")
	}
	return errors.Join(errs[:]...)
}

func domains(in []string) ([]string, error) {
	out := []string{}
	for _, d := range in {
		d = strings.TrimPrefix(strings.ToLower(strings.TrimSpace(d)), "@")
		if d == "" || slices.Contains(out, d) {
			continue
		}
		if _, err := org.Email("domains", "x@"+d); err != nil || len(out) >= 50 {
			return in, fault.Field("domains", fmt.Sprintf("%q is no mail domain. Write up to 50 like example.com, one per line.", d))
		}
		out = append(out, d)
	}
	return out, nil
}

// Remove disconnects the provider: its accounts and sessions are over, and passwords let in again.
func (s *Service) Remove(ctx context.Context, actor org.Actor) error {
	if err := actor.Require(org.Admin); err != nil {
		return err
	}
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		p, ok, err := s.Store.Provider(ctx, actor.Org)
		if err != nil || !ok {
			return err
		}
		if err := s.drop(ctx, actor, p); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "sso.removed", Target: p.ID.String(), TargetName: p.Issuer, Before: p.facts()})
	})
	if err != nil {
		return fmt.Errorf("remove single sign-on: %w", err)
	}
	return nil
}

func (s *Service) drop(ctx context.Context, actor org.Actor, p Provider) error {
	if err := s.People.Detach(ctx, actor, p.ID, p.Issuer); err != nil {
		return err
	}
	return s.Store.DropProvider(ctx, actor.Org)
}

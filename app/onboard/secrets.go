package onboard

import (
	"context"
	"fmt"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// account is the service account that bootstrap's virtual key acts as.
const account = "bootstrap"

// key makes the bootstrap key, or finds that it is there.
func (s *Service) key(ctx context.Context, actor org.Actor, team org.Team) (secret.String, error) {
	keys := s.Keys
	there, err := key.NewService(keys).Find(ctx, actor, key.Query{Services: true})
	if err != nil {
		return secret.String{}, err
	}
	text, found, err := s.derive(secret.VirtualKey, actor, func(public string) bool {
		return slices.ContainsFunc(there.Keys, func(k key.Key) bool { return k.Public == public })
	})
	if err != nil || found || slices.ContainsFunc(there.Keys, func(k key.Key) bool { return k.Account == account }) {
		return text, err
	}
	if keys.Random, err = s.Master.Seed(s.Master.ID(), purpose(secret.VirtualKey, actor)); err != nil {
		return text, err
	}
	made, err := key.NewService(keys).Create(ctx, actor, key.Input{Name: "Bootstrap", Team: team.ID, Account: account})
	if err != nil {
		return text, fmt.Errorf("virtual key: %w", err)
	}
	return made.Secret, nil
}

// token makes the bootstrap management token, or finds that it is there.
func (s *Service) token(ctx context.Context, actor org.Actor) (secret.String, error) {
	people := s.Identity
	there, err := identity.NewService(people).Tokens(ctx, actor)
	if err != nil {
		return secret.String{}, err
	}
	text, found, err := s.derive(secret.ManagementToken, actor, func(public string) bool {
		return slices.ContainsFunc(there, func(t identity.Token) bool { return t.Public == public })
	})
	if err != nil || found {
		return text, err
	}
	if people.Random, err = s.Master.Seed(s.Master.ID(), purpose(secret.ManagementToken, actor)); err != nil {
		return text, err
	}
	made, _, err := identity.NewService(people).CreateToken(ctx, actor, identity.NewToken{Name: "Bootstrap", Role: org.Admin})
	if err != nil {
		return text, fmt.Errorf("admin token: %w", err)
	}
	return made, nil
}

// derive mints the secret that a master key and the organization always give: the one that is there, made under whichever master
// key then, else the one to be made under the current.
func (s *Service) derive(prefix string, actor org.Actor, there func(public string) bool) (text secret.String, found bool, err error) {
	for i, kid := range s.Master.IDs() {
		seed, err := s.Master.Seed(kid, purpose(prefix, actor))
		if err != nil {
			return text, false, err
		}
		minted, token, err := secret.Mint(seed, prefix, secret.Live)
		if err != nil || there(token.Public) {
			return minted, err == nil, err
		}
		if i == 0 {
			text = minted
		}
	}
	return text, false, nil
}

func purpose(prefix string, actor org.Actor) string {
	return "bootstrap " + prefix + " " + actor.Org.UUID()
}

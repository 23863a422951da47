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
	text, minted, err := s.derive(secret.VirtualKey, actor)
	if err != nil {
		return text, err
	}
	keys := s.Keys
	if keys.Random, err = s.Master.Seed(purpose(secret.VirtualKey, actor)); err != nil {
		return text, err
	}
	service := key.NewService(keys)
	there, err := service.Find(ctx, actor, key.Query{Services: true})
	if err != nil || slices.ContainsFunc(there.Keys, func(k key.Key) bool { return k.Public == minted.Public || k.Account == account }) {
		return text, err
	}
	made, err := service.Create(ctx, actor, key.Input{Name: "Bootstrap", Team: team.ID, Account: account})
	if err != nil {
		return text, fmt.Errorf("virtual key: %w", err)
	}
	return made.Secret, nil
}

// token makes the bootstrap management token, or finds that it is there.
func (s *Service) token(ctx context.Context, actor org.Actor) (secret.String, error) {
	text, minted, err := s.derive(secret.ManagementToken, actor)
	if err != nil {
		return text, err
	}
	people := s.Identity
	if people.Random, err = s.Master.Seed(purpose(secret.ManagementToken, actor)); err != nil {
		return text, err
	}
	service := identity.NewService(people)
	there, err := service.Tokens(ctx, actor)
	if err != nil || slices.ContainsFunc(there, func(t identity.Token) bool { return t.Public == minted.Public }) {
		return text, err
	}
	made, _, err := service.CreateToken(ctx, actor, identity.NewToken{Name: "Bootstrap", Role: org.Admin})
	if err != nil {
		return text, fmt.Errorf("admin token: %w", err)
	}
	return made, nil
}

// derive mints the secret that the master key and the organization always give.
func (s *Service) derive(prefix string, actor org.Actor) (secret.String, secret.Token, error) {
	seed, err := s.Master.Seed(purpose(prefix, actor))
	if err != nil {
		return secret.String{}, secret.Token{}, err
	}
	return secret.Mint(seed, prefix, secret.Live)
}

func purpose(prefix string, actor org.Actor) string {
	return "bootstrap " + prefix + " " + actor.Org.UUID()
}

package sso

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// person is what a provider says of somebody, checked.
type person struct {
	Subject, Session, Name, Email string
	// Verified is what the provider says of the address: yes, no, or nothing (nil).
	Verified *bool
	Groups   []string
	grouped  bool // the claim was there, if only empty
	// elsewhere says that there are groups which the token does not list: Entra names where to ask when there are more than 200.
	elsewhere bool
}

// maxSubject is OpenID Connect's own bound.
const maxSubject = 255

// exchange turns the code into a verified person, and the ID token's text.
func (s *Service) exchange(ctx context.Context, p Provider, d *document, f Flow, code string) (person, string, error) {
	c, err := s.client(ctx, p, d)
	if err != nil {
		return person{}, "", err
	}
	// d.ctx carries the way out; the transport bounds the call.
	token, err := c.Exchange(d.ctx, code, oauth2.VerifierOption(s.derive("verifier", f)))
	if err != nil {
		return person{}, "", refused(fmt.Errorf("code exchange: %w", withoutBody(err)))
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok || raw == "" {
		return person{}, "", refused(errors.New("no ID token"))
	}
	claims, err := s.verify(ctx, p, d, f, raw, token.AccessToken)
	if err != nil {
		return person{}, "", refused(err)
	}
	who := read(claims, p.GroupClaim)
	if (who.Email == "" || p.GroupClaim != "" && !who.grouped) && d.provider.UserInfoEndpoint() != "" {
		elsewhere := who.elsewhere
		if err := s.ask(d, token, &who, claims, p.GroupClaim); err != nil {
			return person{}, "", refused(err)
		}
		who.elsewhere = who.elsewhere || elsewhere
	}
	return who, raw, nil
}

// withoutBody keeps what a provider answered out of our log: it may repeat the code.
func withoutBody(err error) error {
	var answer *oauth2.RetrieveError
	if errors.As(err, &answer) {
		return fmt.Errorf("the provider answered %s %s", answer.Response.Status, plainWord(answer.ErrorCode))
	}
	return err
}

// verify checks an ID token: signature by a pinned algorithm and a key of the provider's, issuer, audience, party, times,
// nonce, and that it belongs to the access token it came with.
func (s *Service) verify(ctx context.Context, p Provider, d *document, f Flow, raw, access string) (map[string]any, error) {
	token, err := s.verifier(p, d).Verify(ctx, raw)
	if err != nil {
		return nil, err
	}
	if token.Issuer != p.Issuer {
		return nil, fmt.Errorf("issuer %q", token.Issuer)
	}
	if token.Subject == "" || len(token.Subject) > maxSubject {
		return nil, errors.New("no usable subject")
	}
	claims := map[string]any{}
	if err := token.Claims(&claims); err != nil {
		return nil, err
	}
	azp, named := claims["azp"]
	if len(token.Audience) > 1 && !named || named && azp != p.ClientID {
		return nil, fmt.Errorf("the token was made for another party")
	}
	if err := s.timely(token); err != nil {
		return nil, err
	}
	if token.Nonce == "" || token.Nonce != s.derive("nonce", f) {
		return nil, errors.New("the nonce is not this log-in's")
	}
	if token.AccessTokenHash != "" {
		if err := token.VerifyAccessToken(access); err != nil {
			return nil, err
		}
	}
	return claims, nil
}

// timely: issued for this log-in, not before it and not in the future. Expiry is the verifier's.
func (s *Service) timely(t *oidc.IDToken) error {
	now := s.Clock.Now()
	switch {
	case t.IssuedAt.IsZero():
		return errors.New("the token does not say when it was issued")
	case t.IssuedAt.After(now.Add(skew)):
		return errors.New("the token was issued in the future")
	case t.IssuedAt.Before(now.Add(-flowTime - skew)):
		return errors.New("the token is older than this log-in")
	case t.Expiry.After(now.Add(maxLife)):
		return errors.New("the token lives too long")
	}
	return nil
}

// maxLife is the longest an ID token may live: nobody's is meant to be kept.
const maxLife = 24 * time.Hour

// ask completes a person from the provider's userinfo, which must speak of the same one.
func (s *Service) ask(d *document, token *oauth2.Token, who *person, claims map[string]any, group string) error {
	info, err := d.provider.UserInfo(d.ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return fmt.Errorf("userinfo: %w", err)
	}
	if info.Subject != who.Subject {
		return errors.New("userinfo speaks of somebody else")
	}
	more := map[string]any{}
	if err := info.Claims(&more); err != nil {
		return fmt.Errorf("userinfo: %w", err)
	}
	for name, v := range claims {
		if name == "email" || name == "email_verified" { // they belong together: both from the signed token, or neither
			continue
		}
		more[name] = v
	}
	if _, ok := claims["email"]; ok {
		delete(more, "email_verified")
		maps.Copy(more, map[string]any{"email": claims["email"]})
		if v, ok := claims["email_verified"]; ok {
			more["email_verified"] = v
		}
	}
	*who = read(more, group)
	return nil
}

func read(claims map[string]any, group string) person {
	text := func(name string) string { v, _ := claims[name].(string); return strings.TrimSpace(v) }
	out := person{Subject: text("sub"), Session: text("sid"), Name: text("name"), Email: strings.ToLower(text("email"))}
	if out.Name == "" {
		out.Name = strings.TrimSpace(text("given_name") + " " + text("family_name"))
	}
	switch v := claims["email_verified"].(type) {
	case bool:
		out.Verified = &v
	case string: // some write it in quotes
		yes := v == "true"
		out.Verified = &yes
	case nil:
	default:
		no := false
		out.Verified = &no
	}
	if group != "" {
		out.Groups, out.grouped = groups(claims, group)
		names, _ := claims["_claim_names"].(map[string]any)
		head, _, _ := strings.Cut(group, ".")
		_, named := names[head]
		has, _ := claims["hasgroups"].(bool)
		out.elsewhere = named || has
	}
	return out
}

// maxGroups bounds how many are read: a mapping has a few, and a token may hold thousands.
const maxGroups = 2000

// groups reads a list, one name, or a path into objects ("realm_access.roles", as Keycloak writes it).
func groups(claims map[string]any, path string) ([]string, bool) {
	v, ok := claims[path]
	if !ok {
		head, rest, nested := strings.Cut(path, ".")
		inner, is := claims[head].(map[string]any)
		if !nested || !is {
			return nil, false
		}
		return groups(inner, rest)
	}
	switch v := v.(type) {
	case string:
		return []string{v}, true
	case []any:
		var out []string
		for _, e := range v {
			if name, is := e.(string); is && len(out) < maxGroups {
				out = append(out, name)
			}
		}
		return out, true
	}
	return nil, true
}

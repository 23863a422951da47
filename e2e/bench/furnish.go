package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
)

const (
	email    = "admin@bench.test"
	password = "correct horse battery staple"
	plenty   = "1000000" // dollars: budgets must bind, not refuse
)

// furnish makes a key that acts as a member and puts hard budgets on the team, the member and the key; bootstrap made
// the organization's. So each request holds money on four levels. One alias' answers are kept.
func (g *gateway) furnish(ctx context.Context) error {
	member, err := g.member(ctx)
	if err != nil {
		return err
	}
	var key struct{ ID, Secret string }
	if err := g.api(ctx, "/api/v1/keys", map[string]any{"name": "bench", "team": g.team, "member": member}, &key); err != nil {
		return err
	}
	g.key = key.Secret
	for _, scope := range []string{g.team, member, key.ID} {
		in := map[string]any{"scope": scope, "limit_usd": plenty, "period": "monthly", "enforcement": "hard"}
		if err := g.api(ctx, "/api/v1/budgets", in, nil); err != nil {
			return err
		}
	}
	policy := map[string]any{"name": "bench", "models": []string{cachedAlias}, "sharing": "team", "ttl": "24h"}
	return g.api(ctx, "/api/v1/cache-policies", policy, nil)
}

// api posts to the management API.
func (g *gateway) api(ctx context.Context, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, g.url+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+g.token)
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode/100 != 2 {
		return fmt.Errorf("POST %s: %d %s %w", path, answer.StatusCode, text, err)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(text, out)
}

// member finds the admin's id where a person finds it: in the form of a new key.
func (g *gateway) member(ctx context.Context) (string, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return "", err
	}
	c := &http.Client{Jar: jar}
	form := url.Values{"email": {email}, "password": {password}, "next": {"/keys/new"}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, g.url+"/log-in", strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := c.Do(r)
	if err != nil {
		return "", err
	}
	defer func() { _ = answer.Body.Close() }()
	page, err := io.ReadAll(answer.Body)
	if err != nil {
		return "", err
	}
	id := regexp.MustCompile(`mem_[0-9a-z]{26}`).Find(page)
	if id == nil {
		return "", fmt.Errorf("the form of a new key names no member (status %d)", answer.StatusCode)
	}
	return string(id), nil
}

package app

import (
	"io"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/client"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// TestTheClientSpeaksToTheRealThing makes, reads, changes and ends things through the public client.
func TestTheClientSpeaksToTheRealThing(t *testing.T) {
	t.Parallel()
	s := furnish(t, dbtest.SQLiteURL(t))
	server := httptest.NewServer(s.Handler)
	t.Cleanup(server.Close)
	c, err := client.New(server.URL, s.Home.Tokens[org.Admin], client.WithAgent(web.CLIAgent+"test"))
	must(t, err)
	ctx := t.Context()

	me, err := c.Whoami().Show(ctx, nil)
	must(t, err)
	if me.Organization != s.Home.Org.String() || me.Role != "admin" || me.Token == "" {
		t.Errorf("%+v", me)
	}
	made, err := c.Keys().Create(ctx, client.KeyInput{Name: "ci", Team: s.Home.Things["teams"], Account: "build"}, client.IdempotencyKey("once"))
	must(t, err)
	again, err := c.Keys().Create(ctx, client.KeyInput{Name: "ci", Team: s.Home.Things["teams"], Account: "build"}, client.IdempotencyKey("once"))
	if err != nil || made.Secret == "" || again.ID != made.ID || again.Secret != made.Secret {
		t.Errorf("the same key: %v", err)
	}
	if _, err := c.Keys().Create(ctx, client.KeyInput{Name: "other", Team: s.Home.Things["teams"], Account: "build"}, client.IdempotencyKey("once")); !client.Is(err, "idempotency_key_reused") {
		t.Errorf("another body: %v", err)
	}
	var tag string
	_, err = c.Budgets().Show(ctx, s.Home.Things["budgets"], nil, client.ETag(&tag))
	must(t, err)
	five, six := "5", "6"
	_, err = c.Budgets().Update(ctx, s.Home.Things["budgets"], client.BudgetChange{Limit: &five}, client.IfMatch(tag))
	must(t, err)
	if _, err := c.Budgets().Update(ctx, s.Home.Things["budgets"], client.BudgetChange{Limit: &six}, client.IfMatch(tag)); !client.Is(err, "changed_since") {
		t.Errorf("on an old revision: %v", err)
	}
	seen := map[string]bool{}
	for e, err := range c.Audit().All(ctx, url.Values{"limit": {"3"}}) {
		must(t, err)
		if seen[e.ID] {
			t.Errorf("%s came twice", e.ID)
		}
		seen[e.ID] = true
		if e.Action == "key.created" && e.Target == made.ID && (e.Via != "cli" || e.Role != "admin") {
			t.Errorf("%+v", e)
		}
	}
	verified, err := c.Audit().Verify(ctx, nil)
	if err != nil || !verified.OK || verified.Entries != int64(len(seen)) {
		t.Errorf("%+v, %v; %d read", verified, err, len(seen))
	}
	body, err := c.Audit().Export(ctx, url.Values{"format": {"csv"}})
	must(t, err)
	text, err := io.ReadAll(body)
	must(t, err)
	_ = body.Close()
	if lines := strings.Count(string(text), "\r\n"); lines != len(seen)+1 {
		t.Errorf("%d lines of %d entries", lines, len(seen))
	}
	narrow, err := c.Tokens().Create(ctx, client.TokenInput{Name: "reader", Role: "admin", Scopes: []string{"keys:read"}})
	must(t, err)
	reader, err := client.New(server.URL, narrow.Secret)
	must(t, err)
	if _, err := reader.Keys().List(ctx, nil); err != nil {
		t.Errorf("within its scope: %v", err)
	}
	for name, err := range map[string]error{"write": reader.Keys().Delete(ctx, made.ID), "another": func() error { _, err := reader.Budgets().List(ctx, nil); return err }()} {
		if !client.Is(err, "scope_missing") {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, c.Tokens().Revoke(ctx, narrow.ID))
	if _, err := reader.Whoami().Show(ctx, nil); !client.Is(err, "token_revoked") {
		t.Errorf("revoked: %v", err)
	}
	must(t, c.Keys().Delete(ctx, made.ID))
	if _, err := c.Keys().Show(ctx, made.ID, nil); !client.Is(err, "not_found") {
		t.Errorf("deleted: %v", err)
	}
}

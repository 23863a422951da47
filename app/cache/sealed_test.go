package cache_test

import (
	"context"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// sealing gives a node the real cipher.
func sealing(t testing.TB, o id.Org) func(*cache.Parts) {
	t.Helper()
	text, err := secret.GenerateMaster(nil)
	if err != nil {
		t.Fatal(err)
	}
	master, err := secret.NewMaster(text)
	if err != nil {
		t.Fatal(err)
	}
	keys := secret.NewKeyring(master, &keyStore{}, nil)
	if err := keys.Create(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	return func(p *cache.Parts) { p.Vault = keys }
}

type keyStore struct{ keys []secret.WrappedKey }

func (s *keyStore) OrgKeys(context.Context, id.Org) ([]secret.WrappedKey, error) { return s.keys, nil }
func (s *keyStore) AllOrgKeys(context.Context) ([]secret.WrappedKey, error)      { return s.keys, nil }
func (s *keyStore) AddOrgKey(_ context.Context, k secret.WrappedKey) error {
	s.keys = append(s.keys, k)
	return nil
}

func (s *keyStore) Rewrap(context.Context, secret.WrappedKey, secret.WrappedKey) (bool, error) {
	return false, nil
}
func (s *keyStore) KeepPepper(context.Context, secret.WrappedKey) error { return nil }
func (s *keyStore) DropOrgKeys(context.Context, id.Org) error           { return nil }

func TestWhatIsKeptCannotBeRead(t *testing.T) {
	t.Parallel()
	me := someone()
	n := newNode(t, sealing(t, me.Org), rule(me.Org, cache.User))
	n.keep(t, ask(me, chat(t, "canary-question")), "canary-answer")
	if got := n.given(t, ask(me, chat(t, "canary-question"))); got != "canary-answer" {
		t.Fatalf("given %q", got)
	}
	if err := n.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n.store.Each(func(e *cache.Entry) {
		if b := string(cache.EncodeEntry(e)); strings.Contains(b, "canary") {
			t.Errorf("the store can read it: %q", b)
		}
	}) != 1 {
		t.Error("nothing was written")
	}
}

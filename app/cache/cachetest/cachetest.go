// Package cachetest has a vault and a store for tests of what uses the cache.
package cachetest

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Vault binds what it seals to its place, as the real one does, without any cipher.
type Vault struct{}

// Seal implements cache.Vault.
func (Vault) Seal(_ context.Context, o id.Org, table, column, row string, plain secret.String) ([]byte, error) {
	return []byte(o.UUID() + table + column + row + "\n" + plain.Reveal()), nil
}

// Open implements cache.Vault.
func (Vault) Open(_ context.Context, o id.Org, table, column, row string, sealed []byte) (secret.String, error) {
	place, plain, ok := strings.Cut(string(sealed), "\n")
	if !ok || place != o.UUID()+table+column+row {
		return secret.String{}, errors.New("cachetest: it does not belong here")
	}
	return secret.New(plain), nil
}

// Store is a shared store in memory that can be slow or away.
type Store struct {
	mu      sync.Mutex
	entries map[string]*cache.Entry
	hits    map[cache.Key]int64
	gets    int
	Slow    time.Duration // before each answer; it does not heed the context
	Away    error
}

var errAway = errors.New("cachetest: the store is away")

// Break makes the store fail, or work again.
func (s *Store) Break(away bool, slow time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.Away, s.Slow = nil, slow; away {
		s.Away = errAway
	}
}

func (s *Store) state() (time.Duration, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gets++
	return s.Slow, s.Away
}

// Get implements cache.Store.
func (s *Store) Get(_ context.Context, o id.Org, k cache.Key) (*cache.Entry, error) {
	slow, away := s.state()
	if slow > 0 {
		t := time.NewTimer(slow)
		<-t.C
	}
	if away != nil {
		return nil, away
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.entries[o.UUID()+k.String()]; e != nil {
		c := *e
		return &c, nil
	}
	return nil, cache.ErrNotFound
}

// Put implements cache.Store.
func (s *Store) Put(_ context.Context, o id.Org, entries []*cache.Entry) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.entries == nil {
		s.entries = map[string]*cache.Entry{}
	}
	for _, e := range entries {
		s.entries[o.UUID()+e.Key.String()] = e
	}
	return s.Away
}

// Drop implements cache.Store.
func (s *Store) Drop(_ context.Context, o id.Org, keys []cache.Key) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range keys {
		delete(s.entries, o.UUID()+k.String())
	}
	return s.Away
}

// Each changes what is kept.
func (s *Store) Each(fn func(e *cache.Entry)) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.entries {
		fn(e)
		n++
	}
	return n
}

// Gets is how often it was asked.
func (s *Store) Gets() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.gets
}

// MAC makes keys under a master key of the test's own.
func MAC(t testing.TB) *secret.MAC {
	t.Helper()
	text, err := secret.GenerateMaster(nil)
	if err != nil {
		t.Fatal(err)
	}
	master, err := secret.NewMaster(text)
	if err != nil {
		t.Fatal(err)
	}
	mac, err := master.MAC(cache.Purpose)
	if err != nil {
		t.Fatal(err)
	}
	return mac
}

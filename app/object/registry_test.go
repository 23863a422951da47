package object

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// table is a store in memory that may fail.
type table struct {
	mu     sync.Mutex
	rows   map[string]Object
	fail   error
	tries  chan struct{}
	writes []string
}

func (s *table) note(what string, list []Object, apply func(Object)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case s.tries <- struct{}{}:
	default:
	}
	if s.fail != nil {
		return s.fail
	}
	for _, o := range list {
		s.writes = append(s.writes, what+" "+o.Upstream)
		apply(o)
	}
	return nil
}

func (s *table) Insert(_ context.Context, _ id.Org, list []Object) error {
	return s.note("insert", list, func(o Object) { s.rows[o.Upstream] = o })
}

func (s *table) Delete(_ context.Context, _ id.Org, list []Object) error {
	return s.note("delete", list, func(o Object) { delete(s.rows, o.Upstream) })
}

func (s *table) Sweep(context.Context, time.Time) error { return nil }

func (s *table) List(_ context.Context, _ id.Org, k id.Key, kind Kind) (out []Object, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range s.rows {
		if o.Key == k && o.Kind == kind {
			out = append(out, o)
		}
	}
	return out, s.fail
}

func (s *table) Find(_ context.Context, _ id.Org, _ Kind, upstream string) (Object, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o, ok := s.rows[upstream]
	return o, ok, s.fail
}

func registry() (*Registry, *table, Object) {
	ids := id.NewSource(clock.System{}.Now, nil)
	s := &table{rows: map[string]Object{}, tries: make(chan struct{}, 1)}
	return New(Parts{Store: s, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler)}), s,
		Object{Org: id.NewOrg(ids), Key: id.NewKey(ids), Kind: Response, Upstream: "resp_1", Connection: id.NewConnection(ids)}
}

func TestWhatIsOwnedReachesTheStoreInOrder(t *testing.T) {
	t.Parallel()
	r, s, o := registry()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- r.Run(ctx) }()
	r.Own(o)
	r.Forget(o)
	other := o
	other.Upstream = "resp_2"
	r.Own(other)
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if len(s.writes) != 3 || s.writes[0] != "insert resp_1" || s.writes[1] != "delete resp_1" || s.writes[2] != "insert resp_2" || len(s.rows) != 1 {
		t.Errorf("%v %v", s.writes, s.rows)
	}
}

func TestAnOwnerOutlivesAnOutage(t *testing.T) {
	t.Parallel()
	r, s, o := registry()
	s.fail = errors.New("away")
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- r.Run(ctx) }()
	r.Own(o)
	<-s.tries
	s.mu.Lock()
	s.fail = nil
	s.mu.Unlock()
	stop() // the last try is made on the way out
	if err := <-done; err != nil || len(s.rows) != 1 {
		t.Errorf("%v %v", err, s.rows)
	}
}

func TestFindTellsForeignFromOwnAndGone(t *testing.T) {
	t.Parallel()
	r, s, o := registry()
	ids := id.NewSource(clock.System{}.Now, nil)
	find := func(org id.Org, k id.Key, name string) bool {
		_, ok, err := r.Find(t.Context(), org, k, Response, name)
		if err != nil {
			t.Error(err)
		}
		return ok
	}
	old := o
	old.Upstream = "resp_old"
	s.rows["resp_old"] = old
	r.Own(o)
	for _, x := range []struct {
		name string
		got  bool
		want bool
	}{
		{"its own", find(o.Org, o.Key, "resp_1"), true},
		{"its own, from the database", find(o.Org, o.Key, "resp_old"), true},
		{"another key's", find(o.Org, id.NewKey(ids), "resp_1"), false},
		{"another key's, from the database", find(o.Org, id.NewKey(ids), "resp_old"), false},
		{"nobody's", find(o.Org, o.Key, "resp_none"), false},
	} {
		if x.got != x.want {
			t.Errorf("%s: %v", x.name, x.got)
		}
	}
	r.Forget(old)
	if find(o.Org, o.Key, "resp_old") {
		t.Error("it is gone, whatever the database says")
	}
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	r, _, o := registry()
	for i := range most + 10 {
		o.Upstream = string(rune('a'+i%26)) + time.Duration(i).String()
		r.Own(o)
	}
	if len(r.recent) != most || len(r.order) != most || len(r.queue) != most {
		t.Errorf("%d %d %d", len(r.recent), len(r.order), len(r.queue))
	}
}

func TestListKnowsWhatTheDatabaseDoesNotKnowYet(t *testing.T) {
	t.Parallel()
	r, s, o := registry()
	o.Kind = File
	named := func(name string, at int64) Object {
		x := o
		x.Upstream, x.Created = name, time.Unix(at, 0)
		return x
	}
	for _, x := range []Object{named("old", 1), named("gone", 2), named("both", 3)} {
		s.rows[x.Upstream] = x
	}
	r.Own(named("both", 3))
	r.Own(named("new", 4))
	r.Forget(named("gone", 2))
	foreign := named("foreign", 5)
	foreign.Key = id.NewKey(id.NewSource(clock.System{}.Now, nil))
	r.Own(foreign)
	answer := named("resp_1", 6)
	answer.Kind = Response
	r.Own(answer)
	list, err := r.List(t.Context(), o.Org, o.Key, File)
	names := ""
	for _, x := range list {
		names += x.Upstream + " "
	}
	if err != nil || names != "new both old " {
		t.Errorf("%q, %v", names, err)
	}
	s.fail = errors.New("away")
	if _, err := r.List(t.Context(), o.Org, o.Key, File); err == nil {
		t.Error("a list without a database")
	}
}

// Two nodes share a store: what one of them wrote and the other deleted is gone on both.
func TestWhatAnotherNodeDeletedIsListedByNobody(t *testing.T) {
	t.Parallel()
	b, s, o := registry()
	a := New(Parts{Store: s, Clock: b.Clock, Log: b.Log})
	listed := func() int {
		t.Helper()
		list, err := b.List(t.Context(), o.Org, o.Key, o.Kind)
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	o.Kind = File
	b.Own(o)
	if listed() != 1 {
		t.Error("it is not listed before it is written down")
	}
	if err := b.flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if listed() != 1 {
		t.Error("it is not listed once it is written down")
	}
	a.Forget(o)
	if err := a.flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := listed(); n != 0 {
		t.Errorf("%d are listed although another node deleted it", n)
	}
}

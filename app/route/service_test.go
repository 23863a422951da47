package route_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// shelf is a Store in memory; db tests the real ones.
type shelf struct {
	rows     []route.Alias
	policies map[id.Org]route.Policy
	versions []route.Version

	mu         sync.Mutex
	people     route.Directory
	past       []route.Past // newest first
	rehearsals []route.Rehearsal
	saved      chan route.Rehearsal // told of each progress, if there
}

func (s *shelf) Directory(context.Context, id.Org) (route.Directory, error) { return s.people, nil }

func (s *shelf) Past(_ context.Context, _ id.Org, since time.Time, before route.Mark, limit int) (out []route.Past, _ error) {
	begun := before.ID.IsZero()
	for _, p := range s.past {
		if begun && !p.At.Before(since) && len(out) < limit {
			out = append(out, p)
		}
		begun = begun || p.Mark == before
	}
	return out, nil
}

func (s *shelf) StartRehearsal(_ context.Context, r route.Rehearsal) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rehearsals = append(s.rehearsals, r)
	return nil
}

func (s *shelf) SaveRehearsal(_ context.Context, r route.Rehearsal) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rehearsals[len(s.rehearsals)-1] = r
	if s.saved != nil {
		s.saved <- r
	}
	return nil
}

func (s *shelf) Rehearsal(_ context.Context, o id.Org, which id.Rehearsal) (route.Rehearsal, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range slices.Backward(s.rehearsals) {
		if r.Org == o && (which.IsZero() || r.ID == which) {
			return r, nil
		}
	}
	return route.Rehearsal{}, route.ErrNotFound
}

func (s *shelf) Keep(_ context.Context, v route.Version) error {
	if !slices.ContainsFunc(s.versions, func(o route.Version) bool {
		return o.Org == v.Org && o.Alias == v.Alias && o.Number == v.Number
	}) {
		s.versions = append(s.versions, v)
	}
	return nil
}

func (s *shelf) Versions(_ context.Context, o id.Org, a id.Alias) (out []route.Version, _ error) {
	for _, v := range slices.Backward(s.versions) {
		if v.Org == o && v.Alias == a {
			out = append(out, v)
		}
	}
	return out, nil
}

func (s *shelf) Directories(context.Context) ([]route.Directory, error) { return nil, nil }

func (s *shelf) find(o id.Org, a id.Alias) int {
	return slices.IndexFunc(s.rows, func(r route.Alias) bool { return r.Org == o && r.ID == a })
}

func (s *shelf) taken(a route.Alias) bool {
	return slices.ContainsFunc(s.rows, func(o route.Alias) bool { return o.Org == a.Org && o.Name == a.Name && o.ID != a.ID })
}

func (s *shelf) Insert(_ context.Context, a route.Alias) error {
	if s.taken(a) {
		return route.ErrTaken
	}
	s.rows = append(s.rows, a)
	return nil
}

func (s *shelf) Update(_ context.Context, a route.Alias) error {
	i := s.find(a.Org, a.ID)
	switch {
	case i < 0 || s.rows[i].Version != a.Version:
		return route.ErrChanged
	case s.taken(a):
		return route.ErrTaken
	}
	a.Version++
	s.rows[i] = a
	return nil
}

func (s *shelf) Delete(_ context.Context, o id.Org, a id.Alias) error {
	i := s.find(o, a)
	if i < 0 {
		return route.ErrNotFound
	}
	s.rows = slices.Delete(s.rows, i, i+1)
	return nil
}

func (s *shelf) Get(_ context.Context, o id.Org, a id.Alias) (route.Alias, error) {
	i := s.find(o, a)
	if i < 0 {
		return route.Alias{}, route.ErrNotFound
	}
	return s.rows[i], nil
}

func (s *shelf) List(_ context.Context, o id.Org) (out []route.Alias, _ error) {
	for _, a := range s.rows {
		if a.Org == o {
			out = append(out, a)
		}
	}
	slices.SortFunc(out, func(a, b route.Alias) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

func (s *shelf) All(context.Context) ([]route.Alias, error) { return s.rows, nil }

func (s *shelf) Policy(_ context.Context, o id.Org) (route.Policy, error) { return s.policies[o], nil }

func (s *shelf) SetPolicy(_ context.Context, p route.Policy) error {
	if s.policies == nil {
		s.policies = map[id.Org]route.Policy{}
	}
	s.policies[p.Org] = p
	return nil
}

func (s *shelf) Policies(context.Context) (out []route.Policy, _ error) {
	for _, p := range s.policies {
		out = append(out, p)
	}
	return out, nil
}

type connections struct{ rows []provider.ConnectionRecord }

func (c *connections) List(_ context.Context, o id.Org) (out []provider.ConnectionRecord, _ error) {
	for _, r := range c.rows {
		if r.Org == o {
			out = append(out, r)
		}
	}
	return out, nil
}

type direct struct{}

func (direct) Do(ctx context.Context, fn func(context.Context) error) error { return fn(ctx) }

type book struct{ entries []audit.Entry }

func (b *book) Append(_ context.Context, _ org.Actor, e audit.Entry) error {
	b.entries = append(b.entries, e)
	return nil
}

type desk struct {
	*route.Service
	store *shelf
	audit *book
	bus   *live.Local
	a, b  org.Actor // managers of two organizations
	up    id.Connection
	spare id.Connection
}

func newDesk() *desk {
	c := clock.NewFake(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	ids := id.NewSource(c.Now, nil)
	d := &desk{store: &shelf{}, audit: &book{}, bus: &live.Local{}, up: id.NewConnection(ids), spare: id.NewConnection(ids)}
	d.a = org.Actor{Org: id.NewOrg(ids), Role: org.Admin}
	d.b = org.Actor{Org: id.NewOrg(ids), Role: org.Admin}
	there := &connections{rows: []provider.ConnectionRecord{
		{ID: d.spare, Org: d.a.Org, Name: "spare", Kind: provider.Compatible, Models: []string{"llama-4"}},
		{ID: d.up, Org: d.a.Org, Name: "up", Kind: provider.OpenAI},
		{ID: id.NewConnection(ids), Org: d.b.Org, Name: "foreign", Kind: provider.OpenAI},
	}}
	d.Service = route.New(route.Parts{Store: d.store, Connections: there, Prices: perToken{}, Tx: direct{}, Audit: d.audit, Bus: d.bus, IDs: ids,
		Clock: c, Log: slog.New(slog.DiscardHandler)})
	return d
}

func (d *desk) create(t *testing.T, name string, targets ...string) route.Alias {
	t.Helper()
	a, err := d.Create(t.Context(), d.a, route.Input{Name: name, Targets: targets})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func fields(err error) (out []string) {
	var f *fault.Error
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			out = append(out, fields(e)...)
		}
	} else if errors.As(err, &f) {
		out = append(out, f.Field)
	}
	return out
}

func TestCreateNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	many := make([]string, 11)
	for i := range many {
		many[i] = fmt.Sprintf("up/m%d", i)
	}
	for name, tt := range map[string]struct {
		in     route.Input
		fields []string
		says   string
	}{
		"a chain of targets":             {route.Input{Name: "smart", Targets: []string{"up/gpt-5.5", "spare/llama-4"}}, nil, ""},
		"empty rows of a form":           {route.Input{Name: "smart", Targets: []string{"", " up/gpt-5.5 ", ""}}, nil, ""},
		"a model with slashes":           {route.Input{Name: "smart", Targets: []string{"up/meta/llama"}}, nil, ""},
		"a name with dots":               {route.Input{Name: "gpt-5.5_x", Targets: []string{"up/m"}}, nil, ""},
		"no name":                        {route.Input{Name: "", Targets: []string{"up/m"}}, []string{"name"}, "An alias is 1 to 60"},
		"a slash in the name":            {route.Input{Name: "a/b", Targets: []string{"up/m"}}, []string{"name"}, "An alias is 1 to 60"},
		"a name of 61":                   {route.Input{Name: strings.Repeat("a", 61), Targets: []string{"up/m"}}, []string{"name"}, "An alias is 1 to 60"},
		"no target":                      {route.Input{Name: "smart", Targets: []string{" "}}, []string{"targets"}, "at least one target, e.g. spare/llama-4"},
		"a target without a model":       {route.Input{Name: "smart", Targets: []string{"up"}}, []string{"targets"}, `"up" is not a target. Write connection/model`},
		"a target with an empty model":   {route.Input{Name: "smart", Targets: []string{"up/"}}, []string{"targets"}, `"up/" is not a target`},
		"an unknown connection":          {route.Input{Name: "smart", Targets: []string{"down/m"}}, []string{"targets"}, `no connection "down". Yours are spare, up.`},
		"another tenant's connection":    {route.Input{Name: "smart", Targets: []string{"foreign/m"}}, []string{"targets"}, `no connection "foreign". Yours are spare, up.`},
		"a space in the model":           {route.Input{Name: "smart", Targets: []string{"up/a b"}}, []string{"targets"}, "has spaces"},
		"a target twice":                 {route.Input{Name: "smart", Targets: []string{"up/m", "up/m"}}, []string{"targets"}, `"up/m" is there twice`},
		"eleven targets":                 {route.Input{Name: "smart", Targets: many}, []string{"targets"}, "at most 10 targets, these are 11"},
		"name and targets wrong at once": {route.Input{Name: "A", Targets: nil}, []string{"name", "targets"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk()
			_, err := d.Create(t.Context(), d.a, tt.in)
			if got := fields(err); !slices.Equal(got, tt.fields) || err != nil && !strings.Contains(err.Error(), tt.says) {
				t.Errorf("fields %v of %v, want %v and %q", got, err, tt.fields, tt.says)
			}
			if (len(d.store.rows) == 1) != (tt.fields == nil) {
				t.Errorf("%d rows stored", len(d.store.rows))
			}
		})
	}
}

func TestChangesAreAuditedInWordsAndPublished(t *testing.T) {
	t.Parallel()
	d := newDesk()
	topics := d.bus.Subscribe(t.Context())
	a := d.create(t, "smart", "up/gpt-5.5")
	told := map[live.Topic]bool{} // topics that wait together come in any order
	for range 2 {
		select {
		case got := <-topics:
			told[got] = true
		case <-time.After(10 * time.Second):
			t.Fatal("the data plane was not told")
		}
	}
	if !told[provider.Topic] || !told[key.Topic] {
		t.Errorf("published %v", told)
	}
	if _, err := d.Update(t.Context(), d.a, a.ID, route.Input{Name: "clever", Targets: []string{"spare/llama-4", "up/gpt-5.5"}}); err != nil {
		t.Fatal(err)
	}
	if err := d.Delete(t.Context(), d.a, a.ID); err != nil {
		t.Fatal(err)
	}
	first, second := map[string]any{"name": "smart", "targets": []string{"up/gpt-5.5"}},
		map[string]any{"name": "clever", "targets": []string{"spare/llama-4", "up/gpt-5.5"}}
	want := []audit.Entry{
		{Action: "alias.created", Target: a.ID.String(), TargetName: "smart", After: first},
		{Action: "alias.updated", Target: a.ID.String(), TargetName: "clever", Before: first, After: second},
		{Action: "alias.deleted", Target: a.ID.String(), TargetName: "clever", Before: second},
	}
	if !reflect.DeepEqual(d.audit.entries, want) {
		t.Errorf("audit = %+v\nwant %+v", d.audit.entries, want)
	}
}

func TestANameIsTakenOnlyOnce(t *testing.T) {
	t.Parallel()
	d := newDesk()
	d.create(t, "smart", "up/m")
	other := d.create(t, "fast", "up/m")
	_, err := d.Create(t.Context(), d.a, route.Input{Name: "smart", Targets: []string{"up/m"}})
	if f := fault.From(err); f.Kind != fault.Conflict || f.Field != "name" {
		t.Errorf("create: %v", err)
	}
	_, err = d.Update(t.Context(), d.a, other.ID, route.Input{Name: "smart", Targets: []string{"up/m"}})
	if f := fault.From(err); f.Kind != fault.Conflict || f.Field != "name" {
		t.Errorf("rename: %v", err)
	}
}

func TestReleaseTakesAConnectionOutOfAliasesAndDropsEmptyOnes(t *testing.T) {
	t.Parallel()
	d := newDesk()
	d.create(t, "both", "up/a", "spare/b", "up/c")
	d.create(t, "only", "up/a")
	d.create(t, "other", "spare/b")
	users, err := d.Users(t.Context(), d.a.Org)
	if want := map[id.Connection][]string{d.up: {"both", "only"}, d.spare: {"both", "other"}}; err != nil || !reflect.DeepEqual(users, want) {
		t.Fatalf("users = %q, %v", users, err)
	}
	if foreign, _ := d.Users(t.Context(), d.b.Org); len(foreign) != 0 {
		t.Errorf("another organization sees %q", foreign)
	}
	d.audit.entries = nil
	if err := d.Release(t.Context(), d.a, d.up); err != nil {
		t.Fatal(err)
	}
	left, _ := d.List(t.Context(), d.a)
	if len(left) != 2 || left[0].Name != "both" || !slices.Equal(left[0].Targets, []route.TargetRef{{Connection: d.spare, Model: "b"}}) || left[1].Name != "other" {
		t.Errorf("left = %+v", left)
	}
	if len(d.audit.entries) != 2 || d.audit.entries[0].Action != "alias.updated" || d.audit.entries[1].Action != "alias.deleted" {
		t.Errorf("audit = %+v", d.audit.entries)
	}
}

func TestAnotherTenantsAliasIsAnsweredLikeAMissingOne(t *testing.T) {
	t.Parallel()
	d := newDesk()
	foreign := d.create(t, "smart", "up/m").ID
	missing := id.NewAlias(id.NewSource(clock.NewFake(time.Unix(1, 0)).Now, nil))
	in := route.Input{Name: "x", Targets: []string{"foreign/m"}}
	for name, call := range map[string]func(a id.Alias) error{
		"get":    func(a id.Alias) error { _, err := d.Get(t.Context(), d.b, a); return err },
		"update": func(a id.Alias) error { _, err := d.Update(t.Context(), d.b, a, in); return err },
		"delete": func(a id.Alias) error { return d.Delete(t.Context(), d.b, a) },
	} {
		theirs, none, zero := fault.From(call(foreign)), fault.From(call(missing)), fault.From(call(id.Alias{}))
		if !reflect.DeepEqual(theirs, none) || !reflect.DeepEqual(none, zero) || none.Kind != fault.NotFound {
			t.Errorf("%s: foreign %+v, missing %+v, zero %+v", name, theirs, none, zero)
		}
	}
}

func TestEverybodyReadsAliasesAndOnlyAdminsChangeThem(t *testing.T) {
	t.Parallel()
	for _, role := range org.Roles {
		t.Run(string(role), func(t *testing.T) {
			t.Parallel()
			d := newDesk()
			a := d.create(t, "smart", "up/m")
			actor := org.Actor{Org: d.a.Org, Role: role}
			if list, err := d.List(t.Context(), actor); err != nil || len(list) != 1 {
				t.Errorf("list: %v, %v", list, err)
			}
			in := route.Input{Name: "x", Targets: []string{"up/m"}}
			_, err := d.Create(t.Context(), actor, in)
			refused(t, "create", err, role)
			_, err = d.Update(t.Context(), actor, a.ID, route.Input{Name: "y", Targets: []string{"up/m"}})
			refused(t, "update", err, role)
			refused(t, "release", d.Release(t.Context(), actor, d.spare), role)
			refused(t, "delete", d.Delete(t.Context(), actor, a.ID), role)
		})
	}
}

func refused(t *testing.T, op string, err error, role org.Role) {
	t.Helper()
	may := role.AtLeast(org.Admin)
	if fault.Is(err, fault.Forbidden) == may || may && err != nil {
		t.Errorf("%s by %s: %v", op, role, err)
	}
}

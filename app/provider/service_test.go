package provider_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// shelf is a Store in memory; db tests the real ones.
type shelf struct{ rows []provider.ConnectionRecord }

func (s *shelf) find(o id.Org, c id.Connection) int {
	return slices.IndexFunc(s.rows, func(r provider.ConnectionRecord) bool { return r.Org == o && r.ID == c })
}

func (s *shelf) taken(r provider.ConnectionRecord) bool {
	return slices.ContainsFunc(s.rows, func(o provider.ConnectionRecord) bool {
		return o.Org == r.Org && o.Name == r.Name && o.ID != r.ID
	})
}

func (s *shelf) Insert(_ context.Context, r provider.ConnectionRecord) error {
	if s.taken(r) {
		return provider.ErrTaken
	}
	s.rows = append(s.rows, r)
	return nil
}

func (s *shelf) Update(_ context.Context, r provider.ConnectionRecord) error {
	i := s.find(r.Org, r.ID)
	switch {
	case i < 0 || s.rows[i].Version != r.Version:
		return provider.ErrChanged
	case s.taken(r):
		return provider.ErrTaken
	}
	r.Version++
	s.rows[i] = r
	return nil
}

func (s *shelf) Delete(_ context.Context, o id.Org, c id.Connection) error {
	i := s.find(o, c)
	if i < 0 {
		return provider.ErrNotFound
	}
	s.rows = slices.Delete(s.rows, i, i+1)
	return nil
}

func (s *shelf) Get(_ context.Context, o id.Org, c id.Connection) (provider.ConnectionRecord, error) {
	i := s.find(o, c)
	if i < 0 {
		return provider.ConnectionRecord{}, provider.ErrNotFound
	}
	return s.rows[i], nil
}

func (s *shelf) List(_ context.Context, o id.Org) ([]provider.ConnectionRecord, error) {
	var out []provider.ConnectionRecord
	for _, r := range s.rows {
		if r.Org == o {
			out = append(out, r)
		}
	}
	return out, nil
}

func (s *shelf) All(context.Context) ([]provider.ConnectionRecord, error) { return s.rows, nil }

type direct struct{}

func (direct) Do(ctx context.Context, fn func(context.Context) error) error { return fn(ctx) }

// book collects audit entries.
type book struct{ entries []audit.Entry }

func (b *book) Append(_ context.Context, _ org.Actor, e audit.Entry) error {
	b.entries = append(b.entries, e)
	return nil
}

func (b *book) last() audit.Entry { return b.entries[len(b.entries)-1] }

// box is a Vault that seals with a label of where the secret belongs, so that a moved one does not open.
type box struct{}

func (box) Seal(_ context.Context, o id.Org, table, column, row string, plain secret.String) ([]byte, error) {
	return []byte(strings.Join([]string{o.String(), table, column, row, plain.Reveal()}, "|")), nil
}

func (box) Open(_ context.Context, o id.Org, table, column, row string, sealed []byte) (secret.String, error) {
	v, ok := strings.CutPrefix(string(sealed), strings.Join([]string{o.String(), table, column, row, ""}, "|"))
	if !ok {
		return secret.String{}, errors.New("box: does not open here")
	}
	return secret.New(v), nil
}

// streets refuses the metadata address, as egress does.
type streets struct{}

func (streets) CheckURL(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "169.254.169.254" {
		return nil, fault.New(fault.Invalid, "address_refused", "That address is not public.")
	}
	return u, nil
}

// phone is a Prober that answers as told and remembers whom it called with which key.
type phone struct {
	models []string
	err    error
	called []provider.Connection
	during func()
}

func (p *phone) Probe(_ context.Context, c *provider.Connection) ([]string, error) {
	p.called = append(p.called, *c)
	if p.during != nil {
		p.during()
	}
	return p.models, p.err
}

// users are aliases that use connections, by connection.
type users struct {
	wanted   map[id.Connection]map[string][]string
	names    map[id.Connection][]string
	released []id.Connection
}

func (u *users) Users(context.Context, id.Org) (map[id.Connection][]string, error) {
	return u.names, nil
}

func (u *users) Wanted(context.Context, id.Org) (map[id.Connection]map[string][]string, error) {
	return u.wanted, nil
}

func (u *users) Release(_ context.Context, _ org.Actor, c id.Connection) error {
	u.released = append(u.released, c)
	return nil
}

type world struct {
	*provider.Service
	store *shelf
	audit *book
	phone *phone
	users *users
	bus   *live.Local
	clock *clock.Fake
	a, b  org.Actor // managers of two organizations
}

func newWorld() *world {
	c := clock.NewFake(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	ids := id.NewSource(c.Now, nil)
	w := &world{store: &shelf{}, audit: &book{}, phone: &phone{models: []string{"gpt-5.5", "gpt-5.5-mini"}},
		users: &users{names: map[id.Connection][]string{}}, bus: &live.Local{}, clock: c}
	w.a = org.Actor{Org: id.NewOrg(ids), Role: org.Admin, Label: "a@a.test"}
	w.b = org.Actor{Org: id.NewOrg(ids), Role: org.Admin, Label: "b@b.test"}
	w.Service = provider.New(provider.Parts{Store: w.store, Tx: direct{}, Audit: w.audit, Bus: w.bus, Vault: box{},
		URLs: streets{}, Prober: w.phone, Aliases: w.users, IDs: ids, Clock: c, Log: slog.New(slog.DiscardHandler)})
	return w
}

func openAI(name, key string) provider.Input {
	return provider.Input{Name: name, Kind: provider.OpenAI, Credential: secret.New(key)}
}

const testKey = "sk-test-0123456789abcd"

func (w *world) create(t *testing.T, in provider.Input) provider.ConnectionRecord {
	t.Helper()
	r, err := w.Create(t.Context(), w.a, in)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// fields are the inputs at fault in a joined error.
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

func TestCreateSaysWhatIsWrongWithEachField(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		in   provider.Input
		want []string
	}{
		"an OpenAI key is enough":              {openAI("openai", testKey), nil},
		"spaces around are forgiven":           {provider.Input{Name: " up ", Kind: provider.Compatible, BaseURL: " https://x.test/v1/ "}, nil},
		"a compatible server needs no key":     {provider.Input{Name: "vllm", Kind: provider.Compatible, BaseURL: "https://x.test/v1"}, nil},
		"a sandbox needs nothing":              {provider.Input{Name: "s", Kind: provider.Sandbox}, nil},
		"ollama has an address of its own":     {provider.Input{Name: "o", Kind: provider.Ollama}, nil},
		"a name is required":                   {openAI("", testKey), []string{"name"}},
		"capitals do not go in a name":         {openAI("OpenAI", testKey), []string{"name"}},
		"a slash would break connection/model": {openAI("a/b", testKey), []string{"name"}},
		"41 characters are too many":           {openAI(strings.Repeat("a", 41), testKey), []string{"name"}},
		"OpenAI needs a key":                   {openAI("openai", " "), []string{"credential"}},
		"a key holds no line break":            {openAI("openai", "sk-abc\nsk-def"), []string{"credential"}},
		"a key is not a novel":                 {openAI("openai", strings.Repeat("k", 5000)), []string{"credential"}},
		"a compatible server needs an address": {provider.Input{Name: "x", Kind: provider.Compatible}, []string{"base_url"}},
		"the metadata address is refused":      {provider.Input{Name: "x", Kind: provider.Compatible, BaseURL: "http://169.254.169.254/v1"}, []string{"base_url"}},
		"a sandbox elsewhere has an address":   {provider.Input{Name: "x", Kind: provider.Sandbox, BaseURL: "https://x.test/v1", Credential: secret.New("any")}, nil},
		"a sandbox elsewhere is checked too":   {provider.Input{Name: "x", Kind: provider.Sandbox, BaseURL: "http://169.254.169.254"}, []string{"base_url"}},
		"kinds without an adapter are refused": {provider.Input{Name: "x", Kind: "smoke-signals"}, []string{"kind"}},
		"Azure needs its resource's address":   {provider.Input{Name: "x", Kind: provider.Azure, Credential: secret.New("key")}, []string{"base_url"}},
		"half an Entra application is refused": {provider.Input{Name: "x", Kind: provider.Azure, BaseURL: "https://acme.openai.azure.com", Credential: secret.New("tenant-1:client-1")}, []string{"credential"}},
		"an Entra application will do":         {provider.Input{Name: "x", Kind: provider.Azure, BaseURL: "https://acme.openai.azure.com", Credential: secret.New("tenant-1:client-1:s~e")}, nil},
		"half an access key is refused":        {provider.Input{Name: "x", Kind: provider.Bedrock, Credential: secret.New("AKIDEXAMPLE:")}, []string{"credential"}},
		"an access key and a region will do":   {provider.Input{Name: "x", Kind: provider.Bedrock, Settings: map[string]string{"region": "eu-west-1"}, Credential: secret.New("AKIDEXAMPLE:s3/c+t")}, nil},
		"a region is no host":                  {provider.Input{Name: "x", Kind: provider.Bedrock, Settings: map[string]string{"region": "evil.example/x"}, Credential: secret.New("ABSKkey")}, []string{"settings.region"}},
		"everything is reported at once":       {provider.Input{Name: "X", Kind: provider.Compatible, Credential: secret.New("a b")}, []string{"name", "base_url", "credential"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			_, err := w.Create(t.Context(), w.a, tt.in)
			if got := fields(err); !slices.Equal(got, tt.want) {
				t.Errorf("fields at fault = %v, want %v (%v)", got, tt.want, err)
			}
			if n := len(w.store.rows); (n == 1) != (tt.want == nil) {
				t.Errorf("%d rows stored", n)
			}
		})
	}
}

func TestCreateStoresTheKeySealedAuditsWithoutItAndTellsTheDataPlane(t *testing.T) {
	t.Parallel()
	w := newWorld()
	topics := w.bus.Subscribe(t.Context())
	r := w.create(t, openAI("openai", testKey))
	if r.KeyHint != "abcd" || !r.Usable() || r.Version != 1 {
		t.Errorf("record = %+v", r)
	}
	conn, err := r.Open(t.Context(), box{})
	if err != nil || conn.Credential.Reveal() != testKey {
		t.Errorf("opened %q, %v", conn.Credential.Reveal(), err)
	}
	e := w.audit.last()
	if e.Action != "connection.created" || e.Target != r.ID.String() || e.TargetName != "openai" {
		t.Errorf("audit entry = %+v", e)
	}
	if s := fmt.Sprint(w.audit.entries); strings.Contains(s, "sk-test") {
		t.Errorf("the audit log holds the key: %s", s)
	}
	select {
	case got := <-topics:
		if got != provider.Topic {
			t.Errorf("published %q", got)
		}
	case <-time.After(10 * time.Second):
		t.Error("the data plane was not told")
	}
}

func TestANameIsTakenOnlyWithinTheOrganization(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.create(t, openAI("openai", testKey))
	_, err := w.Create(t.Context(), w.a, openAI("openai", testKey))
	if f := fault.From(err); f.Kind != fault.Conflict || f.Field != "name" {
		t.Errorf("second one: %v", err)
	}
	if _, err := w.Create(t.Context(), w.b, openAI("openai", testKey)); err != nil {
		t.Errorf("another organization: %v", err)
	}
}

func TestACredentialStaysWithItsOrigin(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		to      string
		newKey  string
		wantKey string
	}{
		"the same address keeps it":                {"https://a.test/v1", "", testKey},
		"another path keeps it":                    {"https://a.test/api/v2", "", testKey},
		"the default port is the same origin":      {"https://a.test:443/v1", "", testKey},
		"another host erases it":                   {"https://b.test/v1", "", ""},
		"another port erases it":                   {"https://a.test:8443/v1", "", ""},
		"plain http erases it":                     {"http://a.test/v1", "", ""},
		"a host that only begins alike erases it":  {"https://a.test.evil.test/v1", "", ""},
		"a new key may come with the new address":  {"https://b.test/v1", "sk-other-key-0000", "sk-other-key-0000"},
		"a new key replaces it at the same origin": {"https://a.test/v1", "sk-other-key-0000", "sk-other-key-0000"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			r := w.create(t, provider.Input{Name: "up", Kind: provider.Compatible, BaseURL: "https://a.test/v1", Credential: secret.New(testKey)})
			got, err := w.Update(t.Context(), w.a, r.ID, provider.Input{Name: "up", BaseURL: tt.to, Credential: secret.New(tt.newKey)})
			if err != nil {
				t.Fatal(err)
			}
			conn, err := got.Open(t.Context(), box{})
			if err != nil || conn.Credential.Reveal() != tt.wantKey {
				t.Errorf("credential = %q (%v), want %q", conn.Credential.Reveal(), err, tt.wantKey)
			}
			if got.HasCredential() != (tt.wantKey != "") {
				t.Errorf("HasCredential = %v", got.HasCredential())
			}
			if e := w.audit.last(); e.Action != "connection.updated" || e.Before["base_url"] != "https://a.test/v1" || e.After["base_url"] != tt.to {
				t.Errorf("audit entry = %+v", e)
			}
		})
	}
}

func TestAStoredAddressChangedBehindOurBackDoesNotGetTheKey(t *testing.T) {
	t.Parallel()
	w := newWorld()
	r := w.create(t, provider.Input{Name: "up", Kind: provider.Compatible, BaseURL: "https://a.test/v1", Credential: secret.New(testKey)})
	r.BaseURL = "https://evil.test/v1"
	if c, err := r.Open(t.Context(), box{}); err == nil {
		t.Errorf("opened for another origin: %q", c.Credential.Reveal())
	}
}

func TestRotateReplacesTheKeyAndNothingElse(t *testing.T) {
	t.Parallel()
	w := newWorld()
	r := w.create(t, openAI("openai", testKey))
	if _, err := w.Rotate(t.Context(), w.a, r.ID, provider.Rotation{Credential: secret.New("")}); !slices.Equal(fields(err), []string{"credential"}) {
		t.Errorf("empty key: %v", err)
	}
	got, err := w.Rotate(t.Context(), w.a, r.ID, provider.Rotation{Credential: secret.New(" sk-next-0123456789 ")})
	if err != nil {
		t.Fatal(err)
	}
	conn, _ := got.Open(t.Context(), box{})
	if conn.Credential.Reveal() != "sk-next-0123456789" || got.KeyHint != "6789" || got.Name != "openai" {
		t.Errorf("rotated = %+v", got)
	}
	if e := w.audit.last(); e.Action != "connection.credential_rotated" {
		t.Errorf("audit entry = %+v", e)
	}
}

func TestDeleteNamesTheAliasesItWouldBreakAndAsksFirst(t *testing.T) {
	t.Parallel()
	w := newWorld()
	r := w.create(t, openAI("openai", testKey))
	w.users.names[r.ID] = []string{"fast", "smart"}
	err := w.Delete(t.Context(), w.a, r.ID, false)
	if f := fault.From(err); f.Kind != fault.Conflict || !strings.Contains(f.Public, "fast, smart") {
		t.Fatalf("unconfirmed: %v", err)
	}
	if len(w.store.rows) != 1 || len(w.users.released) != 0 {
		t.Fatal("an unconfirmed deletion changed something")
	}
	if err := w.Delete(t.Context(), w.a, r.ID, true); err != nil {
		t.Fatal(err)
	}
	if len(w.store.rows) != 0 || !slices.Equal(w.users.released, []id.Connection{r.ID}) {
		t.Error("a confirmed deletion did not release and delete")
	}
	if e := w.audit.last(); e.Action != "connection.deleted" || e.TargetName != "openai" {
		t.Errorf("audit entry = %+v", e)
	}
}

func TestAnotherTenantsConnectionIsAnsweredLikeAMissingOne(t *testing.T) {
	t.Parallel()
	w := newWorld()
	foreign := w.create(t, openAI("openai", testKey)).ID
	missing := id.NewConnection(id.NewSource(w.clock.Now, nil))
	calls := map[string]func(c id.Connection) error{
		"get":    func(c id.Connection) error { _, err := w.Get(t.Context(), w.b, c); return err },
		"update": func(c id.Connection) error { _, err := w.Update(t.Context(), w.b, c, openAI("x", testKey)); return err },
		"rotate": func(c id.Connection) error {
			_, err := w.Rotate(t.Context(), w.b, c, provider.Rotation{Credential: secret.New(testKey)})
			return err
		},
		"test":   func(c id.Connection) error { _, err := w.Test(t.Context(), w.b, c); return err },
		"delete": func(c id.Connection) error { return w.Delete(t.Context(), w.b, c, true) },
	}
	for name, call := range calls {
		theirs, none, zero := fault.From(call(foreign)), fault.From(call(missing)), fault.From(call(id.Connection{}))
		if !reflect.DeepEqual(theirs, none) || !reflect.DeepEqual(none, zero) || none.Kind != fault.NotFound {
			t.Errorf("%s: foreign %+v, missing %+v, zero %+v", name, theirs, none, zero)
		}
	}
	if len(w.store.rows) != 1 || len(w.phone.called) != 0 {
		t.Error("a foreign id had an effect")
	}
}

func TestOnlyAdminsChangeAndManagersSeeAddresses(t *testing.T) {
	t.Parallel()
	for _, role := range org.Roles {
		t.Run(string(role), func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			r := w.create(t, provider.Input{Name: "up", Kind: provider.Compatible, BaseURL: "https://a.test/v1", Credential: secret.New(testKey)})
			actor := org.Actor{Org: w.a.Org, Role: role}
			may, reads := role.AtLeast(org.Admin), role.AtLeast(org.Manager)
			list, err := w.List(t.Context(), actor)
			if err != nil || len(list) != 1 || list[0].Name != "up" {
				t.Fatalf("list: %v, %v", list, err)
			}
			if (list[0].BaseURL != "") != reads || (list[0].KeyHint != "") != reads {
				t.Errorf("%s sees %+v", role, list[0])
			}
			_, err = w.Create(t.Context(), actor, openAI("b", testKey))
			forbidden(t, "create", err, !may)
			_, err = w.Get(t.Context(), actor, r.ID)
			forbidden(t, "get", err, !reads)
			_, err = w.Test(t.Context(), actor, r.ID)
			forbidden(t, "test", err, !may)
			_, err = w.Rotate(t.Context(), actor, r.ID, provider.Rotation{Credential: secret.New(testKey)})
			forbidden(t, "rotate", err, !may)
			_, err = w.Update(t.Context(), actor, r.ID, provider.Input{Name: "c", BaseURL: "https://a.test/v1"})
			forbidden(t, "update", err, !may)
			forbidden(t, "delete", w.Delete(t.Context(), actor, r.ID, true), !may)
		})
	}
	w := newWorld()
	if _, err := w.List(t.Context(), org.Actor{}); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("the zero actor lists: %v", err)
	}
}

func forbidden(t *testing.T, op string, err error, want bool) {
	t.Helper()
	if fault.Is(err, fault.Forbidden) != want || !want && err != nil {
		t.Errorf("%s: %v", op, err)
	}
}

func TestTheLiveTestSaysWhichOfKeyNetworkAndURLFailed(t *testing.T) {
	t.Parallel()
	answer := func(c provider.Class, status int, message string) error {
		return &provider.Failure{Class: c, Status: status, Message: message}
	}
	for name, tt := range map[string]struct {
		err   error
		blame provider.Blame
		says  string
	}{
		"a wrong key":        {answer(provider.Credential, 401, "Incorrect API key provided."), provider.BlameKey, `refused the key (status 401): "Incorrect API key provided"`},
		"an empty account":   {answer(provider.Quota, 429, "You exceeded your quota"), provider.BlameKey, `account is used up (status 429): "You exceeded your quota"`},
		"a wrong path":       {answer(provider.Refused, 404, ""), provider.BlameURL, "has no list of models there (status 404). Check the path"},
		"a web page":         {answer(provider.Garbled, 200, ""), provider.BlameURL, "not with this provider's API"},
		"a closed port":      {answer(provider.Unreachable, 0, "nothing listens at that host and port"), provider.BlameNetwork, "could not be reached: nothing listens"},
		"silence":            {answer(provider.Slow, 0, ""), provider.BlameNetwork, "No answer came within 10 seconds"},
		"an outage":          {answer(provider.ServerError, 500, "boom"), provider.BlameProvider, `fails right now (status 500): "boom"`},
		"a forbidden host":   {fmt.Errorf("dial: %w", fault.Field("base_url", "That address is not public.")), provider.BlameURL, "That address is not public."},
		"an unknown failure": {io.ErrUnexpectedEOF, provider.BlameNetwork, "could not be reached"},
		"an echoed key":      {answer(provider.Credential, 401, "bad key "+testKey), provider.BlameKey, `"bad key [redacted]"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			r := w.create(t, openAI("openai", testKey))
			w.phone.err = tt.err
			got, err := w.Test(t.Context(), w.a, r.ID)
			if err != nil {
				t.Fatal(err)
			}
			if got.OK || got.Blame != tt.blame || !strings.Contains(got.Message, tt.says) {
				t.Errorf("check = %+v\nwant blame %q and %q", got, tt.blame, tt.says)
			}
			if stored, _ := w.Get(t.Context(), w.a, r.ID); stored.Check != got {
				t.Errorf("stored %+v", stored.Check)
			}
		})
	}
}

func TestTheLiveTestKeepsWhatTheEndpointOffers(t *testing.T) {
	t.Parallel()
	w := newWorld()
	r := w.create(t, openAI("openai", testKey))
	w.phone.models = []string{"gpt-5.5", " gpt-5.5 ", "", strings.Repeat("x", 300), "evil\x00name", "gpt-5.5-mini"}
	w.phone.during = func() { w.clock.Advance(120 * time.Millisecond) }
	check, err := w.Test(t.Context(), w.a, r.ID)
	if err != nil || !check.OK || check.Models != 2 || check.Latency != 120*time.Millisecond {
		t.Fatalf("check = %+v, %v", check, err)
	}
	stored, _ := w.Get(t.Context(), w.a, r.ID)
	if !slices.Equal(stored.Models, []string{"gpt-5.5", "gpt-5.5-mini"}) {
		t.Errorf("models = %q", stored.Models)
	}
	if c := w.phone.called[0]; c.Credential.Reveal() != testKey {
		t.Errorf("called with key %q", c.Credential.Reveal())
	}
	if e := w.audit.last(); e.Action != "connection.tested" || e.After["ok"] != true {
		t.Errorf("audit entry = %+v", e)
	}
	w.phone.err = &provider.Failure{Class: provider.Credential, Status: 401}
	if _, err := w.Test(t.Context(), w.a, r.ID); err != nil {
		t.Fatal(err)
	}
	if stored, _ := w.Get(t.Context(), w.a, r.ID); len(stored.Models) != 2 {
		t.Error("a failing test forgot the models")
	}
}

func TestALiveTestOfWhatChangedMeanwhileIsNotStored(t *testing.T) {
	t.Parallel()
	w := newWorld()
	r := w.create(t, openAI("openai", testKey))
	w.phone.during = func() {
		if _, err := w.Rotate(t.Context(), w.a, r.ID, provider.Rotation{Credential: secret.New("sk-next-0123456789"), Untested: true}); err != nil {
			t.Error(err)
		}
	}
	_, err := w.Test(t.Context(), w.a, r.ID)
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("err = %v", err)
	}
	if stored, _ := w.Get(t.Context(), w.a, r.ID); !stored.Check.IsZero() {
		t.Errorf("stored %+v", stored.Check)
	}
}

func TestWithoutAKeyNothingIsSent(t *testing.T) {
	t.Parallel()
	w := newWorld()
	r := w.create(t, openAI("openai", testKey))
	r, err := w.Update(t.Context(), w.a, r.ID, provider.Input{Name: "openai", BaseURL: "https://other.test/v1"})
	if err != nil || r.HasCredential() || r.Usable() {
		t.Fatalf("%+v, %v", r, err)
	}
	check, err := w.Test(t.Context(), w.a, r.ID)
	if err != nil || check.Blame != provider.BlameCredential || len(w.phone.called) != 0 {
		t.Errorf("check = %+v, %v, %d calls", check, err, len(w.phone.called))
	}
}

// nowhere lets connections point to no address.
type nowhere struct{}

func (nowhere) CheckURL(string) (*url.URL, error) {
	return nil, fault.New(fault.Invalid, "address_refused", "That address is private.")
}

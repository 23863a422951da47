package route_test

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// shop is a Catalog of a few models per kind. It knows one address, and like the real one it has a price for whatever
// runs on Ollama.
type shop map[string][]string

func (s shop) Find(kind, model string) (*catalog.Model, bool) {
	model = strings.TrimSuffix(model, "-2026-03-01") // it knows dated names as well, and lists only the others
	return &catalog.Model{ID: model, Provider: kind}, slices.Contains(s[kind], model) || kind == "ollama"
}

func (s shop) Models(kind string) (out []*catalog.Model) {
	for _, m := range s[kind] {
		out = append(out, &catalog.Model{ID: m, Provider: kind, Deprecated: strings.HasSuffix(m, "-old")})
	}
	return out
}

func (s shop) ProviderOf(kind, baseURL string) string {
	if strings.HasPrefix(baseURL, "https://api.groq.test/") {
		return "groq"
	}
	return kind
}

// glass is an Opener of credentials that were never sealed; "broken" does not open.
type glass struct{}

func (glass) Open(_ context.Context, _ id.Org, _, _, _ string, sealed []byte) (secret.String, error) {
	if string(sealed) == "broken" {
		return secret.String{}, errors.New("glass: wrong key")
	}
	return secret.New(string(sealed)), nil
}

// town is two organizations; the second one's names are all different.
type town struct {
	ids         *id.Source
	here, there id.Org
	connections []provider.ConnectionRecord
	aliases     []route.Alias
	policies    []route.Policy
}

func newTown() *town {
	ids := id.NewSource(func() time.Time { return time.Unix(1_700_000_000, 0) }, nil)
	w := &town{ids: ids, here: id.NewOrg(ids), there: id.NewOrg(ids)}
	up := w.connect(w.here, "up", provider.OpenAI, "gpt-5.5", "gpt-5.5-mini")
	backup := w.connect(w.here, "backup", provider.OpenAI)
	groq := w.connect(w.here, "groq", provider.Compatible, "llama-4", "meta/llama-4-70b", "gpt-5.5")
	box := w.connect(w.here, "sandbox", provider.Sandbox)
	off := w.connect(w.here, "off", provider.Compatible, "only-off")
	w.connections[4].Disabled = true
	bare := w.connect(w.here, "keyless", provider.OpenAI)
	w.connections[5].Sealed = nil
	torn := w.connect(w.here, "torn", provider.OpenAI)
	w.connections[6].Sealed = []byte("broken")
	foreign := w.connect(w.there, "foreign", provider.Compatible, "secret-model")
	w.connect(w.here, "fastchips", provider.Compatible)
	w.connections[8].BaseURL = "https://api.groq.test/v1"
	w.connect(w.here, "home", provider.Ollama, "qwen")
	w.alias(w.here, "smart", ref(up, "gpt-5.5"), ref(backup, "gpt-5.5-mini"), ref(groq, "llama-4"))
	w.alias(w.here, "fast", ref(off, "x"), ref(box, "sandbox-chat"))
	w.alias(w.here, "dead", ref(off, "x"), ref(bare, "y"), ref(torn, "z"))
	w.alias(w.here, "gpt-5.5-mini", ref(box, "sandbox-chat+latency=10ms"))
	w.alias(w.here, "crossed", ref(foreign, "secret-model"))
	w.alias(w.there, "theirs", ref(foreign, "secret-model"))
	return w
}

func ref(c id.Connection, model string) route.TargetRef {
	return route.TargetRef{Connection: c, Model: model}
}

func (w *town) connect(o id.Org, name string, kind provider.Kind, models ...string) id.Connection {
	r := provider.ConnectionRecord{ID: id.NewConnection(w.ids), Org: o, Name: name, Kind: kind, Models: models, Sealed: []byte("key of " + name)}
	w.connections = append(w.connections, r)
	return r.ID
}

func (w *town) alias(o id.Org, name string, targets ...route.TargetRef) {
	w.aliases = append(w.aliases, route.Alias{ID: id.NewAlias(w.ids), Org: o, Name: name, Targets: targets})
}

func (w *town) compile(t *testing.T) *route.Index {
	t.Helper()
	book := shop{"openai": {"gpt-5.5", "gpt-5.5-mini", "o7", "gpt-1-old"}, "openai-compatible": {"o7"}, "groq": {"kimi"}, "sandbox": {"sandbox-video"}}
	x, broken := route.Compile(t.Context(), route.Records{Connections: w.connections, Aliases: w.aliases, Policies: w.policies}, book, glass{})
	if len(broken) != 1 || !strings.Contains(broken[0].Error(), w.connections[6].ID.String()) {
		t.Fatalf("broken = %v, want only the connection torn", broken)
	}
	return x
}

func spell(p route.Plan) (out []string) {
	for _, t := range p.Targets {
		out = append(out, t.Connection.Name+"/"+t.Model)
	}
	return out
}

func TestAModelNameBecomesTargetsInOrder(t *testing.T) {
	t.Parallel()
	w := newTown()
	x := w.compile(t)
	for name, tt := range map[string]struct {
		model string
		route string
		want  []string
	}{
		"an alias is its fallback chain":                     {"smart", "alias smart", []string{"up/gpt-5.5", "backup/gpt-5.5-mini", "groq/llama-4"}},
		"a disabled target is skipped":                       {"fast", "alias fast", []string{"sandbox/sandbox-chat"}},
		"an alias wins over a model of its name":             {"gpt-5.5-mini", "alias gpt-5.5-mini", []string{"sandbox/sandbox-chat+latency=10ms"}},
		"connection/model is just that":                      {"backup/gpt-5.5", "connection backup", []string{"backup/gpt-5.5"}},
		"connection/model takes names nobody lists yet":      {"up/gpt-6-preview", "connection up", []string{"up/gpt-6-preview"}},
		"only the first slash divides":                       {"groq/meta/llama-4-70b", "connection groq", []string{"groq/meta/llama-4-70b"}},
		"a catalogue id asks all connections of its kind":    {"openai/o7", "catalogue openai/o7", []string{"up/o7", "backup/o7"}},
		"a bare name goes to whoever lists it":               {"llama-4", "model llama-4", []string{"groq/llama-4"}},
		"several that list it are tried oldest first":        {"gpt-5.5", "model gpt-5.5", []string{"up/gpt-5.5", "backup/gpt-5.5", "groq/gpt-5.5"}},
		"a listed name may hold a slash":                     {"meta/llama-4-70b", "model meta/llama-4-70b", []string{"groq/meta/llama-4-70b"}},
		"an untested connection offers its kind's catalogue": {"o7", "model o7", []string{"backup/o7"}},
		"the catalogue helps where no list does":             {"o7-2026-03-01", "model o7-2026-03-01", []string{"up/o7-2026-03-01", "backup/o7-2026-03-01"}},
		"the sandbox offers its models by itself":            {"sandbox-embed", "model sandbox-embed", []string{"sandbox/sandbox-embed"}},
		"the sandbox's scripts are part of its model names":  {"sandbox-chat+status=503+latency=1s", "model sandbox-chat+status=503+latency=1s", []string{"sandbox/sandbox-chat+status=503+latency=1s"}},
		"a compatible server at a known address is known":    {"kimi", "model kimi", []string{"fastchips/kimi"}},
		"so is its catalogue name":                           {"groq/kimi-2", "connection groq", []string{"groq/kimi-2"}},
		"Ollama serves what its list says":                   {"qwen", "model qwen", []string{"home/qwen"}},
		"the sandbox has a catalogue name as well":           {"sandbox/sandbox-chat+cut=5", "connection sandbox", []string{"sandbox/sandbox-chat+cut=5"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := x.Plan(w.here, &llm.Call{Model: tt.model})
			if err != nil {
				t.Fatal(err)
			}
			if got := spell(p); !slices.Equal(got, tt.want) || p.Route != tt.route {
				t.Errorf("plan %q = %q, want %q %q", p.Route, got, tt.route, tt.want)
			}
			for _, target := range p.Targets {
				if target.Why == "" || target.Connection.Credential.Reveal() != "key of "+target.Connection.Name {
					t.Errorf("target %+v lacks a reason or its key", target)
				}
			}
		})
	}
}

func TestAnUnknownModelIsRefusedWithWhatThereIs(t *testing.T) {
	t.Parallel()
	w := newTown()
	x := w.compile(t)
	nobody := id.NewOrg(w.ids)
	for name, tt := range map[string]struct {
		org   id.Org
		model string
		says  string
	}{
		"an unknown name":                          {w.here, "gpt-99", `There is no model or alias "gpt-99". Available: fast, gpt-5.5-mini, smart, `},
		"no name":                                  {w.here, "", `no model or alias ""`},
		"an unknown model of a kind":               {w.here, "openai/gpt-99", `no model or alias "openai/gpt-99"`},
		"Ollama's price for anything":              {w.here, "ollama/anything", "no model or alias"},
		"a model that the sandbox has a price for": {w.here, "sandbox-video", "no model or alias"},
		"a compatible server's catalogue":          {w.here, "openai-compatible/o7", "no model or alias"},
		"a disabled connection":                    {w.here, "off/only-off", `The connection "off" is switched off.`},
		"a disabled connection's model":            {w.here, "only-off", "no model or alias"},
		"a connection without a key":               {w.here, "keyless/gpt-5.5", `The connection "keyless" is without a key.`},
		"a connection with a torn key":             {w.here, "torn/gpt-5.5", `The connection "torn" is unusable, its key cannot be read.`},
		"an alias without live targets":            {w.here, "dead", `The alias "dead" has no target that works: off is switched off, keyless is without a key, torn is unusable`},
		"an alias onto another tenant":             {w.here, "crossed", `The alias "crossed" has no target that works: a deleted connection.`},
		"a stored prompt":                          {w.here, "prompt:welcome@3", "Stored prompts cannot be called by name in this version."},
		"another tenant's alias":                   {w.here, "theirs", "no model or alias"},
		"another tenant's connection":              {w.here, "foreign/secret-model", "no model or alias"},
		"another tenant's model":                   {w.here, "secret-model", "no model or alias"},
		"an organization without any":              {nobody, "gpt-5.5", "no provider connection yet"},
		"a very long name is clipped":              {w.here, strings.Repeat("x", 5000), "…"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := x.Plan(tt.org, &llm.Call{Model: tt.model})
			f := fault.From(err)
			if f == nil || f.Kind != fault.NotFound || f.Code != "model_not_found" || !strings.Contains(f.Public, tt.says) {
				t.Fatalf("plan %v, refusal %v\nwant model_not_found with %q", spell(p), f, tt.says)
			}
			if strings.Contains(f.Public, "secret-model") && tt.model != "foreign/secret-model" && tt.model != "secret-model" || len(f.Public) > 600 {
				t.Errorf("says too much: %s", f.Public)
			}
		})
	}
}

func TestOfferIsWhatWorksNarrowedByTheKey(t *testing.T) {
	t.Parallel()
	w := newTown()
	x := w.compile(t)
	all := x.Offer(&key.Grant{Chain: org.Chain{Org: w.here}})
	for _, want := range []string{"smart", "fast", "gpt-5.5", "llama-4", "sandbox-chat", "kimi", "qwen", "o7"} {
		if !slices.Contains(all, want) {
			t.Errorf("%q is not offered in %q", want, all)
		}
	}
	for _, not := range []string{"dead", "only-off", "theirs", "secret-model", "any", "gpt-1-old", "sandbox-video"} {
		if slices.Contains(all, not) {
			t.Errorf("%q is offered", not)
		}
	}
	if !slices.IsSorted(all) {
		t.Errorf("not sorted: %q", all)
	}
	narrowed := x.Offer(&key.Grant{Chain: org.Chain{Org: w.here}, Models: []string{"smart", "up/o7", "gone", "smart"}})
	if want := []string{"smart", "up/o7"}; !slices.Equal(narrowed, want) {
		t.Errorf("narrowed = %q, want %q", narrowed, want)
	}
	if got := x.Offer(&key.Grant{Chain: org.Chain{Org: id.NewOrg(w.ids)}}); len(got) != 0 {
		t.Errorf("an unknown organization is offered %q", got)
	}
}

func TestPlanningAnAliasAllocatesNothing(t *testing.T) {
	w := newTown()
	x := w.compile(t)
	call := &llm.Call{Model: "smart"}
	if n := testing.AllocsPerRun(100, func() { _, _ = x.Plan(w.here, call) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestTheTableRefusesUntilItHasAnIndexAndSwapsItWhole(t *testing.T) {
	t.Parallel()
	w := newTown()
	var table route.Table
	if _, err := table.Plan(w.here, &llm.Call{Model: "smart"}); !fault.Is(err, fault.Unavailable) {
		t.Errorf("empty table: %v", err)
	}
	table.Set(w.compile(t))
	if _, err := table.Plan(w.here, &llm.Call{Model: "smart"}); err != nil {
		t.Error(err)
	}
	w.aliases = nil
	table.Set(w.compile(t))
	if _, err := table.Plan(w.here, &llm.Call{Model: "smart"}); !fault.Is(err, fault.NotFound) {
		t.Errorf("after the swap: %v", err)
	}
}

func TestRecordsSurviveTheSnapshotOnDisk(t *testing.T) {
	t.Parallel()
	w := newTown()
	b, err := json.Marshal(route.Records{Connections: w.connections, Aliases: w.aliases})
	if err != nil {
		t.Fatal(err)
	}
	var back route.Records
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(back, route.Records{Connections: w.connections, Aliases: w.aliases}) {
		t.Errorf("read back %+v", back)
	}
}

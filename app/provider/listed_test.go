package provider_test

import (
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

func TestANewKeyIsTriedBeforeTheOldOneGoes(t *testing.T) {
	t.Parallel()
	w := newWorld()
	r := w.create(t, openAI("openai", testKey))
	w.phone.err = &provider.Failure{Class: provider.Credential, Status: 401, Message: "Incorrect API key provided."}
	_, err := w.Rotate(t.Context(), w.a, r.ID, provider.Rotation{Credential: secret.New("sk-bad-0123456789")})
	if f := fault.From(err); f.Field != "credential" || !strings.Contains(f.Public, "Incorrect API key") || !strings.Contains(f.Public, "The key in use stays") {
		t.Errorf("a refused key: %v", err)
	}
	if tried := w.phone.called; len(tried) != 1 || tried[0].Credential.Reveal() != "sk-bad-0123456789" {
		t.Errorf("tried %+v", tried)
	}
	stored, _ := w.Get(t.Context(), w.a, r.ID)
	if c, _ := stored.Open(t.Context(), box{}); c.Credential.Reveal() != testKey || stored.KeyHint != r.KeyHint {
		t.Errorf("the old key is gone: %+v", stored)
	}
	if _, err := w.Rotate(t.Context(), w.a, r.ID, provider.Rotation{Credential: secret.New("sk-bad-0123456789"), Untested: true}); err != nil {
		t.Errorf("whoever insists may: %v", err)
	}
	w.phone.err = nil
	got, err := w.Rotate(t.Context(), w.a, r.ID, provider.Rotation{Credential: secret.New("sk-next-0123456789")})
	if err != nil || !got.Check.OK || got.KeyHint != "6789" || len(got.Models) != 2 {
		t.Errorf("rotated %+v, %v", got, err)
	}
}

func TestAKeyTriedAtAnotherAddressIsNotStored(t *testing.T) {
	t.Parallel()
	w := newWorld()
	r := w.create(t, openAI("openai", testKey))
	w.phone.during = func() {
		w.phone.during = nil
		if _, err := w.Update(t.Context(), w.a, r.ID, provider.Input{Name: "openai", BaseURL: "https://elsewhere.example.com/v1"}); err != nil {
			t.Error(err)
		}
	}
	if _, err := w.Rotate(t.Context(), w.a, r.ID, provider.Rotation{Credential: secret.New("sk-next-0123456789")}); !fault.Is(err, fault.Conflict) {
		t.Errorf("err = %v", err)
	}
	if stored, _ := w.Get(t.Context(), w.a, r.ID); stored.HasCredential() {
		t.Error("a key is stored for an address it was not tried at")
	}
}

func TestTheListOfModelsIsReadAgainAndWhatChangedIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld()
	r := w.create(t, openAI("openai", testKey))
	off := w.create(t, provider.Input{Name: "off", Kind: provider.OpenAI, Credential: secret.New(testKey), Disabled: true})
	w.create(t, provider.Input{Name: "sandbox", Kind: provider.Sandbox})
	look := func() provider.ConnectionRecord {
		t.Helper()
		if err := w.RefreshModels(t.Context()); err != nil {
			t.Fatal(err)
		}
		got, err := w.Get(t.Context(), w.a, r.ID)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	w.phone.models = []string{"b", "a"}
	if got := look(); !slices.Equal(got.Models, []string{"b", "a"}) || got.Listed.IsZero() || !got.Listed.ChangedAt.IsZero() || !got.Check.OK {
		t.Errorf("the first look: %+v", got)
	}
	if len(w.phone.called) != 1 {
		t.Errorf("%d endpoints were asked; one is switched off, one is in here", len(w.phone.called))
	}
	audited := len(w.audit.entries)
	if got := look(); !got.Listed.ChangedAt.IsZero() || len(w.audit.entries) != audited {
		t.Errorf("the same list is news: %+v", got.Listed)
	}
	w.phone.models = []string{"a", "d", "c"}
	got := look()
	if l := got.Listed; l.ChangedAt.IsZero() || !slices.Equal(l.Added, []string{"c", "d"}) || !slices.Equal(l.Removed, []string{"b"}) || l.More != 0 {
		t.Errorf("what changed: %+v", l)
	}
	if e := w.audit.last(); e.Action != "connection.models_changed" || e.Target != r.ID.String() {
		t.Errorf("audit entry %+v", e)
	}
	w.phone.err = &provider.Failure{Class: provider.Credential, Status: 401}
	if got := look(); len(got.Models) != 3 || got.Check.OK || got.Check.Blame != provider.BlameKey || len(got.Listed.Added) != 2 {
		t.Errorf("a failing look: %+v", got)
	}
	w.phone.err = nil
	w.phone.models = nil
	for i := range 120 {
		w.phone.models = append(w.phone.models, strings.Repeat("m", i+1))
	}
	if l := look().Listed; len(l.Added) != 50 || len(l.Removed) != 3 || l.More != 70 {
		t.Errorf("%d added, %d removed, %d more", len(l.Added), len(l.Removed), l.More)
	}
	if got, _ := w.Get(t.Context(), w.a, off.ID); !got.Listed.IsZero() {
		t.Error("a switched-off connection was looked at")
	}
}

func TestALookDoesNotUndoWhatSomebodyChangesMeanwhile(t *testing.T) {
	t.Parallel()
	w := newWorld()
	r := w.create(t, openAI("openai", testKey))
	w.phone.during = func() {
		if _, err := w.Update(t.Context(), w.a, r.ID, provider.Input{Name: "renamed"}); err != nil {
			t.Error(err)
		}
	}
	if err := w.RefreshModels(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, _ := w.Get(t.Context(), w.a, r.ID); got.Name != "renamed" || !got.Listed.IsZero() {
		t.Errorf("%+v", got)
	}
}

func TestAWrongRegionIsToldFromAWrongKey(t *testing.T) {
	t.Parallel()
	w := newWorld()
	in := provider.Input{Name: "aws", Kind: provider.Bedrock, Credential: secret.New("bedrock-key-0123456789"), Settings: map[string]string{"region": "eu-nowhere-1"}}
	r := w.create(t, in)
	for _, x := range []struct {
		err   error
		blame provider.Blame
		says  string
	}{
		{&provider.Failure{Class: provider.Unreachable, Cause: &net.DNSError{IsNotFound: true}}, provider.BlameRegion, `no endpoint in the region "eu-nowhere-1"`},
		{&provider.Failure{Class: provider.Refused, Status: 400, Message: "Model access is not available in this region."}, provider.BlameRegion, "in this region"},
		{&provider.Failure{Class: provider.Credential, Status: 403, Message: "The security token included in the request is invalid."}, provider.BlameKey, "security token"},
		{&provider.Failure{Class: provider.Unreachable, Message: "nothing listens at that host and port"}, provider.BlameNetwork, "nothing listens"},
	} {
		w.phone.err = x.err
		check, err := w.Test(t.Context(), w.a, r.ID)
		if err != nil || check.Blame != x.blame || !strings.Contains(check.Message, x.says) {
			t.Errorf("%v: %+v, %v", x.err, check, err)
		}
	}
}

func TestAServiceGivesTheAddressAndSaysWhetherItNeedsAKey(t *testing.T) {
	t.Parallel()
	w := newWorld()
	ask := func(in provider.Input) (provider.ConnectionRecord, error) {
		in.Kind = provider.Compatible
		return w.Service.Create(t.Context(), org.Actor{Org: w.a.Org, Role: org.Admin, Label: "x"}, in)
	}
	r, err := ask(provider.Input{Name: "groq", Service: "groq", Credential: secret.New("gsk_0123456789ab")})
	if err != nil || r.BaseURL != "https://api.groq.com/openai/v1" || r.Service != "groq" {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := ask(provider.Input{Name: "groq2", Service: "groq"}); !slices.Equal(fields(err), []string{"credential"}) || !strings.Contains(err.Error(), "Groq") {
		t.Errorf("without a key: %v", err)
	}
	if _, err := ask(provider.Input{Name: "x", Service: "grok", BaseURL: "https://x.example.com"}); !slices.Equal(fields(err), []string{"service"}) || !strings.Contains(err.Error(), "groq, mistral") {
		t.Errorf("an unknown service: %v", err)
	}
	if r, err := ask(provider.Input{Name: "local", Service: "vllm", BaseURL: "https://gpu.example.com/v1"}); err != nil || r.Service != "vllm" {
		t.Errorf("a server of one's own needs no key: %v", err)
	}
}

func TestAModelThatAnAliasAsksForAndNobodyListsIsSaid(t *testing.T) {
	t.Parallel()
	w := newWorld()
	r := w.create(t, openAI("openai", testKey))
	w.phone.models = []string{"gpt-5.5", "llama3.2:latest"}
	w.users.wanted = map[id.Connection]map[string][]string{r.ID: {"gpt-9": {"fast", "smart"}, "gpt-5.5": {"smart"}, "llama3.2": {"local"}}}
	check, err := w.Test(t.Context(), w.a, r.ID)
	if err != nil || !check.OK || check.Blame != provider.BlameModel || check.Message != "It works: 2 models offered. Not among them: gpt-9 (alias fast, smart)." {
		t.Errorf("%+v, %v", check, err)
	}
	w.users.wanted = nil
	if check, _ := w.Test(t.Context(), w.a, r.ID); check.Blame != provider.NoBlame {
		t.Errorf("%+v", check)
	}
}

package provider_test

import (
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

func TestAnOllamaOnThisMachineIsFoundByWhoMayConnectIt(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.phone.models = []string{"llama3.2", "qwen3:8b"}
	find := func(a org.Actor) (provider.Found, bool) {
		t.Helper()
		f, ok, err := w.Discover(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		return f, ok
	}
	developer := w.a
	developer.Role = org.Developer
	if _, ok := find(developer); ok || len(w.phone.called) != 0 {
		t.Error("somebody who may not connect it is told")
	}
	f, ok := find(w.a)
	if !ok || f.Kind != provider.Ollama || f.Names(1) != "It answers at http://127.0.0.1:11434/v1 with llama3.2 and 1 more." {
		t.Errorf("found %+v, %v: %s", f, ok, f.Names(1))
	}
	if _, ok := find(w.b); !ok || len(w.phone.called) != 1 {
		t.Errorf("asked %d times within seconds", len(w.phone.called))
	}
	w.phone.err = &provider.Failure{Class: provider.Unreachable}
	w.clock.Advance(time.Minute)
	if _, ok := find(w.a); ok {
		t.Error("it stopped, and is found all the same")
	}
	w.phone.err = nil
	w.clock.Advance(time.Minute)
	w.create(t, provider.Input{Name: "mine", Kind: provider.Ollama})
	if _, ok := find(w.a); ok {
		t.Error("what is connected is found again")
	}
	if _, ok := find(w.b); !ok {
		t.Error("another organization's connection hides it")
	}
	if _, _, err := w.Discover(t.Context(), org.Actor{}); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("nobody is told: %v", err)
	}
}

func TestNothingIsFoundWhereTheOperatorKeepsAwayFromTheMachine(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.Service.URLs = nowhere{}
	if _, ok, err := w.Discover(t.Context(), w.a); ok || err != nil || len(w.phone.called) != 0 {
		t.Errorf("found, %v, after %d calls", err, len(w.phone.called))
	}
	if n := (provider.Found{BaseURL: "x"}).Names(3); !strings.Contains(n, "no models yet") {
		t.Error(n)
	}
}

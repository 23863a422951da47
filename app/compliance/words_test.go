package compliance_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/compliance"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// A person is looked for in the spellings that their address and name come in; a short name stands for other things as well.
func TestAPersonIsLookedForInEverySpelling(t *testing.T) {
	p := compliance.Person{Member: id.NewMember(id.NewSource(clock.System{}.Now, nil)), Email: "ada.von-berg@acme.test", Name: "Ada von Berg"}
	var looked []string
	for _, w := range p.Words() {
		if w[1] != p.Pseudonym() && w[1] != compliance.ErasedName {
			t.Errorf("%q is replaced by %q", w[0], w[1])
		}
		looked = append(looked, w[0])
	}
	for _, want := range []string{"ada.von-berg@acme.test", "Ada.Von-Berg@acme.test", "ADA.VON-BERG@ACME.TEST", "Ada.Von-Berg@Acme.Test", "ada.von-berg@Acme.Test",
		"Ada von Berg", "ada von berg", "ADA VON BERG", "Ada Von Berg"} {
		if !slices.Contains(looked, want) {
			t.Errorf("%q is not looked for: %q", want, looked)
		}
	}
	if slices.Sort(looked); len(slices.Compact(looked)) != len(p.Words()) {
		t.Errorf("looked for twice: %q", looked)
	}
	p.Name = "Ada"
	for _, w := range p.Words() {
		if w[1] == compliance.ErasedName {
			t.Errorf("the short name %q is looked for", w[0])
		}
	}
}

// Most texts that a person is looked for in are JSON, which writes quotes and signs another way than people do.
func TestANameIsLookedForAsJSONWritesIt(t *testing.T) {
	for name, in := range map[string][]string{
		`Jo "Plumdog" Bloggs`:    {`{"name":"Jo \"Plumdog\" Bloggs"}`, `{"name":"JO \"PLUMDOG\" BLOGGS"}`, `Jo "Plumdog" Bloggs said so`},
		`Jo Bloggs "Plumdog"`:    {`{"name":"Jo Bloggs \"Plumdog\""}`},
		"Plumdog & Daughters":    {`{"name":"Plumdog \u0026 Daughters"}`, `{"name": "Plumdog & Daughters"}`},
		`Jo "Plumdog" & Friends`: {`{"name":"Jo \"Plumdog\" \u0026 Friends"}`, `{"name": "Jo \"Plumdog\" & Friends"}`},
	} {
		p := compliance.Person{Member: id.NewMember(id.NewSource(clock.System{}.Now, nil)), Email: "jo@acme.test", Name: name}
		for _, text := range in {
			said := text
			for _, w := range p.Words() {
				said = strings.ReplaceAll(said, w[0], w[1])
			}
			if strings.Contains(strings.ToLower(said), "plumdog") || !strings.Contains(said, compliance.ErasedName) {
				t.Errorf("of %s stays %s", text, said)
			}
		}
	}
}

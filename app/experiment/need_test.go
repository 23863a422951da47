package experiment

import (
	"testing"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/prompt"
)

func TestAnExperimentNeedsWhatItsVariantsGoTo(t *testing.T) {
	t.Parallel()
	ids := fixed()
	smart, cheap := id.NewAlias(ids), id.NewAlias(ids)
	e := &Experiment{Alias: smart, Prompt: "reply", Variants: []Variant{{Name: "control"}, {Name: "b", Target: "cheap"}, {Name: "c", Target: "up/cheap", Version: "v4"}}}
	for name, ok := range map[string]bool{
		"its alias":                 e.OnAlias(smart, "smart"),
		"an alias of a variant":     e.OnAlias(cheap, "cheap"),
		"not another":               !e.OnAlias(cheap, "up/cheap2"),
		"a connection":              e.OnConnection("up"),
		"not one that begins alike": !e.OnConnection("u"),
		"a version":                 e.OnPrompt(func(r prompt.Ref) bool { return r.Name == "reply" && r.Number == 4 }),
		"the control's label":       e.OnPrompt(func(r prompt.Ref) bool { return r.Label == prompt.Production }),
		"not another version":       !e.OnPrompt(func(r prompt.Ref) bool { return r.Number == 5 }),
	} {
		if !ok {
			t.Error(name)
		}
	}
}

package gateway

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/experiment"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// drawn gives every request the same variant.
type drawn struct {
	choice experiment.Choice
	asked  []experiment.Ask
}

func (d *drawn) Assign(a *experiment.Ask) (experiment.Choice, bool) {
	d.asked = append(d.asked, *a)
	return d.choice, a.Model == "smart"
}

func onTrial(t *testing.T, variant int, with ...experiment.Variant) (*house, *drawn) {
	e := &experiment.Experiment{ID: id.NewExperiment(id.NewSource(clock.System{}.Now, nil)), Name: "try", Variants: append([]experiment.Variant{{Name: "control", Percent: 50}}, with...)}
	d := &drawn{choice: experiment.Choice{Experiment: e, Variant: variant, Bucket: 7}}
	h := build(t, func(c *Config) { c.Ports.Experiments = d })
	return h, d
}

// beside adds a provider that may be asked for by its own name only.
func (h *house) beside(name string, handler http.HandlerFunc) {
	h.provide(name, handler)
	last := len(h.targets) - 1
	if h.others == nil {
		h.others = map[string]route.Target{}
	}
	h.others[name] = h.targets[last]
	h.targets = h.targets[:last]
}

func TestAVariantGoesItsOwnWayAndIsCounted(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		variant  int
		own, old http.HandlerFunc
		target   string
		provider string
		want     ledger.Trial
	}{
		"the control":                     {0, nil, says(answer), "new", "old", ledger.Trial{}},
		"a control that fails":            {0, nil, fails(500, `{}`), "new", "", ledger.Trial{Failed: true, Unanswered: true}},
		"a variant":                       {1, says(answer), says(answer), "new", "new", ledger.Trial{Variant: 1}},
		"one that fails: the old answers": {1, fails(500, `{}`), says(answer), "new", "old", ledger.Trial{Variant: 1, Failed: true}},
		"one that refuses the request":    {1, fails(400, `{"error":{"message":"no such parameter"}}`), says(answer), "new", "new", ledger.Trial{Variant: 1, Failed: true, Unanswered: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, d := onTrial(t, c.variant, experiment.Variant{Name: "b", Percent: 50, Target: c.target})
			if c.own == nil {
				c.own = says(answer)
			}
			h.beside("new", c.own)
			h.provide("old", c.old)
			resp, _ := h.ask(question, "X-Bodhi-User", "ann", "X-Bodhi-Session", "s1", "X-Bodhi-Tags", "project=apollo")
			if got := resp.Header.Get("X-Bodhi-Provider"); c.provider != "" && got != c.provider {
				t.Errorf("%s answered", got)
			}
			arm := d.choice.Variants[c.variant].Name
			if got := resp.Header.Get("X-Bodhi-Route"); got != "smart, experiment try: "+arm {
				t.Errorf("route %q", got)
			}
			fact := h.books.only(t, 1)[0]
			c.want.Experiment, c.want.Bucket = d.choice.ID, 7
			if fact.Trial != c.want {
				t.Errorf("counted as %+v, want %+v", fact.Trial, c.want)
			}
			if a := d.asked[0]; a.EndUser != "ann" || a.Session != "s1" || a.Tags != "project=apollo" || a.Key != h.grant.Key || a.Org != h.grant.Chain.Org {
				t.Errorf("asked %+v", a)
			}
		})
	}
}

func TestWhatSaysNothingOfAVariantIsNotCounted(t *testing.T) {
	t.Parallel()
	h, _ := onTrial(t, 1, experiment.Variant{Name: "b", Percent: 50, Target: "gone"})
	h.provide("old", says(answer))
	resp, _ := h.ask(question)
	if fact := h.books.only(t, 1)[0]; resp.StatusCode != 200 || fact.Trial != (ledger.Trial{}) || !strings.Contains(fact.Decisions, "not in the experiment try: b: nothing serves gone") {
		t.Errorf("a target that is gone: %d, %+v, %s", resp.StatusCode, fact.Trial, fact.Decisions)
	}
	h, _ = onTrial(t, 1, experiment.Variant{Name: "b", Percent: 50, Target: "new"})
	h.beside("new", says(answer))
	h.provide("old", says(answer))
	if resp, _ := h.ask(question, "X-Bodhi-Dry-Run", "1"); resp.StatusCode != 200 {
		t.Errorf("dry run: %d", resp.StatusCode)
	}
	for _, fact := range h.books.requests {
		if fact.Trial != (ledger.Trial{}) {
			t.Errorf("a dry run counts as %+v", fact.Trial)
		}
	}
}

func TestAVariantsCapOfOutputHolds(t *testing.T) {
	t.Parallel()
	h, _ := onTrial(t, 1, experiment.Variant{Name: "b", Percent: 50, MaxOutput: 20})
	var seen string
	h.provide("old", func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		seen = string(b)
		says(answer)(w, r)
	})
	if resp, _ := h.ask(question); resp.StatusCode != 200 || !strings.Contains(seen, `"max_tokens":20`) {
		t.Errorf("%d, the provider got %s", resp.StatusCode, seen)
	}
}

func TestAVariantsTemperatureTakesThePlaceOfTheClients(t *testing.T) {
	t.Parallel()
	h, d := onTrial(t, 1, experiment.Variant{Name: "b", Percent: 50, Temperature: "0.2"})
	var seen string
	h.provide("old", func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		seen = string(b)
		says(answer)(w, r)
	})
	if resp, _ := h.ask(question); resp.StatusCode != 200 || !strings.Contains(seen, `"temperature":0.2`) || !strings.Contains(seen, `"x_unknown":[1,2.50]`) {
		t.Errorf("%d, the provider got %s", resp.StatusCode, seen)
	}
	if fact := h.books.only(t, 1)[0]; fact.Trial.Experiment != d.choice.ID {
		t.Errorf("counted as %+v", fact.Trial)
	}
}

func TestAVariantIsAVersionOfThePromptThatIsAskedFor(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		version, body, says, told string
		counted                   bool
	}{
		"another version":       {"staging", `{"model":"prompt:reply","prompt":{"variables":{"q":"x"}}}`, "Two: x", "reply@v2", true},
		"one by its number":     {"v2", `{"model":"prompt:reply","prompt":{"variables":{"q":"x"}}}`, "Two: x", "reply@v2", true},
		"one that is not there": {"v9", `{"model":"prompt:reply","prompt":{"variables":{"q":"x"}}}`, "One: x", "reply@v1", false},
		"no prompt at all":      {"staging", question, "hi", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, got := withPrompts(t)
			e := experiment.Experiment{Org: h.grant.Chain.Org, ID: id.NewExperiment(id.NewSource(clock.System{}.Now, nil)), Name: "words", Prompt: "reply", Model: "smart", State: experiment.Running,
				Variants: []experiment.Variant{{Name: "b", Percent: 100, Version: c.version}}}
			book := &experiment.Book{}
			if err := book.Load([]experiment.Experiment{e}); err != nil {
				t.Fatal(err)
			}
			h.gateway.Experiments = book
			resp, body := h.post(t, "/v1/chat/completions", c.body)
			if resp.StatusCode != 200 || !strings.Contains(*got, c.says) || resp.Header.Get("X-Bodhi-Prompt") != c.told {
				t.Fatalf("%d %s; the provider got %s; the client was told %q", resp.StatusCode, body, *got, resp.Header.Get("X-Bodhi-Prompt"))
			}
			if fact := h.books.only(t, 1)[0]; (fact.Trial.Experiment == e.ID) != c.counted {
				t.Errorf("counted as %+v; %s", fact.Trial, fact.Decisions)
			}
		})
	}
}

package route

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// Only is what an alias demands of every target, whichever of its lists it is in. What is not known of a target does not fulfil it.
type Only struct {
	// Regions are where data may be kept and processed; a word stands for all that begin with it: "eu" for "eu-west-1".
	Regions []string `json:"regions,omitempty" yaml:"regions,omitempty,flow"`
	// ZeroRetention wants providers that keep nothing, by their contract.
	ZeroRetention bool `json:"zero_retention,omitempty" yaml:"zero_retention,omitempty"`
	// NoTraining wants providers that train no models with what they get, by their contract.
	NoTraining bool `json:"no_training,omitempty" yaml:"no_training,omitempty"`
	// MaxInput and MaxOutput are the most that a million tokens may cost, in dollars as people write them: "3.00".
	MaxInput  string `json:"max_input_usd,omitempty" yaml:"max_input_usd,omitempty"`
	MaxOutput string `json:"max_output_usd,omitempty" yaml:"max_output_usd,omitempty"`
	// MinContext is the smallest context window, in tokens.
	MinContext int64 `json:"min_context,omitempty" yaml:"min_context,omitempty"`
	// Needs are capabilities that a model must have: tools, images, audio, files, json_schema, reasoning.
	Needs []string `json:"needs,omitempty" yaml:"needs,omitempty,flow"`
	// Capable leaves out, for each request, the models that are not known to take what it needs.
	Capable bool `json:"capable,omitempty" yaml:"capable,omitempty"`
	// Extract sends the text of documents where no target of a request is known to take documents, and refuses pictures and sounds that none is
	// known to take, naming models that do.
	Extract bool `json:"extract,omitempty" yaml:"extract,omitempty"`

	also *Only // what the alias demands that this one's list is a part of
}

// allOf demands both. Either may be nil.
func allOf(inner, outer *Only) *Only {
	switch {
	case inner.IsZero():
		return outer
	case outer == nil:
		return inner
	}
	both := *inner
	both.also = outer
	return &both
}

// Capabilities are what Needs can name.
var Capabilities = []string{"tools", "images", "audio", "files", "json_schema", "reasoning"}

// IsZero reports whether it demands nothing.
func (o *Only) IsZero() bool {
	return o == nil || len(o.Regions)+len(o.Needs) == 0 && !o.ZeroRetention && !o.NoTraining && !o.Capable && !o.Extract && o.MaxInput == "" && o.MaxOutput == "" && o.MinContext == 0
}

// Place is what is known of a target's account.
type Place struct {
	Residency     string
	ZeroRetention bool
	NoTraining    bool
}

// Bars says why an account does not fulfil the demands; "" that it does.
func (o *Only) Bars(p Place) string {
	switch {
	case o == nil:
		return ""
	case len(o.Regions) > 0 && p.Residency == "":
		return "it is not said where its data stays, and the route wants " + strings.Join(o.Regions, " or ")
	case len(o.Regions) > 0 && !slices.ContainsFunc(o.Regions, func(r string) bool { return within(p.Residency, r) }):
		return "its data stays in " + p.Residency + ", and the route wants " + strings.Join(o.Regions, " or ")
	case o.ZeroRetention && !p.ZeroRetention:
		return "its provider may keep requests, and the route wants zero retention"
	case o.NoTraining && !p.NoTraining:
		return "its provider does not promise to train nothing with requests, and the route wants that"
	}
	return o.also.Bars(p)
}

// within reports whether a region is another or a part of it.
func within(region, of string) bool { return catalog.Inside(region, of) }

// Lacks says why a model does not fulfil the demands; "" that it does. q is nil where no price is known. generates is false of requests
// that are answered with something else than text, and where there is no request: a model of embeddings has no price of output.
func (o *Only) Lacks(q catalog.Quote, generates bool) string {
	switch {
	case o == nil:
		return ""
	case o.also != nil:
		if why := o.also.Lacks(q, generates); why != "" {
			return why
		}
	}
	switch {
	case o.MaxInput == "" && o.MaxOutput == "" && o.MinContext == 0 && len(o.Needs) == 0:
		return ""
	case q == nil:
		return "nothing is known of its price and its abilities"
	}
	if why := dear(o.MaxInput, "input", q, llm.Usage{Input: sample}, true); why != "" {
		return why
	}
	if why := dear(o.MaxOutput, "output", q, llm.Usage{Output: sample}, generates); why != "" {
		return why
	}
	if w := q.Window(); o.MinContext > 0 && w < o.MinContext {
		return fmt.Sprintf("its context window is %d tokens, and the route wants %d", w, o.MinContext)
	}
	for _, n := range o.Needs {
		if !q.Serves(needing(n), llm.Bound{}) {
			return "it is not known to take " + n
		}
	}
	return ""
}

// sample are the tokens that a price is asked for: few enough to be below every tier of long inputs.
const sample = 1000

// dear says that a million tokens of a kind cost more than they may. Fees by the request are no price of tokens. Where no price is needed,
// one that is known for input only is enough.
func dear(most, what string, q catalog.Quote, u llm.Usage, needed bool) string {
	if most == "" {
		return ""
	}
	limit, err := money.Parse(most)
	bill, other := q.Bill(u)
	if other != nil && !needed {
		bill, other = q.Bill(llm.Usage{Input: sample})
		bill.Input = 0
	}
	if err != nil || other != nil {
		return "its price of " + what + " is not known"
	}
	if price := (bill.Input + bill.Output) * (1_000_000 / sample); price > limit {
		return fmt.Sprintf("its %s costs $%s a million tokens, and the route allows $%s", what, price, limit)
	}
	return ""
}

// WantsCapable reports whether models must be known to take what each request needs.
func (o *Only) WantsCapable() bool { return o != nil && (o.Capable || o.also.WantsCapable()) }

// WantsExtract reports whether texts may stand in for documents.
func (o *Only) WantsExtract() bool { return o != nil && (o.Extract || o.also.WantsExtract()) }

func needing(name string) (n llm.Needs) {
	switch name {
	case "tools":
		n.Tools = true
	case "images":
		n.Vision = true
	case "audio":
		n.Audio = true
	case "files":
		n.Files = true
	case "json_schema":
		n.Schema = true
	case "reasoning":
		n.Reasoning = true
	}
	return n
}

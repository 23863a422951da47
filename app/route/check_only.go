package route

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/money"
)

var regionForm = regexp.MustCompile(`^[a-z0-9-]{1,40}$`)

// only reads what a document demands of targets.
func (k *checker) only(o *Only) *Only {
	if o == nil {
		return nil
	}
	before, out := len(k.errs), *o
	out.Regions, out.Needs = k.words("only.regions", o.Regions), k.words("only.needs", o.Needs)
	for _, r := range out.Regions {
		if !regionForm.MatchString(r) {
			k.wrong("only.regions", "%q is not a region. Write short words such as eu or us-east-1.", clip(r))
		}
	}
	for _, n := range out.Needs {
		if !slices.Contains(Capabilities, n) {
			k.wrong("only.needs", "There is no capability %q. There are: %s.", clip(n), strings.Join(Capabilities, ", "))
		}
	}
	for field, v := range map[string]*string{"only.max_input_usd": &out.MaxInput, "only.max_output_usd": &out.MaxOutput} {
		if *v = strings.TrimPrefix(strings.TrimSpace(*v), "$"); *v == "" {
			continue
		}
		if most, err := money.Parse(*v); err != nil || most < 0 {
			k.wrong(field, "%q is not an amount. Write dollars per million tokens: 3.00.", clip(*v))
		}
	}
	if o.MinContext < 0 || o.MinContext > maxWindow {
		k.wrong("only.min_context", "The smallest context window is 0 to %d tokens.", int64(maxWindow))
	}
	if out.IsZero() || len(k.errs) > before { // what cannot be read is told once, not at each list
		return nil
	}
	return &out
}

// maxWindow is more than any model has.
const maxWindow = 100_000_000

// possible refuses a change of an alias's own list that none of its demands would let through.
func (a *Alias) possible(names Names) error {
	k := checker{names: names, self: a.ID}
	k.possible("targets", a.Targets, a.Routing.Only)
	return errors.Join(k.errs...)
}

// words are a list without spaces, empty ones and repetitions.
func (k *checker) words(field string, in []string) (out []string) {
	if len(in) > 50 {
		k.wrong(field, "These are more than 50.")
		return nil
	}
	for _, w := range in {
		if w = strings.ToLower(strings.TrimSpace(w)); w != "" && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

// possible refuses demands that no target of a list fulfils, as far as that is certain now: what is known of models may change.
func (k *checker) possible(field string, refs []TargetRef, o *Only) {
	if o.IsZero() || len(refs) == 0 {
		return
	}
	var whys []string
	for _, t := range refs {
		why := k.bars(t, o)
		if why == "" {
			return
		}
		whys = append(whys, k.names.Target(t)+": "+why)
	}
	k.wrong(field, "No target here fulfils what the route demands. %s.", strings.Join(whys, "; "))
}

// bars says why a target does not fulfil the demands; an alias is what its targets are.
func (k *checker) bars(t TargetRef, o *Only) string {
	if !t.Alias.IsZero() {
		for _, a := range k.names.Aliases {
			if a.ID != t.Alias {
				continue
			}
			for _, inner := range a.Targets {
				if !inner.Alias.IsZero() || k.bars(inner, o) == "" {
					return ""
				}
			}
			return "none of its targets does"
		}
		return ""
	}
	for i := range k.names.Connections {
		c := &k.names.Connections[i]
		if c.ID != t.Connection {
			continue
		}
		if why := o.Bars(Place{c.Lives(), c.Terms.ZeroRetention, c.Terms.NoTraining}); why != "" {
			return why
		}
		if k.names.quote != nil {
			if q, ok := k.names.quote(c, t.Model); ok {
				return o.Lacks(q, false)
			}
		}
	}
	return ""
}

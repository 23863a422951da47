package experiment

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/prompt"
)

// Input is what a person says about a new experiment. What is zero comes from Template.
type Input struct {
	Name     string
	Alias    string // its name
	Unit     Unit
	Variants []Variant // the first is the control
	Team     id.Team
	Key      id.Key
	Tag      string
	Prompt   string // its name; "" is any request
	Goal     Metric
	LookFor  int
	Sample   int64
	// ErrorLimit is in percent; 0 is the usual limit.
	ErrorLimit int
	Guards     []Guard
	Judge      *Rater // nil is none
}

const (
	maxVariants = 4
	maxOutput   = 1_000_000 // tokens
	leastSample = 1000
	mostSample  = 10_000_000
	maxPerOrg   = 200
	// usualErrors is the error limit of the templates, in percent.
	usualErrors  = 2
	usualLookFor = 20
	evenSample   = 5000
	maxTag       = 200
)

// TemplateSample is the planned sample of the careful template: 1,000 requests for the one in twenty that tries the new model, which
// finds 4 % of errors in more than four of five cases (measured by the simulations of the tests).
const TemplateSample = 20_000

// Careful is the template for a model that nobody knows yet: one in twenty tries it, and harm ends it.
func Careful(target string) []Variant {
	return []Variant{{Name: "control", Percent: 95}, {Name: "new", Percent: 5, Target: target}}
}

// Even is the template for two that are both known to work: the quickest way to an answer.
func Even(target string) []Variant {
	return []Variant{{Name: "control", Percent: 50}, {Name: "new", Percent: 50, Target: target}}
}

var (
	nameForm        = regexp.MustCompile(`^[a-z0-9._-]{1,60}$`)
	temperatureForm = regexp.MustCompile(`^([01](\.[0-9]{1,2})?|2(\.00?)?)$`)
	tagForm         = regexp.MustCompile(`^[^\s=,]+=[^\s,]+$`)
)

// read fills in the template and says all that is wrong at once, but for what only the route knows.
func (in *Input) read() (e Experiment, err error) {
	in.fill()
	e = Experiment{Name: strings.TrimSpace(in.Name), Unit: in.Unit, Variants: in.Variants, Team: in.Team, Key: in.Key, Tag: strings.TrimSpace(in.Tag), Prompt: strings.TrimPrefix(strings.TrimSpace(in.Prompt), prompt.Prefix), Goal: in.Goal,
		LookFor: in.LookFor, Sample: in.Sample, ErrorLimit: in.ErrorLimit, Guards: in.Guards, Judge: in.Judge}
	var errs []error
	no := func(field, format string, args ...any) {
		errs = append(errs, fault.Field(field, fmt.Sprintf(format, args...)))
	}
	if !nameForm.MatchString(e.Name) {
		no("name", "A name is 1 to 60 lower-case letters, digits, dots, hyphens and underscores, e.g. cheaper-summaries: it stands in x-bodhi-route.")
	}
	if !slices.Contains(Units, e.Unit) {
		no("unit", `What keeps its variant is "user" or "session".`)
	}
	if !slices.Contains(Metrics, e.Goal) {
		no("goal", "The goal is one of cost, latency, errors, quality.")
	}
	if e.LookFor < 1 || e.LookFor > 90 {
		no("look_for", "The smallest difference worth finding is 1 to 90 %%.")
	}
	if e.Sample < leastSample || e.Sample > mostSample {
		no("sample", "A sample is %d to %d requests.", leastSample, mostSample)
	}
	if e.ErrorLimit < 1 || e.ErrorLimit > 50 {
		no("error_limit", "The error limit is 1 to 50 %% of requests.")
	}
	if e.Tag != "" && (len(e.Tag) > maxTag || !tagForm.MatchString(e.Tag)) {
		no("tag", "A tag is a name and a value, e.g. project=apollo.")
	}
	if e.Judge != nil {
		errs = append(errs, e.Judge.read()...)
	}
	errs = append(errs, variants(e.Variants), versions(&e), guards(e.Guards))
	return e, errors.Join(errs...)
}

func (in *Input) fill() {
	if in.Unit == "" {
		in.Unit = ByUser
	}
	if in.Goal == "" {
		in.Goal = Cost
	}
	if in.LookFor == 0 {
		in.LookFor = usualLookFor
	}
	if in.ErrorLimit == 0 {
		in.ErrorLimit = usualErrors
	}
	if in.Sample == 0 {
		in.Sample = evenSample
		if slices.ContainsFunc(in.Variants, func(v Variant) bool { return v.Percent <= 10 }) {
			in.Sample = TemplateSample
		}
	}
}

func variants(all []Variant) error {
	var errs []error
	no := func(format string, args ...any) {
		errs = append(errs, fault.Field("variants", fmt.Sprintf(format, args...)))
	}
	if len(all) < 2 || len(all) > maxVariants {
		no("An experiment has 2 to %d variants; the first is the control.", maxVariants)
	}
	sum, seen := 0, map[string]bool{}
	for i := range all {
		v := &all[i]
		v.Name, v.Target, v.Version = strings.TrimSpace(v.Name), strings.TrimSpace(v.Target), strings.TrimSpace(v.Version)
		if !nameForm.MatchString(v.Name) || seen[v.Name] {
			no("Variants have names of their own, of lower-case letters, digits, dots, hyphens and underscores.")
		}
		seen[v.Name] = true
		if v.Percent < 1 || v.Percent > 99 {
			no("Each variant gets 1 to 99 %% of requests; %q has %d.", v.Name, v.Percent)
		}
		if v.MaxOutput < 0 || v.MaxOutput > maxOutput {
			no("The cap of output tokens of %q is 1 to %d, or empty.", v.Name, maxOutput)
		}
		if v.Temperature = strings.TrimSpace(v.Temperature); v.Temperature != "" && !temperatureForm.MatchString(v.Temperature) {
			no("The temperature of %q is a number from 0 to 2 with at most two decimals, e.g. 0.2, or empty.", v.Name)
		}
		sum += v.Percent
	}
	if sum != 100 {
		no("The variants' shares add up to 100 %%; these are %d.", sum)
	}
	for i := 1; i < len(all); i++ {
		for _, o := range all[:i] {
			if o.Target == all[i].Target && o.MaxOutput == all[i].MaxOutput && o.Temperature == all[i].Temperature && o.Version == all[i].Version {
				no("%q and %q are the same: they differ in nothing that could make a difference.", o.Name, all[i].Name)
			}
		}
	}
	return errors.Join(errs...)
}

// versions checks how prompt and versions are written; Parts.Prompts knows whether they are there.
func versions(e *Experiment) error {
	var errs []error
	if _, ok := prompt.ParseRef(e.Prompt); e.Prompt != "" && (!ok || strings.Contains(e.Prompt, "@")) {
		errs = append(errs, fault.Field("prompt", "A prompt is written by its name alone, as in the library; which version a variant has stands with the variant."))
	}
	for _, v := range e.Variants {
		if v.Version == "" {
			continue
		}
		if e.Prompt == "" {
			errs = append(errs, fault.Field("prompt", fmt.Sprintf("The variant %q has a version of a prompt: say of which one.", v.Name)))
		}
		if _, ok := prompt.ParseRef("x@" + v.Version); !ok {
			errs = append(errs, fault.Field("variants", fmt.Sprintf("The version of %q is a label such as staging, or a number such as v4.", v.Name)))
		}
	}
	return errors.Join(errs...)
}

func guards(all []Guard) error {
	var errs []error
	for _, g := range all {
		if g.Metric != Cost && g.Metric != Latency && g.Metric != Quality {
			errs = append(errs, fault.Field("guards", "Guards are of cost, latency and quality; errors have their own limit."))
		}
		if g.Percent < 0 || g.Percent > 500 {
			errs = append(errs, fault.Field("guards", "A guard allows 0 to 500 % more."))
		}
	}
	return errors.Join(errs...)
}

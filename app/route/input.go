package route

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// Input is what a person says about an alias. Targets are "connection/model", in fallback order; empty ones are left
// out, as forms have empty rows.
type Input struct {
	Name    string
	Targets []string
	// Seen is the version of the alias that an Update was typed over; 0 overwrites whatever is there.
	Seen int64
}

var nameForm = regexp.MustCompile(`^[a-z0-9._-]{1,60}$`)

const (
	maxTargets = 10
	maxModel   = 200 // bytes of a model name
)

const nameRule = "An alias is 1 to 60 lower-case letters, digits, dots, hyphens and underscores, e.g. smart: apps send it as \"model\"."

// checked reads the input against what there is and says everything that is wrong at once. self is the alias that is
// changed; zero for a new one.
func (in Input) checked(names Names, self id.Alias) (string, []TargetRef, error) {
	var errs []error
	name := strings.TrimSpace(in.Name)
	if !nameForm.MatchString(name) {
		errs = append(errs, fault.Field("name", nameRule))
	}
	targets, err := parseTargets(in.Targets, names, self)
	if err != nil {
		errs = append(errs, err)
	}
	return name, targets, errors.Join(errs...)
}

func parseTargets(lines []string, names Names, self id.Alias) ([]TargetRef, error) {
	k := checker{names: names, self: self}
	texts := make([]ToTarget, len(lines))
	for i, line := range lines {
		texts[i].To = line
	}
	refs := k.list("targets", texts, Ordered)
	return refs, errors.Join(k.errs...)
}

func wrong(format string, args ...any) error {
	return fault.Field("targets", fmt.Sprintf(format, args...))
}

func example(there []provider.ConnectionRecord) string {
	for _, c := range there {
		if models := Offers(&c, nil); len(models) > 0 {
			return c.Name + "/" + models[0]
		}
	}
	return "openai/gpt-5.5"
}

func names(there []provider.ConnectionRecord) string {
	if len(there) == 0 {
		return "none yet: add one first"
	}
	var all []string
	for _, c := range there {
		all = append(all, c.Name)
	}
	return strings.Join(all, ", ")
}

func clip(s string) string {
	if len(s) > 80 {
		return strings.ToValidUTF8(s[:80], "") + "…"
	}
	return s
}

// Offers are the model names that a connection is known to serve: its endpoint's own list, or the catalogue's until that
// was asked for; and what its kind always has.
func Offers(c *provider.ConnectionRecord, book Catalog) []string {
	o, _ := provider.OfferingOf(c.Kind)
	out := append([]string(nil), o.Models...)
	for _, m := range c.Models {
		if !slices.Contains(o.Models, m) {
			out = append(out, m)
		}
	}
	if len(out) > 0 || book == nil {
		return out
	}
	as, ownList := knownAs(c, book)
	if ownList {
		return nil
	}
	for _, m := range book.Models(as) {
		if !m.Deprecated && m.Callable() {
			out = append(out, m.ID)
		}
	}
	return out
}

// knownAs is what the catalogue knows a connection as, and whether only its own list of models counts: for kinds that say
// so, and for compatible servers at addresses that nobody knows.
func knownAs(c *provider.ConnectionRecord, book Catalog) (as string, ownList bool) {
	o, _ := provider.OfferingOf(c.Kind)
	as = c.Catalogue(book)
	return as, o.OwnList || as == string(provider.Compatible) || as == string(provider.Ollama)
}

package experiment

import (
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/live"
)

// Ask is what of a request decides on its variant.
type Ask struct {
	Org                    id.Org
	Model                  string // as the client names it: the alias
	Team                   id.Team
	Member                 id.Member
	Key                    id.Key
	Request                id.Request
	Tags, EndUser, Session string
	Prompt                 string // the stored prompt's name, "" without
}

// Choice is the variant of a request. Its Experiment must not be changed.
type Choice struct {
	*Experiment
	Variant, Bucket int
}

// Arm is the variant.
func (c *Choice) Arm() *Variant { return &c.Variants[c.Variant] }

// Label names it in x-bodhi-route and in logs.
func (c *Choice) Label() string { return "experiment " + c.Name + ": " + c.Arm().Name }

// Book says which variant a request gets, from memory: running experiments only, at most one for each alias. The zero Book knows
// none. Safe for concurrent use.
type Book struct {
	cell live.Cell[map[id.Org]map[string]*Experiment]
}

// Load puts a set of experiments into use.
func (b *Book) Load(all []Experiment) error {
	out := map[id.Org]map[string]*Experiment{}
	for i := range all {
		e := &all[i]
		if e.State != Running || e.Model == "" {
			continue
		}
		if out[e.Org] == nil {
			out[e.Org] = map[string]*Experiment{}
		}
		out[e.Org][e.Model] = e
	}
	b.cell.Set(&out)
	return nil
}

// Assign finds the experiment that a request has part in, and its variant; false is none. It allocates next to nothing.
func (b *Book) Assign(a *Ask) (Choice, bool) {
	all := b.cell.Get()
	if all == nil {
		return Choice{}, false
	}
	e := (*all)[a.Org][a.Model]
	if e == nil || !e.takes(a) {
		return Choice{}, false
	}
	v, bucket := Draw(e.ID, e.unit(a), e.Variants)
	return Choice{e, v, bucket}, true
}

// Versioned reports whether variants differ in the version of a stored prompt: then the variant is drawn before the prompt is filled
// in, and of conversations only x-bodhi-session is known.
func (e *Experiment) Versioned() bool {
	return slices.ContainsFunc(e.Variants, func(v Variant) bool { return v.Version != "" })
}

// takes reports whether a request has part.
func (e *Experiment) takes(a *Ask) bool {
	return (e.Prompt == "" || e.Prompt == a.Prompt) && (e.Team.IsZero() || e.Team == a.Team) && (e.Key.IsZero() || e.Key == a.Key) && (e.Tag == "" || tagged(a.Tags, e.Tag))
}

func tagged(tags, want string) bool {
	for pair := range strings.SplitSeq(tags, ",") {
		if pair == want {
			return true
		}
	}
	return false
}

// unit is what keeps its variant; see Unit.
func (e *Experiment) unit(a *Ask) string {
	switch {
	case e.Unit == BySession && a.Session != "":
		return a.Key.UUID() + a.Session
	case e.Unit == BySession:
		return a.Request.UUID()
	case a.EndUser != "":
		return "user " + a.EndUser
	case !a.Member.IsZero():
		return a.Member.UUID()
	}
	return a.Key.UUID()
}

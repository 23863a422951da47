package blueprint

import (
	"cmp"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// item is one entry of a section.
type item interface {
	// key tells entries of a section apart: what the API keeps unique.
	key() string
	// place is its Of; "" for the organization and for what has no place.
	place() string
	// words is what people call it.
	words(orgName string) string
	// settle leaves out what the API would make of an empty field by itself, after the fields are in one form each.
	settle(orgName string)
}

func key(parts ...string) string { return strings.Join(parts, "\x00") }

// label is what the API calls a place, and names things after.
func label(of, orgName string) string {
	kind, name, _ := strings.Cut(of, ":")
	switch kind {
	case "department":
		return "Department " + name
	case "team":
		return "Team " + name
	case "pool":
		return "Pool of team " + name
	case "tag":
		return "Tag " + name
	}
	return orgName
}

func (d *Department) key() string         { return d.Name }
func (d *Department) place() string       { return "" }
func (d *Department) words(string) string { return "department " + d.Name }
func (d *Department) settle(string)       {}

func (t *Team) key() string         { return t.Name }
func (t *Team) place() string       { return "" }
func (t *Team) words(string) string { return "team " + t.Name }
func (t *Team) settle(string)       {}

func (b *Budget) key() string   { return key(b.Of, b.Measure, b.Period, b.Name) }
func (b *Budget) place() string { return b.Of }
func (b *Budget) words(orgName string) string {
	text := cmp.Or(b.Period, "monthly") + " budget of " + label(b.Of, orgName)
	if m := cmp.Or(b.Measure, "usd"); m != "usd" {
		text += " in " + m
	}
	if b.Name != "" {
		text += ", " + b.Name
	}
	return text
}

func (b *Budget) settle(orgName string) {
	if b.Name == label(b.Of, orgName) {
		b.Name = ""
	}
	if b.Enforcement != "throttle" && b.Enforcement != "downgrade" {
		b.FromPercent = 0
	}
	if b.Enforcement != "downgrade" {
		b.DowngradeTo = ""
	}
	if b.FromPercent == budget.LadderFrom {
		b.FromPercent = 0
	}
	if b.Thresholds == nil {
		return
	}
	list := append([]int{}, slices.Compact(slices.Sorted(slices.Values(*b.Thresholds)))...) // null would be the usual ones
	if b.Thresholds = &list; slices.Equal(list, budget.DefaultThresholds) {
		b.Thresholds = nil
	}
}

func (l *Limit) key() string   { return key(l.Of, l.Tag, l.Model, l.Endpoint, l.Unit, l.Window) }
func (l *Limit) place() string { return l.Of }
func (l *Limit) words(orgName string) string {
	text := "limit of " + l.Unit + " in " + l.Window + " of " + label(l.Of, orgName)
	for _, part := range []string{l.Tag, l.Model, l.Endpoint, l.Name} {
		if part != "" {
			text += ", " + part
		}
	}
	return text
}

func (l *Limit) settle(orgName string) {
	if l.Burst != nil && l.Burst.Factor == "1" {
		l.Burst = nil
	}
	if l.Name == l.usualName(orgName) {
		l.Name = ""
	}
}

// usualName is the name that the API gives a limit; "" if its figures cannot be read, which the API will say.
func (l *Limit) usualName(orgName string) string {
	amount, ok := whole(l.Amount)
	if l.Unit == string(limit.Cost) {
		v, err := money.Parse(l.Amount)
		amount, ok = int64(v), err == nil
	}
	window, err := length(l.Window)
	if !ok || err != nil {
		return ""
	}
	return limit.UsualName(label(l.Of, orgName), limit.Input{Tag: l.Tag, Model: l.Model, Endpoint: endpoint(l.Endpoint), Unit: limit.Unit(l.Unit), Amount: amount, Window: window})
}

func (p *Policy) key() string                 { return p.Of }
func (p *Policy) place() string               { return p.Of }
func (p *Policy) words(orgName string) string { return "policy of " + label(p.Of, orgName) }
func (p *Policy) settle(string)               {}

func (r *DataRule) key() string                 { return r.Of }
func (r *DataRule) place() string               { return r.Of }
func (r *DataRule) words(orgName string) string { return "data rule of " + label(r.Of, orgName) }
func (r *DataRule) settle(string)               {}

func (t *Timeout) key() string   { return key(t.Model, t.Operation) }
func (t *Timeout) place() string { return "" }
func (t *Timeout) settle(string) {}
func (t *Timeout) words(string) string {
	return "timeouts of " + cmp.Or(t.Model, "all models") + ", " + cmp.Or(t.Operation, "all operations")
}

func (b *Breaker) key() string   { return b.Connection }
func (b *Breaker) place() string { return "" }
func (b *Breaker) settle(string) {}
func (b *Breaker) words(string) string {
	return "breaker rules of " + cmp.Or(b.Connection, "all connections")
}

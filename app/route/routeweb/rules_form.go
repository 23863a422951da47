package routeweb

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// ruleForm is the builder's form: the same route as its YAML, with conditions as rows where rows can say them.
type ruleForm struct {
	version     int64
	strategy    string   // of the alias's own list
	weights     []string // of its targets, in their order
	rules       []ruleFields
	percent     string
	sticky      string
	canary      []string
	unsupported string
	holidays    string
	days        int
}

type ruleFields struct {
	name    string
	byText  bool
	text    string // the condition, when it is not rows
	rows    route.Rows
	targets []string
	// strategy orders the targets; weights are theirs, as they were typed.
	strategy string
	weights  []string
	// kept is what the rule's targets said when the form was made, as JSON: the form has no fields for all of it, and a rule may
	// get another name or place meanwhile.
	kept string
}

// Bounds of a form; a longer route is still read and saved as YAML.
const (
	formRules   = 60
	formRows    = 75 // a condition has room for no more: each is a node at least, and so is each word between two of them
	formTargets = 12
	replayDays  = 7
)

func formOf(d route.Document) *ruleForm {
	f := &ruleForm{version: d.Version, strategy: string(d.Strategy), weights: weightsOf(d.Targets), unsupported: d.Unsupported, holidays: strings.Join(d.Holidays, "\n"), sticky: string(route.BySession), days: replayDays}
	for _, r := range d.Rules {
		rows, ok := route.RowsOf(r.When)
		f.rules = append(f.rules, ruleFields{name: r.Name, byText: !ok, text: r.When, rows: rows, targets: tos(r.Targets), strategy: string(r.Strategy), weights: weightsOf(r.Targets), kept: kept(r.Targets)})
	}
	if d.Canary != nil {
		f.percent, f.sticky, f.canary = strconv.Itoa(d.Canary.Percent), string(d.Canary.Sticky), tos(d.Canary.Targets)
	}
	return f
}

func tos(all []route.ToTarget) (out []string) {
	for _, t := range all {
		out = append(out, t.To)
	}
	return out
}

func weightsOf(all []route.ToTarget) []string {
	out := make([]string, len(all))
	for i, t := range all {
		if t.Weight != 0 {
			out[i] = strconv.Itoa(t.Weight)
		}
	}
	return out
}

// document is what the form says; what the form has no fields for stays as it is.
func (f *ruleForm) document(was route.Document) route.Document {
	d := was
	d.Version, d.Unsupported, d.Rules, d.Canary = f.version, f.unsupported, nil, nil
	for _, r := range f.rules {
		rule := route.RuleText{Name: r.name, When: r.text, Targets: carry(weighed(r.targets, r.weights), keptOf(r.kept)), Strategy: route.Strategy(r.strategy)}
		if !r.byText {
			rule.When = r.rows.Condition()
		}
		d.Rules = append(d.Rules, rule)
	}
	if f.percent != "" || strings.Join(f.canary, "") != "" {
		percent, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(f.percent), " %"))
		if err != nil {
			percent = 0 // which is refused in words
		}
		var before []route.ToTarget
		if was.Canary != nil {
			before = was.Canary.Targets
		}
		d.Canary = &route.CanaryText{Percent: percent, Sticky: route.Sticky(f.sticky), Targets: carry(weighed(f.canary, nil), before)}
	}
	if was.Alias != "" {
		d.Strategy, d.Targets = route.Strategy(f.strategy), carry(weighed(tos(was.Targets), f.weights), was.Targets)
	} else {
		d.Holidays = strings.FieldsFunc(f.holidays, func(r rune) bool { return r == '\n' || r == '\r' || r == ',' || r == ' ' })
	}
	return d
}

// weighed are targets with the weights that were typed beside them. What is no number becomes one that is refused in words.
func weighed(names, weights []string) (out []route.ToTarget) {
	for i, n := range names {
		t := route.ToTarget{To: n}
		if i < len(weights) && weights[i] != "" {
			var err error
			if t.Weight, err = strconv.Atoi(weights[i]); err != nil || t.Weight == 0 {
				t.Weight = -1
			}
		}
		out = append(out, t)
	}
	return out
}

// kept is targets with what the form has no fields for, to be carried by the form; "" without any.
func kept(all []route.ToTarget) string {
	if !slices.ContainsFunc(all, func(t route.ToTarget) bool { return t.Quality != 0 || t.Hours != "" || len(t.After) > 0 }) {
		return ""
	}
	b, _ := json.Marshal(all) // words and numbers
	return string(b)
}

// keptOf reads it back. Whoever wrote something else there gets it checked like everything typed.
func keptOf(text string) (out []route.ToTarget) {
	if json.Unmarshal([]byte(text), &out) != nil {
		return nil
	}
	return out
}

// carry keeps what this form has no fields for: quality, hours and failures of targets that were there before.
func carry(now, before []route.ToTarget) []route.ToTarget {
	for i := range now {
		for _, b := range before {
			if b.To == now[i].To {
				now[i].Quality, now[i].Hours, now[i].After = b.Quality, b.Hours, b.After
			}
		}
	}
	return now
}

func readForm(c *web.Context) *ruleForm {
	text := func(format string, args ...any) string {
		return strings.TrimSpace(c.FormValue(fmt.Sprintf(format, args...)))
	}
	version, _ := strconv.ParseInt(text("version"), 10, 64)
	days, err := strconv.Atoi(text("days"))
	if err != nil {
		days = replayDays
	}
	f := &ruleForm{version: version, strategy: text("strategy"), percent: text("canary-percent"), sticky: text("canary-sticky"), unsupported: text("unsupported"), holidays: text("holidays"), days: days}
	for k := range formTargets {
		f.weights = append(f.weights, text("weight-%d", k))
		f.canary = append(f.canary, text("canary-to-%d", k))
	}
	count, _ := strconv.Atoi(text("rules"))
	for i := range min(count, formRules) {
		r := ruleFields{name: text("rule-%d-name", i), strategy: text("rule-%d-strategy", i), byText: text("rule-%d-mode", i) == "text", kept: text("rule-%d-kept", i), text: text("rule-%d-text", i), rows: route.Rows{Any: text("rule-%d-join", i) == "any"}}
		for j := range formRows {
			if fact := text("rule-%d-fact-%d", i, j); fact != "" {
				r.rows.Rows = append(r.rows.Rows, route.Row{Fact: fact, Op: text("rule-%d-op-%d", i, j), Value: text("rule-%d-value-%d", i, j)})
			}
		}
		for k := range formTargets {
			if to := text("rule-%d-to-%d", i, k); to != "" {
				r.targets, r.weights = append(r.targets, to), append(r.weights, text("rule-%d-weight-%d", i, k))
			}
		}
		f.rules = append(f.rules, r)
	}
	return f
}

// act does what a button of the form says; false for those that end it.
func (f *ruleForm) act(do, target string) bool {
	verb, rest, _ := strings.Cut(do, ":")
	n, err := strconv.Atoi(rest)
	there := err == nil && n >= 0 && n < len(f.rules)
	switch {
	case verb == "add":
		f.rules = append(f.rules, ruleFields{})
	case verb == "more": // the form always shows one row and one target more than there are
	case verb == "template":
		for _, t := range templates {
			if t.id == rest {
				rows, ok := route.RowsOf(t.when)
				f.rules = append(f.rules, ruleFields{name: t.name, byText: !ok, text: t.when, rows: rows, targets: []string{target}})
			}
		}
	case verb == "remove" && there:
		f.rules = slices.Delete(f.rules, n, n+1)
	case verb == "up" && there && n > 0:
		f.rules[n-1], f.rules[n] = f.rules[n], f.rules[n-1]
	case verb == "text" && there:
		r := &f.rules[n]
		r.byText, r.text = true, r.rows.Condition()
	case verb == "rows" && there:
		r := &f.rules[n]
		if rows, ok := route.RowsOf(r.text); ok {
			r.byText, r.rows = false, rows
		}
	default:
		return false
	}
	return true
}

// ruleTemplate is a rule to begin with.
type ruleTemplate struct{ id, label, name, when string }

var templates = []ruleTemplate{
	{"hours", "Business hours", "business hours", `workday and between(time, "09:00", "18:00")`},
	{"team", "One team", "team Support", `team == "Support"`},
	{"long", "Long context", "long context", `input_tokens > 100000`},
	{"budget", "Cheap at 80 % of the budget", "budget nearly used", `budget_used >= 80`},
	{"weekend", "Local model on weekends", "weekend", `weekday in ["sat", "sun"] or holiday`},
	{"pictures", "Requests with images", "images", `images`},
}

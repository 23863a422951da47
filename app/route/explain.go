package route

import "fmt"

// Trace tells how a request found its way. The nil Trace listens to nothing.
type Trace struct {
	Steps []Step
}

// Step is one rule that was asked, or a canary that was drawn.
type Step struct {
	Of   string `json:"of"`   // "the organization", "alias smart"
	Rule string `json:"rule"` // its name; "canary"
	When string `json:"when"` // its condition
	// Matched says that it would take the request; Decided, that it was the first to.
	Matched bool   `json:"matched"`
	Decided bool   `json:"decided"`
	Why     string `json:"why,omitempty"` // what else there is to say
	Parts   []Part `json:"parts,omitempty"`
}

func (tr *Trace) rule(of string, r *ruling, f *Facts, matched bool, why string, taken *Plan) {
	if tr == nil {
		return
	}
	s := Step{Of: of, Rule: r.name, Matched: matched, Decided: taken == &r.plan, Why: why}
	if r.when != nil {
		s.When = r.when.source
		if p, err := takeApart(r.when.source); err == nil {
			p.judge(f, 0, &s.Parts)
		}
	}
	if matched && !s.Decided {
		s.Why = "it holds as well, but a rule above took the request"
	}
	tr.Steps = append(tr.Steps, s)
}

func (tr *Trace) canary(c *split, drawn int, why string) {
	if tr == nil {
		return
	}
	s := Step{Of: c.plan.Route, Rule: "canary", When: fmt.Sprintf("%d %% of requests, by %s", c.Percent, c.Sticky), Matched: why == "" && drawn < c.Percent, Why: why}
	if s.Decided = s.Matched; why == "" {
		s.Why = fmt.Sprintf("drew %d of 0 to 99; below %d goes to the canary", drawn, c.Percent)
	}
	tr.Steps = append(tr.Steps, s)
}

// Explain does what Choose does and tells how. It takes conditions apart, so it is for single questions of people.
func (t *Table) Explain(a *Ask) (Plan, Trace, error) {
	x := t.cell.Get()
	if x == nil {
		return Plan{}, Trace{}, notLoaded()
	}
	people := t.town(a.Org)
	p, tr, err := x.explain(a, people)
	p.place(people)
	return p, tr, err
}

func (x *Index) explain(a *Ask, people *town) (Plan, Trace, error) {
	var tr Trace
	t := x.tenants[a.Org]
	if t == nil {
		p, err := x.Plan(a.Org, a.Call)
		return p, tr, err
	}
	if p := t.decide(a, people, &tr); p != nil {
		return *p, tr, nil
	}
	p, err := x.plan(t, a.Call.Model)
	return p, tr, err
}

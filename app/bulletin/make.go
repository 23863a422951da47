package bulletin

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

// Of a report's tables.
const (
	mostLines   = 10
	mostBudgets = 15
	mostMovers  = 5
	mostAdvice  = 8
	// leastMove is the smallest change of spend that is worth a word.
	leastMove = 10 * money.Cent
	// allLines is so many that nothing is folded in any ordinary organization; whoever spent before and not now is looked for.
	allLines = 2000
)

// eyes is somebody who sees exactly what the report is about: a viewer of the team, or of the organization; of evidence an admin. Nothing a report
// reads goes another way, so it cannot hold what its readers may not know.
func eyes(r Report) org.Actor {
	a := org.Actor{Org: r.Org, Label: "system: a report", Via: org.ViaJob}
	if r.Kind.Evidence() {
		return a.As([]org.Assignment{{Role: org.Admin, At: org.OfOrg(r.Org)}}, nil)
	}
	if r.Team.IsZero() {
		return a.As([]org.Assignment{{Role: org.Viewer, At: org.OfOrg(r.Org)}}, nil)
	}
	return a.As([]org.Assignment{{Role: org.Viewer, At: org.OfTeam(r.Org, r.Team)}}, nil)
}

// making is one edition under way.
type making struct {
	*Maker
	ctx     context.Context
	eyes    org.Actor
	report  Report
	slot    Slot
	now     time.Time
	zone    *time.Location
	out     Content
	budgets []budget.Entry
	parts   map[usage.Dim]usage.Result
}

// Make reads what an edition of a report says. whose is the team's or the organization's name. worth is false where the report
// has nothing to say: a daily one while no budget is nearly used up.
func (m *Maker) Make(ctx context.Context, r Report, whose string, s Slot, zone *time.Location, now time.Time) (c Content, worth bool, err error) {
	x := &making{Maker: m, ctx: ctx, eyes: eyes(r), report: r, slot: s, now: now, zone: zone, parts: map[usage.Dim]usage.Result{}}
	x.out = Content{Whose: whose, Zone: zone.String()}
	if r.Kind.Evidence() {
		if err := x.prove(); err != nil {
			return c, false, fmt.Errorf("bulletin: %s of %s: %w", r.Kind, whose, err)
		}
		return x.out, true, nil
	}
	if err := x.standing(); err != nil {
		return c, false, fmt.Errorf("bulletin: budgets: %w", err)
	}
	if r.Kind == Daily && !slices.ContainsFunc(x.out.Budgets, func(b Budget) bool { return b.Tight }) {
		return c, false, nil
	}
	steps := []func() error{x.ask, x.totals, x.divide, x.move, x.save}
	if r.Kind != Daily {
		steps = append(steps, x.advise, x.change)
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return c, false, fmt.Errorf("bulletin: %s of %s: %w", r.Kind, whose, err)
		}
	}
	return x.out, true, nil
}

// query asks about the slot's period.
func (x *making) query(change func(*usage.Query)) (usage.Result, error) {
	q := usage.Query{From: x.slot.From, To: x.slot.To, Top: allLines}
	change(&q)
	return x.Usage.Query(x.ctx, x.eyes, q)
}

// totals are the period's figures, those of as much time before, and the steps of the chart.
func (x *making) totals() error {
	grain := usage.Day
	if x.report.Kind == Quarterly {
		grain = usage.Week
	}
	from := x.slot.From
	if x.report.Kind == Daily { // one bar says nothing: the week that led to it
		from = usage.DayOf(x.slot.From, x.zone, -6)
	}
	drawn, err := x.query(func(q *usage.Query) { q.From, q.Grain = from, grain })
	if err != nil {
		return err
	}
	x.out.Grain = string(grain)
	for i, s := range drawn.Steps {
		x.out.Days = append(x.out.Days, Point{From: s.From.In(x.zone), Cost: drawn.Series[i].Cost})
	}
	whole, err := x.query(func(q *usage.Query) { q.Compare = usage.Previous })
	x.out.Now, x.out.Before = figures(whole.Total), figures(whole.Before)
	return err
}

func figures(t usage.Totals) Figures {
	return Figures{Cost: t.Cost, Requests: t.Requests, Failed: t.Failed, Refused: t.Refused, Input: t.Input, Cached: t.Cached, Output: t.Output}
}

// divisions are what a report divides its total by.
func (x *making) divisions() []usage.Dim {
	if !x.report.Team.IsZero() {
		return []usage.Dim{usage.Member, usage.Model, usage.Connection}
	}
	return []usage.Dim{usage.Team, usage.Model, usage.Member, usage.Connection}
}

var headings = map[usage.Dim]string{usage.Team: "Team", usage.Member: "Person", usage.Model: "Model", usage.Connection: "Provider"}

// ask divides the total. It comes before totals, so that what comes in meanwhile is in the total, and in the rest.
func (x *making) ask() error {
	for _, d := range x.divisions() {
		r, err := x.query(func(q *usage.Query) { q.By, q.Compare = []usage.Dim{d}, usage.Previous })
		if err != nil {
			return err
		}
		x.parts[d] = r
	}
	return nil
}

// divide lists the largest values of each division; all others are what they leave of the total.
func (x *making) divide() error {
	for _, d := range x.divisions() {
		p := Part{By: headings[d]}
		rest := Line{Name: "All others", Others: true, Cost: x.out.Now.Cost, Before: x.out.Before.Cost, Requests: x.out.Now.Requests, Failed: x.out.Now.Failed}
		for _, row := range x.parts[d].Rows {
			if row.Others || len(p.Lines) == mostLines {
				continue
			}
			p.Lines = append(p.Lines, Line{ID: row.Values[0].ID, Name: called(d, row.Values[0]), Cost: row.Cost, Before: row.Before.Cost, Requests: row.Requests, Failed: row.Failed})
			rest.Cost, rest.Before, rest.Requests, rest.Failed = rest.Cost-row.Cost, rest.Before-row.Before.Cost, rest.Requests-row.Requests, rest.Failed-row.Failed
		}
		if rest.Cost != 0 || rest.Before != 0 || rest.Requests != 0 {
			p.Lines = append(p.Lines, rest)
		}
		x.out.Parts = append(x.out.Parts, p)
	}
	return nil
}

// change tells what changes of routes came to, those of which the period knows more than the one before.
func (x *making) change() (err error) {
	if x.Changes != nil {
		x.out.Changes, err = x.Changes(x.ctx, x.eyes, x.report.Team, x.slot.From)
	}
	return err
}

// called is a value of a dimension in words.
func called(d usage.Dim, v usage.Value) string {
	if v.ID != "" {
		return cmp.Or(v.Name, v.ID)
	}
	switch d {
	case usage.Team:
		return "No team"
	case usage.Member:
		return "No person (service accounts)"
	case usage.Connection:
		return "No provider was asked"
	}
	return "No model answered"
}

// move finds whose spend changed most.
func (x *making) move() error {
	for _, d := range x.divisions()[:2] {
		for _, row := range x.parts[d].Rows {
			if change := row.Cost - row.Before.Cost; !row.Others && (change >= leastMove || change <= -leastMove) {
				x.out.Movers = append(x.out.Movers, Mover{By: headings[d], Name: called(d, row.Values[0]), Cost: row.Cost, Before: row.Before.Cost})
			}
		}
	}
	slices.SortStableFunc(x.out.Movers, func(a, b Mover) int { return cmp.Compare(moved(b), moved(a)) })
	x.out.Movers = x.out.Movers[:min(mostMovers, len(x.out.Movers))]
	return nil
}

func moved(m Mover) money.USD { return max(m.Cost-m.Before, m.Before-m.Cost) }

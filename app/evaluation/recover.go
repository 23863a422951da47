package evaluation

import (
	"context"
	"fmt"
)

// open reads the run and puts right what a node left behind that was killed: what it had asked and not written down is asked again,
// once, and counts at its most.
func (j *job) open(ctx context.Context) (items []*Item, err error) {
	r := &j.run
	j.answers, j.judges = newPurse(0, 0), newPurse(0, 0)
	if j.rows, err = j.vault.openRows(ctx, j.Store, r.Org, r.Dataset, 0, MaxRows); err != nil {
		return nil, err
	}
	for _, s := range r.Body.Scorers {
		m, err := s.ready()
		if err != nil {
			return nil, fmt.Errorf("evaluation: scorer %s: %w", s.Kind, err)
		}
		j.markers = append(j.markers, m)
	}
	sealed, err := j.Store.Open(ctx, r.Org, r.ID)
	if err != nil {
		return nil, err
	}
	for _, s := range sealed {
		i, err := j.vault.openItem(ctx, s)
		if err != nil {
			return nil, err
		}
		if i.Subject >= len(r.Body.Subjects) {
			return nil, fmt.Errorf("evaluation %s: row %d of subject %d is not there", r.ID, i.Row, i.Subject)
		}
		if i.found() {
			if !j.put(&i) {
				return nil, ErrLost
			}
		}
		if i.Step == Waiting || i.Step == Answered {
			items = append(items, &i)
		}
	}
	tallies, err := j.Store.Tallies(ctx, r.Org, r.ID)
	if err != nil {
		return nil, err
	}
	sum := Sum(tallies)
	j.answers, j.judges = newPurse(r.Body.Cap, sum.Cost), newPurse(r.Body.JudgeCap, sum.JudgeCost)
	return items, nil
}

// found puts an item right that was left under way; true where it was.
func (i *Item) found() bool {
	switch i.Step {
	case Asked:
		i.Cost, i.Most = i.Cost+i.Most, 0
		i.again()
	case Judging:
		i.JudgeCost, i.JudgeMost = i.JudgeCost+i.JudgeMost, 0
		i.again()
	default:
		return false
	}
	return true
}

// again puts an item back whose answer, or judge's, was lost; one that was lost twice is at its end.
func (i *Item) again() {
	switch {
	case i.Step == Asked && i.Asks < asked:
		i.Step = Waiting
	case i.Step == Asked:
		i.Step, i.Code, i.Said.Refusal = Failed, "interrupted", "Its answer was lost twice with a node that ended."
	case i.Judged < asked:
		i.Step = Answered
	default:
		i.unjudged("interrupted", "The judge's answer was lost twice with a node that ended.")
	}
}

// unjudged ends an item that the judge said nothing about, so that it counts as neither right nor wrong.
func (i *Item) unjudged(code, why string) {
	i.Step, i.Code, i.Scored, i.Right, i.Mark = Done, code, false, false, 0
	i.Said.Notes = append(i.Said.Notes, why)
}

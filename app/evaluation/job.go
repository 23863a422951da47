package evaluation

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// ask asks everything that is not at its end, parallel at a time. nil after all of it, and after a stop or a cut.
func (j *job) ask(ctx context.Context) error {
	items, err := j.open(ctx)
	if err != nil {
		return err
	}
	places := make(chan struct{}, parallel)
	var all sync.WaitGroup
	defer j.answers.close()
	defer all.Wait()
	for _, i := range items {
		select {
		case <-ctx.Done():
			return nil
		case places <- struct{}{}:
		}
		if why, lost := j.ending(); why != "" || lost {
			return nil
		}
		all.Go(func() {
			defer func() { <-places }()
			j.do(ctx, i)
		})
	}
	return nil
}

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
		if i.Row > len(j.rows) || i.Subject >= len(r.Body.Subjects) {
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

// do brings an item as far as it goes.
func (j *job) do(ctx context.Context, i *Item) {
	if i.Step == Waiting && !j.answer(ctx, i) {
		return
	}
	if i.Step == Answered {
		j.judge(ctx, i)
	}
}

// put writes an item down, even when the run was cut.
func (j *job) put(i *Item) bool {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	sealed, err := j.vault.sealItem(ctx, *i)
	if err == nil {
		err = j.Store.Put(ctx, sealed, j.token)
	}
	if err != nil {
		if !errors.Is(err, ErrLost) {
			j.Log.Warn("an answer of an evaluation could not be written down", "evaluation", j.run.ID.String(), "error", err)
		}
		j.lose()
	}
	return err == nil
}

// grant is what the run's key may do right now. A run does not outlive it.
func (j *job) grant() (*key.Grant, bool) {
	g, err := j.Desk.Grant(j.run.Org, j.run.Body.Key)
	if err != nil {
		j.stop(fmt.Sprintf("Its key %q opens nothing any more: %s", j.run.Body.KeyName, fault.From(err).Public))
	}
	return g, err == nil
}

// answer asks the subject. false where that came to nothing that could be scored.
func (j *job) answer(ctx context.Context, i *Item) bool {
	sub, row := &j.run.Body.Subjects[i.Subject], &j.rows[i.Row-1]
	g, ok := j.grant()
	if !ok {
		return false
	}
	if !j.answers.take(sub.Most) {
		if ctx.Err() == nil {
			j.stop(fmt.Sprintf("The next answer could have cost more than is left of the limit of $%s.", j.run.Body.Cap))
		}
		return false
	}
	i.Step, i.Most = Asked, sub.Most
	i.Asks++
	if !j.put(i) {
		j.answers.put(sub.Most, 0)
		return false
	}
	got := j.patiently(ctx, g, sub.question(row))
	cost := got.spent(ctx, sub.Most)
	i.Cost, i.Most = i.Cost+cost, 0
	defer j.answers.put(sub.Most, cost)
	switch {
	case got.status != http.StatusOK && ctx.Err() != nil:
		i.again()
	case got.broke():
		i.Step = Waiting
		i.Asks--
		j.stop(got.refusal)
	default:
		j.scored(i, row, &got)
	}
	return j.put(i) && i.Step == Answered
}

// scored notes what came back, and what the scorers that ask nobody say of it.
func (j *job) scored(i *Item, row *Row, got *reply) {
	i.Took, i.Input, i.Output, i.Request = got.took, got.input, got.output, got.request
	if got.refusal != "" {
		i.Step, i.Code, i.Said.Refusal = Failed, got.code, clip(got.refusal, 2000)
		return
	}
	i.Step, i.Said.Text, i.Said.Cut, i.Said.Scores = Done, clip(got.text, mostAnswer), got.cut, nil
	for _, m := range j.markers {
		if m.Kind == Judge {
			i.Step = Answered
			continue
		}
		i.Said.Scores = append(i.Said.Scores, m.score(got.text, row.Expected))
	}
	i.sum()
}

// judge has an answer judged. A judge that says nothing of use leaves it unscored.
func (j *job) judge(ctx context.Context, i *Item) {
	s, most := j.run.Body.Judge(), j.run.Body.JudgeMost
	g, ok := j.grant()
	if !ok {
		return
	}
	if !j.judges.take(most) {
		i.unjudged("judge_capped", "It was not judged: what is left of the judge's cost limit may not be enough.")
		j.put(i)
		return
	}
	i.Step, i.JudgeMost = Judging, most
	i.Judged++
	if !j.put(i) {
		j.judges.put(most, 0)
		return
	}
	q := s.asks(j.run.ID, &j.rows[i.Row-1], i.Said.Text)
	q.limit = most
	got := j.patiently(ctx, g, q)
	cost := got.spent(ctx, most)
	i.JudgeCost, i.JudgeMost = i.JudgeCost+cost, 0
	defer j.judges.put(most, cost)
	score, said := s.judged(got.text)
	switch {
	case got.status != http.StatusOK && ctx.Err() != nil:
		i.again()
	case got.broke():
		i.Step = Answered
		i.Judged--
		j.stop(got.refusal)
	case got.refusal != "":
		i.unjudged("not_judged", "The judge was not answered: "+clip(got.refusal, 500))
	case !said:
		i.unjudged("not_judged", "The judge gave no mark: "+oneLine(got.text, 200))
	default:
		i.Step = Done
		i.Said.Scores = append(i.Said.Scores, score)
		i.sum()
	}
	j.put(i)
}

// patiently asks again, a few times, where a rate limit or a full gateway turned a question away: that costs nothing.
func (j *job) patiently(ctx context.Context, g *key.Grant, q question) (got reply) {
	q.ip = j.run.Body.IP
	for n := 0; ; n++ {
		got = j.caller.ask(ctx, g, q)
		if !got.busy() || n == busy || got.cost > 0 {
			return got
		}
		t := time.NewTimer(min(max(got.wait, time.Second), pause))
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return got
		}
	}
}

// busy reports whether it is worth asking again in a moment.
func (r *reply) busy() bool {
	return r.status == http.StatusTooManyRequests && !r.broke() || r.status == http.StatusServiceUnavailable || r.code == "budget_reserved"
}

// broke reports whether nothing more can be asked: a budget is used up, or the key is not good any more.
func (r *reply) broke() bool {
	return r.status == http.StatusUnauthorized || r.code == "budget_exhausted" && r.scope != "request"
}

// spent is what an answer cost. One that was broken off counts at its most: what was booked for it is known when it is too late.
func (r *reply) spent(ctx context.Context, most money.USD) money.USD {
	if !r.told && r.status != http.StatusOK && ctx.Err() != nil {
		return most
	}
	return r.cost
}

// Sum adds tallies up over all subjects and steps.
func Sum(all []Tally) (t Tally) {
	for _, x := range all {
		t.Count, t.Right, t.Scored = t.Count+x.Count, t.Right+x.Right, t.Scored+x.Scored
		t.Cost, t.JudgeCost = t.Cost+x.Cost, t.JudgeCost+x.JudgeCost
		t.Held, t.JudgeHeld = t.Held+x.Held, t.JudgeHeld+x.JudgeHeld
	}
	return t
}

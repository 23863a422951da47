package evaluation

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/key"
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
	sub, row := &j.run.Body.Subjects[i.Subject], j.row(i.Row)
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
	case got.unsent:
		i.Step = Waiting
		i.Asks--
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
	if i.Step == Done { // else the judge has still to say
		i.sum()
	}
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
	q := s.asks(j.run.ID, j.row(i.Row), i.Said.Text)
	q.limit = most
	got := j.patiently(ctx, g, q)
	cost := got.spent(ctx, most)
	i.JudgeCost, i.JudgeMost = i.JudgeCost+cost, 0
	defer j.judges.put(most, cost)
	score, said := s.judged(got.text)
	switch {
	case got.unsent:
		i.Step = Answered
		i.Judged--
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

// row is the one of a number. There may be gaps: rows of somebody who was erased are gone.
func (j *job) row(number int) *Row {
	at, ok := slices.BinarySearchFunc(j.rows, number, func(r Row, n int) int { return cmp.Compare(r.Number, n) })
	if !ok {
		return &Row{Number: number}
	}
	return &j.rows[at]
}

package evaluation

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Estimate is what a run costs at most, before it begins.
type Estimate struct {
	Rows     int
	Subjects []Priced
	Most     money.USD // of all answers
	Judge    money.USD // the judge's share; 0 without one
}

// Priced is a subject's part of an estimate.
type Priced struct {
	Subject
	Sum money.USD // of all rows
}

// quarters are how many rows of different length are priced for each subject; all others count as the next longer one of them.
const quarters = 4

// Estimate says what a plan costs at most: with every answer filled to its cap of tokens, at the prices and by the route that the
// gateway itself says when it is asked not to ask anybody (x-bodhi-dry-run). That also finds what would be refused.
func (s *Service) Estimate(ctx context.Context, actor org.Actor, p Plan) (Estimate, error) {
	if err := actor.Require(MayRun); err != nil {
		return Estimate{}, err
	}
	r, err := s.prepare(ctx, actor, &p)
	if err != nil {
		return Estimate{}, err
	}
	e, _, err := s.price(ctx, actor, &p, r)
	return e, err
}

// price is an estimate, and pins the plan to what was priced: labels become numbers, and each subject gets the most of one row.
func (s *Service) price(ctx context.Context, actor org.Actor, p *Plan, r ready) (e Estimate, judge money.USD, err error) {
	e.Rows = len(r.rows)
	e.Subjects = make([]Priced, len(p.Subjects))
	errs := make([]error, len(p.Subjects)+1)
	var all sync.WaitGroup
	for i := range p.Subjects {
		all.Go(func() {
			e.Subjects[i].Sum, errs[i] = s.priceSubject(ctx, actor, &p.Subjects[i], i, r)
			e.Subjects[i].Subject = p.Subjects[i]
		})
	}
	for i := range p.Scorers {
		if sc := &p.Scorers[i]; sc.Kind == Judge {
			all.Go(func() { judge, errs[len(p.Subjects)] = s.priceJudge(ctx, actor, sc, p, r) })
		}
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		return e, 0, err
	}
	for _, x := range e.Subjects {
		if e.Most, err = e.Most.Add(x.Sum); err != nil {
			return e, 0, fmt.Errorf("evaluation: estimate: %w", err)
		}
	}
	e.Judge = judge * money.USD(len(r.rows)*len(p.Subjects))
	return e, judge, nil
}

// priceSubject asks what rows of four lengths would cost, the longest first.
func (s *Service) priceSubject(ctx context.Context, actor org.Actor, sub *Subject, i int, r ready) (sum money.USD, err error) {
	byLength := slices.Clone(r.rows)
	slices.SortStableFunc(byLength, func(a, b Row) int { return cmp.Compare(size(&b), size(&a)) })
	n := len(byLength)
	for q := range min(quarters, n) {
		from, to := n*q/min(quarters, n), n*(q+1)/min(quarters, n)
		row := &byLength[from]
		ask := sub.question(row)
		ask.limit, ask.dry, ask.ip = 0, true, actor.IP
		got := s.caller.ask(ctx, r.grant, ask)
		if err := got.err(); err != nil {
			return 0, fault.Field(field("model", i), fmt.Sprintf("%s cannot be asked row %d: %s", oneLine(sub.Model, 80), row.Number, err))
		}
		if !got.priced {
			return 0, unpriced(field("model", i), sub.Model)
		}
		if got.prompt != "" { // name@v3: a label that moves must not change a run under way
			sub.Model = promptPrefix + got.prompt
		}
		if q == 0 {
			sub.Most = slack(got.most)
		}
		part := got.most * money.USD(to-from)
		if sum, err = sum.Add(part); err != nil {
			return 0, fmt.Errorf("evaluation: estimate: %w", err)
		}
	}
	return sum, nil
}

func unpriced(field, model string) error {
	return fault.Field(field, fmt.Sprintf("The price of %s is not known, so no cost limit could be kept. Set its price under Prices first.", oneLine(model, 80)))
}

// slack leaves room for prices that move a little while a run is under way, and for rows whose bytes are fewer and dearer.
func slack(most money.USD) money.USD { return most + most/10 + 1 }

// priceJudge asks what it costs at most to have the longest answer judged.
func (s *Service) priceJudge(ctx context.Context, actor org.Actor, sc *Scorer, p *Plan, r ready) (money.USD, error) {
	longest := &r.rows[0]
	for i := range r.rows {
		if material(&r.rows[i]) > material(longest) {
			longest = &r.rows[i]
		}
	}
	const perToken = 4 // bytes, of English; a longer answer is cut at mostJudged
	bytes := int64(0)
	for i := range p.Subjects { // by field: their models are pinned meanwhile
		most := p.Subjects[i].MaxOutput * perToken
		if most == 0 { // the cap is the prompt's own, if it has one
			most = mostJudged
		}
		bytes = max(bytes, min(most, mostJudged))
	}
	ask := sc.asks(noRun, longest, strings.Repeat("x", int(bytes)))
	ask.dry, ask.ip = true, actor.IP
	got := s.caller.ask(ctx, r.grant, ask)
	if err := got.err(); err != nil {
		return 0, fault.Field("judge_model", fmt.Sprintf("%s cannot judge: %s", oneLine(sc.Model, 80), err))
	}
	if !got.priced {
		return 0, unpriced("judge_model", sc.Model)
	}
	return slack(got.most), nil
}

// material is how much of a row a judge reads beside the answer.
func material(r *Row) int {
	return min(len(r.Question()), mostJudged) + min(len(r.Expected), mostJudged)
}

// size is how long a row is, for what it costs.
func size(r *Row) int {
	n := 0
	for _, m := range r.Messages {
		n += len(m.Content)
	}
	for _, v := range r.Variables {
		n += len(json.RawMessage(v))
	}
	return n
}

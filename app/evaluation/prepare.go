package evaluation

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// fits checks the rows against what is asked of them.
func (p *Plan) fits(rows []Row) error {
	for _, s := range p.Subjects {
		for i := range rows {
			if r := &rows[i]; !s.prompt() && len(r.Messages) == 0 {
				return fault.Field("subjects", fmt.Sprintf("Row %d has variables only, which a prompt of the library takes; %s is a model and needs a question. Name a prompt, or give the rows an \"input\".", r.Number, oneLine(s.Model, 80)))
			}
		}
	}
	for _, s := range p.Scorers {
		for i := range rows {
			if r := &rows[i]; s.needsExpected() && strings.TrimSpace(r.Expected) == "" {
				return fault.Field("scorers", fmt.Sprintf("Row %d has no expected answer to compare with. Choose a judge, a regular expression or a schema.", r.Number))
			}
		}
	}
	return nil
}

// ready is everything that a run needs, looked up.
type ready struct {
	dataset Dataset
	rows    []Row
	key     key.Key
	grant   *key.Grant
}

// prepare looks up what a plan names, as the actor.
func (s *Service) prepare(ctx context.Context, actor org.Actor, p *Plan) (ready, error) {
	var out ready
	_, wrong := p.read()
	var err error
	if out.dataset, err = s.dataset(ctx, actor, p.Dataset); err != nil {
		return out, err
	}
	if !mayRun(actor, &out.dataset) {
		return out, fault.New(fault.Forbidden, "forbidden", "You can see this dataset, but not run it. Ask a developer of its team.")
	}
	if out.key, err = s.Keys.Spendable(ctx, actor, p.Key); err == nil {
		if out.grant, err = s.Desk.Grant(actor.Org, p.Key); err != nil {
			err = fault.Field("key", fault.From(err).Public).Because(err)
		}
	}
	if err := errors.Join(wrong, err); err != nil {
		return out, err
	}
	if out.rows, err = s.vault.openRows(ctx, s.Store, actor.Org, p.Dataset, 0, MaxRows); err != nil {
		return out, err
	}
	if len(out.rows) == 0 { // erasure takes the rows that somebody wrote
		return out, fault.New(fault.Conflict, "dataset_empty", "This dataset has no rows any more. Create one with rows.")
	}
	return out, p.fits(out.rows)
}

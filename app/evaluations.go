package app

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/bodhi-gateway/bodhi/app/evaluation"
	"github.com/bodhi-gateway/bodhi/app/evaluation/evaluationweb"
	"github.com/bodhi-gateway/bodhi/app/trial"
	"github.com/bodhi-gateway/bodhi/db"
)

// evaluating are what the service and the worker of evaluations work with.
func (a *App) evaluating() evaluation.Parts {
	return evaluation.Parts{Store: db.NewEvaluationStore(a.db), Keys: a.trial(), Desk: a.desk, Gateway: a.gateway, Vault: a.keyring, Texts: a.transcripts(), Judgements: db.NewFeedbackStore(a.db), Tx: a.db, Audit: a.audit, Bus: a.bus, IDs: a.ids, Clock: a.clock, Log: a.log}
}

// trial asks several models the same question, and knows which keys are somebody's own.
func (a *App) trial() *trial.Service {
	return trial.New(trial.Parts{Keys: a.keys, Desk: a.desk, Gateway: a.gateway, Tx: a.db, Audit: a.audit, Clock: a.clock})
}

// evaluationPages are the pages and the API of evaluations.
func (a *App) evaluationPages() *evaluationweb.Handlers {
	return evaluationweb.New(evaluationweb.Parts{Evaluations: evaluation.New(a.evaluating()), Keys: a.trial(), People: a.people, Prompts: a.library, Models: a.aliasing, Catalog: a.shelf})
}

// evaluate works on evaluations until ctx ends. wait returns when all that was under way is written down, which is before the
// treasury closes: what is broken off still has to be settled.
func (a *App) evaluate(ctx context.Context, running *errgroup.Group) (wait func()) {
	if !a.options.Worker {
		return func() {}
	}
	within, cease := context.WithCancel(ctx)
	over := make(chan struct{})
	running.Go(func() error {
		defer close(over)
		return evaluation.NewWorker(a.evaluating()).Run(within)
	})
	return func() {
		cease()
		<-over
	}
}

// Package evaluationweb is datasets and evaluations in the dashboard and in the management API.
package evaluationweb

import (
	"context"
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/evaluation"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// Keys are those that somebody may spend the budget of. *trial.Service implements it.
type Keys interface {
	Own(ctx context.Context, actor org.Actor) ([]key.Key, error)
}

// People know the teams. *identity.Service implements it.
type People interface {
	Teams(ctx context.Context, a org.Actor) ([]org.Team, error)
	Team(ctx context.Context, a org.Actor, t id.Team) (org.Team, error)
}

// Prompts are the library, for suggestions. *prompt.Service implements it.
type Prompts interface {
	List(ctx context.Context, actor org.Actor) ([]prompt.Full, error)
}

// Models are what there is to ask, for suggestions. *route.Service implements it.
type Models interface {
	Names(ctx context.Context, actor org.Actor) (route.Names, error)
}

// Parts are what Handlers work with. All are required.
type Parts struct {
	Evaluations *evaluation.Service
	Keys        Keys
	People      People
	Prompts     Prompts
	Models      Models
	Catalog     route.Catalog
}

// Handlers answer for evaluations.
type Handlers struct{ Parts }

// New makes the handlers.
func New(p Parts) *Handlers { return &Handlers{p} }

const (
	sets = "/datasets"
	runs = "/evaluations"
)

// mostForm lets a file that is too large be refused with the form as it was typed.
const mostForm = 8 << 20

// Routes are all URLs of evaluations. Whose a dataset is decides the service.
func (h *Handlers) Routes() []web.Route {
	const read, run = evaluation.MayRead, evaluation.MayRun
	const one, ran = sets + "/:id", runs + "/:id"
	return append([]web.Route{
		{Method: http.MethodGet, Path: runs, Name: "evaluations.list", Guard: web.Person, Floor: read, Handle: h.list},
		{Method: http.MethodGet, Path: sets + "/new", Name: "datasets.new", Guard: web.Person, Floor: run, Handle: h.new},
		{Method: http.MethodGet, Path: sets + "/rated", Name: "datasets.rated", Guard: web.Person, Floor: run, Handle: h.rated},
		{Method: http.MethodPost, Path: sets + "/rated", Name: "datasets.take", Guard: web.Person, Floor: run, Audit: "dataset.created", Handle: h.take},
		{Method: http.MethodPost, Path: sets, Name: "datasets.create", Guard: web.Person, Floor: run, Audit: "dataset.created", Form: mostForm, Handle: h.create},
		{Method: http.MethodGet, Path: one, Name: "datasets.show", Guard: web.Person, Floor: read, Handle: h.show},
		{Method: http.MethodGet, Path: one + "/export", Name: "datasets.export", Guard: web.Person, Floor: read, Handle: h.exportRows},
		{Method: http.MethodGet, Path: one + "/edit", Name: "datasets.edit", Guard: web.Person, Floor: run, Handle: h.edit},
		{Method: http.MethodPost, Path: one, Name: "datasets.update", Guard: web.Person, Floor: run, Audit: "dataset.updated", Handle: h.update},
		{Method: http.MethodPost, Path: one + "/delete", Name: "datasets.delete", Guard: web.Person, Floor: run, Audit: "dataset.deleted", Handle: h.remove},
		{Method: http.MethodGet, Path: one + "/run", Name: "evaluations.new", Guard: web.Person, Floor: run, Handle: h.newRun},
		{Method: http.MethodPost, Path: one + "/estimate", Name: "evaluations.estimate", Guard: web.Person, Floor: run, Audit: "none: it says what a run would cost, and asks nobody", Handle: h.estimate},
		{Method: http.MethodPost, Path: one + "/run", Name: "evaluations.start", Guard: web.Person, Floor: run, Audit: "evaluation.started", Handle: h.start},
		{Method: http.MethodGet, Path: ran, Name: "evaluations.show", Guard: web.Person, Floor: read, Handle: h.showRun},
		{Method: http.MethodGet, Path: ran + "/export", Name: "evaluations.export", Guard: web.Person, Floor: read, Handle: h.exportRun},
		{Method: http.MethodPost, Path: ran + "/cancel", Name: "evaluations.cancel", Guard: web.Person, Floor: run, Audit: "evaluation.cancelled", Handle: h.cancel},
		{Method: http.MethodPost, Path: ran + "/delete", Name: "evaluations.delete", Guard: web.Person, Floor: run, Audit: "evaluation.deleted", Handle: h.removeRun},
	}, h.api()...)
}

func (h *Handlers) api() []web.Route {
	const read, run = evaluation.MayRead, evaluation.MayRun
	const files, tests = web.APIRoot + "datasets", web.APIRoot + "evaluations"
	return []web.Route{
		{Method: http.MethodGet, Path: files, Name: "api.datasets.list", Does: "List datasets, by name.", Guard: web.Token, Floor: read, Handle: h.apiDatasets, Out: datasetList{}, Query: web.NoQuery},
		{Method: http.MethodPost, Path: files, Name: "api.datasets.create", Does: "Store a dataset, from rows or from the text of a JSONL or CSV file.", Guard: web.Token, Floor: run, Audit: "dataset.created", Handle: h.apiCreate, In: datasetInput{}, Out: datasetJSON{}},
		{Method: http.MethodGet, Path: files + "/rated", Name: "api.datasets.rated", Does: "Say which rated requests would make rows of a dataset, and why others would not.", Guard: web.Token, Floor: run, Handle: h.apiRated, Out: takingJSON{}, Query: ratedQuery()},
		{Method: http.MethodPost, Path: files + "/rated", Name: "api.datasets.take", Does: "Store a dataset of rated requests whose texts are kept.", Guard: web.Token, Floor: run, Audit: "dataset.created", Handle: h.apiTake, In: ratedInput{}, Out: takenJSON{}, Made: http.StatusCreated},
		{Method: http.MethodGet, Path: files + "/:id", Name: "api.datasets.show", Does: "Get a dataset.", Guard: web.Token, Floor: read, Handle: h.apiDataset, Out: datasetJSON{}},
		{Method: http.MethodGet, Path: files + "/:id/rows", Name: "api.datasets.rows", Does: "List the rows of a dataset.", Guard: web.Token, Floor: read, Handle: h.apiRows, Out: rowList{}, Query: web.NoQuery},
		{Method: http.MethodPatch, Path: files + "/:id", Name: "api.datasets.update", Does: "Change what is said about a dataset, and who sees it. Its rows never change.", Guard: web.Token, Floor: run, Audit: "dataset.updated", Handle: h.apiUpdate, In: datasetChange{}, Out: datasetJSON{}},
		{Method: http.MethodDelete, Path: files + "/:id", Name: "api.datasets.delete", Does: "Delete a dataset, with its rows and all evaluations of it.", Guard: web.Token, Floor: run, Audit: "dataset.deleted", Handle: h.apiDelete, Out: web.None{}},

		{Method: http.MethodGet, Path: tests, Name: "api.evaluations.list", Does: "List evaluations, the newest first.", Guard: web.Token, Floor: read, Handle: h.apiRuns, Out: evaluationList{},
			Query: []web.Parameter{{Name: "dataset", Does: "only of this dataset", Example: "dts_…"}}},
		{Method: http.MethodPost, Path: tests, Name: "api.evaluations.start", Does: "Ask models and prompts the questions of a dataset, and score the answers.", Guard: web.Token, Floor: run, Audit: "evaluation.started", Made: http.StatusCreated, Handle: h.apiStart, In: evaluationInput{}, Out: evaluationJSON{}},
		{Method: http.MethodPost, Path: tests + "/estimate", Name: "api.evaluations.estimate", Does: "Say what an evaluation would cost at most. Nobody is asked.", Guard: web.Token, Floor: run, Audit: "none: it says what a run would cost, and asks nobody", Made: http.StatusOK, Handle: h.apiEstimate, In: evaluationInput{}, Out: estimateJSON{}},
		{Method: http.MethodGet, Path: tests + "/:id", Name: "api.evaluations.show", Does: "Get an evaluation, and how its subjects compare.", Guard: web.Token, Floor: read, Handle: h.apiRun, Out: reportJSON{}},
		{Method: http.MethodGet, Path: tests + "/:id/results", Name: "api.evaluations.results", Does: "List the answers of an evaluation by row, with what the scorers say.", Guard: web.Token, Floor: read, Handle: h.apiResults, Out: resultList{}, Query: web.NoQuery},
		{Method: http.MethodPost, Path: tests + "/:id/cancel", Name: "api.evaluations.cancel", Does: "Cancel an evaluation.", Guard: web.Token, Floor: run, Audit: "evaluation.cancelled", Handle: h.apiCancel, In: web.None{}, Out: evaluationJSON{}},
		{Method: http.MethodDelete, Path: tests + "/:id", Name: "api.evaluations.delete", Does: "Delete an evaluation that is over.", Guard: web.Token, Floor: run, Audit: "evaluation.deleted", Handle: h.apiDeleteRun, Out: web.None{}},
	}
}

func datasetID(c *web.Context) (id.Dataset, error) {
	return web.Param(c, "id", id.ParseDataset, error(evaluation.MissingDataset()))
}

func runID(c *web.Context) (id.Evaluation, error) {
	return web.Param(c, "id", id.ParseEvaluation, error(evaluation.MissingRun()))
}

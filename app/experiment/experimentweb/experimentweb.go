// Package experimentweb is experiments in the dashboard and in the management API.
package experimentweb

import (
	"context"
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/experiment"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// Aliases are what experiments are about. *route.Service implements it.
type Aliases interface {
	Names(ctx context.Context, actor org.Actor) (route.Names, error)
}

// Prompts are the library. *prompt.Service implements it.
type Prompts interface {
	List(ctx context.Context, actor org.Actor) ([]prompt.Full, error)
}

// Handlers answer for experiments.
type Handlers struct {
	tests   *experiment.Service
	aliases Aliases
	catalog route.Catalog
	prompts Prompts
	people  web.PlacePeople
	keys    web.PlaceKeys
}

// New makes the handlers.
func New(tests *experiment.Service, aliases Aliases, catalog route.Catalog, prompts Prompts, people web.PlacePeople, keys web.PlaceKeys) *Handlers {
	return &Handlers{tests, aliases, catalog, prompts, people, keys}
}

const root = "/experiments"

// Routes are all URLs of experiments.
func (h *Handlers) Routes() []web.Route {
	const one, api = root + "/:id", web.APIRoot + "experiments"
	const read, change = experiment.MayRead, experiment.MayChange
	return []web.Route{
		{Method: http.MethodGet, Path: root, Name: "experiments.list", Guard: web.Person, Floor: read, Handle: h.list},
		{Method: http.MethodGet, Path: root + "/new", Name: "experiments.new", Guard: web.Person, Floor: change, Handle: h.new},
		{Method: http.MethodPost, Path: root, Name: "experiments.start", Guard: web.Person, Floor: change, Audit: "experiment.started", Handle: h.start},
		{Method: http.MethodGet, Path: one, Name: "experiments.show", Guard: web.Person, Floor: read, Handle: h.show},
		{Method: http.MethodPost, Path: one + "/pause", Name: "experiments.pause", Guard: web.Person, Floor: change, Audit: "experiment.paused", Handle: h.pause},
		{Method: http.MethodPost, Path: one + "/resume", Name: "experiments.resume", Guard: web.Person, Floor: change, Audit: "experiment.resumed", Handle: h.resume},
		{Method: http.MethodPost, Path: one + "/stop", Name: "experiments.stop", Guard: web.Person, Floor: change, Audit: "experiment.stopped", Handle: h.stop},
		{Method: http.MethodPost, Path: one + "/migrate", Name: "experiments.migrate", Guard: web.Person, Floor: change, Audit: "experiment.migrated", Handle: h.migrate},
		{Method: http.MethodPost, Path: one + "/delete", Name: "experiments.delete", Guard: web.Person, Floor: change, Audit: "experiment.deleted", Handle: h.remove},

		{Method: http.MethodGet, Path: api, Name: "api.experiments.list", Does: "List experiments.", Guard: web.Token, Floor: read, Handle: h.apiList, Out: experimentList{}},
		{Method: http.MethodPost, Path: api, Name: "api.experiments.start", Does: "Start an experiment on an alias.", Guard: web.Token, Floor: change, Audit: "experiment.started", Made: http.StatusCreated, Handle: h.apiStart, In: experimentInput{}, Out: experimentJSON{}},
		{Method: http.MethodGet, Path: api + "/:id", Name: "api.experiments.show", Does: "Get an experiment and how its variants compare.", Guard: web.Token, Floor: read, Handle: h.apiShow, Out: reportJSON{}},
		{Method: http.MethodPost, Path: api + "/:id/pause", Name: "api.experiments.pause", Does: "Pause an experiment.", Guard: web.Token, Floor: change, Audit: "experiment.paused", Handle: h.apiPause, In: web.None{}, Out: experimentJSON{}},
		{Method: http.MethodPost, Path: api + "/:id/resume", Name: "api.experiments.resume", Does: "Let a paused experiment go on.", Guard: web.Token, Floor: change, Audit: "experiment.resumed", Handle: h.apiResume, In: web.None{}, Out: experimentJSON{}},
		{Method: http.MethodPost, Path: api + "/:id/stop", Name: "api.experiments.stop", Does: "End an experiment as it stands.", Guard: web.Token, Floor: change, Audit: "experiment.stopped", Handle: h.apiStop, In: web.None{}, Out: experimentJSON{}},
		{Method: http.MethodPost, Path: api + "/:id/migrate", Name: "api.experiments.migrate", Does: "Put a variant's target first in the alias's route.", Guard: web.Token, Floor: change, Audit: "experiment.migrated", Handle: h.apiMigrate, In: migrateInput{}, Out: experimentJSON{}},
		{Method: http.MethodDelete, Path: api + "/:id", Name: "api.experiments.delete", Does: "Delete an experiment that is over.", Guard: web.Token, Floor: change, Audit: "experiment.deleted", Handle: h.apiDelete, Out: web.None{}},
	}
}

// which reads the path; a malformed id is as unknown as an unknown one.
func which(c *web.Context) (id.Experiment, error) {
	v, err := id.ParseExperiment(c.Param("id"))
	if err != nil {
		return v, fault.New(fault.NotFound, "not_found", "There is no such experiment.")
	}
	return v, nil
}

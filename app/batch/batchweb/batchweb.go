// Package batchweb is batches in the dashboard and in the management API. What programs call with a virtual key is the data plane's.
package batchweb

import (
	"context"
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// Keys are those that somebody may spend the budget of. *trial.Service implements it.
type Keys interface {
	Own(ctx context.Context, actor org.Actor) ([]key.Key, error)
}

// Models are what there is to ask, for suggestions. *route.Service implements it.
type Models interface {
	Names(ctx context.Context, actor org.Actor) (route.Names, error)
}

// Parts are what Handlers work with. All are required.
type Parts struct {
	Batches *batch.Service
	Keys    Keys
	Models  Models
	Catalog route.Catalog
}

// Handlers answer for batches.
type Handlers struct{ Parts }

// New makes the handlers.
func New(p Parts) *Handlers { return &Handlers{p} }

const (
	pages = "/batches"
	// mostForm and mostPlan let a file that is too large be refused with the form as it was typed.
	mostForm = 2 * batch.MaxFile
	mostPlan = 4 * batch.MaxTyped
)

const asksNobody = "none: it says what a batch would ask and cost, and asks nobody"

// Routes are all URLs of batches. Whose a batch is decides the service.
func (h *Handlers) Routes() []web.Route {
	const read, run = batch.MayRead, batch.MayRun
	const one, root = pages + "/:id", web.APIRoot + "batches"
	results := []string{"application/x-ndjson"}
	return append([]web.Route{
		{Method: http.MethodGet, Path: pages, Name: "batches.list", Guard: web.Person, Floor: read, Handle: h.list},
		{Method: http.MethodGet, Path: pages + "/new", Name: "batches.new", Guard: web.Person, Floor: run, Handle: h.new},
		{Method: http.MethodPost, Path: pages, Name: "batches.create", Guard: web.Person, Floor: run, Audit: "batch.created", Form: mostForm, Handle: h.create},
		{Method: http.MethodPost, Path: pages + "/preview", Name: "batches.preview", Guard: web.Person, Floor: run, Audit: asksNobody, Form: mostForm, Handle: h.preview},
		{Method: http.MethodGet, Path: one, Name: "batches.show", Guard: web.Person, Floor: read, Handle: h.show},
		{Method: http.MethodGet, Path: one + "/live", Name: "batches.live", Guard: web.Person, Floor: read, Streams: true, Handle: h.live},
		{Method: http.MethodGet, Path: one + "/results", Name: "batches.results", Guard: web.Person, Floor: read, Handle: h.results},
		{Method: http.MethodPost, Path: one + "/pause", Name: "batches.pause", Guard: web.Person, Floor: run, Audit: "batch.paused", Handle: h.pause},
		{Method: http.MethodPost, Path: one + "/resume", Name: "batches.resume", Guard: web.Person, Floor: run, Audit: "batch.resumed", Handle: h.resume},
		{Method: http.MethodPost, Path: one + "/cancel", Name: "batches.cancel", Guard: web.Person, Floor: run, Audit: "batch.cancelled", Handle: h.cancel},
		{Method: http.MethodPost, Path: one + "/delete", Name: "batches.delete", Guard: web.Person, Floor: run, Audit: "batch.deleted", Handle: h.remove},

		{Method: http.MethodGet, Path: root, Name: "api.batches.list", Does: "List batches, the newest first.", Guard: web.Token, Floor: read, Handle: h.apiList, Out: batchList{}, Query: web.NoQuery},
		{Method: http.MethodPost, Path: root, Name: "api.batches.create", Does: "Make a batch of lines of JSON, or of a table whose rows fill in a prompt.", Guard: web.Token, Floor: run, Audit: "batch.created", Made: http.StatusCreated, Handle: h.apiCreate, In: batchInput{}, Out: batchJSON{}},
		{Method: http.MethodPost, Path: root + "/preview", Name: "api.batches.preview", Does: "Say what a batch would ask, and cost at most. Nobody is asked.", Guard: web.Token, Floor: run, Audit: asksNobody, Made: http.StatusOK, Handle: h.apiPreview, In: batchInput{}, Out: previewJSON{}},
		{Method: http.MethodGet, Path: root + "/:id", Name: "api.batches.show", Does: "Get a batch, and how far it is.", Guard: web.Token, Floor: read, Handle: h.apiShow, Out: batchJSON{}},
		{Method: http.MethodGet, Path: root + "/:id/results", Name: "api.batches.results", Does: "Download the results of a batch as lines of JSON.", Guard: web.Token, Floor: read, Handle: h.apiResults, Streams: true, Files: results, Out: web.None{}, Query: web.NoQuery},
		{Method: http.MethodPost, Path: root + "/:id/pause", Name: "api.batches.pause", Does: "Pause a batch: what is under way comes to its end, and nothing more is begun.", Guard: web.Token, Floor: run, Audit: "batch.paused", Handle: h.apiPause, In: web.None{}, Out: batchJSON{}},
		{Method: http.MethodPost, Path: root + "/:id/resume", Name: "api.batches.resume", Does: "Go on with a batch that is paused, with another cost limit if one is given.", Guard: web.Token, Floor: run, Audit: "batch.resumed", Handle: h.apiResume, In: resumeInput{}, Out: batchJSON{}},
		{Method: http.MethodPost, Path: root + "/:id/cancel", Name: "api.batches.cancel", Does: "Cancel a batch. What was not asked is listed with its results.", Guard: web.Token, Floor: run, Audit: "batch.cancelled", Handle: h.apiCancel, In: web.None{}, Out: batchJSON{}},
		{Method: http.MethodDelete, Path: root + "/:id", Name: "api.batches.delete", Does: "Delete a batch that is over, with its results.", Guard: web.Token, Floor: run, Audit: "batch.deleted", Handle: h.apiDelete, Out: web.None{}},
	}, h.planRoutes()...)
}

// planRoutes are those of schedules and off-peak hours.
func (h *Handlers) planRoutes() []web.Route {
	const read, run, set = batch.MayRead, batch.MayRun, batch.MaySet
	const one, root, night = schedules + "/:id", web.APIRoot + "batches/schedules", web.APIRoot + "batches/hours"
	return []web.Route{
		{Method: http.MethodGet, Path: hours, Name: "batches.hours", Guard: web.Person, Floor: read, Handle: h.hours},
		{Method: http.MethodPost, Path: hours, Name: "batches.set_hours", Guard: web.Person, Floor: set, Audit: "batch_hours.updated", Handle: h.setHours},
		{Method: http.MethodGet, Path: schedules, Name: "batch_schedules.list", Guard: web.Person, Floor: read, Handle: h.schedules},
		{Method: http.MethodGet, Path: schedules + "/new", Name: "batch_schedules.new", Guard: web.Person, Floor: run, Handle: h.newSchedule},
		{Method: http.MethodPost, Path: schedules, Name: "batch_schedules.create", Guard: web.Person, Floor: run, Audit: "schedule.created", Form: mostPlan, Handle: h.createSchedule},
		{Method: http.MethodPost, Path: schedules + "/preview", Name: "batch_schedules.preview", Guard: web.Person, Floor: run, Audit: asksNobody, Form: mostPlan, Handle: h.previewSchedule},
		{Method: http.MethodPost, Path: one + "/preview", Name: "batch_schedules.preview_one", Guard: web.Person, Floor: run, Audit: asksNobody, Form: mostPlan, Handle: h.previewSchedule},
		{Method: http.MethodGet, Path: one, Name: "batch_schedules.show", Guard: web.Person, Floor: read, Handle: h.schedule},
		{Method: http.MethodGet, Path: one + "/edit", Name: "batch_schedules.edit", Guard: web.Person, Floor: run, Handle: h.editSchedule},
		{Method: http.MethodPost, Path: one, Name: "batch_schedules.update", Guard: web.Person, Floor: run, Audit: "schedule.updated", Form: mostPlan, Handle: h.updateSchedule},
		{Method: http.MethodPost, Path: one + "/pause", Name: "batch_schedules.pause", Guard: web.Person, Floor: run, Audit: "schedule.paused", Handle: h.pauseSchedule},
		{Method: http.MethodPost, Path: one + "/resume", Name: "batch_schedules.resume", Guard: web.Person, Floor: run, Audit: "schedule.resumed", Handle: h.resumeSchedule},
		{Method: http.MethodPost, Path: one + "/run", Name: "batch_schedules.run", Guard: web.Person, Floor: run, Audit: "schedule.run", Handle: h.runSchedule},
		{Method: http.MethodPost, Path: one + "/delete", Name: "batch_schedules.delete", Guard: web.Person, Floor: run, Audit: "schedule.deleted", Handle: h.deleteSchedule},

		{Method: http.MethodGet, Path: night, Name: "api.batch_hours.show", Does: "Say when off-peak hours are.", Guard: web.Token, Floor: read, Handle: h.apiHours, Out: hoursJSON{}, Query: web.NoQuery},
		{Method: http.MethodPut, Path: night, Name: "api.batch_hours.set", Does: "Say when off-peak hours are. It counts for batches that wait or are under way, too.", Guard: web.Token, Floor: set, Audit: "batch_hours.updated", Handle: h.apiSetHours, In: hoursJSON{}, Out: hoursJSON{}},
		{Method: http.MethodGet, Path: root, Name: "api.batch_schedules.list", Does: "List schedules of batches, by name.", Guard: web.Token, Floor: read, Handle: h.apiSchedules, Out: scheduleList{}, Query: web.NoQuery},
		{Method: http.MethodPost, Path: root, Name: "api.batch_schedules.create", Does: "Set up a schedule that makes a batch of the same requests again and again.", Guard: web.Token, Floor: run, Audit: "schedule.created", Made: http.StatusCreated, Handle: h.apiPlan, In: scheduleInput{}, Out: scheduleJSON{}},
		{Method: http.MethodGet, Path: root + "/:id", Name: "api.batch_schedules.show", Does: "Get a schedule.", Guard: web.Token, Floor: read, Handle: h.apiSchedule, Out: scheduleJSON{}, Query: web.NoQuery},
		{Method: http.MethodPatch, Path: root + "/:id", Name: "api.batch_schedules.update", Does: "Change a schedule. What is left out stays; whoever changes it answers for it.", Guard: web.Token, Floor: run, Audit: "schedule.updated", Handle: h.apiReplan, In: scheduleChange{}, Out: scheduleJSON{}},
		{Method: http.MethodGet, Path: root + "/:id/runs", Name: "api.batch_schedules.runs", Does: "List what became of a schedule's times, the newest first.", Guard: web.Token, Floor: read, Handle: h.apiRuns, Out: runList{}, Query: web.NoQuery},
		{Method: http.MethodPost, Path: root + "/:id/pause", Name: "api.batch_schedules.pause", Does: "Pause a schedule: nothing new is made. What was due meanwhile is not made up for.", Guard: web.Token, Floor: run, Audit: "schedule.paused", Handle: h.apiRest, In: web.None{}, Out: scheduleJSON{}},
		{Method: http.MethodPost, Path: root + "/:id/resume", Name: "api.batch_schedules.resume", Does: "Go on with a schedule that is paused; whoever does so answers for it.", Guard: web.Token, Floor: run, Audit: "schedule.resumed", Handle: h.apiGo, In: web.None{}, Out: scheduleJSON{}},
		{Method: http.MethodPost, Path: root + "/:id/run", Name: "api.batch_schedules.run", Does: "Make a batch of a schedule at once, besides those at its times.", Guard: web.Token, Floor: run, Audit: "schedule.run", Made: http.StatusCreated, Handle: h.apiRun, In: web.None{}, Out: batchJSON{}},
		{Method: http.MethodDelete, Path: root + "/:id", Name: "api.batch_schedules.delete", Does: "Delete a schedule. The batches that it made stay.", Guard: web.Token, Floor: run, Audit: "schedule.deleted", Handle: h.apiDrop, Out: web.None{}},
	}
}

func batchID(c *web.Context) (id.Batch, error) {
	return web.Param(c, "id", id.ParseBatch, error(batch.Missing()))
}

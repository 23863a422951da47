package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"
)

// maxBody is what the sandbox reads of a request, as large as the gateway lets through.
const maxBody = 32 << 20

// decode reads a JSON body into v.
func decode(r *http.Request, v any) *failure {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	switch {
	case err != nil:
		return &failure{status: 400, message: "The request body ended early."}
	case len(body) > maxBody:
		return &failure{status: 413, message: "The request body is larger than 32 MiB."}
	}
	if err := json.Unmarshal(body, v); err != nil {
		f := &failure{status: 400, message: "We could not parse the JSON body of your request: " + err.Error()}
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) {
			f.param, f.code, f.message = wrong.Field, "invalid_type", fmt.Sprintf("Invalid type for '%s': got %s.", wrong.Field, wrong.Value)
		}
		return f
	}
	return nil
}

// enter finds the model and its script, waits for the scripted latency and refuses as scripted. One of allowed must be
// the model.
func (s *Sandbox) enter(r *http.Request, name string, allowed ...string) (model string, sc Script, f *failure) {
	if name == "" {
		return "", sc, &failure{status: 400, message: "you must provide a model parameter"}
	}
	model, sc, f = script(name, r.Header)
	if f != nil {
		return "", sc, f
	}
	if !slices.Contains(allowed, model) {
		return "", sc, unknownModel(model)
	}
	if !wait(r.Context(), sc.Latency) {
		panic(http.ErrAbortHandler) // the client left before anything was charged
	}
	if sc.Status != 0 {
		return "", sc, scripted(sc)
	}
	return model, sc, nil
}

// wait sleeps unless the client leaves; it reports whether it is still there.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

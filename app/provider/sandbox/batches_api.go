package sandbox

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

func (s *Sandbox) nightFace() {
	s.mux.HandleFunc("POST /v1/batches", s.authorized(s.createBatch))
	s.mux.HandleFunc("GET /v1/batches", s.authorized(s.listBatches))
	s.mux.HandleFunc("GET /v1/batches/{id}", s.authorized(s.showBatch))
	s.mux.HandleFunc("POST /v1/batches/{id}/cancel", s.authorized(s.cancelBatch))
	for _, at := range []struct {
		path      string
		versioned bool
	}{{"/openai/", true}, {"/openai/v1/", false}} { // Azure's
		s.mux.HandleFunc("POST "+at.path+"files", s.azure(at.versioned, s.uploadFile))
		s.mux.HandleFunc("GET "+at.path+"files/{id}", s.azure(at.versioned, s.showFile))
		s.mux.HandleFunc("GET "+at.path+"files/{id}/content", s.azure(at.versioned, s.readFile))
		s.mux.HandleFunc("DELETE "+at.path+"files/{id}", s.azure(at.versioned, s.deleteFile))
		s.mux.HandleFunc("POST "+at.path+"batches", s.azure(at.versioned, s.createBatch))
		s.mux.HandleFunc("GET "+at.path+"batches", s.azure(at.versioned, s.listBatches))
		s.mux.HandleFunc("GET "+at.path+"batches/{id}", s.azure(at.versioned, s.showBatch))
		s.mux.HandleFunc("POST "+at.path+"batches/{id}/cancel", s.azure(at.versioned, s.cancelBatch))
	}
	s.mux.HandleFunc("POST /v1/messages/batches", s.admitted(s.createMessageBatch))
	s.mux.HandleFunc("GET /v1/messages/batches", s.admitted(s.listMessageBatches))
	s.mux.HandleFunc("GET /v1/messages/batches/{id}", s.admitted(s.showMessageBatch))
	s.mux.HandleFunc("POST /v1/messages/batches/{id}/cancel", s.admitted(s.cancelMessageBatch))
	s.mux.HandleFunc("DELETE /v1/messages/batches/{id}", s.admitted(s.deleteMessageBatch))
	s.mux.HandleFunc("GET /v1/messages/batches/{id}/results", s.admitted(s.messageResults))
}

// batchEnds are the paths of batches; Azure leaves out the version.
var batchEnds = []string{"/v1/chat/completions", "/v1/responses", "/v1/embeddings", "/v1/completions"}

func (s *Sandbox) createBatch(w http.ResponseWriter, r *http.Request) {
	n := s.number()
	s.identify(w, n)
	var q struct {
		Input    string            `json:"input_file_id"`
		Endpoint string            `json:"endpoint"`
		Window   string            `json:"completion_window"`
		Metadata map[string]string `json:"metadata"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&q); err != nil {
		refuse(w, &failure{status: 400, message: "We could not parse the JSON body of your request."})
		return
	}
	all := s.files.of(bearer(r))
	i := slices.IndexFunc(all, func(f storedFile) bool { return f.ID == q.Input && f.Purpose == "batch" })
	end := q.Endpoint
	if !strings.HasPrefix(end, "/v1") {
		end = "/v1" + end
	}
	switch {
	case i < 0:
		refuse(w, &failure{status: 400, param: "input_file_id", message: "Invalid value for 'input_file_id': no such file."})
		return
	case !slices.Contains(batchEnds, end):
		refuse(w, &failure{status: 400, param: "endpoint", message: "Invalid value: '" + q.Endpoint + "'. Supported values are: " + strings.Join(batchEnds, ", ") + "."})
		return
	case q.Window != "24h":
		refuse(w, &failure{status: 400, param: "completion_window", message: "Invalid value: '" + q.Window + "'. Supported values are: '24h'."})
		return
	}
	b := &nightBatch{id: "batch_" + s.name(n, 32), owner: bearer(r), endpoint: end, input: q.Input, window: q.Window, metadata: q.Metadata, status: "validating"}
	for line := range bytes.Lines(all[i].content) {
		var l nightLine
		if json.Unmarshal(line, &l) != nil || l.CustomID == "" || l.Body == nil || l.URL != q.Endpoint {
			b.status = "failed"
		}
		b.lines = append(b.lines, l)
	}
	if len(b.lines) == 0 {
		refuse(w, &failure{status: 400, param: "input_file_id", message: "The file is empty."})
		return
	}
	if f := s.add(b); f != nil {
		refuse(w, f)
		return
	}
	answer(w, s.batchObject(b))
}

func (s *Sandbox) batchObject(b *nightBatch) map[string]any {
	at := func(t time.Time, is bool) any {
		if !is || t.IsZero() {
			return nil
		}
		return t.Unix()
	}
	counts := map[string]int{"total": len(b.lines), "completed": 0, "failed": 0}
	for _, r := range b.results {
		if r.end == "succeeded" {
			counts["completed"]++
		} else {
			counts["failed"]++
		}
	}
	v := map[string]any{"id": b.id, "object": "batch", "endpoint": b.endpoint, "errors": nil, "input_file_id": b.input, "completion_window": b.window, "status": b.status,
		"output_file_id": orNull(b.output), "error_file_id": orNull(b.failures), "created_at": b.created.Unix(), "in_progress_at": at(b.created, b.status != "validating" && b.status != "failed"),
		"expires_at": b.created.Add(24 * time.Hour).Unix(), "finalizing_at": at(b.ended, b.status == "completed"), "completed_at": at(b.ended, b.status == "completed"), "failed_at": at(b.created, b.status == "failed"),
		"expired_at": at(b.ended, b.status == "expired"), "cancelling_at": at(b.stopped, true), "cancelled_at": at(b.ended, b.status == "cancelled"), "request_counts": counts, "metadata": b.metadata}
	if b.status == "failed" {
		v["errors"] = map[string]any{"object": "list", "data": []map[string]any{{"code": "invalid_request", "message": "The batch failed its validation.", "param": nil, "line": 1}}}
	}
	return v
}

// nightly finds a batch, or refuses as OpenAI does.
func (s *Sandbox) nightly(w http.ResponseWriter, r *http.Request) *nightBatch {
	s.identify(w, s.number())
	for _, b := range s.mine(bearer(r), false) {
		if b.id == r.PathValue("id") {
			return b
		}
	}
	refuse(w, &failure{status: 404, param: "id", message: "No batch found with id '" + r.PathValue("id") + "'."})
	return nil
}

func (s *Sandbox) showBatch(w http.ResponseWriter, r *http.Request) {
	if b := s.nightly(w, r); b != nil {
		answer(w, s.batchObject(b))
	}
}

func (s *Sandbox) listBatches(w http.ResponseWriter, r *http.Request) {
	s.identify(w, s.number())
	out, after := []any{}, r.URL.Query().Get("after")
	limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
	limit = max(limit, 1)
	more := false
	for _, b := range s.mine(bearer(r), false) {
		switch {
		case after != "":
			if b.id == after {
				after = ""
			}
		case len(out) == limit:
			more = true
		default:
			out = append(out, s.batchObject(b))
		}
	}
	answer(w, map[string]any{"object": "list", "data": out, "has_more": more})
}

func (s *Sandbox) cancelBatch(w http.ResponseWriter, r *http.Request) {
	b := s.nightly(w, r)
	if b == nil {
		return
	}
	s.night.mu.Lock()
	defer s.night.mu.Unlock()
	if b.status == "failed" || !b.ended.IsZero() {
		refuse(w, &failure{status: 409, message: "Cannot cancel a batch with status '" + b.status + "'."})
		return
	}
	b.stopped, b.status = s.clock.Now(), "cancelling"
	answer(w, s.batchObject(b))
}

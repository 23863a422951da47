package sandbox

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Batches: many requests at once, answered when their time has come, for half the price. The first line's model may say how long that
// takes ("sandbox-chat+night=2h"), and each line's what goes wrong with it (fate). Results come in another order than the lines.

// atNight begins the client's id of every call that a batch makes; the bill halves those.
const atNight = "batch "

// fates are what may go wrong. The first five are a line's, the others the whole batch's, by its first line.
var fates = map[string]bool{
	"missing": true, // it has no result
	"twice":   true, // it has two
	"garbled": true, // its result is no JSON
	"expired": true, // it was not asked in time
	"strange": true, // its result has a name that nobody gave
	"busy":    true, // making the batch answers 429
	"broken":  true, // making it answers 500, and nothing is made
	"unsaid":  true, // making it answers 500, and it is made
	"invalid": true, // it fails its validation
}

// mostNights is how many batches are remembered.
const mostNights = 500

// night keeps batches in memory.
type night struct {
	mu  sync.Mutex
	all []*nightBatch
}

type nightLine struct {
	CustomID string          `json:"custom_id"`
	URL      string          `json:"url"`
	Body     json.RawMessage `json:"body"`
	Params   json.RawMessage `json:"params"`
	script   Script
}

// result is how one line ended: "succeeded", "errored", "expired" or "canceled".
type nightResult struct {
	line   *nightLine
	end    string
	status int
	body   []byte
}

type nightBatch struct {
	id, owner, endpoint, input, window string
	metadata                           map[string]string
	anthropic                          bool
	created, due, stopped, ended       time.Time
	lines                              []nightLine
	results                            []nightResult
	status                             string // OpenAI's words
	output, failures                   string
}

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

// nightOf reads a line's script.
func nightOf(body []byte) Script {
	var q struct{ Model string }
	_ = json.Unmarshal(body, &q) // the line itself says what is wrong with it
	_, sc, _ := script(q.Model, nil)
	return sc
}

// add takes a batch in, unless its first line's fate is another. The failure is what its maker hears.
func (s *Sandbox) add(b *nightBatch) *failure {
	b.created = s.clock.Now()
	for i := range b.lines {
		l := &b.lines[i]
		if l.Body == nil {
			l.Body = l.Params
		}
		l.script = nightOf(l.Body)
	}
	b.due = b.created.Add(b.lines[0].script.Night)
	switch b.lines[0].script.Fate {
	case "busy":
		return &failure{status: 429, message: "Too many batches are enqueued.", code: "rate_limit_exceeded"}
	case "broken":
		return &failure{status: 500, message: "The server had an error while processing your request. Sorry about that!"}
	case "invalid":
		b.status = "failed"
	case "unsaid":
		defer s.night.put(b)
		return &failure{status: 500, message: "The server had an error while processing your request. Sorry about that!"}
	}
	s.night.put(b)
	return nil
}

func (n *night) put(b *nightBatch) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.all = append(n.all, b)
	if len(n.all) > mostNights { // the oldest are forgotten, as everything here that is in memory
		n.all = n.all[1:]
	}
}

// mine are an owner's batches, newest first, as they stand now.
func (s *Sandbox) mine(owner string, anthropic bool) (out []*nightBatch) {
	s.night.mu.Lock()
	defer s.night.mu.Unlock()
	for _, b := range slices.Backward(s.night.all) {
		if b.owner == owner && b.anthropic == anthropic {
			s.work(b)
			out = append(out, b)
		}
	}
	return out
}

// work does a batch whose time has come. Half of one that was cancelled was done by then, if it had begun.
func (s *Sandbox) work(b *nightBatch) {
	now := s.clock.Now()
	switch {
	case b.status == "failed" || !b.ended.IsZero():
		return
	case b.stopped.IsZero() && now.Before(b.due):
		b.status = "in_progress"
		return
	}
	until, late := len(b.lines), "expired"
	if !b.stopped.IsZero() {
		until, late = len(b.lines)/2, "canceled"
	}
	b.ended, b.status = now, "completed"
	if late == "canceled" {
		b.status = "cancelled"
	}
	for i := range b.lines {
		l := &b.lines[i]
		switch {
		case l.script.Fate == "expired":
			b.results = append(b.results, nightResult{line: l, end: "expired"})
			if b.status == "completed" {
				b.status = "expired"
			}
		case i >= until:
			b.results = append(b.results, nightResult{line: l, end: late})
		default:
			status, body := s.alone(b, l)
			end := "succeeded"
			if status != http.StatusOK {
				end = "errored"
			}
			b.results = append(b.results, nightResult{l, end, status, body})
		}
	}
	slices.Reverse(b.results)
	if !b.anthropic {
		s.filed(b)
	}
}

// alone asks one line by the face that serves it alone.
func (s *Sandbox) alone(b *nightBatch, l *nightLine) (int, []byte) {
	r, err := http.NewRequest(http.MethodPost, "http://sandbox.invalid"+b.endpoint, bytes.NewReader(l.Body))
	if err != nil {
		return http.StatusInternalServerError, nil
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Client-Request-Id", atNight+b.id+" "+l.CustomID)
	r.Header.Set("Anthropic-Version", "2023-06-01")
	if b.owner != "" {
		r.Header.Set("Authorization", "Bearer "+b.owner)
	}
	if b.anthropic {
		r.Header.Set("X-Api-Key", b.owner)
	}
	w := &heardAlone{header: http.Header{}, status: http.StatusOK}
	s.mux.ServeHTTP(w, r)
	return w.status, bytes.TrimSpace(w.body.Bytes())
}

type heardAlone struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *heardAlone) Header() http.Header         { return w.header }
func (w *heardAlone) WriteHeader(status int)      { w.status = status }
func (w *heardAlone) Write(p []byte) (int, error) { return w.body.Write(p) }

// written writes a result as often as its line's fate says.
func (s *Sandbox) written(out *bytes.Buffer, l *nightLine, of func(name string) any) {
	name, times := l.CustomID, 1
	switch l.script.Fate {
	case "missing":
		return
	case "garbled":
		out.WriteString("{\"custom_id\":\"" + name + "\",\"respo\n")
		return
	case "strange":
		name = "nobody-" + name
	case "twice":
		times = 2
	}
	for range times {
		text, _ := json.Marshal(of(name)) // what was read as JSON
		out.Write(append(text, '\n'))
	}
}

// filed writes the files of results.
func (s *Sandbox) filed(b *nightBatch) {
	var good, bad bytes.Buffer
	for n, r := range b.results {
		out := &good
		if r.end != "succeeded" {
			out = &bad
		}
		s.written(out, r.line, func(name string) any {
			v := map[string]any{"id": "batch_req_" + b.id + strconv.Itoa(n), "custom_id": name, "response": nil, "error": nil}
			switch r.end {
			case "expired":
				v["error"] = map[string]string{"code": "batch_expired", "message": "This request could not be executed before the completion window expired."}
			case "canceled":
				v["error"] = map[string]string{"code": "batch_cancelled", "message": "This request was not executed because the batch was cancelled."}
			default:
				v["response"] = map[string]any{"status_code": r.status, "request_id": "req_" + s.name(s.number(), 32), "body": json.RawMessage(r.body)}
			}
			return v
		})
	}
	b.output, b.failures = s.resultFile(b, "output", good.Bytes()), s.resultFile(b, "error", bad.Bytes())
}

func (s *Sandbox) resultFile(b *nightBatch, name string, content []byte) string {
	if len(content) == 0 {
		return ""
	}
	o := fileObject{ID: "file-" + s.name(s.number(), 24), Object: "file", Bytes: len(content), CreatedAt: s.clock.Now().Unix(), Filename: b.id + "_" + name + ".jsonl", Purpose: "batch_output", Status: "processed"}
	s.files.put(storedFile{o, b.owner, content})
	return o.ID
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

package sandbox

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
)

// Batches: many requests at once, answered when their time has come, for half the price. The first line's model may say how long that
// takes ("sandbox-chat+night=2h"), and each line's what goes wrong with it (fate). Results come in another order than the lines.

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

package sandbox

import (
	"bytes"
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"time"
)

// The face of Anthropic's message batches. They have nothing of OpenAI's but the work in between (batches.go).

var customID = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)

func (s *Sandbox) createMessageBatch(w http.ResponseWriter, r *http.Request) {
	var q struct {
		Requests []nightLine `json:"requests"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&q); err != nil {
		s.refuseAnthropic(w, &failure{status: 400, message: "The request body is not valid JSON."})
		return
	}
	if len(q.Requests) == 0 {
		s.refuseAnthropic(w, &failure{status: 400, message: "requests: List should have at least 1 item after validation, not 0"})
		return
	}
	seen := map[string]bool{}
	for i, l := range q.Requests {
		if !customID.MatchString(l.CustomID) || seen[l.CustomID] || len(l.Params) == 0 {
			s.refuseAnthropic(w, &failure{status: 400, message: "requests." + strconv.Itoa(i) + ".custom_id: String should match pattern '^[a-zA-Z0-9_-]{1,64}$' and be unique, with params"})
			return
		}
		seen[l.CustomID] = true
	}
	b := &nightBatch{id: "msgbatch_" + s.name(s.number(), 24), owner: anthropicKey(r), endpoint: "/v1/messages", anthropic: true, lines: q.Requests, status: "in_progress"}
	if f := s.add(b); f != nil {
		s.refuseAnthropic(w, f)
		return
	}
	answer(w, messageObject(b))
}

func messageObject(b *nightBatch) map[string]any {
	at := func(t time.Time) any {
		if t.IsZero() {
			return nil
		}
		return t.UTC().Format(time.RFC3339)
	}
	counts := map[string]int{"processing": len(b.lines) - len(b.results), "succeeded": 0, "errored": 0, "canceled": 0, "expired": 0}
	for _, r := range b.results {
		counts[r.end]++
	}
	v := map[string]any{"id": b.id, "type": "message_batch", "processing_status": "in_progress", "request_counts": counts, "ended_at": at(b.ended), "created_at": at(b.created),
		"expires_at": at(b.created.Add(24 * time.Hour)), "archived_at": nil, "cancel_initiated_at": at(b.stopped), "results_url": nil}
	switch {
	case !b.ended.IsZero():
		v["processing_status"], v["results_url"] = "ended", "https://api.anthropic.com/v1/messages/batches/"+b.id+"/results"
	case !b.stopped.IsZero():
		v["processing_status"] = "canceling"
	}
	return v
}

func (s *Sandbox) messageBatch(w http.ResponseWriter, r *http.Request) *nightBatch {
	for _, b := range s.mine(anthropicKey(r), true) {
		if b.id == r.PathValue("id") {
			return b
		}
	}
	s.refuseAnthropic(w, &failure{status: 404, message: "Message batch not found."})
	return nil
}

func (s *Sandbox) showMessageBatch(w http.ResponseWriter, r *http.Request) {
	if b := s.messageBatch(w, r); b != nil {
		answer(w, messageObject(b))
	}
}

func (s *Sandbox) listMessageBatches(w http.ResponseWriter, r *http.Request) {
	out := []any{}
	first, last := any(nil), any(nil)
	for _, b := range s.mine(anthropicKey(r), true) {
		if len(out) == 0 {
			first = b.id
		}
		out, last = append(out, messageObject(b)), b.id
	}
	answer(w, map[string]any{"data": out, "has_more": false, "first_id": first, "last_id": last})
}

func (s *Sandbox) cancelMessageBatch(w http.ResponseWriter, r *http.Request) {
	b := s.messageBatch(w, r)
	if b == nil {
		return
	}
	s.night.mu.Lock()
	defer s.night.mu.Unlock()
	if !b.ended.IsZero() {
		s.refuseAnthropic(w, &failure{status: 400, message: "The message batch has ended."})
		return
	}
	b.stopped = s.clock.Now()
	answer(w, messageObject(b))
}

func (s *Sandbox) deleteMessageBatch(w http.ResponseWriter, r *http.Request) {
	b := s.messageBatch(w, r)
	if b == nil {
		return
	}
	s.night.mu.Lock()
	defer s.night.mu.Unlock()
	if b.ended.IsZero() {
		s.refuseAnthropic(w, &failure{status: 400, message: "The message batch has not ended."})
		return
	}
	b.owner = " deleted"
	answer(w, map[string]any{"id": b.id, "type": "message_batch_deleted"})
}

func (s *Sandbox) messageResults(w http.ResponseWriter, r *http.Request) {
	b := s.messageBatch(w, r)
	if b == nil {
		return
	}
	if b.ended.IsZero() {
		s.refuseAnthropic(w, &failure{status: 400, message: "The message batch has not ended: its results are not there yet."})
		return
	}
	var out bytes.Buffer
	for _, x := range b.results {
		s.written(&out, x.line, func(name string) any {
			result := map[string]any{"type": x.end}
			switch x.end {
			case "succeeded":
				result["message"] = json.RawMessage(x.body)
			case "errored":
				result["error"] = json.RawMessage(x.body)
			}
			return map[string]any{"custom_id": name, "result": result}
		})
	}
	w.Header().Set("Content-Type", "application/x-jsonl")
	_, _ = w.Write(out.Bytes())
}

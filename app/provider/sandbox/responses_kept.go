package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// found gives a stored response to a handler, or refuses as OpenAI does.
func (s *Sandbox) found(next func(w http.ResponseWriter, r *http.Request, k keptResponse)) http.HandlerFunc {
	return s.authorized(func(w http.ResponseWriter, r *http.Request) {
		s.identify(w, s.number())
		id := r.PathValue("id")
		k, ok := s.kept.get(id, bearer(r))
		if !ok {
			refuse(w, &failure{status: 404, message: "Response with id '" + id + "' not found."})
			return
		}
		next(w, r, k)
	})
}

func (s *Sandbox) showResponse(w http.ResponseWriter, _ *http.Request, k keptResponse) {
	answer(w, k.answer)
}

func (s *Sandbox) deleteResponse(w http.ResponseWriter, _ *http.Request, k keptResponse) {
	s.kept.drop(k.answer.ID)
	answer(w, map[string]any{"id": k.answer.ID, "object": "response", "deleted": true})
}

func (s *Sandbox) cancelResponse(w http.ResponseWriter, _ *http.Request, _ keptResponse) {
	refuse(w, &failure{status: 400, message: "Cannot cancel a synchronous response."})
}

func (s *Sandbox) listInput(w http.ResponseWriter, _ *http.Request, k keptResponse) {
	var items []map[string]any
	var text string
	if json.Unmarshal(k.input, &text) == nil {
		items = []map[string]any{{"type": "message", "role": "user", "content": []any{map[string]string{"type": "input_text", "text": text}}}}
	} else {
		_ = json.Unmarshal(k.input, &items)
	}
	var first, last any
	for i, it := range items {
		it["id"] = fmt.Sprintf("msg_%s%d", k.answer.ID[len("resp_"):], i+100)
		if first == nil {
			first = it["id"]
		}
		last = it["id"]
	}
	answer(w, map[string]any{"object": "list", "data": items, "first_id": first, "last_id": last, "has_more": false})
}

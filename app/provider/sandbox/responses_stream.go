package sandbox

import (
	"maps"
	"net/http"
)

// responseScore is a stream being written: beats with numbers.
type responseScore struct {
	list   []beat
	number int
}

func (p *responseScore) add(b beat, name string, fields map[string]any) {
	fields["type"], fields["sequence_number"] = name, p.number
	p.number++
	b.name, b.data = name, fields
	p.list = append(p.list, b)
}

// responseScoreOf is all the events of a response, from the first to the last.
func responseScoreOf(rep *reply, begun, done responseObject, items []any) []beat {
	p := &responseScore{}
	p.add(beat{}, "response.created", map[string]any{"response": begun})
	p.add(beat{}, "response.in_progress", map[string]any{"response": begun})
	call := 0
	for i, it := range items {
		item := it.(map[string]any)
		about := func(more map[string]any) map[string]any {
			more["item_id"], more["output_index"] = item["id"], i
			return more
		}
		empty := maps.Clone(item)
		switch item["type"] {
		case "reasoning":
			empty["summary"] = []any{}
			p.add(beat{piece: true, think: true}, "response.output_item.added", map[string]any{"output_index": i, "item": empty})
			for _, s := range item["summary"].([]any) {
				part := s.(map[string]string)
				p.add(beat{}, "response.reasoning_summary_part.added", about(map[string]any{"summary_index": 0, "part": map[string]string{"type": "summary_text", "text": ""}}))
				for _, t := range pieces(part["text"]) {
					p.add(beat{}, "response.reasoning_summary_text.delta", about(map[string]any{"summary_index": 0, "delta": t}))
				}
				p.add(beat{}, "response.reasoning_summary_text.done", about(map[string]any{"summary_index": 0, "text": part["text"]}))
				p.add(beat{}, "response.reasoning_summary_part.done", about(map[string]any{"summary_index": 0, "part": part}))
			}
		case "message":
			empty["status"], empty["content"] = "in_progress", []any{}
			p.add(beat{}, "response.output_item.added", map[string]any{"output_index": i, "item": empty})
			p.add(beat{}, "response.content_part.added", about(map[string]any{"content_index": 0, "part": outputPart("")}))
			for _, t := range pieces(rep.text) {
				p.add(beat{piece: true, text: len(t)}, "response.output_text.delta", about(map[string]any{"content_index": 0, "delta": t, "logprobs": []any{}}))
			}
			p.add(beat{}, "response.output_text.done", about(map[string]any{"content_index": 0, "text": rep.text, "logprobs": []any{}}))
			p.add(beat{}, "response.content_part.done", about(map[string]any{"content_index": 0, "part": outputPart(rep.text)}))
		default:
			empty["status"], empty["arguments"] = "in_progress", ""
			call++
			args := item["arguments"].(string)
			p.add(beat{piece: true, call: call, said: [2]int{len(item["name"].(string)), 0}}, "response.output_item.added", map[string]any{"output_index": i, "item": empty})
			for _, t := range pairs(args) {
				p.add(beat{piece: true, call: call, said: [2]int{0, len(t)}}, "response.function_call_arguments.delta", about(map[string]any{"delta": t}))
			}
			p.add(beat{}, "response.function_call_arguments.done", about(map[string]any{"arguments": args, "name": item["name"]}))
		}
		p.add(beat{}, "response.output_item.done", map[string]any{"output_index": i, "item": item})
	}
	p.add(beat{}, "response."+done.Status, map[string]any{"response": done})
	return p.list
}

// streamResponse sends the response event by event. Whatever happens, what was delivered by then is charged, and the prompt.
func (s *Sandbox) streamResponse(w http.ResponseWriter, r *http.Request, q *question, rep *reply, begun, done responseObject, items []any, charge Charge) {
	p := &playing{w: w, frame: sent, q: q, rep: rep, charge: charge, calls: make([][2]int, len(rep.calls))}
	p.charge.End = "canceled"
	defer func() {
		p.sum()
		s.books.charge(p.charge)
	}()
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	w.WriteHeader(http.StatusOK)
	if http.NewResponseController(w).Flush() != nil || !wait(r.Context(), q.script.FirstToken) {
		return
	}
	list := responseScoreOf(rep, begun, done, items)
	for i, b := range list {
		if b.piece && !p.mayGoOn(r) {
			return
		}
		p.count(b, +1)
		if i == len(list)-1 {
			p.charge.End = "complete"
		}
		if p.send(b.name, b.data) != nil {
			p.count(b, -1)
			return
		}
	}
}

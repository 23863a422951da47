package sandbox

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"sync"
)

// responseObject is a response. Fields stand in the order in which OpenAI sends them.
type responseObject struct {
	ID         string            `json:"id"`
	Object     string            `json:"object"`
	Created    int64             `json:"created_at"`
	Status     string            `json:"status"`
	Background bool              `json:"background"`
	Error      *string           `json:"error"`
	Incomplete map[string]string `json:"incomplete_details"`
	MaxOutput  *int64            `json:"max_output_tokens"`
	Model      string            `json:"model"`
	Output     []any             `json:"output"`
	Parallel   bool              `json:"parallel_tool_calls"`
	Previous   any               `json:"previous_response_id"`
	Reasoning  map[string]any    `json:"reasoning"`
	Tier       string            `json:"service_tier"`
	Store      bool              `json:"store"`
	Text       json.RawMessage   `json:"text"`
	ToolChoice json.RawMessage   `json:"tool_choice"`
	Tools      []responsesTool   `json:"tools"`
	Truncation string            `json:"truncation"`
	Usage      *responsesUsage   `json:"usage"`
	Metadata   map[string]string `json:"metadata"`
}

type responsesUsage struct {
	Input    int64            `json:"input_tokens"`
	InputOf  map[string]int64 `json:"input_tokens_details"`
	Output   int64            `json:"output_tokens"`
	OutputOf map[string]int64 `json:"output_tokens_details"`
	Total    int64            `json:"total_tokens"`
}

func (c *Charge) responsesUsage(q *question) *responsesUsage {
	if q.script.Usage == "none" {
		return nil
	}
	return &responsesUsage{c.Input, map[string]int64{"cached_tokens": c.Cached}, c.Output, map[string]int64{"reasoning_tokens": c.Reasoning}, c.Input + c.Output}
}

// keptResponse is a stored response, and the conversation up to its end.
type keptResponse struct {
	key      string
	answer   responseObject
	input    json.RawMessage
	messages []message
}

// shelf holds what was stored; the oldest goes first.
type shelf struct {
	mu    sync.Mutex
	byID  map[string]keptResponse
	order []string
}

func (s *shelf) put(k keptResponse) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byID == nil {
		s.byID = map[string]keptResponse{}
	}
	if len(s.order) >= 1000 {
		delete(s.byID, s.order[0])
		s.order = s.order[1:]
	}
	s.byID[k.answer.ID] = k
	s.order = append(s.order, k.answer.ID)
}

func (s *shelf) get(id, key string) (keptResponse, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, ok := s.byID[id]
	return k, ok && k.key == key
}

func (s *shelf) drop(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.byID, id)
	s.order = slices.DeleteFunc(s.order, func(o string) bool { return o == id })
}

// responses is the face of POST /v1/responses.
func (s *Sandbox) responses(w http.ResponseWriter, r *http.Request) {
	n := s.number()
	s.identify(w, n)
	q, m, f := s.understandResponses(r)
	if f != nil {
		refuse(w, f)
		return
	}
	rep := s.reply(q, 0)
	o := s.object(q, m, n)
	charge := Charge{ID: o.ID, Client: r.Header.Get("X-Client-Request-Id"), Model: q.base, Input: q.prompt, Cached: q.cached, Stream: q.Stream}
	charge.Output, charge.Reasoning = rep.tokens(), rep.reasoning
	items := s.outputItems(q, m, &rep, o.ID)
	done := o
	done.finish(items, &rep)
	done.Usage = charge.responsesUsage(q)
	if o.Store {
		answer := message{Role: "assistant", Content: encode(rep.text)}
		if len(rep.calls) > 0 {
			answer.ToolCalls = encode(rep.text)
		}
		s.kept.put(keptResponse{q.key, done, m.Input, append(slices.Clip(q.Messages), answer)})
	}
	if q.Stream {
		s.streamResponse(w, r, q, &rep, o, done, items, charge)
		return
	}
	if q.script.CutNow || q.script.Cut > 0 {
		panic(http.ErrAbortHandler)
	}
	charge.End = "complete"
	s.books.charge(charge)
	answer(w, done)
}

// object is a response that has only begun.
func (s *Sandbox) object(q *question, m *responsesRequest, n uint64) responseObject {
	o := responseObject{ID: "resp_" + s.name(n, 48), Object: "response", Created: s.clock.Now().Unix(), Status: "in_progress", MaxOutput: m.MaxOutput,
		Model: q.base, Output: []any{}, Parallel: m.Parallel == nil || *m.Parallel, Previous: orNull(m.Previous),
		Reasoning: map[string]any{"effort": orNull(m.Reasoning.Effort), "summary": orNull(m.Reasoning.Summary)}, Tier: "default",
		Store: m.Store == nil || *m.Store, Text: json.RawMessage(`{"format":{"type":"text"}}`), ToolChoice: json.RawMessage(`"auto"`), Tools: m.Tools,
		Truncation: "disabled", Metadata: m.Metadata}
	if len(m.ToolChoice) > 0 {
		o.ToolChoice = m.ToolChoice
	}
	if o.Tools == nil {
		o.Tools = []responsesTool{}
	}
	if o.Metadata == nil {
		o.Metadata = map[string]string{}
	}
	return o
}

func (o *responseObject) finish(items []any, rep *reply) {
	if o.Output, o.Status = items, "completed"; rep.finish == "length" {
		o.Status, o.Incomplete = "incomplete", map[string]string{"reason": "max_output_tokens"}
	}
}

// outputItems are the answer's items, whole. Maps print their keys sorted; nobody reads items in an order.
func (s *Sandbox) outputItems(q *question, m *responsesRequest, rep *reply, id string) []any {
	items := []any{}
	suffix := func() string { return id[len("resp_"):] + strconv.Itoa(len(items)) }
	if rep.reasoning > 0 {
		it := map[string]any{"id": "rs_" + suffix(), "type": "reasoning", "summary": []any{}}
		if m.Reasoning.Summary != "" {
			it["summary"] = []any{map[string]string{"type": "summary_text", "text": s.thoughts(rep)}}
		}
		if slices.Contains(m.Include, "reasoning.encrypted_content") {
			it["encrypted_content"] = sealed(it["id"].(string))
		}
		items = append(items, it)
	}
	for _, c := range rep.calls {
		items = append(items, map[string]any{"id": "fc_" + suffix(), "type": "function_call", "status": "completed", "arguments": c.arguments, "call_id": c.id, "name": c.name})
	}
	if len(rep.calls) == 0 {
		items = append(items, map[string]any{"id": "msg_" + suffix(), "type": "message", "status": "completed", "role": "assistant", "content": []any{outputPart(rep.text)}})
	}
	return items
}

func outputPart(text string) map[string]any {
	return map[string]any{"type": "output_text", "annotations": []any{}, "logprobs": []any{}, "text": text}
}

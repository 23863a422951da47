package sandbox

import (
	"encoding/base64"
	"encoding/json"
	"hash/fnv"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// signature is what the sandbox signs its thinking with. It takes back only thinking that still has it, as Anthropic does,
// so that a gateway which loses or changes a byte is found out.
func signature(text string) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte("sandbox\x00" + text))
	return base64.StdEncoding.EncodeToString(h.Sum([]byte("signed-")))
}

// The shapes of Anthropic's answers. Fields stand in the order in which Anthropic sends them.
type anthropicMessage struct {
	Model        string          `json:"model"`
	ID           string          `json:"id"`
	Type         string          `json:"type"`
	Role         string          `json:"role"`
	Content      []any           `json:"content"`
	StopReason   *string         `json:"stop_reason"`
	StopSequence *string         `json:"stop_sequence"`
	Usage        *anthropicUsage `json:"usage,omitempty"`
}

type anthropicUsage struct {
	Input    int64         `json:"input_tokens"`
	Writes   int64         `json:"cache_creation_input_tokens"`
	Reads    int64         `json:"cache_read_input_tokens"`
	Creation cacheCreation `json:"cache_creation"`
	Output   int64         `json:"output_tokens"`
	Tier     string        `json:"service_tier"`
}

type cacheCreation struct {
	Short int64 `json:"ephemeral_5m_input_tokens"`
	Long  int64 `json:"ephemeral_1h_input_tokens"`
}

type textBlock struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

type thinkingBlock struct {
	Type      string `json:"type"`
	Thinking  string `json:"thinking"`
	Signature string `json:"signature"`
}

type toolUseBlock struct {
	Type  string          `json:"type"`
	ID    string          `json:"id"`
	Name  string          `json:"name"`
	Input json.RawMessage `json:"input"`
}

// thoughts are the text of a reply's thinking: as many tokens as it is billed for.
func (s *Sandbox) thoughts(r *reply) string {
	if r.reasoning == 0 {
		return ""
	}
	return exactly(s.dice("thoughts", r.text), int(r.reasoning)*bytesPerToken)
}

func (c *Charge) anthropicUsage(q *question) *anthropicUsage {
	if q.script.Usage == "none" {
		return nil
	}
	return &anthropicUsage{Input: c.Input - c.Cached, Reads: c.Cached, Output: c.Output, Tier: "standard"}
}

// ended are Anthropic's stop reason and sequence.
func (r *reply) ended() (reason string, sequence *string) {
	switch {
	case r.finish == "length":
		return "max_tokens", nil
	case r.finish == "tool_calls":
		return "tool_use", nil
	case r.stop != "":
		return "stop_sequence", &r.stop
	}
	return "end_turn", nil
}

// messages is the face of POST /v1/messages.
func (s *Sandbox) messages(w http.ResponseWriter, r *http.Request) {
	n := s.number()
	q, f := s.understandAnthropic(r, false)
	if f != nil {
		s.refuseAnthropic(w, f)
		return
	}
	rep := s.reply(q, 0)
	for i := range rep.calls {
		rep.calls[i].id = "toolu_" + strings.TrimPrefix(rep.calls[i].id, "call_")
	}
	m := anthropicMessage{Model: q.base, ID: "msg_" + s.name(n, 24), Type: "message", Role: "assistant", Content: []any{}}
	charge := Charge{ID: m.ID, Client: r.Header.Get("X-Client-Request-Id"), Model: q.base, Input: q.prompt, Cached: q.cached, Stream: q.Stream}
	if q.Stream {
		s.streamMessages(w, r, q, &rep, m, charge)
		return
	}
	if q.script.CutNow || q.script.Cut > 0 {
		panic(http.ErrAbortHandler)
	}
	if t := s.thoughts(&rep); t != "" {
		m.Content = append(m.Content, thinkingBlock{"thinking", t, signature(t)})
	}
	if rep.text != "" {
		m.Content = append(m.Content, textBlock{"text", rep.text})
	}
	for _, c := range rep.calls {
		m.Content = append(m.Content, toolUseBlock{"tool_use", c.id, c.name, whole(c.arguments)})
	}
	reason, sequence := rep.ended()
	m.StopReason, m.StopSequence = &reason, sequence
	charge.Output, charge.Reasoning, charge.End = rep.tokens(), rep.reasoning, "complete"
	s.books.charge(charge)
	m.Usage = charge.anthropicUsage(q)
	answer(w, m)
}

// whole is arguments as an object; those that the cap cut off are no longer one.
func whole(arguments string) json.RawMessage {
	if json.Valid([]byte(arguments)) {
		return json.RawMessage(arguments)
	}
	return json.RawMessage("{}")
}

// countTokens is the face of POST /v1/messages/count_tokens, which costs nothing.
func (s *Sandbox) countTokens(w http.ResponseWriter, r *http.Request) {
	q, f := s.understandAnthropic(r, true)
	if f != nil {
		s.refuseAnthropic(w, f)
		return
	}
	answer(w, map[string]int64{"input_tokens": q.prompt})
}

type anthropicModel struct {
	Type    string `json:"type"`
	ID      string `json:"id"`
	Name    string `json:"display_name"`
	Created string `json:"created_at"`
}

func anthropicEntry(id string) anthropicModel {
	return anthropicModel{"model", id, strings.ReplaceAll(id, "-", " "), "2026-01-01T00:00:00Z"}
}

// anthropicModels pages as Anthropic does, by limit and after_id.
func (s *Sandbox) anthropicModels(w http.ResponseWriter, r *http.Request) {
	limit, err := strconv.Atoi(r.URL.Query().Get("limit"))
	if err != nil || limit < 1 {
		limit = 20
	}
	names := append([]string{claude}, offered...)
	if i := slices.Index(names, r.URL.Query().Get("after_id")); i >= 0 {
		names = names[i+1:]
	}
	more := len(names) > limit
	names = names[:min(limit, len(names))]
	list := make([]anthropicModel, 0, len(names))
	for _, id := range names {
		list = append(list, anthropicEntry(id))
	}
	var first, last any
	if len(names) > 0 {
		first, last = names[0], names[len(names)-1]
	}
	answer(w, map[string]any{"data": list, "has_more": more, "first_id": first, "last_id": last})
}

func (s *Sandbox) anthropicModel(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	base, _, _ := strings.Cut(id, "+")
	if base != claude && !slices.Contains(offered, base) {
		s.refuseAnthropic(w, &failure{status: 404, message: "model: " + id})
		return
	}
	answer(w, anthropicEntry(id))
}

package sandbox

import (
	"encoding/json"
	"net/http"
	"strings"
)

// The shapes of Google's answers. Fields stand in the order in which Google sends them.
type contentAnswer struct {
	Candidates []contentCandidate `json:"candidates"`
	Usage      *contentUsage      `json:"usageMetadata,omitempty"`
	Model      string             `json:"modelVersion"`
	ID         string             `json:"responseId"`
}

type contentCandidate struct {
	Content contentMade `json:"content"`
	Finish  string      `json:"finishReason,omitempty"`
	Index   int         `json:"index"`
}

type contentMade struct {
	Parts []partMade `json:"parts"`
	Role  string     `json:"role"`
}

type partMade struct {
	Text      *string   `json:"text,omitempty"`
	Call      *callMade `json:"functionCall,omitempty"`
	Thought   bool      `json:"thought,omitempty"`
	Signature string    `json:"thoughtSignature,omitempty"`
}

type callMade struct {
	Name string          `json:"name"`
	Args json.RawMessage `json:"args"`
}

type contentUsage struct {
	Prompt     int64           `json:"promptTokenCount"`
	Candidates int64           `json:"candidatesTokenCount"`
	Total      int64           `json:"totalTokenCount"`
	Cached     int64           `json:"cachedContentTokenCount,omitempty"`
	Details    []modalityCount `json:"promptTokensDetails"`
	Thoughts   int64           `json:"thoughtsTokenCount,omitempty"`
}

type modalityCount struct {
	Modality string `json:"modality"`
	Tokens   int64  `json:"tokenCount"`
}

// details are a prompt's tokens by modality.
func (q *question) details() []modalityCount {
	seen := imageTokens * int64(len(q.images))
	list := []modalityCount{{"TEXT", q.prompt - seen}}
	if seen > 0 {
		list = append(list, modalityCount{"IMAGE", seen})
	}
	return list
}

func (c *Charge) contentUsage(q *question) *contentUsage {
	if q.script.Usage == "none" {
		return nil
	}
	return &contentUsage{Prompt: c.Input, Candidates: c.Output - c.Reasoning, Total: c.Input + c.Output, Cached: c.Cached, Details: q.details(), Thoughts: c.Reasoning}
}

// thoughtful reports whether the model signs what it says.
func (r *reply) thoughtful() bool { return r.reasoning > 0 }

// finished is Google's reason: STOP after tool calls, too.
func (r *reply) finished() string {
	if r.finish == "length" {
		return "MAX_TOKENS"
	}
	return "STOP"
}

// callParts are a reply's calls; the first is signed by a model that thought.
func (r *reply) callParts() (list []partMade) {
	for i, c := range r.calls {
		p := partMade{Call: &callMade{c.name, whole(c.arguments)}}
		if i == 0 && r.thoughtful() {
			p.Signature = geminiSignature(c.name)
		}
		list = append(list, p)
	}
	return list
}

// parts is a whole reply.
func (s *Sandbox) parts(q *question, r *reply) []partMade {
	list := []partMade{}
	if t := s.thoughts(r); t != "" && q.shows {
		list = append(list, partMade{Text: &t, Thought: true})
	}
	if r.text != "" {
		p := partMade{Text: &r.text}
		if r.thoughtful() && len(r.calls) == 0 {
			p.Signature = geminiSignature("")
		}
		list = append(list, p)
	}
	return append(list, r.callParts()...)
}

// gemini is the face of POST /v1beta/models/{model}:{method}, and of Vertex's longer path to the same.
func (s *Sandbox) gemini(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("call")
	i := strings.LastIndexByte(name, ':')
	if i < 0 {
		refuseGoogle(w, &failure{status: 404, message: "The requested URL was not found on this server."})
		return
	}
	model, method := name[:i], name[i+1:]
	switch method {
	case "generateContent", "streamGenerateContent":
		if e, other := peekMedia(r); other {
			s.contentMedia(w, r, model, e)
			return
		}
		s.content(w, r, model, method == "streamGenerateContent")
	case "countTokens":
		q, f := s.understandGemini(r, model, true)
		if f != nil {
			refuseGoogle(w, f)
			return
		}
		_, _ = w.Write(lines(map[string]any{"totalTokens": q.prompt, "promptTokensDetails": q.details()}))
	case "predict":
		if strings.HasPrefix(model, "imagen") {
			s.drawn(w, r, model)
			return
		}
		s.predict(w, r, model)
	case "embedContent", "batchEmbedContents":
		s.embedContents(w, r, model, method == "batchEmbedContents")
	default:
		refuseGoogle(w, &failure{status: 404, message: "Method " + method + " is not found."})
	}
}

func (s *Sandbox) content(w http.ResponseWriter, r *http.Request, model string, stream bool) {
	n := s.number()
	q, f := s.understandGemini(r, model, false)
	if f != nil {
		refuseGoogle(w, f)
		return
	}
	a := contentAnswer{Model: q.base, ID: s.name(n, 22)}
	charge := Charge{ID: a.ID, Client: r.Header.Get("X-Client-Request-Id"), Model: q.base, Input: q.prompt, Cached: q.cached, Stream: stream}
	replies := make([]reply, q.choices())
	for i := range replies {
		replies[i] = s.reply(q, i)
	}
	if stream {
		s.streamContent(w, r, q, replies, a, charge)
		return
	}
	if q.script.CutNow || q.script.Cut > 0 {
		panic(http.ErrAbortHandler)
	}
	for i := range replies {
		rep := &replies[i]
		charge.Output += rep.tokens()
		charge.Reasoning += rep.reasoning
		a.Candidates = append(a.Candidates, contentCandidate{contentMade{s.parts(q, rep), "model"}, rep.finished(), i})
	}
	charge.End = "complete"
	s.books.charge(charge)
	a.Usage = charge.contentUsage(q)
	_, _ = w.Write(lines(a))
}

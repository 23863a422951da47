package gemini

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
)

// reader reads answers, whole and in chunks, into deltas.
type reader struct {
	names llm.Names
	seed  string // what invented ids are made of: the answer's own id
	begun bool
	ends  map[int]bool // candidates that have ended
	calls map[int]int  // tool calls begun, by candidate
}

// Reader implements llm.Wire.
func (Wire) Reader(_ *llm.Call, c *llm.Conversation) llm.Reader {
	return &reader{names: toolNames(c), ends: map[int]bool{}, calls: map[int]int{}}
}

// heard is an answer or a chunk of one.
type heard struct {
	ID         string      `json:"responseId"`
	Model      string      `json:"modelVersion"`
	Candidates []candidacy `json:"candidates"`
	Feedback   struct {
		Reason  string `json:"blockReason"`
		Message string `json:"blockReasonMessage"`
	} `json:"promptFeedback"`
	Tokens *int64 `json:"totalTokens"`
}

type candidacy struct {
	Index   int `json:"index"`
	Content struct {
		Parts []piece `json:"parts"`
	} `json:"content"`
	Finish string `json:"finishReason"`
}

// piece is a part of an answer.
type piece struct {
	Text      string  `json:"text"`
	Thought   bool    `json:"thought"`
	Signature string  `json:"thoughtSignature"`
	Inline    *inline `json:"inlineData"`
	Call      *called `json:"functionCall"`
}

type called struct {
	ID   string          `json:"id,omitempty"`
	Name string          `json:"name"`
	Args json.RawMessage `json:"args,omitempty"`
}

// Read implements llm.Reader.
func (r *reader) Read(dst []llm.Delta, e llm.Event) ([]llm.Delta, error) {
	if text := payload(e); len(text) > 0 {
		var h heard
		if err := json.Unmarshal(text, &h); err != nil {
			return dst, fmt.Errorf("gemini: read an answer: %w", err)
		}
		if h.Tokens != nil { // countTokens
			return append(dst, llm.Delta{Kind: llm.Used, Usage: &llm.Usage{Input: *h.Tokens}}, llm.Delta{Kind: llm.End}), nil
		}
		for i := range h.Candidates { // writers keep a place for each up to it
			if n := h.Candidates[i].Index; n < 0 || n >= dialect.MaxChoices {
				return dst, errShape
			}
		}
		dst = r.answer(dst, &h, text)
	}
	if e.Usage != nil {
		dst = append(dst, llm.Delta{Kind: llm.Used, Usage: e.Usage})
	}
	if e.Kind == llm.Terminal {
		dst = append(dst, llm.Delta{Kind: llm.End})
	}
	return dst, nil
}

func (r *reader) answer(dst []llm.Delta, h *heard, text []byte) []llm.Delta {
	if !r.begun {
		r.begun = true
		if r.seed = h.ID; r.seed == "" {
			sum := sha256.Sum256(text)
			r.seed = hex.EncodeToString(sum[:8])
		}
		dst = append(dst, llm.Delta{Kind: llm.Begin, ID: r.seed, Name: h.Model})
	}
	for i := range h.Candidates {
		c := &h.Candidates[i]
		for j := range c.Content.Parts {
			dst = r.piece(dst, c.Index, &c.Content.Parts[j])
		}
		if c.Finish != "" && !r.ends[c.Index] {
			r.ends[c.Index] = true
			dst = append(dst, llm.Delta{Kind: llm.Finish, Choice: c.Index, Reason: r.reason(c.Index, c.Finish)})
		}
	}
	if f := h.Feedback; f.Reason != "" && !r.ends[0] {
		r.ends[0] = true
		if f.Message == "" {
			f.Message = "The provider blocked the prompt (" + f.Reason + ")."
		}
		dst = append(dst, llm.Delta{Kind: llm.RefusalDelta, Text: f.Message}, llm.Delta{Kind: llm.Finish, Reason: llm.Filtered})
	}
	return dst
}

// piece reads a part. A signature belongs to the call beside it, or else to what was thought and said before.
func (r *reader) piece(dst []llm.Delta, choice int, p *piece) []llm.Delta {
	var sign *llm.Opaque
	if p.Signature != "" {
		sign = &llm.Opaque{Of: llm.Gemini, Data: p.Signature}
	}
	if f := p.Call; f != nil {
		n := r.calls[choice]
		r.calls[choice]++
		args := string(f.Args)
		if args == "" || args == "null" {
			args = "{}"
		}
		id := f.ID
		if id == "" {
			id = invented(r.seed, choice, n)
		}
		return append(dst, llm.Delta{Kind: llm.CallBegin, Choice: choice, Call: n, ID: id, Name: r.names.Back(f.Name), Opaque: sign},
			llm.Delta{Kind: llm.CallDelta, Choice: choice, Call: n, Text: args})
	}
	if p.Text != "" {
		kind := llm.TextDelta
		if p.Thought {
			kind = llm.ThinkDelta
		}
		dst = append(dst, llm.Delta{Kind: kind, Choice: choice, Text: p.Text})
	}
	if m := p.Inline; m != nil && !p.Thought {
		dst = append(dst, llm.Delta{Kind: llm.MediaDelta, Choice: choice, Media: &llm.Media{Type: m.Type, Base64: m.Data}})
	}
	if sign != nil {
		dst = append(dst, llm.Delta{Kind: llm.OpaqueDelta, Choice: choice, Opaque: sign})
	}
	return dst
}

// invented is the id of a call that Google gave none: the same for the same answer, another one in every turn.
func invented(seed string, choice, n int) string {
	sum := sha256.Sum256([]byte(seed + "\x00" + strconv.Itoa(choice) + "\x00" + strconv.Itoa(n)))
	return inventedMark + hex.EncodeToString(sum[:10])
}

const inventedMark = "call_g"

// reason reads finishReason. Google says STOP after tool calls, too.
func (r *reader) reason(choice int, word string) llm.Reason {
	switch word {
	case "STOP", "FINISH_REASON_UNSPECIFIED", "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS":
		if r.calls[choice] > 0 {
			return llm.Calls
		}
		return llm.Stopped
	case "MAX_TOKENS":
		return llm.Length
	case "CONTINUATION":
		return llm.Paused
	}
	return llm.Filtered // SAFETY, RECITATION, BLOCKLIST, PROHIBITED_CONTENT, SPII, LANGUAGE, OTHER and those for images
}

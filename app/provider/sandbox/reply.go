package sandbox

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// reply is one choice of an answer, made before anything is sent.
type reply struct {
	text      string
	calls     []call
	reasoning int64
	finish    string // stop, length, tool_calls
	stop      string // the stop sequence that ended it
}

// call is one tool call.
type call struct {
	id, name, arguments string
}

// words the sandbox talks in.
var words = strings.Fields("a the this that one each every next first small clear plain steady quiet useful honest " +
	"answer question path lamp river stone garden ledger letter table window teacher reader builder " +
	"keeps shows gives finds holds reads writes counts returns follows and or but with from into over under before after " +
	"slowly simply twice together again today")

// reply makes the choice with this index.
func (s *Sandbox) reply(q *question, index int) reply {
	d := s.dice("reply", q.base, q.lastUser, strconv.Itoa(len(q.Messages)), strconv.Itoa(index))
	out := reply{finish: "stop", reasoning: q.reasoning(d)}
	switch names := q.wanted(); {
	case len(names) > 0:
		out.finish = "tool_calls"
		for i, n := range names {
			out.calls = append(out.calls, call{"call_" + s.callName(q, index, i), q.Tools[n].Function.Name, instance(q.Tools[n].Function.Parameters, d)})
		}
	case q.ResponseFormat != nil && q.ResponseFormat.JSONSchema != nil:
		out.text = instance(q.ResponseFormat.JSONSchema.Schema, d)
	case q.ResponseFormat != nil && q.ResponseFormat.Type == "json_object":
		b, _ := json.Marshal(map[string]string{"answer": q.prose(d)})
		out.text = string(b)
	case q.script.Tokens > 0:
		out.text = exactly(d, q.script.Tokens*bytesPerToken)
	default:
		out.text = q.prose(d)
	}
	out.shorten(q)
	return out
}

func (s *Sandbox) callName(q *question, choice, i int) string {
	d := s.dice("call", q.lastUser, strconv.Itoa(choice), strconv.Itoa(i))
	return fmt.Sprintf("%016x%08x", d.roll(), uint32(d.roll()))
}

// reasoning is how long the model thinks before it answers.
func (q *question) reasoning(d *dice) int64 {
	if q.script.Reasoning >= 0 {
		return int64(q.script.Reasoning)
	}
	if q.base != "sandbox-reasoning" && q.base != claude && q.base != flash {
		return 0
	}
	most := map[string]int{"none": 0, "minimal": 16, "low": 64, "high": 512}[q.ReasoningEffort]
	if q.ReasoningEffort == "" || q.ReasoningEffort == "medium" {
		most = 192
	}
	if most == 0 {
		return 0
	}
	return int64(most/2 + d.below(most/2))
}

// wanted are the tools to call, as indexes: those that tool_choice demands, or else the first on a user's turn; every
// one if parallel_tool_calls is set to true. A tool's result is answered with text, so agents come to an end.
func (q *question) wanted() []int {
	var choice string
	var named struct {
		Function struct {
			Name string `json:"name"`
		} `json:"function"`
	}
	_ = json.Unmarshal(q.ToolChoice, &choice)
	if json.Unmarshal(q.ToolChoice, &named) == nil && named.Function.Name != "" {
		for i, t := range q.Tools {
			if t.Function.Name == named.Function.Name {
				return []int{i}
			}
		}
	}
	if len(q.Tools) == 0 || choice == "none" || q.answered && choice != "required" {
		return nil
	}
	n := 1
	if q.ParallelToolCalls != nil && *q.ParallelToolCalls {
		n = len(q.Tools)
	}
	if q.script.Tools >= 0 {
		n = q.script.Tools
	}
	var list []int
	for i := range n {
		list = append(list, i%len(q.Tools))
	}
	return list
}

// prose is a plain answer: what was heard, what was seen, and a few sentences.
func (q *question) prose(d *dice) string {
	var b strings.Builder
	b.WriteString("This is the sandbox. You wrote: \"" + printable(q.lastUser, 60) + "\".")
	if len(q.images) > 0 {
		b.WriteString(" I see " + strconv.Itoa(len(q.images)) + " image(s):")
		for i, u := range q.images {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(" " + describe(u))
		}
		b.WriteByte('.')
	}
	for range 2 + d.below(3) {
		b.WriteByte(' ')
		b.WriteString(sentence(d))
	}
	return b.String()
}

// describe says what an image is without looking at it.
func describe(url string) string {
	if data, ok := strings.CutPrefix(url, "data:"); ok {
		kind, encoded, _ := strings.Cut(data, ",")
		kind, _, _ = strings.Cut(kind, ";")
		return printable(kind, 40) + " of " + strconv.Itoa(len(encoded)*3/4) + " bytes"
	}
	return printable(url, 60)
}

// printable is the beginning of s in plain ASCII, so that pieces of an answer can be cut at any byte.
func printable(s string, limit int) string {
	var b strings.Builder
	for _, r := range s {
		if b.Len() >= limit {
			break
		}
		if r < ' ' || r > '~' {
			r = '.'
		}
		b.WriteRune(r)
	}
	return b.String()
}

func sentence(d *dice) string {
	var b strings.Builder
	n := 5 + d.below(7)
	for i := range n {
		w := words[d.below(len(words))]
		if i == 0 {
			w = strings.ToUpper(w[:1]) + w[1:]
		} else {
			b.WriteByte(' ')
		}
		b.WriteString(w)
	}
	return b.String() + "."
}

// exactly makes n bytes of text.
func exactly(d *dice, n int) string {
	var b strings.Builder
	for b.Len() < n {
		b.WriteString(sentence(d) + " ")
	}
	return b.String()[:n]
}

// shorten applies stop sequences and the cap on output tokens.
func (r *reply) shorten(q *question) {
	for _, stop := range q.stop {
		if i := strings.Index(r.text, stop); stop != "" && i >= 0 {
			r.text, r.stop = r.text[:i], stop
		}
	}
	limit := q.limit()
	if r.tokens() <= limit {
		return
	}
	r.finish = "length"
	r.reasoning = min(r.reasoning, limit)
	left := int(limit-r.reasoning) * bytesPerToken
	for i := range r.calls {
		c := &r.calls[i]
		left -= int(textTokens(c.name)) * bytesPerToken
		if left <= 0 {
			r.calls = r.calls[:i]
			return
		}
		c.arguments = c.arguments[:min(len(c.arguments), left)]
		left -= int(textTokens(c.arguments)) * bytesPerToken
	}
	r.text = r.text[:min(len(r.text), max(left, 0))]
}

// tokens is what the whole choice costs.
func (r *reply) tokens() int64 {
	n := r.reasoning + textTokens(r.text)
	for _, c := range r.calls {
		n += textTokens(c.name) + textTokens(c.arguments)
	}
	return n
}

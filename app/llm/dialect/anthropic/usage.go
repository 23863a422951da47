package anthropic

import (
	"encoding/json"
	"errors"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

// Counts are usage as Anthropic reports it: input_tokens are only what was neither read from the cache nor written to it.
// The zero Counts have seen nothing. A stream reports twice (message_start, then message_delta, cumulative and often
// without the input): read both into the same Counts.
type Counts struct {
	in, out, read, written, written5m, written1h int64
	thinking, searches, fetches, executions      int64
	input, output                                bool // were reported
	compacted                                    llm.Usage
	advised                                      []llm.Beside
}

// Read reads a usage object over what is there; counts are cumulative, so none gets smaller. It reports whether all of it
// can be believed; if not, the attempt has to be counted otherwise.
func (n *Counts) Read(c *scan.Cursor) bool {
	if c.Kind() == scan.Null {
		return c.Null()
	}
	if c.Kind() != scan.Object {
		c.Skip()
		return false
	}
	var v Counts
	ok := true
	c.Object()
	for key, more := c.Key(); more; key, more = c.Key() {
		switch string(c.Value(key, nil)) {
		case "input_tokens":
			n.input = n.input || c.Kind() == scan.Number
			ok = c.Count(&v.in) && ok
		case "output_tokens":
			n.output = n.output || c.Kind() == scan.Number
			ok = c.Count(&v.out) && ok
		case "cache_read_input_tokens":
			ok = c.Count(&v.read) && ok
		case "cache_creation_input_tokens":
			ok = c.Count(&v.written) && ok
		case "cache_creation":
			ok = c.Counts([]scan.Part{{Name: "ephemeral_5m_input_tokens", Into: &v.written5m}, {Name: "ephemeral_1h_input_tokens", Into: &v.written1h}}) && ok
		case "output_tokens_details":
			ok = c.Counts([]scan.Part{{Name: "thinking_tokens", Into: &v.thinking}}) && ok
		case "server_tool_use":
			ok = c.Counts([]scan.Part{{Name: "web_search_requests", Into: &v.searches}, {Name: "web_fetch_requests", Into: &v.fetches},
				{Name: "code_execution_requests", Into: &v.executions}}) && ok
		case "iterations":
			ok = v.iterations(c) && ok
		default:
			c.Skip()
		}
	}
	n.raise(&v)
	return ok
}

func (n *Counts) raise(v *Counts) {
	for _, x := range [...]struct {
		into *int64
		v    int64
	}{{&n.in, v.in}, {&n.out, v.out}, {&n.read, v.read}, {&n.written, v.written}, {&n.written5m, v.written5m},
		{&n.written1h, v.written1h}, {&n.thinking, v.thinking}, {&n.searches, v.searches}, {&n.fetches, v.fetches}, {&n.executions, v.executions}} {
		*x.into = max(*x.into, x.v)
	}
	if v.compacted.Input+v.compacted.Output > n.compacted.Input+n.compacted.Output {
		n.compacted = v.compacted
	}
	if len(v.advised) >= len(n.advised) {
		n.advised = v.advised
	}
}

// Beside is what advisers used.
func (n *Counts) Beside() []llm.Beside { return n.advised }

// iterations adds up what compactions used, and lists what advisers did: Anthropic bills both, and leaves them out of the counts beside
// this list, which hold all other iterations.
func (n *Counts) iterations(c *scan.Cursor) bool {
	if c.Kind() == scan.Null {
		return c.Null()
	}
	if c.Kind() != scan.Array {
		c.Skip()
		return false
	}
	ok, sum := true, &n.compacted
	c.Array()
	for c.More() {
		c.Kind()
		from := c.At()
		c.Skip()
		if c.Err() != nil {
			return false
		}
		one := c.Bytes(from, c.At())
		kind, _ := kindOf(one)
		if kind != "compaction" && kind != "advisor_message" {
			continue
		}
		var counts Counts
		in := scan.New(one)
		ok = counts.Read(&in) && ok
		u, believed := counts.Usage()
		ok = ok && believed
		if kind == "advisor_message" {
			n.advised = append(n.advised, llm.Beside{Model: modelOf(one), Usage: u})
			continue
		}
		sum.Input, sum.CacheRead, sum.CacheWrite5m, sum.CacheWrite1h = sum.Input+u.Input, sum.CacheRead+u.CacheRead, sum.CacheWrite5m+u.CacheWrite5m, sum.CacheWrite1h+u.CacheWrite1h
		sum.Output, sum.Reasoning = sum.Output+u.Output, sum.Reasoning+u.Reasoning
	}
	return ok
}

// modelOf is the model that an iteration names.
func modelOf(iteration []byte) string {
	var in struct {
		Model string `json:"model"`
	}
	_ = json.Unmarshal(iteration, &in) // it was scanned before: the worst is no name
	return in.Model[:min(len(in.Model), dialect.MaxModel)]
}

// Usage is what was read, normalised. ok is false if input or output is missing, or if thinking is more than all output.
// Cache writes whose time to live is not told are of the five-minute kind, which is the default.
func (n *Counts) Usage() (u llm.Usage, ok bool) {
	written, more := max(n.written, n.written5m+n.written1h), &n.compacted
	u = llm.Usage{
		Input: n.in + n.read + written + more.Input, CacheRead: n.read + more.CacheRead,
		CacheWrite5m: written - n.written1h + more.CacheWrite5m, CacheWrite1h: n.written1h + more.CacheWrite1h,
		Output: n.out + more.Output, Reasoning: n.thinking + more.Reasoning, WebSearches: n.searches, ServerToolCalls: n.fetches + n.executions,
	}
	return u, n.input && n.output && n.thinking <= n.out
}

// Why usage cannot be read.
var (
	errJSON  = errors.New("anthropic: the answer is not valid JSON")
	errUsage = errors.New("anthropic: the usage in the answer cannot be right: counts are whole, not negative, and no part is larger than its total")
)

// ReadMessage reads what a message says about itself. It takes a whole answer, a usage object alone, or an event of the
// stream that carries usage, and fails on JSON that is broken and on usage that cannot be believed, never on usage that
// is missing.
func ReadMessage(body []byte) (r llm.Reading, err error) {
	c := scan.New(body)
	if !c.Object() {
		return llm.Reading{}, errJSON
	}
	var n Counts
	found, alone, ok := false, false, true
	for key, more := c.Key(); more; key, more = c.Key() {
		switch name := string(c.Value(key, nil)); {
		case name == "model" && c.Kind() == scan.String:
			t, _ := c.String()
			r.Model = string(c.Value(t, nil))
		case name == "usage" && c.Kind() != scan.Null:
			found = true
			ok = n.Read(&c) && ok
		case name == "message" && c.Kind() == scan.Object: // message_start wraps the message
			from := c.At()
			c.Skip()
			if inner, err := ReadMessage(c.Bytes(from, c.At())); err != nil || inner.Reported {
				return inner, err
			}
		default:
			alone = alone || name == "input_tokens" || name == "output_tokens"
			c.Skip()
		}
	}
	if !c.End() {
		return llm.Reading{}, errJSON
	}
	if alone && !found {
		c = scan.New(body)
		found, ok = true, n.Read(&c)
	}
	if !found {
		return r, nil
	}
	if r.Usage, r.Reported = n.Usage(); !ok || !r.Reported {
		return llm.Reading{Model: r.Model}, errUsage
	}
	return r, nil
}

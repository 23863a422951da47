package anthropic

import (
	"bytes"
	"regexp"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

func (r *request) messages() {
	if !r.Is(scan.Array, "messages", "an array of messages") {
		return
	}
	r.Array()
	for r.Item = 0; r.More(); r.Item++ {
		if r.Item == dialect.MaxMessages {
			r.Item = -1
			r.Refuse("messages", "\"messages\" may hold at most %d messages. Summarize or drop the oldest.", dialect.MaxMessages)
			return
		}
		r.message()
	}
	r.call.Bound.Messages = int64(r.Item)
	r.Item = -1
}

func inMessage(name []byte) bool { return string(name) == "role" || string(name) == "content" }

func (r *request) message() {
	if k := r.Kind(); k != scan.Object && k != scan.Bad {
		r.Refuse("role", "messages[%d] must be an object with a \"role\" and a \"content\".", r.Item)
		return
	}
	r.Object()
	r.level[atMessage].Open()
	roles := false
	for name, _, ok := r.Name(&r.level[atMessage]); ok; name, _, ok = r.Name(&r.level[atMessage]) {
		switch string(name) {
		case "role":
			_, roles = r.Word("role")
		case "content":
			r.content(atBlock, "content")
		default:
			r.unknown(name, inMessage)
		}
	}
	if !roles {
		r.Refuse("role", "messages[%d] has no \"role\". Send user or assistant.", r.Item)
	}
}

// content is a string, null, or an array of blocks. Blocks of a tool's result lie one level deeper, and no further.
func (r *request) content(at int, name string) {
	switch r.Kind() {
	case scan.String, scan.Null, scan.Bad:
		r.Skip()
		return
	}
	if !r.Is(scan.Array, name, "a string or an array of blocks") {
		return
	}
	r.Array()
	outer := r.Part
	for n := 0; r.More(); n++ {
		if at == atBlock && r.Item >= 0 {
			r.Part = n
		}
		if r.Kind() == scan.String {
			r.Skip()
			continue
		}
		if r.Is(scan.Object, "type", "in an object with a \"type\"") {
			r.block(at)
		}
	}
	r.Part = outer
}

func inBlock(name []byte) bool {
	switch string(name) {
	case "type", "source", "content", "cache_control", "file_id":
		return true
	}
	return false
}

// block reads one block. Blocks of a kind that we do not know pass, but their size is not ours to tell.
func (r *request) block(at int) {
	r.Object()
	r.level[at].Open()
	for name, _, ok := r.Name(&r.level[at]); ok; name, _, ok = r.Name(&r.level[at]) {
		switch string(name) {
		case "type":
			r.blockKind()
		case "source":
			r.source()
		case "content":
			if at == atBlock && r.Kind() == scan.Array {
				r.content(atInner, "content")
			} else {
				r.Skip()
			}
		case "file_id":
			r.call.Bound.Opaque = r.Present() || r.call.Bound.Opaque
		case "cache_control":
			r.mark()
		default:
			r.unknown(name, inBlock)
		}
	}
}

func (r *request) blockKind() {
	word, ok := r.Word("type")
	if !ok {
		return
	}
	c := r.call
	switch string(word) {
	case "text", "thinking", "redacted_thinking", "tool_use", "tool_result", "search_result", "server_tool_use", "web_search_tool_result":
	case "image":
		c.Needs.Vision = true
		c.Bound.Images++
	case "document":
		c.Needs.Files, c.Bound.Opaque = true, true
	default:
		c.Bound.Opaque = true
	}
}

// source is where an image or a document comes from. Its bytes are no text; what an address holds nobody knows.
func (r *request) source() {
	if r.Kind() != scan.Object {
		r.Skip() // a search result's source is its address
		return
	}
	from := r.Begin()
	data := r.Member(&r.level[atSource], "source", "data")
	if data.To == 0 {
		r.AddressIn("source.url", from, "url")
	}
	if data.To > 0 && !bytes.Contains(r.Bytes(data.From+1, min(data.To-1, data.From+40)), []byte(" ")) {
		r.media += int64(data.Len())
	}
}

// clients are the tools that the client runs, whose results stand in its requests, and the one that only searches among tools. What
// Anthropic's other tools put into the input, pages and what code puts out, no request shows.
var clients = regexp.MustCompile(`^(?:custom$|bash_|text_editor_|computer_|memory_|tool_search_tool)`)

func inTool(name []byte) bool {
	switch string(name) {
	case "type", "max_uses", "cache_control", "model":
		return true
	}
	return false
}

// tools are the client's own and the provider's; those that search cost apart.
func (r *request) tools() {
	if r.Absent() || !r.Is(scan.Array, "tools", "an array") {
		return
	}
	r.Array()
	for r.More() {
		if !r.Is(scan.Object, "tools", "an array of objects") {
			return
		}
		r.call.Needs.Tools, r.call.Bound.Framing = true, toolFraming
		r.tool()
	}
}

func (r *request) tool() {
	r.Object()
	r.level[atTool].Open()
	searches, advises, most := false, false, int64(0)
	limit := llm.Cut{From: r.At(), To: r.At(), With: `"max_uses":` + searchLimit + `,`}
	var adviser scan.Text
	for name, _, ok := r.Name(&r.level[atTool]); ok; name, _, ok = r.Name(&r.level[atTool]) {
		switch string(name) {
		case "type":
			if r.Absent() { // as good as custom
				continue
			}
			kind, _ := r.Word("type")
			searches, advises = bytes.HasPrefix(kind, []byte("web_search")), bytes.HasPrefix(kind, []byte("advisor_"))
			r.call.Bound.Opaque = r.call.Bound.Opaque || !clients.Match(kind) // what it finds comes into the input
		case "max_uses":
			from := r.Begin()
			most = r.Count("max_uses", dialect.MaxMessages)
			limit = llm.Cut{From: from, To: r.At(), With: searchLimit} // of null
		case "cache_control":
			r.mark()
		case "model":
			if r.Kind() == scan.String {
				adviser, _ = r.String()
			} else {
				r.Skip()
			}
		default:
			r.unknown(name, inTool)
		}
	}
	if advises { // what it says is billed by its own model's price
		r.call.Bound.Unpriced = true
		if adviser.To > 0 {
			r.beside(string(r.Value(adviser, nil)))
		}
	}
	if searches && most == 0 {
		most = mostSearches
		r.call.Spots.Searches = append(r.call.Spots.Searches, limit)
	}
	if searches {
		r.call.Bound.Searches += most
	}
}

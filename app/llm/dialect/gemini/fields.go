package gemini

import (
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

// field is a key's place among those that policy reads.
type field uint8

const (
	other field = iota // no policy reads it
	model
	contents
	content
	systemInstruction
	tools
	generationConfig
	cachedContent
	serviceTier
	generateContentRequest
	requests
	maxOutputTokens
	candidateCount
	responseSchema
	responseJSONSchema
	responseModalities
	thinkingConfig
	thinkingBudget
	includeThoughts
	parts
	text
	inlineData
	fileData
	functionCall
	functionResponse
	executableCode
	codeResult
	mimeType
	data
	functionDeclarations
	codeExecution
	googleSearch
	googleSearchRetrieval
	enterpriseWebSearch
	urlContext
	fileSearch
	computerUse
)

// object is a kind of object whose keys are watched.
type object uint8

const (
	body object = iota
	inner
	embedding
	config
	thinking
	turn
	part
	blob
	response
	responsePart
	tool
	objects
)

// spelling is a name as Google takes it, and folded for comparing.
type spelling struct {
	at                   field
	camel, snake, folded string
}

// places are the whole list of what policy reads; everything else passes unread.
var places = func() (out [objects][]spelling) {
	list := func(o object, names map[field]string) {
		for at, camel := range names {
			snake := snaked(camel)
			out[o] = append(out[o], spelling{at, camel, snake, strings.ReplaceAll(snake, "_", "")})
		}
	}
	whole := map[field]string{model: "model", contents: "contents", systemInstruction: "systemInstruction", tools: "tools", generationConfig: "generationConfig",
		cachedContent: "cachedContent", serviceTier: "serviceTier", generateContentRequest: "generateContentRequest", requests: "requests", content: "content"}
	list(body, whole)
	list(inner, whole)
	list(embedding, map[field]string{model: "model", content: "content"})
	list(config, map[field]string{maxOutputTokens: "maxOutputTokens", candidateCount: "candidateCount", responseSchema: "responseSchema",
		responseJSONSchema: "responseJsonSchema", responseModalities: "responseModalities", thinkingConfig: "thinkingConfig"})
	list(thinking, map[field]string{thinkingBudget: "thinkingBudget", includeThoughts: "includeThoughts"})
	list(turn, map[field]string{parts: "parts"})
	list(part, map[field]string{text: "text", inlineData: "inlineData", fileData: "fileData", functionCall: "functionCall",
		functionResponse: "functionResponse", executableCode: "executableCode", codeResult: "codeExecutionResult"})
	list(blob, map[field]string{mimeType: "mimeType", data: "data"})
	list(response, map[field]string{parts: "parts"})
	list(responsePart, map[field]string{inlineData: "inlineData", fileData: "fileData"})
	list(tool, map[field]string{functionDeclarations: "functionDeclarations", codeExecution: "codeExecution", googleSearch: "googleSearch",
		googleSearchRetrieval: "googleSearchRetrieval", enterpriseWebSearch: "enterpriseWebSearch", urlContext: "urlContext", fileSearch: "fileSearch",
		computerUse: "computerUse"})
	return out
}()

// snaked is a camelCase name in snake_case.
func snaked(camel string) string {
	var b strings.Builder
	for _, r := range camel {
		if r >= 'A' && r <= 'Z' {
			b.WriteByte('_')
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// enter begins a watched object.
func (r *request) enter(o object) {
	r.Object()
	r.level[o].Open()
	r.seen[o] = 0
}

// key reads the next key of a watched object and finds its place. A name that policy reads must be spelled in one of the
// two ways that Google takes, and stand only once, whichever way it is spelled.
func (r *request) key(o object) (field, llm.Spot, bool) {
	name, spot, ok := r.Name(&r.level[o])
	if !ok {
		return 0, llm.Spot{}, false
	}
	flat := scan.Fold(name, r.room[:])
	n := 0
	for _, b := range flat {
		if b != '_' {
			flat[n] = b
			n++
		}
	}
	for i := range places[o] {
		p := &places[o][i]
		if string(flat[:n]) != p.folded {
			continue
		}
		switch {
		case string(name) != p.camel && string(name) != p.snake:
			r.Misspelt(name, []byte(p.camel))
			return 0, llm.Spot{}, false
		case r.seen[o]&(1<<p.at) != 0:
			r.Refuse(p.camel, "The key %q stands twice in one object, in two spellings. Readers differ in which one they take; send it once.", p.camel)
			return 0, llm.Spot{}, false
		}
		r.seen[o] |= 1 << p.at
		return p.at, spot, true
	}
	return other, spot, true
}

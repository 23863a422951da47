package key

import (
	"fmt"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

// Endpoints is a set of classes of endpoints that a key may be used for, as bits, so that the data plane compares two
// numbers. The empty set narrows nothing.
type Endpoints uint16

// The classes. Chat is text in every dialect but OpenAI's Responses, which Codex speaks, with legacy completions and the
// counting of tokens.
const (
	Chat Endpoints = 1 << iota
	Responses
	Embeddings
	Images
	Audio
	Moderations
	Files

	// unknown stands for a name that this version does not know: it allows nothing, and keeps the set from being empty.
	unknown Endpoints = 1 << 15
)

// EndpointClass is one class for forms and documents.
type EndpointClass struct {
	Set   Endpoints
	Name  string // as the API and the database write it
	Label string
	Hint  string
}

// EndpointClasses are all of them.
var EndpointClasses = []EndpointClass{
	{Chat, "chat", "Chat", "Chat completions, Anthropic's messages, Gemini's and Bedrock's generation, counting tokens"},
	{Responses, "responses", "Responses", "OpenAI's Responses API, which Codex speaks"},
	{Embeddings, "embeddings", "Embeddings", "Vectors for search"},
	{Images, "images", "Images", "Making and editing pictures"},
	{Audio, "audio", "Audio", "Speech, transcription, translation"},
	{Moderations, "moderations", "Moderations", "Verdicts on content"},
	{Files, "files", "Files", "Uploads that a provider keeps"},
}

// Allows reports whether a request of a class may pass. A class of nothing passes only where nothing is narrowed.
func (e Endpoints) Allows(class Endpoints) bool { return e == 0 || e&class != 0 }

// Within reports whether everything that e allows is allowed by outer too.
func (e Endpoints) Within(outer Endpoints) bool { return outer == 0 || e != 0 && e&^outer == 0 }

// Names are the classes in the set.
func (e Endpoints) Names() []string {
	out := []string{}
	for _, c := range EndpointClasses {
		if e&c.Set != 0 {
			out = append(out, c.Name)
		}
	}
	return out
}

// String lists the names, for messages.
func (e Endpoints) String() string { return strings.Join(e.Names(), ", ") }

// StoredEndpoints reads what Names wrote, perhaps by a newer version: classes unknown here are refused, not forgotten.
func StoredEndpoints(names []string) (out Endpoints) {
	for _, n := range names {
		set, ok := endpointNamed(n)
		if !ok {
			set = unknown
		}
		out |= set
	}
	return out
}

// endpoints reads what somebody typed or sent.
func endpoints(names []string) (out Endpoints, err error) {
	for _, n := range names {
		n = strings.TrimSpace(n)
		if n == "" {
			continue
		}
		set, ok := endpointNamed(n)
		if !ok {
			all := ^unknown
			return 0, fault.Field("endpoints", fmt.Sprintf("%.40q is no class of endpoints. Choose among: %s. None means all.", n, all))
		}
		out |= set
	}
	return out, nil
}

func endpointNamed(name string) (Endpoints, bool) {
	for _, c := range EndpointClasses {
		if c.Name == name {
			return c.Set, true
		}
	}
	return 0, false
}

package prompt

import (
	"encoding/json"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// Kind says what a prompt is.
type Kind string

// The kinds.
const (
	Chat Kind = "chat" // messages of several roles
	Text Kind = "text" // one text, the user's; others may include it
)

// Content is what a version says. It never changes once it is stored.
type Content struct {
	Model     string     `json:"model"` // as clients name models; "" only in texts that are merely included
	Messages  []Message  `json:"messages"`
	Variables []Variable `json:"variables,omitempty"`
	Tools     []Tool     `json:"tools,omitempty"`
	Schema    *Schema    `json:"schema,omitempty"` // what the answer must be
	Settings  Settings   `json:"settings,omitzero"`
}

// Message is one message of a template.
type Message struct {
	Role string `json:"role"` // system, user or assistant
	Text string `json:"text"`
}

// Type is a variable's type.
type Type string

// The types.
const (
	String  Type = "string"
	Integer Type = "integer"
	Number  Type = "number"
	Boolean Type = "boolean"
	Enum    Type = "enum"
	JSON    Type = "json" // any JSON value, as it stood
)

// Types are all of them.
var Types = []Type{String, Integer, Number, Boolean, Enum, JSON}

// Variable is what a client fills in.
type Variable struct {
	Name     string `json:"name"`
	Type     Type   `json:"type"`
	About    string `json:"about,omitempty"`
	Required bool   `json:"required,omitempty"`
	// Default is a JSON value that stands in for one that is not sent; nil is none: then nothing stands there.
	Default json.RawMessage `json:"default,omitempty"`
	// Max is how many characters a string or a JSON value may have; 0 = MaxValue.
	Max     int      `json:"max,omitempty"`
	Options []string `json:"options,omitempty"` // of an enum
}

// Tool is a function that the model may call.
type Tool struct {
	Name       string          `json:"name"`
	About      string          `json:"description,omitempty"`
	Parameters json.RawMessage `json:"parameters,omitempty"` // JSON Schema
}

// Schema is a JSON Schema that the answer must fulfil.
type Schema struct {
	Name   string          `json:"name,omitempty"`
	Schema json.RawMessage `json:"schema"`
	Strict bool            `json:"strict,omitempty"`
}

// Settings are the model's. Empty ones are left to the provider; a request's own win.
type Settings struct {
	Temperature json.Number `json:"temperature,omitempty"` // 0 to 2
	TopP        json.Number `json:"top_p,omitempty"`       // 0 to 1
	MaxOutput   int64       `json:"max_output_tokens,omitempty"`
	Stop        []string    `json:"stop,omitempty"`
	Effort      string      `json:"reasoning_effort,omitempty"`
}

// Visibility says who may see and use a prompt.
type Visibility string

// The visibilities.
const (
	Private  Visibility = "private" // who made it
	Team     Visibility = "team"
	Everyone Visibility = "organization"
)

// Prompt is a name in the library.
type Prompt struct {
	ID         id.Prompt
	Org        id.Org
	Name       string // unique in the organization, for good: programs ask for it
	Kind       Kind
	About      string
	Folder     string
	Visibility Visibility
	Team       id.Team   // zero but with Visibility Team
	Owner      id.Member // who made it; zero for tokens and the system
	OwnerLabel string
	Highest    int // number of the newest version there ever was: numbers are never given again
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// Version is a content with its number.
type Version struct {
	Org     id.Org
	Prompt  id.Prompt
	Number  int // from 1
	Content Content
	Message string // why it was made
	Size    int64  // bytes of the content
	By      string
	At      time.Time
}

// Label is a name for a version that can be moved to another.
type Label struct {
	Name   string
	Number int // the version it is at
	// Protected labels are moved by managers and admins only.
	Protected bool
	By        string
	At        time.Time
}

// Full is a prompt with all that belongs to it: versions, newest first, and labels by name.
type Full struct {
	Prompt
	Versions []Version
	Labels   []Label
}

// Version finds a version.
func (f *Full) Version(number int) (*Version, bool) {
	for i := range f.Versions {
		if f.Versions[i].Number == number {
			return &f.Versions[i], true
		}
	}
	return nil, false
}

// At are the names of the labels that are at a version.
func (f *Full) At(number int) (names []string) {
	for _, l := range f.Labels {
		if l.Number == number {
			names = append(names, l.Name)
		}
	}
	return names
}

// Package playground asks up to four models the same conversation for a person in the dashboard, and streams what they say. It has
// no way of its own to a provider: every question goes through the gateway's pipeline as any request does, so models, networks,
// limits, policies and budgets decide, money is held before anything is sent, and the request is in the log. What is typed and
// answered is kept nowhere.
//
// The pipeline asks on whose account a request is, and answers that with a key. A person who only uses the playground has none, so
// theirs has a session, as a coding agent's log-in is one: a key without a secret (key.Enter), one for each team that pays. Thus
// everything that ends or narrows a person's keys ends and narrows their playground, without a second rule for it anywhere.
package playground

import (
	"context"
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/prompt"
)

// Keys is the key room's control plane. *key.Service implements it.
type Keys interface {
	Find(ctx context.Context, actor org.Actor, q key.Query) (key.Page, error)
	Enter(ctx context.Context, actor org.Actor, in key.Input, agent string) (key.Key, error)
}

// Desk knows what a key may do right now. *key.Desk implements it.
type Desk interface {
	// Grant is a key's grant, or why it has none.
	Grant(o id.Org, k id.Key) (*key.Grant, error)
	// Await waits until this node knows a session that was just made.
	Await(ctx context.Context, public string)
}

// Gateway is the data plane, answering as if a key had been shown. *gateway.Gateway implements it.
type Gateway interface {
	As(g *key.Grant) http.Handler
}

// Library is the stored prompts. *prompt.Service implements it.
type Library interface {
	Get(ctx context.Context, actor org.Actor, p id.Prompt) (prompt.Full, error)
	Draft(ctx context.Context, actor org.Actor, p id.Prompt, c prompt.Content) (*prompt.Draft, error)
	Create(ctx context.Context, actor org.Actor, in prompt.Input, c prompt.Content, message, label string) (prompt.Full, error)
	Revise(ctx context.Context, actor org.Actor, p id.Prompt, c prompt.Content, message string) (prompt.Version, error)
}

// Parts are what Service works with. All are required.
type Parts struct {
	Keys    Keys
	Desk    Desk
	Gateway Gateway
	Library Library
	Clock   clock.Clock
}

// Service asks. Developers and those above may; viewers only read.
type Service struct{ Parts }

// New makes the service.
func New(p Parts) *Service { return &Service{p} }

// Bounds of what is asked at once.
const (
	MostColumns   = 4
	MostMessages  = 50
	MostText      = 512 << 10 // bytes of all messages, tools and the schema: longer ones are for programs
	MostFiles     = 4
	MostBytes     = 8 << 20 // of all files: each column's request carries them once more, a third longer
	DefaultOutput = 1000
	MostOutput    = 32_000
)

// Column is one model that is asked.
type Column struct {
	Model       string // as a client names it
	Temperature string // 0 to 2; "" leaves it to the provider
	MaxTokens   string // the longest answer, in tokens; "" = DefaultOutput
}

// File is something that goes with the last message of the user.
type File struct {
	Name string
	Data []byte
}

// Talk is what all columns are asked.
type Talk struct {
	Messages []prompt.Message // those without a text are left out
	Files    []File
	Tools    string // JSON, as the chat API has it; "" = none
	Schema   string // JSON Schema of the answer; "" = none
	// Template says that the texts have {{variables}}, whose values these are, as they were typed.
	Template bool
	Values   map[string]string
	// Prompt and Version are what of the library the texts were taken from; zero = nothing. Variables and settings that the
	// page has no field for are theirs.
	Prompt  id.Prompt
	Version int
}

// Input is what to ask whom, and for which team.
type Input struct {
	Team    id.Team
	Talk    Talk
	Columns []Column
}

// Package tool asks models about documents: what a receipt says, which tables there are, what a contract binds whom to. Each tool is one row
// of a table (table.go): a name, an instruction, and the shape of its answer, from which the JSON Schema is made that the model gets and
// the check that its answer must pass. Long documents are asked about in parts, several at a time, within a cap of what it may cost; what
// could not be read is told beside what could. Every question is a request of its own on the caller's account, through the gateway as any
// other: its models, data rules, limits and budgets decide, and money is held before anything is sent. Neither files nor answers are kept.
package tool

import (
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/document"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// Tool is something that can be asked about a document.
type Tool struct {
	Name        string // in paths
	Title       string // on pages
	What        string // a sentence: what one gets
	Instruction string // for the model
	Shape       Shape
	Seen        bool // it is about what is seen: a text alone says little
}

// Gateway is the data plane, answering as if a key had been shown. *gateway.Gateway implements it.
type Gateway interface {
	As(g *key.Grant) http.Handler
}

// Parts are what Service works with. All are required.
type Parts struct {
	Gateway Gateway
	Reader  *document.Reader
}

// Service asks about documents. Whoever holds a grant may: each question is checked as the grant's own.
type Service struct{ Parts }

// New makes the service.
func New(p Parts) *Service { return &Service{p} }

// Bounds of one document.
const (
	// MostBytes is how large a file may be: as base64 within JSON it fits the gateway's 32 MiB.
	MostBytes = 20 << 20
	// partBytes is about how much text is asked about at once: 6,000 tokens, of which a model overlooks little.
	partBytes = 24 << 10
	// mostParts bounds what one document may ask: a million bytes of text, some 400 pages.
	mostParts = 48
	// atOnce is how many parts of a document are asked about at a time.
	atOnce = 4
	// answerTokens is how long the answer about a part may be.
	answerTokens = 8_000
	// within is how long all of a document may take.
	within = 10 * time.Minute
)

// Caller is on whose account, and from where, somebody asks.
type Caller struct {
	Grant   *key.Grant
	Address string // host and port that it comes from, as http.Request has it
	Client  string // the user agent
	User    string // x-bodhi-user
	Tags    string // x-bodhi-tags
}

// Ask is one document, and what to ask about it.
type Ask struct {
	Tool  string
	Model string // "" only for a text that is there to be read
	Name  string // the file's
	Data  []byte
	Most  money.USD // that all of it may cost; 0 = whatever the budgets allow
}

// Progress is how far a document is.
type Progress struct {
	Parts, Done, Failed int
	Cost                money.USD
}

// Result is what was found.
type Result struct {
	Object   string         `json:"object"` // "document.result"
	Tool     string         `json:"tool"`
	Kind     document.Kind  `json:"kind"`
	Pages    int            `json:"pages"` // that the document has
	Partial  bool           `json:"partial"`
	Missing  []Missing      `json:"missing"` // pages that are not in the result, and why
	Warnings []string       `json:"warnings"`
	Result   map[string]any `json:"result"` // in the tool's shape
	Parts    []Part         `json:"parts"`
	CostUSD  money.USD      `json:"cost_usd"`
}

// Missing is what could not be read.
type Missing struct {
	From   int    `json:"from_page"`
	To     int    `json:"to_page"`
	Reason string `json:"reason"`
}

// Part is one question that was asked.
type Part struct {
	From    int       `json:"from_page"`
	To      int       `json:"to_page"`
	Model   string    `json:"model,omitempty"`   // connection/model that answered
	Request string    `json:"request,omitempty"` // its id in the log
	CostUSD money.USD `json:"cost_usd"`
	Error   string    `json:"error,omitempty"`

	status int // of a refusal
}

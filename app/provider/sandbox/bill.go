package sandbox

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
)

// price is what a model costs, in nano-dollars per token: one dollar per million tokens is 1000. All prices are whole
// nano-dollars, so the sandbox's bill never needs rounding.
type price struct{ input, cached, output int64 }

// claude is a real model's name and list price, served in Anthropic's dialect only: so that a connection of Anthropic's own
// kind can be tried, priced by the real catalogue and checked against this bill.
const claude = "claude-sonnet-4-5"

// prices are the sandbox's own, kept apart from the catalogue so that one checks the other.
var prices = map[string]price{
	"sandbox-chat":       {1000, 100, 4000},
	"sandbox-reasoning":  {2000, 200, 8000},
	"sandbox-vision":     {1000, 100, 4000},
	"sandbox-embed":      {20, 20, 0},
	"sandbox-image":      {5000, 5000, 40000},
	"sandbox-transcribe": {2500, 2500, 10000},
	"sandbox-speech":     {600, 600, 12000},
	flash:                {300, 30, 2500},
	embedder:             {150, 150, 0},
	embedder2:            {200, 200, 0},
	titan:                {20, 20, 0},
	flashImage:           {300, 300, 30_000},
	flashTTS:             {500, 500, 10_000},
	cohere:               {100, 100, 0},
	cohere4:              {120, 120, 0},
	claude:               {3000, 300, 15000},
	claudeOnAWS:          {3300, 330, 16500}, // a region costs a tenth more than the global profile
}

// perPiece is what models cost that are not billed by tokens, in nano-dollars for each second of sound, character or picture.
var perPiece = map[string]struct{ second, character, image int64 }{
	"sandbox-whisper": {second: 100_000},
	"sandbox-tts":     {character: 15_000},
	perChar:           {character: 25},
	imagen:            {image: 40_000_000},
	novaCanvas:        {image: 40_000_000},
	stableCore:        {image: 40_000_000},
}

// heardMore is what a token of sound costs flash beyond one of text.
const heardMore = 700

// Charge is one call on the bill. Refused calls are not on it.
type Charge struct {
	ID        string `json:"id"`                   // the answer's id, or the x-request-id of an embedding
	Client    string `json:"client,omitempty"`     // the caller's x-client-request-id, to find an attempt again
	Model     string `json:"model"`                // without the script
	Input     int64  `json:"input"`                // prompt tokens, cached ones included
	Cached    int64  `json:"cached"`               // part of Input
	Output    int64  `json:"output"`               // generated tokens, reasoning included
	Reasoning int64  `json:"reasoning"`            // part of Output
	Heard     int64  `json:"heard,omitempty"`      // part of Input: sound, which flash charges more for
	Seconds   int64  `json:"seconds,omitempty"`    // of sound
	Chars     int64  `json:"characters,omitempty"` // spoken, or made vectors of
	Images    int64  `json:"images,omitempty"`     // made; what they cost is in Output
	Nanos     int64  `json:"nanos"`                // what it costs, in nano-dollars
	End       string `json:"end"`                  // "complete", "canceled" (the client left) or "cut" (scripted)
	Pieces    int    `json:"pieces,omitempty"`     // how many pieces of a stream were delivered
	Stream    bool   `json:"stream,omitempty"`
}

// Statement is the bill so far.
type Statement struct {
	Calls int64    `json:"calls"`       // every charge there ever was
	Total int64    `json:"total_nanos"` // their sum
	List  []Charge `json:"list"`        // the latest 20,000 of them
}

// keep is how many charges are remembered one by one.
const keep = 20_000

type books struct {
	mu    sync.Mutex
	calls int64
	total int64
	list  []Charge
}

// charge prices and books one call.
func (b *books) charge(c Charge) {
	p := prices[c.Model]
	each := perPiece[c.Model]
	c.Nanos = (c.Input-c.Cached)*p.input + c.Cached*p.cached + c.Output*p.output + c.Seconds*each.second + c.Chars*each.character + c.Images*each.image + c.Heard*heardMore
	if strings.HasPrefix(c.Client, atNight) { // half price, to the next whole nano-dollar
		c.Nanos = (c.Nanos + 1) / 2
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calls++
	b.total += c.Nanos
	if len(b.list) == keep {
		b.list = append(b.list[:0], b.list[keep/10:]...)
	}
	b.list = append(b.list, c)
}

// Bill is what the sandbox would charge so far. A call is on it once it ended.
func (s *Sandbox) Bill() Statement {
	s.books.mu.Lock()
	defer s.books.mu.Unlock()
	return Statement{Calls: s.books.calls, Total: s.books.total, List: append([]Charge{}, s.books.list...)}
}

func (s *Sandbox) serveBill(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(s.Bill())
}

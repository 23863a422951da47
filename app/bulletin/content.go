package bulletin

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/money"
)

// Content is what an edition says: figures, as they were when it was made. Mails, documents and pages are drawn from it.
type Content struct {
	// Whose figures they are: "Team Payments", "Acme".
	Whose string `json:"whose"`
	Zone  string `json:"zone"`
	// Now and Before are the totals of the period and of as much time before it.
	Now    Figures `json:"now"`
	Before Figures `json:"before"`
	// Days are the steps of the chart: days, weeks of a quarter.
	Days  []Point `json:"days"`
	Grain string  `json:"grain"` // day or week
	// Parts divide the total; each adds up to it, to the nano-dollar.
	Parts []Part `json:"parts"`
	// Movers are whose spend changed most, of all parts.
	Movers  []Mover  `json:"movers,omitempty"`
	Budgets []Budget `json:"budgets,omitempty"`
	Savings *Savings `json:"savings,omitempty"`
	Advice  []Advice `json:"advice,omitempty"`
	// Changes are what changes of routes came to.
	Changes []Change `json:"changes,omitempty"`
	// Evidence is what a kind of evidence says; it has nothing of the above but whose it is.
	Evidence *Evidence `json:"evidence,omitempty"`
}

// Change is a change of a route and what came after it, in words with money.
type Change struct {
	Title string `json:"title"`
	Text  string `json:"text"`
}

// Figures are totals of requests that came and money that was spent.
type Figures struct {
	Cost     money.USD `json:"cost_usd"`
	Requests int64     `json:"requests"`
	Failed   int64     `json:"failed"`
	Refused  int64     `json:"refused"`
	Input    int64     `json:"input_tokens"`
	Cached   int64     `json:"cached_tokens"`
	Output   int64     `json:"output_tokens"`
}

// Tokens are input and output together.
func (f Figures) Tokens() int64 { return f.Input + f.Output }

// Point is a step of the chart.
type Point struct {
	From time.Time `json:"from"`
	Cost money.USD `json:"cost_usd"`
}

// Part divides the total by one dimension.
type Part struct {
	By    string `json:"by"` // "Team", as a heading
	Lines []Line `json:"lines"`
}

// Line is one value of a dimension.
type Line struct {
	ID     string    `json:"id,omitempty"`
	Name   string    `json:"name"`
	Others bool      `json:"others,omitempty"` // what all that are not listed come to
	Cost   money.USD `json:"cost_usd"`
	Before money.USD `json:"before_usd"`
	// Requests and Failed are of the period.
	Requests int64 `json:"requests"`
	Failed   int64 `json:"failed"`
}

// Mover is a value whose spend changed much.
type Mover struct {
	By     string    `json:"by"` // "team"
	Name   string    `json:"name"`
	Cost   money.USD `json:"cost_usd"`
	Before money.USD `json:"before_usd"`
}

// Budget is how one stands. Amounts are in words, because budgets count dollars, tokens or requests.
type Budget struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Used    string `json:"used"`
	Limit   string `json:"limit"`
	Percent int64  `json:"percent"` // used, of the limit; rounded down
	// Outlook is where it is heading: "Runs out 12 June, 14:00 at this pace."
	Outlook string `json:"outlook,omitempty"`
	Tight   bool   `json:"tight,omitempty"` // more than 90 % used
}

// Savings are what caches saved.
type Savings struct {
	Provider money.USD `json:"provider_usd"` // by the providers' prompt caches
	Known    bool      `json:"known"`        // false if no price of what was cached is known
	Hits     int64     `json:"hits"`         // requests that the gateway's own cache answered
}

// Advice is something worth doing, computed from the figures.
type Advice struct {
	Title string `json:"title"`
	Text  string `json:"text"`
	// Path is the page where it can be done.
	Path string `json:"path,omitempty"`
	// Saves is what it would have saved in the period, 0 where that is not known.
	Saves money.USD `json:"saves_usd"`
}

// Title is a report's name: "Weekly report: Team Payments".
func Title(k Kind, whose string) string { return k.Title() + ": " + whose }

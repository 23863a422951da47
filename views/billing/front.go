package billing

import (
	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// FrontPage is what a visitor sees at /.
type FrontPage struct {
	Shell  layout.Shell
	Billed bool // this installation bills
	Plans  []Offer
	Trial  string // "14 days, up to 25 people, no card"
	Base   string // where clients send requests
}

// TextPage is a page of plain text.
type TextPage struct {
	Shell      layout.Shell
	Title      string
	Paragraphs []string
}

// example is what changes in an app that speaks to a provider today. It is complete, and runs.
func (p FrontPage) example() string {
	return "from openai import OpenAI\n\nclient = OpenAI(\n    base_url=\"" + p.Base + "/v1\",\n    api_key=\"bdh_live_…\",\n)\nclient.chat.completions.create(\n    model=\"smart\",\n    messages=[{\"role\": \"user\", \"content\": \"Hi\"}],\n)"
}

// promise is one of the things that the gateway does.
type promise struct{ icon, title, text string }

var promises = []promise{
	{"wallet", "Budgets that hold", "A limit for the company, each team, person and key. Money is held before a request leaves and booked exactly after it, so a hard budget is never overspent, on any number of nodes."},
	{"route", "Every provider, one key", "OpenAI, Anthropic, Google, Azure, Bedrock and whatever speaks OpenAI's language, your own servers too. Apps keep the SDK they have; any client reaches any model."},
	{"lifebuoy", "Answers when providers fail", "Retries, fallback chains and circuit breakers, seen and explained for each request. A second provider takes over before anybody writes a ticket."},
	{"bolt", "The same answer, once", "Answers that were given are given again from the cache, at once and for nothing, within the team or company that you allow."},
	{"shield-check", "Who may use what", "Models, tiers and costs by team. What is above them asks for an approval that a manager gives in the inbox. Personal data and secrets are masked or stopped on the way out."},
	{"chart-pie", "Every dollar has a name", "Costs by team, person, project, client and model, down to the single request, reconciled with your providers' own bills."},
}

// budgets are the example beside the headline.
var budgets = []struct {
	name, text string
	meter      ui.MeterProps
}{
	{"Whole company", "$4,180 of $10,000", ui.MeterProps{Label: "Example: $4,180 of $10,000 spent", Spent: 4180, Held: 120, Max: 10000}},
	{"Engineering", "$2,610 of $4,000", ui.MeterProps{Label: "Example: $2,610 of $4,000 spent", Spent: 2610, Held: 80, Max: 4000}},
	{"Support", "$940 of $1,000", ui.MeterProps{Label: "Example: $940 of $1,000 spent", Spent: 940, Held: 20, Max: 1000}},
}

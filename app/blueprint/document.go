// Package blueprint is an organization's set-up as one YAML document: departments, teams, budgets, rate limits, policies, data
// rules, cache policies, prompts, routes, timeouts. It holds names and never ids or secrets, so that it can be kept under version control, compared with an
// organization and applied to another one. People, keys and credentials stay out, and so does what is set for one member or key.
//
// The room is a client of the management API and nothing else: it may do what the caller's token may, and the API checks and
// records each change. The price is that a document is applied change by change, not all or none; applying it again goes on where
// it stopped.
package blueprint

import (
	"encoding/json"

	"github.com/bodhi-gateway/bodhi/app/route"
)

// Format is the version of the document's form, its first line. A reader refuses others.
const Format = 1

// Document is what an organization says, or is to say. A section that is left out is left alone; an empty one says that there is
// nothing, which matters to pruning only.
type Document struct {
	Format      int              `yaml:"blueprint"`
	Connections []Connection     `yaml:"connections"`
	Departments []Department     `yaml:"departments"`
	Teams       []Team           `yaml:"teams"`
	Timeouts    []Timeout        `yaml:"timeouts"`
	Breakers    []Breaker        `yaml:"breakers"`
	Routes      []route.Document `yaml:"routes"`
	Rules       *route.Document  `yaml:"rules,omitempty"` // the organization's own, before any alias
	Budgets     []Budget         `yaml:"budgets"`
	Limits      []Limit          `yaml:"limits"`
	Policies    []Policy         `yaml:"policies"`
	DataRules   []DataRule       `yaml:"data_rules"`
	Caching     []CachePolicy    `yaml:"cache_policies"`
	Prompts     []Prompt         `yaml:"prompts"`

	at map[string]position // where what was read stood
}

// Fields carry what the engine in fields.go does with them: `as` is how a value is compared (number, duration or word), `default`
// what an empty one means, `one` what it may be. The API's names are in `json`.

// Connection names one that the routes lead to. It is never made from a document, which has no credentials; it has to be there.
type Connection struct {
	Name string `yaml:"name"`
	Kind string `yaml:"kind"`
}

// Department is a department.
type Department struct {
	Name string `yaml:"name" json:"name"`
}

// Team is a team; without a department it stands outside all of them.
type Team struct {
	Name       string `yaml:"name" json:"name"`
	Department string `yaml:"department,omitempty" json:"-"`
}

// Budget is a limit of what may be spent in a period. Of is "department:NAME", "team:NAME", "pool:TEAM", "tag:NAME=VALUE" or "" for
// the organization, as everywhere in a document. Money is in USD.
type Budget struct {
	Of          string `yaml:"of,omitempty" json:"-"`
	Name        string `yaml:"name,omitempty" json:"name"`
	Measure     string `yaml:"measure,omitempty" json:"measure" as:"word" default:"usd" one:"usd tokens requests"`
	Limit       string `yaml:"limit" json:"limit" as:"number"`
	Period      string `yaml:"period,omitempty" json:"period" as:"word" default:"monthly" one:"daily weekly monthly quarterly total"`
	Starts      int    `yaml:"starts,omitempty" json:"starts"`
	Enforcement string `yaml:"enforcement,omitempty" json:"enforcement" as:"word" default:"hard" one:"hard soft throttle downgrade"`
	FromPercent int    `yaml:"from_percent,omitempty" json:"from_percent"`
	DowngradeTo string `yaml:"downgrade_to,omitempty" json:"downgrade_to"`
	Rollover    string `yaml:"rollover,omitempty" json:"rollover" as:"number" default:"0"`
	Reserve     string `yaml:"reserve,omitempty" json:"reserve" as:"number" default:"0"`
	Strict      bool   `yaml:"strict,omitempty" json:"strict"`
	Thresholds  *[]int `yaml:"thresholds,omitempty,flow" json:"thresholds"` // left out: the usual ones
}

// Limit is a rate limit.
type Limit struct {
	Of       string `yaml:"of,omitempty" json:"-"`
	Tag      string `yaml:"tag,omitempty" json:"tag"`
	Model    string `yaml:"model,omitempty" json:"model"`
	Endpoint string `yaml:"endpoint,omitempty" json:"endpoint"`
	Name     string `yaml:"name,omitempty" json:"name"`
	Unit     string `yaml:"unit" json:"unit" as:"word" one:"requests tokens cost"`
	Amount   string `yaml:"amount" json:"amount" as:"number"`
	Window   string `yaml:"window" json:"window" as:"duration"`
	Soft     bool   `yaml:"soft,omitempty" json:"soft"`
	Burst    *Burst `yaml:"burst,omitempty" json:"burst"`
}

// Burst is a rise of a limit, at most once a day.
type Burst struct {
	Factor   string `yaml:"factor" json:"factor" as:"number"`
	Duration string `yaml:"duration" json:"duration" as:"duration"`
	Cooldown string `yaml:"cooldown,omitempty" json:"cooldown" as:"duration" default:"0s"`
}

// Policy says which models may be used below a place.
type Policy struct {
	Of         string   `yaml:"of,omitempty" json:"-"`
	Allow      []string `yaml:"allow,omitempty" json:"allow"`
	Deny       []string `yaml:"deny,omitempty" json:"deny"`
	MayAsk     bool     `yaml:"may_ask,omitempty" json:"may_ask"`
	Highest    string   `yaml:"highest_tier,omitempty" json:"highest_tier" as:"word" one:"economy standard premium"`
	MaxCostUSD string   `yaml:"max_cost_usd,omitempty" json:"max_cost_usd" as:"number"`
	AskAbove   string   `yaml:"ask_above_usd,omitempty" json:"ask_above_usd" as:"number"`
	Approver   string   `yaml:"approver,omitempty" json:"approver" as:"word" default:"manager" one:"lead manager admin"`

	Regions       []string `yaml:"regions,omitempty,flow" json:"regions"`
	ZeroRetention bool     `yaml:"zero_retention,omitempty" json:"zero_retention"`
	NoTraining    bool     `yaml:"no_training,omitempty" json:"no_training"`
}

// DataRule says what happens to personal data and secrets below a place.
type DataRule struct {
	Of       string    `yaml:"of,omitempty" json:"-"`
	Actions  Actions   `yaml:"actions,omitempty" json:"actions"`
	Patterns []Pattern `yaml:"patterns,omitempty" json:"patterns"`
	Allow    []string  `yaml:"allow,omitempty" json:"allow"`

	Answers    Actions    `yaml:"answers,omitempty" json:"answers"`
	OneWay     bool       `yaml:"one_way,omitempty" json:"one_way"`
	Confidence string     `yaml:"confidence,omitempty" json:"confidence" as:"word" default:"high" one:"high low"`
	Files      bool       `yaml:"scan_files,omitempty" json:"scan_files"`
	Recognizer Recognizer `yaml:"recognizer,omitempty" json:"recognizer"`
	Unreadable bool       `yaml:"block_unreadable,omitempty" json:"block_unreadable"`
}

// Recognizer is the model that looks for names and addresses.
type Recognizer struct {
	Model   string `yaml:"model,omitempty" json:"model"`
	Failing string `yaml:"on_failure,omitempty" json:"on_failure" as:"word" one:"block allow"`
	Most    string `yaml:"max_cost_usd,omitempty" json:"max_cost_usd" as:"number"`
}

// Actions are what the built-in detectors do.
type Actions struct {
	Email  string `yaml:"email,omitempty" json:"email" as:"word" default:"off" one:"off log warn mask block"`
	Phone  string `yaml:"phone,omitempty" json:"phone" as:"word" default:"off" one:"off log warn mask block"`
	SSN    string `yaml:"ssn,omitempty" json:"ssn" as:"word" default:"off" one:"off log warn mask block"`
	Card   string `yaml:"card,omitempty" json:"card" as:"word" default:"off" one:"off log warn mask block"`
	IBAN   string `yaml:"iban,omitempty" json:"iban" as:"word" default:"off" one:"off log warn mask block"`
	Secret string `yaml:"secret,omitempty" json:"secret" as:"word" default:"off" one:"off log warn mask block"`

	IP       string `yaml:"ip,omitempty" json:"ip" as:"word" default:"off" one:"off log warn mask block"`
	Passport string `yaml:"passport,omitempty" json:"passport" as:"word" default:"off" one:"off log warn mask block"`
	Licence  string `yaml:"driver_license,omitempty" json:"driver_license" as:"word" default:"off" one:"off log warn mask block"`
	Person   string `yaml:"name,omitempty" json:"name" as:"word" default:"off" one:"off log warn mask block"`
	Address  string `yaml:"address,omitempty" json:"address" as:"word" default:"off" one:"off log warn mask block"`
}

// Pattern is a detector of the organization's own.
type Pattern struct {
	Name   string `yaml:"name" json:"name"`
	Expr   string `yaml:"expr" json:"expr"`
	Action string `yaml:"action" json:"action" as:"word" default:"off" one:"off log warn mask block"`
	Answer string `yaml:"answer,omitempty" json:"answer" as:"word" default:"off" one:"off log warn mask block"`
	// Near are words of which one must stand before a match.
	Near []string `yaml:"near,omitempty,flow" json:"near"`
}

// Timeout is how long is waited and how often tried, for a model and an operation; "" is all of them.
type Timeout struct {
	Model           string `yaml:"model,omitempty" json:"model"`
	Operation       string `yaml:"operation,omitempty" json:"operation"`
	Connect         string `yaml:"connect,omitempty" json:"connect" as:"duration"`
	Headers         string `yaml:"headers,omitempty" json:"headers" as:"duration"`
	First           string `yaml:"first,omitempty" json:"first" as:"duration"`
	Gap             string `yaml:"gap,omitempty" json:"gap" as:"duration"`
	Answer          string `yaml:"answer,omitempty" json:"answer" as:"duration"`
	Total           string `yaml:"total,omitempty" json:"total" as:"duration"`
	OnTimeout       string `yaml:"on_timeout,omitempty" json:"on_timeout" as:"word" one:"next retry partial error"`
	Tries           int    `yaml:"tries,omitempty" json:"tries"`
	TriesBeforeNext int    `yaml:"tries_before_next,omitempty" json:"tries_before_next"`
	Backoff         string `yaml:"backoff,omitempty" json:"backoff" as:"duration"`
	MaxBackoff      string `yaml:"max_backoff,omitempty" json:"max_backoff" as:"duration"`
	Growth          string `yaml:"growth,omitempty" json:"growth" as:"word" one:"exponential linear smart"`
	RetryUnsure     bool   `yaml:"retry_unsure,omitempty" json:"retry_unsure"`
	RefuseWhenOpen  bool   `yaml:"refuse_when_open,omitempty" json:"refuse_when_open"`
}

// Breaker says when the breakers of a connection, or of all (""), open and close, and how often it is looked at. What is left out comes
// from the wider setting, in the end from the defaults.
type Breaker struct {
	Connection  string `yaml:"connection,omitempty" json:"-"`
	Row         int    `yaml:"row,omitempty" json:"row"`
	Failures    int    `yaml:"failures,omitempty" json:"failures"`
	Percent     int    `yaml:"percent,omitempty" json:"percent"`
	Window      string `yaml:"window,omitempty" json:"window" as:"duration"`
	CoolDown    string `yaml:"cool_down,omitempty" json:"cool_down" as:"duration"`
	MaxCoolDown string `yaml:"max_cool_down,omitempty" json:"max_cool_down" as:"duration"`
	Successes   int    `yaml:"successes,omitempty" json:"successes"`
	Check       string `yaml:"check,omitempty" json:"check" as:"duration"`
	Ask         string `yaml:"ask,omitempty" json:"ask"`
}

// UnmarshalJSON reads a row of the API's list, in which what a connection says itself is a part.
func (b *Breaker) UnmarshalJSON(text []byte) error {
	type own Breaker // without this method
	var r struct {
		Connection string `json:"connection"`
		Own        own    `json:"own"`
	}
	if err := json.Unmarshal(text, &r); err != nil {
		return err
	}
	*b = Breaker(r.Own)
	b.Connection = r.Connection
	return nil
}

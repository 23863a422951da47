package reportweb

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/report"
)

// requestJSON is a request in the management API. Amounts are exact decimal strings.
type requestJSON struct {
	ID           string    `json:"id"`
	At           time.Time `json:"at"`
	KeyID        string    `json:"key_id"`
	Key          string    `json:"key,omitempty"`
	TeamID       string    `json:"team_id,omitempty"`
	Team         string    `json:"team,omitempty"`
	MemberID     string    `json:"member_id,omitempty"`
	Member       string    `json:"member,omitempty"`
	Family       string    `json:"family"`
	Endpoint     string    `json:"endpoint"`
	Stream       bool      `json:"stream"`
	Asked        string    `json:"asked"`
	Model        string    `json:"model,omitempty"`
	Connection   string    `json:"connection,omitempty"`
	Route        string    `json:"route,omitempty"`
	Client       string    `json:"client,omitempty"`
	Tags         string    `json:"tags,omitempty"`
	EndUser      string    `json:"end_user,omitempty"`
	Session      string    `json:"session,omitempty"`
	Cache        string    `json:"cache,omitempty"`
	Attempts     int       `json:"attempts"`
	Status       int       `json:"status"`
	Code         string    `json:"code,omitempty"`
	InputTokens  int64     `json:"input_tokens"`
	OutputTokens int64     `json:"output_tokens"`
	CostUSD      money.USD `json:"cost_usd"`
	FirstByteUS  int64     `json:"first_byte_us"`
	DurationUS   int64     `json:"duration_us"`
	OverheadUS   int64     `json:"overhead_us"`
}

// attemptJSON is one upstream attempt.
type attemptJSON struct {
	ID           string    `json:"id"`
	Number       int       `json:"number"`
	At           time.Time `json:"at"`
	Connection   string    `json:"connection"`
	Kind         string    `json:"kind"`
	Model        string    `json:"model"`
	State        string    `json:"state"`
	Status       int       `json:"status"`
	Class        string    `json:"class,omitempty"`
	Note         string    `json:"note,omitempty"`
	InputTokens  int64     `json:"input_tokens"`
	CachedTokens int64     `json:"cached_tokens"`
	Images       int64     `json:"images,omitempty"`
	AudioSeconds int64     `json:"audio_seconds,omitempty"`
	Characters   int64     `json:"characters,omitempty"`
	OutputTokens int64     `json:"output_tokens"`
	HeldUSD      money.USD `json:"held_usd"`
	CostUSD      money.USD `json:"cost_usd"`
	PriceVersion string    `json:"price_version"`
	FirstByteUS  int64     `json:"first_byte_us"`
	DurationUS   int64     `json:"duration_us"`
}

type requestList struct {
	Data    []requestJSON `json:"data"`
	HasMore bool          `json:"has_more"`
	Next    string        `json:"next,omitempty"` // give it as ?after=
}

type requestDetail struct {
	requestJSON
	Message   string        `json:"message,omitempty"`
	Refusal   *refusalJSON  `json:"refusal,omitempty"` // of a request that a budget refused
	Decisions []string      `json:"decisions"`
	Tries     []attemptJSON `json:"tries"`
	Feedback  *feedbackJSON `json:"feedback,omitempty"` // what was said of the answer
}

// refusalJSON is how a budget stood when it refused. Amounts are strings in its measure.
type refusalJSON struct {
	Budget  string `json:"budget_id"`
	Measure string `json:"measure"`
	Needed  string `json:"needed"` // 0 where no price is known
	Limit   string `json:"limit"`
	Spent   string `json:"spent"`
	Held    string `json:"held"`
	Left    string `json:"left"`
}

func refusalOut(r ledger.Refusal) *refusalJSON {
	if r.Budget.IsZero() {
		return nil
	}
	m := r.Measure
	return &refusalJSON{Budget: r.Budget.String(), Measure: m.String(), Needed: m.Plain(r.Need), Limit: m.Plain(r.Limit), Spent: m.Plain(r.Spent),
		Held: m.Plain(r.Held), Left: m.Plain(r.Left())}
}

// usageJSON is what one value of a dimension comes to.
type usageJSON struct {
	ID           string    `json:"id"`
	Name         string    `json:"name,omitempty"`
	Requests     int64     `json:"requests"`
	Errors       int64     `json:"errors"`
	InputTokens  int64     `json:"input_tokens"`
	CachedTokens int64     `json:"cached_tokens"` // of the input, read from the providers' prompt caches
	OutputTokens int64     `json:"output_tokens"`
	CostUSD      money.USD `json:"cost_usd"`
	// CacheHitRate is cached_tokens ÷ input_tokens; null without input.
	CacheHitRate *float64 `json:"cache_hit_rate"`
}

type usageList struct {
	By   report.By   `json:"by"`
	From time.Time   `json:"from"`
	To   time.Time   `json:"to"`
	Data []usageJSON `json:"data"`
}

func requestOut(r report.Request) requestJSON {
	return requestJSON{
		ID: r.ID.String(), At: r.At, KeyID: r.Chain.Key.String(), Key: r.Key, TeamID: r.Chain.Team.String(), Team: r.Team,
		MemberID: r.Chain.Member.String(), Member: r.Member, Family: r.Family, Endpoint: r.Endpoint, Stream: r.Stream,
		Asked: r.Asked, Model: r.Model, Connection: r.Provider, Route: r.Route, Client: r.Client, Tags: r.Tags,
		EndUser: r.EndUser, Session: r.Session, Cache: r.Cache, Attempts: r.Attempts, Status: r.Status, Code: r.Code,
		InputTokens: r.Usage.Input, OutputTokens: r.Usage.Output, CostUSD: r.Cost,
		FirstByteUS: r.FirstByte.Microseconds(), DurationUS: r.Duration.Microseconds(), OverheadUS: r.Overhead.Microseconds(),
	}
}

func attemptOut(a report.Attempt) attemptJSON {
	return attemptJSON{
		ID: a.ID.String(), Number: a.Number, At: a.At, Connection: a.Provider, Kind: a.Kind, Model: a.Model,
		State: string(a.End.State), Status: a.End.Status, Class: a.End.Class, Note: a.End.Note,
		Images: a.End.Usage.Images, AudioSeconds: a.End.Usage.AudioSeconds, Characters: a.End.Usage.Characters,
		InputTokens: a.End.Usage.Input, CachedTokens: a.End.Usage.CacheRead, OutputTokens: a.End.Usage.Output,
		HeldUSD: a.Held.Money, CostUSD: a.End.Cost, PriceVersion: a.PriceVersion,
		FirstByteUS: a.End.FirstByte.Microseconds(), DurationUS: a.End.Duration.Microseconds(),
	}
}

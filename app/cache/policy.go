package cache

import (
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Mode says what a policy does.
type Mode string

// The modes.
const (
	Off   Mode = "off"
	Exact Mode = "exact"
)

// Pace says how a stream is given again.
type Pace string

// The paces.
const (
	Full    Pace = "full"    // at once
	Natural Pace = "natural" // in the pieces and with the pauses in which it came
)

// Settings are what a policy says.
type Settings struct {
	Mode    Mode          `json:"mode"`
	Sharing Sharing       `json:"sharing,omitempty"`
	TTL     time.Duration `json:"ttl,omitempty"`
	// Stale is how much longer an answer may be given while it is fetched anew, or when nobody else answers.
	Stale time.Duration `json:"stale,omitempty"`
	// LastResort is how old an answer may get in all that is kept for outages: while a provider answers nobody is given it. A route has
	// to ask for it as well (route.Fallback.CachedAnswer). 0 is no older than TTL and Stale.
	LastResort time.Duration `json:"last_resort,omitempty"`
	// Warmest is the highest temperature in hundredths that is kept: who asks for a warm answer wants another each time. A
	// request that says none counts as 100, which is what providers take.
	Warmest int64 `json:"warmest,omitempty"`
	// Tools lets requests through that offer tools. Answers that call one are never kept.
	Tools bool `json:"tools,omitempty"`
	// MaxBytes is the largest answer that is kept.
	MaxBytes int64 `json:"max_bytes,omitempty"`
	Pace     Pace  `json:"pace,omitempty"`
	// Like is about questions that are worded differently.
	Like Like `json:"like,omitzero"`
}

// Keeps is how old an answer may get.
func (s Settings) Keeps() time.Duration { return max(s.TTL+s.Stale, s.LastResort) }

// The bounds of settings.
const (
	MinTTL       = 10 * time.Second
	MaxTTL       = 30 * 24 * time.Hour // what request logs are kept for
	MaxWarmest   = 200                 // no provider takes more than 2
	LeastBytes   = 1 << 10
	MostBytes    = 4 << 20
	DefaultBytes = 256 << 10 // an answer of about 60,000 words
	// MaxRules bounds what is looked through for each request: policies on one node.
	MaxRules = 20
	maxName  = 60
	maxNames = 50 // models or purposes of one policy
)

// Rule is a policy as it is kept.
type Rule struct {
	ID    id.Caching
	Org   id.Org
	Scope org.Scope // where it sits
	Name  string
	// Models and Purposes narrow it to requests for one of these names, and with one of these x-bodhi-purpose. None is all.
	Models, Purposes []string
	Settings
	// Binding keeps policies further down from saying anything else.
	Binding bool
	// Approved says that an admin agreed to sharing in the whole organization. Until then the team shares.
	Approved   bool
	ApprovedBy string // who
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// Waits reports whether an admin has to agree first.
func (r Rule) Waits() bool { return r.Mode == Exact && r.Sharing == Org && !r.Approved }

// Preset is a policy to begin with.
type Preset struct {
	Key, Name, About string
	Settings
}

// Presets are the usual cases.
func Presets() []Preset {
	s := Settings{Mode: Exact, Warmest: 100, MaxBytes: DefaultBytes, Pace: Full}
	code, docs, faq := s, s, s
	code.Sharing, code.TTL = User, time.Hour
	docs.Sharing, docs.TTL, docs.Stale, docs.LastResort = Team, 24*time.Hour, time.Hour, 7*24*time.Hour
	faq.Sharing, faq.TTL, faq.Stale, faq.LastResort = Org, 7*24*time.Hour, 24*time.Hour, MaxTTL
	return []Preset{
		{"code_completion", "Code completion", "Each developer's own answers, for an hour.", code},
		{"documentation", "Documentation questions", "A team's answers, for a day.", docs},
		{"company_faq", "Company FAQ", "Everybody's answers, for a week. An admin has to agree.", faq},
		{"real_time", "Real-time data", "Nothing is kept: prices, weather, news, what changes by the minute.", Settings{Mode: Off}},
	}
}

// Describe says in a few words what settings do: "exact, shared by the team, 24h0m0s".
func (s Settings) Describe() string {
	if s.Mode != Exact {
		return "nothing is kept"
	}
	return fmt.Sprintf("exact, shared by the %s, for %s%s", s.Sharing, s.TTL, s.Like.describe())
}

package db

import (
	"context"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
)

type attemptRow struct {
	OrgID        id.Org        `gorm:"column:org_id;primaryKey"`
	ID           id.Attempt    `gorm:"column:id;primaryKey"`
	At           time.Time     `gorm:"column:at;primaryKey"`
	EndedAt      time.Time     `gorm:"column:ended_at"`
	RequestID    id.Request    `gorm:"column:request_id"`
	Number       int           `gorm:"column:number"`
	DepartmentID id.Department `gorm:"column:department_id"`
	TeamID       id.Team       `gorm:"column:team_id"`
	MemberID     id.Member     `gorm:"column:member_id"`
	KeyID        id.Key        `gorm:"column:key_id"`
	Tags         string        `gorm:"column:tags"`
	ConnectionID id.Connection `gorm:"column:connection_id"`
	Provider     string        `gorm:"column:provider"`
	Kind         string        `gorm:"column:kind"`
	Model        string        `gorm:"column:model"`
	PriceVersion string        `gorm:"column:price_version"`
	State        string        `gorm:"column:state"`
	Status       int           `gorm:"column:status"`
	Class        string        `gorm:"column:class"`
	Note         string        `gorm:"column:note"`
	Input        int64         `gorm:"column:input_tokens"`
	Cached       int64         `gorm:"column:cached_tokens"`
	Output       int64         `gorm:"column:output_tokens"`
	Reasoning    int64         `gorm:"column:reasoning_tokens"`
	// Usage is the whole usage where it has more than the four columns above say.
	Usage      *llm.Usage   `gorm:"column:usage;serializer:json"`
	Held       money.USD    `gorm:"column:held_nanos"`
	Cost       money.USD    `gorm:"column:cost_nanos"`
	InputCost  money.USD    `gorm:"column:input_cost_nanos"`
	HeldTokens ledger.Units `gorm:"column:held_tokens"`
	Tokens     ledger.Units `gorm:"column:booked_tokens"`
	Requests   ledger.Units `gorm:"column:booked_requests"`
	FirstByte  int64        `gorm:"column:first_byte_us"`
	DurationUS int64        `gorm:"column:duration_us"`
	Accounts   []accountRow `gorm:"column:accounts;serializer:json"`
	Asked      string       `gorm:"column:asked"`
	Endpoint   string       `gorm:"column:endpoint"`
	Client     string       `gorm:"column:client"`
	Cache      string       `gorm:"column:cache"`
}

// TableName names the table.
func (attemptRow) TableName() string { return "attempts" }

// accountRow is an account that an attempt's cost was booked on; short names, as every attempt has some.
type accountRow struct {
	Budget  id.Budget      `json:"b"`
	Start   int64          `json:"s"`
	Measure ledger.Measure `json:"m,omitempty"`
}

// clean makes text fit for PostgreSQL, which takes neither zero bytes nor broken UTF-8: one such header of a client
// must not keep a whole journal out of the books.
func clean(fields ...*string) {
	for _, f := range fields {
		if strings.IndexByte(*f, 0) >= 0 || !utf8.ValidString(*f) {
			*f = strings.ToValidUTF8(strings.ReplaceAll(*f, "\x00", ""), "\uFFFD")
		}
	}
}

type requestRow struct {
	OrgID        id.Org        `gorm:"column:org_id;primaryKey"`
	ID           id.Request    `gorm:"column:id;primaryKey"`
	At           time.Time     `gorm:"column:at;primaryKey"`
	DepartmentID id.Department `gorm:"column:department_id"`
	TeamID       id.Team       `gorm:"column:team_id"`
	MemberID     id.Member     `gorm:"column:member_id"`
	KeyID        id.Key        `gorm:"column:key_id"`
	Family       string        `gorm:"column:family"`
	Endpoint     string        `gorm:"column:endpoint"`
	Stream       bool          `gorm:"column:stream"`
	Asked        string        `gorm:"column:asked"`
	Model        string        `gorm:"column:model"`
	Provider     string        `gorm:"column:provider"`
	Route        string        `gorm:"column:route"`
	Client       string        `gorm:"column:client"`
	Tags         string        `gorm:"column:tags"`
	EndUser      string        `gorm:"column:end_user"`
	Session      string        `gorm:"column:session"`
	Cache        string        `gorm:"column:cache"`
	Attempts     int           `gorm:"column:attempts"`
	Status       int           `gorm:"column:status"`
	Code         string        `gorm:"column:code"`
	Message      string        `gorm:"column:message"`
	RefusedBy    id.Budget     `gorm:"column:refused_by"`
	// Refusal is how the budget of RefusedBy stood.
	Refusal    *ledger.Refusal `gorm:"column:refusal;serializer:json"`
	Input      int64           `gorm:"column:input_tokens"`
	Cached     int64           `gorm:"column:cached_tokens"`
	Output     int64           `gorm:"column:output_tokens"`
	Reasoning  int64           `gorm:"column:reasoning_tokens"`
	Cost       money.USD       `gorm:"column:cost_nanos"`
	Decisions  string          `gorm:"column:decisions"`
	FirstByte  int64           `gorm:"column:first_byte_us"`
	DurationUS int64           `gorm:"column:duration_us"`
	OverheadUS int64           `gorm:"column:overhead_us"`
	Saved      money.USD       `gorm:"column:saved_nanos"`
	Experiment id.Experiment   `gorm:"column:experiment_id"`
	Variant    int             `gorm:"column:variant"`
	Bucket     int             `gorm:"column:bucket"`
}

// TableName names the table.
func (requestRow) TableName() string { return "requests" }

// factDays remembers which days have their partitions.
type factDays struct {
	mu    sync.Mutex
	first time.Time
	last  time.Time
}

// forget has every day made sure of again.
func (f *factDays) forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.first, f.last = time.Time{}, time.Time{}
}

const day = 24 * time.Hour

// daysAhead is how many partitions are made before they are needed.
const daysAhead = 2

// EnsureDays makes the partitions for facts of a range of time, and of the days after it. On SQLite there is nothing to
// make. A range that was ensured before costs nothing.
func (s *LedgerStore) EnsureDays(ctx context.Context, first, last time.Time) error {
	if !s.db.Postgres() {
		return nil
	}
	first, last = first.UTC().Truncate(day), last.UTC().Truncate(day)
	s.days.mu.Lock()
	defer s.days.mu.Unlock()
	if !s.days.first.IsZero() && !first.Before(s.days.first) && !last.After(s.days.last) {
		return nil
	}
	ahead := last.Add(daysAhead * day)
	// In a transaction of its own: making a table locks its parent until the end.
	err := s.db.system(ctx, "make days for facts", func(tx *gorm.DB) error {
		// One at a time: of two that make the same table at once, IF NOT EXISTS fails one.
		if err := tx.Exec("SELECT pg_advisory_xact_lock(hashtext('ensure_fact_days'))").Error; err != nil {
			return err
		}
		return tx.Exec("SELECT ensure_fact_days(?::date, ?::date)", first.Format(time.DateOnly), ahead.Format(time.DateOnly)).Error
	})
	if err != nil {
		return err
	}
	if s.days.first.IsZero() || first.After(s.days.last.Add(day)) || ahead.Before(s.days.first.Add(-day)) {
		s.days.first, s.days.last = first, ahead
	}
	if first.Before(s.days.first) {
		s.days.first = first
	}
	if ahead.After(s.days.last) {
		s.days.last = ahead
	}
	return nil
}

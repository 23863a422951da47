// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// BudgetsAPI is what the API can do with budgets.
type BudgetsAPI struct{ c *Client }

// Budgets is what the API can do with budgets.
func (c *Client) Budgets() BudgetsAPI { return BudgetsAPI{c} }

// Suspense: Show the suspense of a budget.
func (a BudgetsAPI) Suspense(ctx context.Context, id string, query url.Values, calls ...Call) (out SuspenseList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/budgets/"+url.PathEscape(id)+"/suspense", query, nil, &out, calls)
	return out, err
}

// AllSuspense is Suspense over all pages.
func (a BudgetsAPI) AllSuspense(ctx context.Context, id string, query url.Values, calls ...Call) iter.Seq2[BudgetSuspended, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (SuspenseList, error) {
		return a.Suspense(ctx, id, query, calls...)
	}, func(p SuspenseList) ([]BudgetSuspended, string) { return p.Data, p.Next })
}

// Release: Let what a lost node may have spent be spent again.
func (a BudgetsAPI) Release(ctx context.Context, id string, in ReleaseInput, calls ...Call) (out ReleaseList, err error) {
	err = a.c.do(ctx, http.MethodPost, "/budgets/"+url.PathEscape(id)+"/suspense/release", nil, in, &out, calls)
	return out, err
}

// List: List budgets.
func (a BudgetsAPI) List(ctx context.Context, query url.Values, calls ...Call) (out BudgetList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/budgets", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a BudgetsAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Budget, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (BudgetList, error) { return a.List(ctx, query, calls...) }, func(p BudgetList) ([]Budget, string) { return p.Data, p.Next })
}

// Create: Create a budget.
func (a BudgetsAPI) Create(ctx context.Context, in BudgetInput, calls ...Call) (out Budget, err error) {
	err = a.c.do(ctx, http.MethodPost, "/budgets", nil, in, &out, calls)
	return out, err
}

// Show: Show a budget.
func (a BudgetsAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out Budget, err error) {
	err = a.c.do(ctx, http.MethodGet, "/budgets/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Update: Update a budget.
func (a BudgetsAPI) Update(ctx context.Context, id string, in BudgetChange, calls ...Call) (out Budget, err error) {
	err = a.c.do(ctx, http.MethodPatch, "/budgets/"+url.PathEscape(id), nil, in, &out, calls)
	return out, err
}

// Delete: Delete a budget.
func (a BudgetsAPI) Delete(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/budgets/"+url.PathEscape(id), nil, nil, nil, calls)
}

// Grants: Show the grants of a budget.
func (a BudgetsAPI) Grants(ctx context.Context, id string, query url.Values, calls ...Call) (out GrantList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/budgets/"+url.PathEscape(id)+"/grants", query, nil, &out, calls)
	return out, err
}

// AllGrants is Grants over all pages.
func (a BudgetsAPI) AllGrants(ctx context.Context, id string, query url.Values, calls ...Call) iter.Seq2[Grant, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (GrantList, error) {
		return a.Grants(ctx, id, query, calls...)
	}, func(p GrantList) ([]Grant, string) { return p.Data, p.Next })
}

// Grant: Give a budget more for its present period.
func (a BudgetsAPI) Grant(ctx context.Context, id string, in GrantInput, calls ...Call) (out Grant, err error) {
	err = a.c.do(ctx, http.MethodPost, "/budgets/"+url.PathEscape(id)+"/grants", nil, in, &out, calls)
	return out, err
}

// Periods: Show the periods of a budget.
func (a BudgetsAPI) Periods(ctx context.Context, id string, query url.Values, calls ...Call) (out PeriodList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/budgets/"+url.PathEscape(id)+"/periods", query, nil, &out, calls)
	return out, err
}

// AllPeriods is Periods over all pages.
func (a BudgetsAPI) AllPeriods(ctx context.Context, id string, query url.Values, calls ...Call) iter.Seq2[Period, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (PeriodList, error) {
		return a.Periods(ctx, id, query, calls...)
	}, func(p PeriodList) ([]Period, string) { return p.Data, p.Next })
}

// Alerts: Show the alerts of a budget.
func (a BudgetsAPI) Alerts(ctx context.Context, id string, query url.Values, calls ...Call) (out AlertList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/budgets/"+url.PathEscape(id)+"/alerts", query, nil, &out, calls)
	return out, err
}

// AllAlerts is Alerts over all pages.
func (a BudgetsAPI) AllAlerts(ctx context.Context, id string, query url.Values, calls ...Call) iter.Seq2[Alert, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (AlertList, error) {
		return a.Alerts(ctx, id, query, calls...)
	}, func(p AlertList) ([]Alert, string) { return p.Data, p.Next })
}

// Ask: Ask for more than a budget allows.
func (a BudgetsAPI) Ask(ctx context.Context, id string, in BudgetAskInput, calls ...Call) (out BudgetOverride, err error) {
	err = a.c.do(ctx, http.MethodPost, "/budgets/"+url.PathEscape(id)+"/requests", nil, in, &out, calls)
	return out, err
}

// Alert is a threshold that was crossed; with are the lower ones that were crossed by the same posting.
type Alert struct {
	Threshold int       `json:"threshold"` // percent
	With      []int     `json:"with"`
	PeriodAt  time.Time `json:"period_starts_at"`
	Spent     string    `json:"spent"` // at that moment, with suspense
	Limit     string    `json:"limit"`
	At        time.Time `json:"at"`
	Rearmed   bool      `json:"rearmed"` // the limit was raised above it since
}

// AlertList is a body of the API.
type AlertList struct {
	Data    []Alert `json:"data"`
	HasMore bool    `json:"has_more"`       // whether there are more pages
	Next    string  `json:"next,omitempty"` // give it as after
}

// Budget is a budget in the management API, with where it stands. Amounts are strings in its measure: exact decimals of USD, or counts of tokens or requests; those of money come as *_usd as well.
type Budget struct {
	ID          string          `json:"id"`
	Scope       string          `json:"scope"` // id of the organization, department, team, member or key, "pool:team_…", "tag:project=apollo"
	ScopeKind   string          `json:"scope_kind"`
	ScopeLabel  string          `json:"scope_label"`
	Name        string          `json:"name"`
	Measure     string          `json:"measure"` // usd, tokens or requests
	Limit       string          `json:"limit"`
	Period      string          `json:"period"`
	Starts      int             `json:"starts,omitempty"` // weekday 1-7 of a week, day 1-31 of a month, month 1-12 of a fiscal year
	Enforcement string          `json:"enforcement"`
	FromPercent int             `json:"from_percent,omitempty"` // where throttling or downgrading begins
	DowngradeTo string          `json:"downgrade_to,omitempty"`
	Rollover    string          `json:"rollover"` // at most so much is carried into the next period
	Reserve     string          `json:"reserve"`  // part of limit that only admins open
	Strict      bool            `json:"strict"`
	Thresholds  []int           `json:"thresholds"` // percent
	Present     string          `json:"present"`    // What may be spent in the present period is present = limit - reserve + rolled_over + granted.
	RolledOver  string          `json:"rolled_over"`
	Granted     string          `json:"granted"`
	Spent       string          `json:"spent"` // with suspense
	Suspense    string          `json:"suspense"`
	Held        string          `json:"held"`
	Left        string          `json:"left"`
	Forecast    *BudgetForecast `json:"forecast,omitempty"`
	LimitUSD    *string         `json:"limit_usd,omitempty"`
	SpentUSD    *string         `json:"spent_usd,omitempty"`
	HeldUSD     *string         `json:"held_usd,omitempty"`
	LeftUSD     *string         `json:"left_usd,omitempty"`
	ResetsAt    *time.Time      `json:"resets_at"` // null for a total
	CreatedAt   time.Time       `json:"created_at"`
	UpdatedAt   time.Time       `json:"updated_at"`
}

// BudgetAskInput asks for more of a budget.
type BudgetAskInput struct {
	Kind   string `json:"kind,omitempty"` // increase (the default) or borrow
	Amount string `json:"amount,omitempty"`
	Until  string `json:"until,omitempty"` // empty = the end of the period
	Reason string `json:"reason,omitempty"`
}

// BudgetChange changes what it names and leaves the rest. Scope and measure are fixed.
type BudgetChange struct {
	Name        *string `json:"name,omitempty"`
	Limit       *string `json:"limit,omitempty"`
	LimitUSD    *string `json:"limit_usd,omitempty"`
	Period      *string `json:"period,omitempty"`
	Starts      *int    `json:"starts,omitempty"`
	Enforcement *string `json:"enforcement,omitempty"`
	FromPercent *int    `json:"from_percent,omitempty"`
	DowngradeTo *string `json:"downgrade_to,omitempty"`
	Rollover    *string `json:"rollover,omitempty"`
	Reserve     *string `json:"reserve,omitempty"`
	Strict      *bool   `json:"strict,omitempty"`
	Thresholds  *[]int  `json:"thresholds,omitempty"`
}

// BudgetForecast is where a budget will stand at the end of its period: total is null where there is no answer, and method says how it was computed, or why there is none.
type BudgetForecast struct {
	Total     *string    `json:"total"`
	At        *time.Time `json:"at"`
	RunsOutAt *time.Time `json:"runs_out_at"`
	Method    string     `json:"method"`
}

// BudgetInput sets a limit. Without a scope it is the organization's, without a measure it is money, and limit_usd is another name of limit then.
type BudgetInput struct {
	Scope       string `json:"scope,omitempty"`
	Name        string `json:"name,omitempty"`
	Measure     string `json:"measure,omitempty"`
	Limit       string `json:"limit,omitempty"`
	LimitUSD    string `json:"limit_usd,omitempty"`
	Period      string `json:"period,omitempty"`
	Starts      int    `json:"starts,omitempty"`
	Enforcement string `json:"enforcement,omitempty"`
	FromPercent int    `json:"from_percent,omitempty"`
	DowngradeTo string `json:"downgrade_to,omitempty"`
	Rollover    string `json:"rollover,omitempty"`
	Reserve     string `json:"reserve,omitempty"`
	Strict      bool   `json:"strict,omitempty"`
	Thresholds  []int  `json:"thresholds,omitempty"`
}

// BudgetList is a body of the API.
type BudgetList struct {
	Data    []Budget `json:"data"`
	HasMore bool     `json:"has_more"`       // whether there are more pages
	Next    string   `json:"next,omitempty"` // give it as after
}

// BudgetOverride is somebody's request for more than a budget allows. Amounts are strings in the budget's measure.
type BudgetOverride struct {
	ID        string     `json:"id"`
	Budget    string     `json:"budget"`
	Name      string     `json:"budget_name"`
	Label     string     `json:"scope_label"`
	Measure   string     `json:"measure"`
	Kind      string     `json:"kind"` // increase, or borrow from the next period
	Amount    string     `json:"amount"`
	Until     *time.Time `json:"until"` // null = the end of the period
	Reason    string     `json:"reason"`
	State     string     `json:"state"` // pending, approved, denied, expired
	AskedBy   string     `json:"asked_by"`
	AskedAt   time.Time  `json:"asked_at"`
	ExpiresAt time.Time  `json:"expires_at"`
	DecidedBy string     `json:"decided_by"`
	DecidedAt *time.Time `json:"decided_at"`
	Note      string     `json:"note"`
	Grant     string     `json:"grant,omitempty"`
	CanDecide bool       `json:"can_decide"`
}

// BudgetSuspended is what one lost node may have spent of a budget. It counts as spent.
type BudgetSuspended struct {
	Node        string    `json:"node"`
	Host        string    `json:"host"`
	Since       time.Time `json:"since"`
	PeriodStart time.Time `json:"period_start"`
	Measure     string    `json:"measure"`
	Amount      string    `json:"amount"` // exact decimal of USD, or a count
	Reason      string    `json:"reason"` // "node lost" or "journal damaged"
}

// Grant is what was added to a budget's period, or taken from it. Amounts are strings in the budget's measure.
type Grant struct {
	ID        string     `json:"id"`
	Kind      string     `json:"kind"`   // increase, borrow, reserve; repay is made by a borrowing
	Amount    string     `json:"amount"` // negative for a repayment
	State     string     `json:"state"`  // due, active, ended, closed
	PeriodAt  time.Time  `json:"period_starts_at"`
	Until     *time.Time `json:"until"` // null = never
	Reason    string     `json:"reason"`
	AskedBy   string     `json:"asked_by"`
	DecidedBy string     `json:"decided_by"`
	Request   string     `json:"request,omitempty"`
	CreatedAt time.Time  `json:"created_at"`
}

// GrantInput gives more for the present period. until is for increases, and the end of the period if left out.
type GrantInput struct {
	Kind   string `json:"kind,omitempty"`
	Amount string `json:"amount,omitempty"`
	Until  string `json:"until,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// GrantList is a body of the API.
type GrantList struct {
	Data    []Grant `json:"data"`
	HasMore bool    `json:"has_more"`       // whether there are more pages
	Next    string  `json:"next,omitempty"` // give it as after
}

// Period is one period of a budget as it stands in the books.
type Period struct {
	StartsAt   time.Time  `json:"starts_at"`
	EndsAt     *time.Time `json:"ends_at"` // null for a total
	Present    string     `json:"present"` // what could be spent in it
	RolledOver string     `json:"rolled_over"`
	Granted    string     `json:"granted"`
	Spent      string     `json:"spent"` // without suspense
	Suspense   string     `json:"suspense"`
}

// PeriodList is a body of the API.
type PeriodList struct {
	Data    []Period `json:"data"`
	HasMore bool     `json:"has_more"`       // whether there are more pages
	Next    string   `json:"next,omitempty"` // give it as after
}

// ReleaseInput releases what a node left on a budget. Without period_start in every period, without amount all of it.
type ReleaseInput struct {
	Node        string    `json:"node,omitempty"`
	PeriodStart time.Time `json:"period_start,omitzero"`
	Amount      string    `json:"amount,omitempty"`
	Note        string    `json:"note,omitempty"`
}

// ReleaseList is a body of the API.
type ReleaseList struct {
	Data    []Released `json:"data"`
	HasMore bool       `json:"has_more"`       // whether there are more pages
	Next    string     `json:"next,omitempty"` // give it as after
}

// Released is one release.
type Released struct {
	ID          string    `json:"id"`
	Node        string    `json:"node"`
	PeriodStart time.Time `json:"period_start"`
	Amount      string    `json:"amount"`
	By          string    `json:"by"`
	Note        string    `json:"note"`
	At          time.Time `json:"at"`
}

// SuspenseList is a body of the API.
type SuspenseList struct {
	Data    []BudgetSuspended `json:"data"`
	HasMore bool              `json:"has_more"`       // whether there are more pages
	Next    string            `json:"next,omitempty"` // give it as after
}

// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// ReportsAPI is what the API can do with reports.
type ReportsAPI struct{ c *Client }

// Reports is what the API can do with reports.
func (c *Client) Reports() ReportsAPI { return ReportsAPI{c} }

// List: List reports.
func (a ReportsAPI) List(ctx context.Context, query url.Values, calls ...Call) (out ReportList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/reports", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a ReportsAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[BulletinReport, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (ReportList, error) { return a.List(ctx, query, calls...) }, func(p ReportList) ([]BulletinReport, string) { return p.Data, p.Next })
}

// Create: Set up a report. A team, or the organization, has one of each kind.
func (a ReportsAPI) Create(ctx context.Context, in ReportInput, calls ...Call) (out BulletinReport, err error) {
	err = a.c.do(ctx, http.MethodPost, "/reports", nil, in, &out, calls)
	return out, err
}

// Show: Show a report.
func (a ReportsAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out BulletinReport, err error) {
	err = a.c.do(ctx, http.MethodGet, "/reports/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Update: Update a report.
func (a ReportsAPI) Update(ctx context.Context, id string, in ReportChange, calls ...Call) (out BulletinReport, err error) {
	err = a.c.do(ctx, http.MethodPatch, "/reports/"+url.PathEscape(id), nil, in, &out, calls)
	return out, err
}

// Delete: End a report. What was sent stays in the archive.
func (a ReportsAPI) Delete(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/reports/"+url.PathEscape(id), nil, nil, nil, calls)
}

// Preview: Show what a report would say now, of the last period that has ended. Nothing is sent.
func (a ReportsAPI) Preview(ctx context.Context, id string, query url.Values, calls ...Call) (out BulletinEdition, err error) {
	err = a.c.do(ctx, http.MethodGet, "/reports/"+url.PathEscape(id)+"/preview", query, nil, &out, calls)
	return out, err
}

// Send: Send the last period's edition at once, besides what the schedule does. Twice within a minute is once.
func (a ReportsAPI) Send(ctx context.Context, id string, calls ...Call) (out BulletinEdition, err error) {
	err = a.c.do(ctx, http.MethodPost, "/reports/"+url.PathEscape(id)+"/send", nil, nil, &out, calls)
	return out, err
}

// Stop: Get no more copies of a report, whoever else gets it. The token's person is who stops it for themselves.
func (a ReportsAPI) Stop(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodPost, "/reports/"+url.PathEscape(id)+"/stop", nil, nil, nil, calls)
}

// Resume: Get copies of a report again that was stopped.
func (a ReportsAPI) Resume(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodPost, "/reports/"+url.PathEscape(id)+"/resume", nil, nil, nil, calls)
}

// BulletinAdvice is something worth doing.
type BulletinAdvice struct {
	Title    string `json:"title"`
	Text     string `json:"text"`
	Path     string `json:"path,omitempty"` // of the page where it can be done
	SavesUSD string `json:"saves_usd"`
}

// BulletinChange is a change of a route and what came after it.
type BulletinChange struct {
	Title string `json:"title"`
	Text  string `json:"text"`
}

// BulletinCopy is one copy of an edition.
type BulletinCopy struct {
	Member  string     `json:"member"`
	Status  string     `json:"status"` // waiting, sent, dropped; ordered for those older than 90 days
	SentAt  *time.Time `json:"sent_at"`
	Problem string     `json:"problem,omitempty"`
}

// BulletinEdition is one number of a report. In lists and before it is sent some fields are missing.
type BulletinEdition struct {
	ID       string             `json:"id,omitempty"` // missing in a preview
	Report   string             `json:"report"`
	Kind     string             `json:"kind"`
	Scope    string             `json:"scope"`
	From     time.Time          `json:"from"`
	To       time.Time          `json:"to"`
	MadeAt   *time.Time         `json:"made_at,omitempty"` // missing in a preview, which is of now
	By       string             `json:"by,omitempty"`      // who sent it; missing for the schedule
	Title    string             `json:"title,omitempty"`
	Zone     string             `json:"zone,omitempty"`
	Now      *BulletinFigures   `json:"now,omitempty"`
	Before   *BulletinFigures   `json:"before,omitempty"`
	Parts    []BulletinPart     `json:"parts,omitempty"`
	Budgets  []BulletinStanding `json:"budgets,omitempty"`
	Advice   []BulletinAdvice   `json:"advice,omitempty"`
	Changes  []BulletinChange   `json:"changes,omitempty"` // what changes of routes came to
	Copies   []BulletinCopy     `json:"copies,omitempty"`
	Evidence *BulletinEvidence  `json:"evidence,omitempty"` // Evidence is what a kind of evidence says, which has no figures.
}

// BulletinEvidence is what an edition of evidence says.
type BulletinEvidence struct {
	Lead   string          `json:"lead"`
	Sheets []BulletinSheet `json:"sheets"`
}

// BulletinFigures are totals of a period.
type BulletinFigures struct {
	CostUSD      string `json:"cost_usd"`
	Requests     int64  `json:"requests"`
	Failed       int64  `json:"failed"`
	Refused      int64  `json:"refused"`
	InputTokens  int64  `json:"input_tokens"`
	CachedTokens int64  `json:"cached_tokens"`
	OutputTokens int64  `json:"output_tokens"`
}

// BulletinLine is one value of a part. Those that are not listed are summed up in one with others.
type BulletinLine struct {
	ID        string `json:"id,omitempty"`
	Name      string `json:"name"`
	Others    bool   `json:"others,omitempty"`
	CostUSD   string `json:"cost_usd"`
	BeforeUSD string `json:"before_usd"`
	Requests  int64  `json:"requests"`
	Failed    int64  `json:"failed"`
}

// BulletinPart divides the total by a dimension; its lines add up to it.
type BulletinPart struct {
	By    string         `json:"by"`
	Lines []BulletinLine `json:"lines"`
}

// BulletinReport is a regular report in the management API.
type BulletinReport struct {
	ID        string     `json:"id"`
	Kind      string     `json:"kind"`  // weekly, monthly, daily, quarterly, or evidence_processing, evidence_access, evidence_costs, evidence_purposes, evidence_subprocessors
	Scope     string     `json:"scope"` // id of the team or of the organization whose figures it holds
	Title     string     `json:"title"`
	Hour      int        `json:"hour"`      // 0 to 23, on the organization's clocks
	Answering bool       `json:"answering"` // goes to those who answer for the team or the organization on the day
	Members   []string   `json:"members"`   // ids of members that get it besides
	CSV       bool       `json:"csv"`
	PDF       bool       `json:"pdf"`
	Paused    bool       `json:"paused"`
	Next      *time.Time `json:"next"`       // null while nothing goes out
	People    int        `json:"recipients"` // how many would get it now
	CreatedAt time.Time  `json:"created_at"`
	UpdatedAt time.Time  `json:"updated_at"`
}

// BulletinSheet is one table of it.
type BulletinSheet struct {
	Title   string     `json:"title"`
	Note    string     `json:"note,omitempty"`
	Columns []string   `json:"columns"`
	Rows    [][]string `json:"rows"`
}

// BulletinStanding is how a budget stood.
type BulletinStanding struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Used    string `json:"used"`
	Limit   string `json:"limit"`
	Percent int64  `json:"percent"`
	Outlook string `json:"outlook,omitempty"`
}

// ReportChange changes what it names and leaves the rest.
type ReportChange struct {
	Hour      *int      `json:"hour,omitempty"`
	Answering *bool     `json:"answering,omitempty"`
	Members   *[]string `json:"members,omitempty"`
	CSV       *bool     `json:"csv,omitempty"`
	PDF       *bool     `json:"pdf,omitempty"`
	Paused    *bool     `json:"paused,omitempty"`
}

// ReportInput sets a report up. Without a scope it is about the organization. Without hour it goes out at 8; without answering and members, to those who answer for it.
type ReportInput struct {
	Kind      string   `json:"kind,omitempty"`
	Scope     string   `json:"scope,omitempty"`
	Hour      *int     `json:"hour,omitempty"`
	Answering *bool    `json:"answering,omitempty"`
	Members   []string `json:"members,omitempty"` // ids of members
	CSV       bool     `json:"csv,omitempty"`
	PDF       bool     `json:"pdf,omitempty"`
	Paused    bool     `json:"paused,omitempty"`
}

// ReportList is a body of the API.
type ReportList struct {
	Data    []BulletinReport `json:"data"`
	HasMore bool             `json:"has_more"`       // whether there are more pages
	Next    string           `json:"next,omitempty"` // give it as after
}

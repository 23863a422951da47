// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// TranscriptsAPI is what the API can do with transcripts.
type TranscriptsAPI struct{ c *Client }

// Transcripts is what the API can do with transcripts.
func (c *Client) Transcripts() TranscriptsAPI { return TranscriptsAPI{c} }

// Show: Show whether texts of requests and answers are kept, and of which teams.
func (a TranscriptsAPI) Show(ctx context.Context, query url.Values, calls ...Call) (out TranscriptOverview, err error) {
	err = a.c.do(ctx, http.MethodGet, "/transcripts", query, nil, &out, calls)
	return out, err
}

// Bound: Say whether teams may keep texts, and for how many days at most.
func (a TranscriptsAPI) Bound(ctx context.Context, in TranscriptBoundInput, calls ...Call) (out TranscriptOverview, err error) {
	err = a.c.do(ctx, http.MethodPut, "/transcripts", nil, in, &out, calls)
	return out, err
}

// Set: Say for how many days a team's texts are kept; 0 is not at all.
func (a TranscriptsAPI) Set(ctx context.Context, id string, in TranscriptSetInput, calls ...Call) (out TranscriptTeam, err error) {
	err = a.c.do(ctx, http.MethodPut, "/teams/"+url.PathEscape(id)+"/transcripts", nil, in, &out, calls)
	return out, err
}

// Read: Read what a request and its answer say, if it is kept. The reading is written into the audit log.
func (a TranscriptsAPI) Read(ctx context.Context, id string, calls ...Call) (out Text, err error) {
	err = a.c.do(ctx, http.MethodPost, "/requests/"+url.PathEscape(id)+"/text", nil, nil, &out, calls)
	return out, err
}

// Text is what a request and its answer say.
type Text struct {
	Request   string              `json:"request"`
	At        time.Time           `json:"at"`
	KeptUntil *time.Time          `json:"kept_until"` // null while a legal hold keeps it
	Messages  []TranscriptMessage `json:"messages"`
	Answer    string              `json:"answer"`
	AskedCut  bool                `json:"asked_cut"`  // the request was longer than what is kept
	AnswerCut bool                `json:"answer_cut"` // the answer was
	Broken    bool                `json:"broken"`     // the answer did not come to its end
	Masked    bool                `json:"masked"`     // placeholders stand for what a data rule found
	Media     bool                `json:"media"`      // of pictures, sound and files only kind and size are kept
}

// TranscriptBoundInput says what teams may do.
type TranscriptBoundInput struct {
	Allowed  bool `json:"allowed,omitempty"`
	MostDays int  `json:"most_days,omitempty"` // 1 to 365
}

// TranscriptMessage is one turn.
type TranscriptMessage struct {
	Role string `json:"role"` // system, user or assistant; request for what is no conversation
	Text string `json:"text"`
}

// TranscriptOverview says whose texts are kept.
type TranscriptOverview struct {
	Allowed  bool             `json:"allowed"`   // teams may keep texts
	MostDays int              `json:"most_days"` // for how long at most
	Held     bool             `json:"held"`      // a legal hold keeps everything from going
	Teams    []TranscriptTeam `json:"teams"`     // those that the token sees
}

// TranscriptSetInput says for how many days a team's texts are kept.
type TranscriptSetInput struct {
	Days int `json:"days,omitempty"` // 0 = not at all, and what is there goes
}

// TranscriptTeam says whether a team's texts are kept.
type TranscriptTeam struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Wanted int    `json:"wanted_days"` // what was set; 0 = not at all
	Days   int    `json:"days"`        // what holds, after the organization's bound
	Kept   int64  `json:"kept"`        // texts that are there
}

// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// CacheAPI is what the API can do with cache.
type CacheAPI struct{ c *Client }

// Cache is what the API can do with cache.
func (c *Client) Cache() CacheAPI { return CacheAPI{c} }

// Likes: List kept answers that were found for questions worded differently, newest first.
func (a CacheAPI) Likes(ctx context.Context, query url.Values, calls ...Call) (out LikeList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/cache/likes", query, nil, &out, calls)
	return out, err
}

// AllLikes is Likes over all pages.
func (a CacheAPI) AllLikes(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Like, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (LikeList, error) { return a.Likes(ctx, query, calls...) }, func(p LikeList) ([]Like, string) { return p.Data, p.Next })
}

// Simulation: Say what a mode and a threshold would have saved.
func (a CacheAPI) Simulation(ctx context.Context, query url.Values, calls ...Call) (out CacheSimulation, err error) {
	err = a.c.do(ctx, http.MethodGet, "/cache/likes/simulation", query, nil, &out, calls)
	return out, err
}

// Judge: Say whether one answer serves both questions: right or wrong.
func (a CacheAPI) Judge(ctx context.Context, id string, in JudgeInput, calls ...Call) (out Like, err error) {
	err = a.c.do(ctx, http.MethodPost, "/cache/likes/"+url.PathEscape(id)+"/judge", nil, in, &out, calls)
	return out, err
}

// Savings: Say what the cache saved.
func (a CacheAPI) Savings(ctx context.Context, query url.Values, calls ...Call) (out CacheSavings, err error) {
	err = a.c.do(ctx, http.MethodGet, "/cache/savings", query, nil, &out, calls)
	return out, err
}

// Entries: List kept answers, without what is in them.
func (a CacheAPI) Entries(ctx context.Context, query url.Values, calls ...Call) (out CacheEntryList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/cache/entries", query, nil, &out, calls)
	return out, err
}

// AllEntries is Entries over all pages.
func (a CacheAPI) AllEntries(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[CacheEntry, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (CacheEntryList, error) {
		return a.Entries(ctx, query, calls...)
	}, func(p CacheEntryList) ([]CacheEntry, string) { return p.Data, p.Next })
}

// Clear: Clear kept answers: they are given no more within a second, on every node.
func (a CacheAPI) Clear(ctx context.Context, in ClearInput, calls ...Call) (out Cleared, err error) {
	err = a.c.do(ctx, http.MethodPost, "/cache/clear", nil, in, &out, calls)
	return out, err
}

// CacheEntry is a kept answer without what is in it.
type CacheEntry struct {
	Key        string     `json:"key"`
	Model      string     `json:"model"` // that answered
	Asked      string     `json:"asked"`
	Provider   string     `json:"provider"`
	Sharing    string     `json:"sharing"`
	SharedBy   string     `json:"shared_by"` // id of the member, key, team or organization
	CostUSD    string     `json:"cost_usd"`
	SavedUSD   string     `json:"saved_usd"`
	TookMS     int64      `json:"took_ms"`
	Hits       int64      `json:"hits"`
	LastHitAt  *time.Time `json:"last_hit_at"`
	Bytes      int64      `json:"bytes"`
	MadeAt     time.Time  `json:"made_at"`
	FreshUntil time.Time  `json:"fresh_until"`
	StaleUntil time.Time  `json:"stale_until"`
	KeptUntil  time.Time  `json:"kept_until"` // for when no provider answers
}

// CacheEntryList is a body of the API.
type CacheEntryList struct {
	Data    []CacheEntry `json:"data"`
	HasMore bool         `json:"has_more"`
	Next    string       `json:"next,omitempty"`
}

// CacheSaving is what hits saved: of a day, a model, a team or a member.
type CacheSaving struct {
	Of        string `json:"of"` // the day, the model's name, or the node's id
	Hits      int64  `json:"hits"`
	Misses    int64  `json:"misses"` // looked up in vain
	SavedUSD  string `json:"saved_usd"`
	SavedTime int64  `json:"saved_ms"`
}

// CacheSavings is a body of the API.
type CacheSavings struct {
	From  time.Time     `json:"from"`
	To    time.Time     `json:"to"`
	Total CacheSaving   `json:"total"`
	Rows  []CacheSaving `json:"rows"` // days in their order, others by what they saved
}

// CacheSimulation is what a mode and a threshold would have given of the pairs that were written down.
type CacheSimulation struct {
	From      time.Time `json:"from"`
	To        time.Time `json:"to"`
	Mode      string    `json:"mode"`
	Threshold float64   `json:"threshold"`
	Found     int64     `json:"found"`  // requests that would have got a kept answer
	Served    int64     `json:"served"` // that got it
	SavedUSD  string    `json:"saved_usd"`
	SavedMS   int64     `json:"saved_ms"`
	Right     int64     `json:"right"` // judged so
	Wrong     int64     `json:"wrong"`
}

// ClearInput says what to clear: all, model, prompt, entry, member or node.
type ClearInput struct {
	What  string `json:"what,omitempty"`
	Value string `json:"value,omitempty"`
}

// Cleared is a body of the API.
type Cleared struct {
	Entries int `json:"entries"` // that were listed; what nodes hold beside them is ended as well
}

// JudgeInput is a verdict: right or wrong.
type JudgeInput struct {
	Verdict string `json:"verdict,omitempty"`
}

// Like is a kept answer that was found for a question worded differently, without either.
type Like struct {
	ID         string    `json:"id"` // of the request
	At         time.Time `json:"at"`
	Model      string    `json:"model"` // as it was asked for
	Entry      string    `json:"entry"` // the kept answer
	Mode       string    `json:"mode"`  // the policy's
	Rule       string    `json:"rule"`  // the narrowest that takes the pair: strict or relaxed
	Similarity float64   `json:"similarity"`
	Served     bool      `json:"served"` // else it was only written down
	SavedUSD   string    `json:"saved_usd"`
	Verdict    string    `json:"verdict"` // right, wrong or empty
}

// LikeList is a body of the API.
type LikeList struct {
	Data    []Like `json:"data"`
	HasMore bool   `json:"has_more"`
	Next    string `json:"next,omitempty"`
}

// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"io"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// MembersAPI is what the API can do with members.
type MembersAPI struct{ c *Client }

// Members is what the API can do with members.
func (c *Client) Members() MembersAPI { return MembersAPI{c} }

// List: List members.
func (a MembersAPI) List(ctx context.Context, query url.Values, calls ...Call) (out MemberList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/members", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a MembersAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Member, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (MemberList, error) { return a.List(ctx, query, calls...) }, func(p MemberList) ([]Member, string) { return p.Data, p.Next })
}

// Add: Add a member.
func (a MembersAPI) Add(ctx context.Context, in MemberInput, calls ...Call) (out Member, err error) {
	err = a.c.do(ctx, http.MethodPost, "/members", nil, in, &out, calls)
	return out, err
}

// Show: Show a member.
func (a MembersAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out Member, err error) {
	err = a.c.do(ctx, http.MethodGet, "/members/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Place: Place a member.
func (a MembersAPI) Place(ctx context.Context, id string, in RolesInput, calls ...Call) (out Member, err error) {
	err = a.c.do(ctx, http.MethodPut, "/members/"+url.PathEscape(id)+"/roles", nil, in, &out, calls)
	return out, err
}

// Move: Move a member.
func (a MembersAPI) Move(ctx context.Context, id string, in MoveInput, calls ...Call) (out Member, err error) {
	err = a.c.do(ctx, http.MethodPost, "/members/"+url.PathEscape(id)+"/move", nil, in, &out, calls)
	return out, err
}

// Disable: Disable a member.
func (a MembersAPI) Disable(ctx context.Context, id string, calls ...Call) (out Member, err error) {
	err = a.c.do(ctx, http.MethodPost, "/members/"+url.PathEscape(id)+"/disable", nil, nil, &out, calls)
	return out, err
}

// Enable: Enable a member.
func (a MembersAPI) Enable(ctx context.Context, id string, calls ...Call) (out Member, err error) {
	err = a.c.do(ctx, http.MethodPost, "/members/"+url.PathEscape(id)+"/enable", nil, nil, &out, calls)
	return out, err
}

// Remove: Remove a member.
func (a MembersAPI) Remove(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/members/"+url.PathEscape(id), nil, nil, nil, calls)
}

// Export: Download everything that is kept about a person, as a ZIP archive of JSON and CSV files.
// The caller closes the body.
func (a MembersAPI) Export(ctx context.Context, id string, calls ...Call) (body io.ReadCloser, err error) {
	err = a.c.do(ctx, http.MethodPost, "/members/"+url.PathEscape(id)+"/export", nil, nil, &body, calls)
	return body, err
}

// Erase: Erase a person: what is theirs alone is deleted, and a pseudonym takes their place everywhere else. Nothing undoes it.
func (a MembersAPI) Erase(ctx context.Context, id string, in EraseInput, calls ...Call) (out Erasure, err error) {
	err = a.c.do(ctx, http.MethodPost, "/members/"+url.PathEscape(id)+"/erase", nil, in, &out, calls)
	return out, err
}

// EraseInput confirms an erasure.
type EraseInput struct {
	Email  string `json:"email,omitempty"` // the person's address, to confirm
	Reason string `json:"reason,omitempty"`
}

// ErasedTable is what was done to a table.
type ErasedTable struct {
	Table string `json:"table"`
	Done  string `json:"done"` // deleted, cleared or pseudonymous
	Rows  int64  `json:"rows"`
}

// Erasure is the proof of an erasure.
type Erasure struct {
	ID          string        `json:"id"`
	Member      string        `json:"member"`
	Pseudonym   string        `json:"pseudonym"` // what stands in the place of the person's address
	Reason      string        `json:"reason"`
	ErasedBy    string        `json:"erased_by"`
	ErasedAt    time.Time     `json:"erased_at"`
	Tables      []ErasedTable `json:"tables"`
	Entries     int64         `json:"audit_entries"` // Entries of the audit log that were rewritten, the number of the first, and the log's last hash before that.
	First       int64         `json:"audit_first"`
	HeadBefore  string        `json:"audit_head_before"`
	Behind      []ErasedTable `json:"behind"` // Behind is what came from requests that were under way then, and was erased later. EndedAt is when nothing could come any more; null while something may, and for erasures from before there were later passes.
	EndedAt     *time.Time    `json:"ended_at"`
	SilentNodes int64         `json:"silent_nodes"` // whose journals are waited for, or were in vain until it ended
}

// Member is a member: role is the highest of roles, teams those they belong to, the default one first.
type Member struct {
	ID         string     `json:"id"`
	Email      string     `json:"email"`
	Name       string     `json:"name"`
	Status     string     `json:"status"`
	Role       string     `json:"role"`
	Roles      []Role     `json:"roles"`
	Teams      []string   `json:"teams"`
	CreatedAt  time.Time  `json:"created_at"`
	DisabledAt *time.Time `json:"disabled_at,omitempty"`
	RemovedAt  *time.Time `json:"removed_at,omitempty"`
}

// MemberInput lets a person in. Password is written, never read; without one they cannot log in by password yet.
type MemberInput struct {
	Email       string   `json:"email,omitempty"`
	Name        string   `json:"name,omitempty"`
	Role        string   `json:"role,omitempty"`
	Departments []string `json:"departments,omitempty"`
	Teams       []string `json:"teams,omitempty"`
	Password    string   `json:"password,omitempty"`
}

// MemberList is a body of the API.
type MemberList struct {
	Data    []Member `json:"data"`
	Next    string   `json:"next,omitempty"`
	HasMore bool     `json:"has_more"` // whether there are more pages
}

// MoveInput is a body of the API.
type MoveInput struct {
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
}

// Role is a role and the id of the node it holds at: the organization, a department or a team.
type Role struct {
	Role string `json:"role"`
	At   string `json:"at"`
}

// RolesInput is all roles that a member has from now on, and their default team; empty is the first.
type RolesInput struct {
	Roles []Role `json:"roles,omitempty"`
	Home  string `json:"home,omitempty"`
}

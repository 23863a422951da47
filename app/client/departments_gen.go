// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// DepartmentsAPI is what the API can do with departments.
type DepartmentsAPI struct{ c *Client }

// Departments is what the API can do with departments.
func (c *Client) Departments() DepartmentsAPI { return DepartmentsAPI{c} }

// List: List departments.
func (a DepartmentsAPI) List(ctx context.Context, query url.Values, calls ...Call) (out DepartmentList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/departments", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a DepartmentsAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Department, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (DepartmentList, error) {
		return a.List(ctx, query, calls...)
	}, func(p DepartmentList) ([]Department, string) { return p.Data, p.Next })
}

// Create: Create a department.
func (a DepartmentsAPI) Create(ctx context.Context, in IdentityNameInput, calls ...Call) (out Department, err error) {
	err = a.c.do(ctx, http.MethodPost, "/departments", nil, in, &out, calls)
	return out, err
}

// Show: Show a department.
func (a DepartmentsAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out Department, err error) {
	err = a.c.do(ctx, http.MethodGet, "/departments/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Rename: Rename a department.
func (a DepartmentsAPI) Rename(ctx context.Context, id string, in IdentityNameInput, calls ...Call) (out Department, err error) {
	err = a.c.do(ctx, http.MethodPatch, "/departments/"+url.PathEscape(id), nil, in, &out, calls)
	return out, err
}

// Merge: Merge a department.
func (a DepartmentsAPI) Merge(ctx context.Context, id string, in IdentityIntoInput, calls ...Call) (out Department, err error) {
	err = a.c.do(ctx, http.MethodPost, "/departments/"+url.PathEscape(id)+"/merge", nil, in, &out, calls)
	return out, err
}

// Archive: Archive a department.
func (a DepartmentsAPI) Archive(ctx context.Context, id string, calls ...Call) (out Department, err error) {
	err = a.c.do(ctx, http.MethodPost, "/departments/"+url.PathEscape(id)+"/archive", nil, nil, &out, calls)
	return out, err
}

// Restore: Restore a department.
func (a DepartmentsAPI) Restore(ctx context.Context, id string, calls ...Call) (out Department, err error) {
	err = a.c.do(ctx, http.MethodPost, "/departments/"+url.PathEscape(id)+"/restore", nil, nil, &out, calls)
	return out, err
}

// Department is a body of the API.
type Department struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	CreatedAt  time.Time  `json:"created_at"`
	ArchivedAt *time.Time `json:"archived_at,omitempty"`
}

// DepartmentList is a body of the API.
type DepartmentList struct {
	Data    []Department `json:"data"`
	HasMore bool         `json:"has_more"`       // whether there are more pages
	Next    string       `json:"next,omitempty"` // give it as after
}

// IdentityIntoInput is a body of the API.
type IdentityIntoInput struct {
	Into string `json:"into,omitempty"`
}

// IdentityNameInput is a body of the API.
type IdentityNameInput struct {
	Name string `json:"name,omitempty"`
}

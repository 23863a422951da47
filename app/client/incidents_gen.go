// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// IncidentsAPI is what the API can do with incidents.
type IncidentsAPI struct{ c *Client }

// Incidents is what the API can do with incidents.
func (c *Client) Incidents() IncidentsAPI { return IncidentsAPI{c} }

// List: List requests in which data rules found something, newest first.
func (a IncidentsAPI) List(ctx context.Context, query url.Values, calls ...Call) (out IncidentList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/incidents", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a IncidentsAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Incident, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (IncidentList, error) { return a.List(ctx, query, calls...) }, func(p IncidentList) ([]Incident, string) { return p.Data, p.Next })
}

// Show: Show an incident.
func (a IncidentsAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out Incident, err error) {
	err = a.c.do(ctx, http.MethodGet, "/incidents/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Incident is a request in which data rules found something.
type Incident struct {
	ID      string     `json:"id"`
	Request string     `json:"request"`
	At      time.Time  `json:"at"`
	Action  string     `json:"action"` // the strictest: log, warn, mask or block
	Found   []PiiFound `json:"found"`
	Key     string     `json:"key"`    // names, "" if there is none
	Member  string     `json:"member"` // whose key it is
	Team    string     `json:"team"`
}

// IncidentList is a body of the API.
type IncidentList struct {
	Data    []Incident `json:"data"`
	HasMore bool       `json:"has_more"`
	Next    string     `json:"next,omitempty"` // give it as ?after=
}

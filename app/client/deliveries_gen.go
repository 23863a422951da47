// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// DeliveriesAPI is what the API can do with deliveries.
type DeliveriesAPI struct{ c *Client }

// Deliveries is what the API can do with deliveries.
func (c *Client) Deliveries() DeliveriesAPI { return DeliveriesAPI{c} }

// List: List what was sent to whom, newest first.
func (a DeliveriesAPI) List(ctx context.Context, query url.Values, calls ...Call) (out DeliveryList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/deliveries", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a DeliveriesAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Delivery, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (DeliveryList, error) { return a.List(ctx, query, calls...) }, func(p DeliveryList) ([]Delivery, string) { return p.Data, p.Next })
}

// Retry: Send a delivery that has ended once more, with the same message id.
func (a DeliveriesAPI) Retry(ctx context.Context, id string, calls ...Call) (out Delivery, err error) {
	err = a.c.do(ctx, http.MethodPost, "/deliveries/"+url.PathEscape(id)+"/retry", nil, nil, &out, calls)
	return out, err
}

// Delivery is one event on its way to one recipient.
type Delivery struct {
	ID        string     `json:"id"`      // the message's, in webhook-id; a letter's is the first event's in it
	Message   string     `json:"message"` // whose id the message carries: several events may go in one letter
	Event     string     `json:"event"`
	Kind      string     `json:"kind"`
	Title     string     `json:"title"`
	To        string     `json:"to"`      // an address, or a channel's name
	Channel   string     `json:"channel"` // "" for people
	State     string     `json:"state"`   // waiting, sent, dead or moot
	Tries     int64      `json:"tries"`
	Problem   string     `json:"problem"`
	DueAt     time.Time  `json:"due_at"`
	CreatedAt time.Time  `json:"created_at"`
	EndedAt   *time.Time `json:"ended_at"`
}

// DeliveryList is a page of deliveries, newest first.
type DeliveryList struct {
	Data    []Delivery `json:"data"`
	Next    string     `json:"next,omitempty"` // give it as ?after=
	HasMore bool       `json:"has_more"`       // whether there are more pages
}

package priceweb

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/price"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// priceJSON is a model of the catalogue. Prices are USD per million tokens, or per request and search.
type priceJSON struct {
	Provider      string                      `json:"provider"`
	Model         string                      `json:"model"`
	Name          string                      `json:"name"`
	Prices        map[catalog.Class]money.USD `json:"prices_usd"` // null when no price is known
	ContextWindow int64                       `json:"context_window,omitempty"`
	Tiered        bool                        `json:"tiered"`
	Dated         bool                        `json:"dated"`
	TimeOfDay     bool                        `json:"time_of_day"`
	Deprecated    bool                        `json:"deprecated"`
}

type priceList struct {
	Version string      `json:"version"` // of the catalogue
	Data    []priceJSON `json:"data"`
	Next    string      `json:"next,omitempty"` // give it as ?after=
}

// overrideJSON is a price of the tenant's own.
type overrideJSON struct {
	ID         string                      `json:"id"`
	Provider   string                      `json:"provider,omitempty"`
	Connection string                      `json:"connection,omitempty"`
	Model      string                      `json:"model"`
	From       time.Time                   `json:"from"`
	Until      *time.Time                  `json:"until"`
	Prices     map[catalog.Class]money.USD `json:"prices_usd"`
	Note       string                      `json:"note,omitempty"`
	Version    string                      `json:"price_version"` // as attempts store it
	CreatedAt  time.Time                   `json:"created_at"`
	UpdatedAt  time.Time                   `json:"updated_at"`
}

type overrideList struct {
	Data []overrideJSON `json:"data"`
}

type overrideInput struct {
	Provider   string            `json:"provider"`
	Connection string            `json:"connection"`
	Model      string            `json:"model"`
	From       time.Time         `json:"from"`
	Until      time.Time         `json:"until"`
	Prices     map[string]string `json:"prices_usd"`
	Note       string            `json:"note"`
}

// overrideChange changes what it names and leaves the rest.
type overrideChange struct {
	From   *time.Time         `json:"from"`
	Until  *time.Time         `json:"until"` // null = it holds until you end it
	Prices *map[string]string `json:"prices_usd"`
	Note   *string            `json:"note"`
}

// UnmarshalJSON tells an end that is null, as the API itself writes one that is open, from one that is not named.
func (o *overrideChange) UnmarshalJSON(b []byte) error {
	type plain overrideChange
	var named struct {
		Until json.RawMessage `json:"until"`
	}
	if err := errors.Join(json.Unmarshal(b, (*plain)(o)), json.Unmarshal(b, &named)); err != nil {
		return err
	}
	if string(named.Until) == "null" {
		o.Until = &time.Time{}
	}
	return nil
}

func overrideOut(o price.Override) overrideJSON {
	out := overrideJSON{ID: o.ID.String(), Provider: o.Provider, Connection: o.Connection.String(), Model: o.Model, From: o.From,
		Prices: dollars(o.Prices), Note: o.Note, Version: o.PriceVersion(), CreatedAt: o.CreatedAt, UpdatedAt: o.UpdatedAt}
	if !o.Until.IsZero() {
		out.Until = &o.Until
	}
	return out
}

func dollars(prices map[catalog.Class]money.Price) map[catalog.Class]money.USD {
	if prices == nil {
		return nil
	}
	out := make(map[catalog.Class]money.USD, len(prices))
	for class, p := range prices {
		out[class] = class.USD(p)
	}
	return out
}

func (h *Handlers) apiList(c *web.Context) error {
	limit := pageSize
	if text := c.QueryParam("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 500 {
			return fault.Field("limit", "limit is a number from 1 to 500.")
		}
		limit = n
	}
	book := h.prices.Shelf.Catalog()
	found, more := book.Search(c.QueryParam("q"), c.QueryParam("provider"), c.QueryParam("after"), limit, c.Now())
	out := priceList{Version: book.Version(), Data: make([]priceJSON, len(found))}
	for i, l := range found {
		out.Data[i] = priceJSON{Provider: l.Model.Provider, Model: l.ID, Name: l.Name, Prices: dollars(l.Prices), ContextWindow: l.ContextWindow,
			Tiered: l.Tiered, Dated: l.Dated, TimeOfDay: l.Timed, Deprecated: l.Deprecated}
	}
	if more {
		out.Next = found[len(found)-1].Key()
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiOwn(c *web.Context) error {
	all, err := h.prices.List(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	out := overrideList{Data: make([]overrideJSON, len(all))}
	for i, o := range all {
		out.Data[i] = overrideOut(o)
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiCreate(c *web.Context) error {
	in, err := web.Decode[overrideInput](c)
	if err != nil {
		return err
	}
	prices, err := parsePrices(in.Prices)
	if err != nil {
		return err
	}
	made := price.Input{Provider: in.Provider, Model: in.Model, From: in.From, Until: in.Until, Prices: prices, Note: in.Note}
	if in.Connection != "" {
		if made.Connection, err = id.ParseConnection(in.Connection); err != nil {
			return provider404()
		}
	}
	o, err := h.prices.Create(c.Ctx(), c.Actor(), made)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, overrideOut(o))
}

// provider404 is the answer to a connection that is not there, malformed or another tenant's.
func provider404() error {
	return fault.New(fault.NotFound, "not_found", "There is no such connection.")
}

func (h *Handlers) apiShow(c *web.Context) error {
	which, err := overrideID(c)
	if err != nil {
		return err
	}
	o, err := h.prices.Get(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, overrideOut(o))
}

func (h *Handlers) apiUpdate(c *web.Context) error {
	which, err := overrideID(c)
	if err != nil {
		return err
	}
	change, err := web.Decode[overrideChange](c)
	if err != nil {
		return err
	}
	o, err := h.prices.Get(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	in := price.Input{From: o.From, Until: o.Until, Prices: o.Prices, Note: o.Note, Seen: o.UpdatedAt}
	if change.From != nil {
		in.From = *change.From
	}
	if change.Until != nil {
		in.Until = *change.Until
	}
	if change.Note != nil {
		in.Note = *change.Note
	}
	if change.Prices != nil {
		if in.Prices, err = parsePrices(*change.Prices); err != nil {
			return err
		}
	}
	if o, err = h.prices.Update(c.Ctx(), c.Actor(), which, in); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, overrideOut(o))
}

func (h *Handlers) apiEnd(c *web.Context) error {
	which, err := overrideID(c)
	if err != nil {
		return err
	}
	if err := h.prices.End(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

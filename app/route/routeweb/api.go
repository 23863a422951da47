package routeweb

import (
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// aliasJSON is an alias in the management API; targets are "connection/model", in fallback order.
type aliasJSON struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Targets   []string  `json:"targets"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

type aliasList struct {
	Data []aliasJSON `json:"data"`
}

type aliasInput struct {
	Name    string   `json:"name"`
	Targets []string `json:"targets"`
}

// modelJSON is one model on offer. Prices are USD per million tokens, as exact decimals; absent where none is known.
type modelJSON struct {
	Name          string `json:"name"` // connection/model
	Model         string `json:"model"`
	Connection    string `json:"connection"`
	ContextWindow int64  `json:"context_window,omitempty"`
	InputUSD      string `json:"input_usd_per_mtok,omitempty"`
	CachedUSD     string `json:"cached_usd_per_mtok,omitempty"`
	OutputUSD     string `json:"output_usd_per_mtok,omitempty"`
	Deprecated    bool   `json:"deprecated,omitempty"`
	// Facts are the catalogue's, at list prices; absent where it does not know the model.
	Facts *factsJSON `json:"facts,omitempty"`
}

type modelList struct {
	Data []modelJSON `json:"data"`
}

func aliasOut(a route.Alias, names route.Names) aliasJSON {
	return aliasJSON{ID: a.ID.String(), Name: a.Name, Targets: route.Spell(a.Targets, names), CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt}
}

func (h *Handlers) apiModels(c *web.Context) error {
	there, err := h.connections.List(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	const all = 1 << 30
	found, _ := h.offers(c, there, c.QueryParam("q"), all)
	out := modelList{Data: make([]modelJSON, len(found))}
	for i, o := range found {
		out.Data[i] = modelJSON{Name: o.name(), Model: o.model, Connection: o.connection.Name,
			InputUSD: decimal(o, catalog.Input), CachedUSD: decimal(o, catalog.CacheRead), OutputUSD: decimal(o, catalog.Output)}
		if o.facts != nil {
			out.Data[i].ContextWindow, out.Data[i].Deprecated = o.facts.ContextWindow, o.facts.Deprecated
			if l, ok := h.catalog.Catalog().Listing(o.facts.Provider+"/"+o.facts.ID, h.clock.Now()); ok {
				facts := factsOut(l)
				out.Data[i].Facts = &facts
			}
		}
	}
	return c.JSON(http.StatusOK, out)
}

func decimal(o offer, class catalog.Class) string {
	p, ok := o.prices[class]
	if !ok {
		return ""
	}
	return perMillion(p).String()
}

func (h *Handlers) apiList(c *web.Context) error {
	names, err := h.aliases.Names(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	out := aliasList{Data: make([]aliasJSON, len(names.Aliases))}
	for i, a := range names.Aliases {
		out.Data[i] = aliasOut(a, names)
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiCreate(c *web.Context) error {
	in, err := web.Decode[aliasInput](c)
	if err != nil {
		return err
	}
	a, err := h.aliases.Create(c.Ctx(), c.Actor(), route.Input{Name: in.Name, Targets: in.Targets})
	if err != nil {
		return err
	}
	return h.answer(c, http.StatusCreated, a)
}

func (h *Handlers) apiShow(c *web.Context) error {
	a, err := h.get(c)
	if err != nil {
		return err
	}
	return h.answer(c, http.StatusOK, a)
}

func (h *Handlers) apiUpdate(c *web.Context) error {
	which, err := aliasID(c)
	if err != nil {
		return err
	}
	in, err := web.Decode[aliasInput](c)
	if err != nil {
		return err
	}
	a, err := h.aliases.Update(c.Ctx(), c.Actor(), which, route.Input{Name: in.Name, Targets: in.Targets})
	if err != nil {
		return err
	}
	return h.answer(c, http.StatusOK, a)
}

func (h *Handlers) apiDelete(c *web.Context) error {
	which, err := aliasID(c)
	if err != nil {
		return err
	}
	if err := h.aliases.Delete(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func (h *Handlers) answer(c *web.Context, status int, a route.Alias) error {
	names, err := h.aliases.Names(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	return c.JSON(status, aliasOut(a, names))
}

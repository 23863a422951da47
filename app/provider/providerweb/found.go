package providerweb

import (
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// found says what a server on this machine offers that could be connected with one click; "" if there is none.
func (h *Handlers) found(c *web.Context) (string, error) {
	f, ok, err := h.connections.Discover(c.Ctx(), c.Actor())
	if err != nil || !ok {
		return "", err
	}
	return f.Names(6), nil
}

// connectFound connects what was found, if it is still there.
func (h *Handlers) connectFound(c *web.Context) error {
	f, ok, err := h.connections.Discover(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	if !ok {
		c.Flash("Nothing is there to connect any more: it was connected meanwhile, or stopped.")
		return c.See(root)
	}
	all, err := h.connections.List(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	r, err := h.connections.Create(c.Ctx(), c.Actor(), provider.Input{Kind: f.Kind, Name: freeName(string(f.Kind), all)})
	if err != nil {
		return err
	}
	return h.testAndShow(c, r.ID, "Connection "+r.Name+" added.")
}

// foundJSON is a server on the gateway's own machine that is not connected yet; connect it like any other.
type foundJSON struct {
	Kind    string   `json:"kind"`
	BaseURL string   `json:"base_url"`
	Models  []string `json:"models"`
}

type foundList struct {
	Data []foundJSON `json:"data"`
}

func (h *Handlers) apiFound(c *web.Context) error {
	f, ok, err := h.connections.Discover(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	out := foundList{Data: []foundJSON{}}
	if ok {
		out.Data = append(out.Data, foundJSON{string(f.Kind), f.BaseURL, append([]string{}, f.Models...)})
	}
	return c.JSON(http.StatusOK, out)
}

package blueprintweb

import (
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/blueprint"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// applyJSON is one applying of a blueprint.
type applyJSON struct {
	ID      string    `json:"id"`
	Title   string    `json:"title"`
	By      string    `json:"by"`
	State   string    `json:"state"`   // running, done or stopped
	Done    int       `json:"done"`    // changes made
	Total   int       `json:"total"`   // changes planned; 0 until they are
	Current string    `json:"current"` // the change under way, or the one that it stopped at
	Why     string    `json:"why"`     // why it stopped
	BegunAt time.Time `json:"begun_at"`
	SeenAt  time.Time `json:"seen_at"` // the last sign of life; after two minutes without one the next may begin
}

// applyList is the last ones.
type applyList struct {
	Data []applyJSON `json:"data"`
}

// applyInput takes the turn.
type applyInput struct {
	Title string `json:"title"` // what is applied, for people who wait
}

// stepInput says how far an applying is.
type stepInput struct {
	Done    int    `json:"done"`
	Total   int    `json:"total"`
	Current string `json:"current"` // what is done next
}

// endInput says how an applying went.
type endInput struct {
	Done    int    `json:"done"`
	Total   int    `json:"total"`
	Current string `json:"current"` // what it stopped at
	Why     string `json:"why"`     // why it stopped; "" = all is made
}

func turnOut(t blueprint.Turn) applyJSON {
	return applyJSON{t.ID.String(), t.Title, t.By, string(t.State), t.Done, t.Total, t.Current, t.Why, t.BegunAt, t.SeenAt}
}

func (h *Handlers) apiTurns(c *web.Context) error {
	all, err := h.turns.Last(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	list := applyList{Data: []applyJSON{}}
	for _, t := range all {
		list.Data = append(list.Data, turnOut(t))
	}
	return c.JSON(http.StatusOK, list)
}

func (h *Handlers) apiBegin(c *web.Context) error {
	in, err := web.Decode[applyInput](c)
	if err != nil {
		return err
	}
	t, err := h.turns.Begin(c.Ctx(), c.Actor(), in.Title)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, turnOut(t))
}

func turnID(c *web.Context) (id.Apply, error) {
	return web.Param(c, "id", id.ParseApply, error(blueprint.MissingTurn()))
}

func (h *Handlers) apiStep(c *web.Context) error {
	which, err := turnID(c)
	if err != nil {
		return err
	}
	in, err := web.Decode[stepInput](c)
	if err != nil {
		return err
	}
	t, err := h.turns.Step(c.Ctx(), c.Actor(), which, blueprint.Progress{Done: in.Done, Total: in.Total, Current: in.Current})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, turnOut(t))
}

func (h *Handlers) apiEnd(c *web.Context) error {
	which, err := turnID(c)
	if err != nil {
		return err
	}
	in, err := web.Decode[endInput](c)
	if err != nil {
		return err
	}
	t, err := h.turns.End(c.Ctx(), c.Actor(), which, blueprint.Progress{Done: in.Done, Total: in.Total, Current: in.Current, Why: in.Why})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, turnOut(t))
}

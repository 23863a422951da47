package usageweb

import (
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/web"
)

// keptJSON is how long single requests are kept.
type keptJSON struct {
	KeepDays int `json:"keep_days"` // 7 to 3650, or 0 for ever
}

func (h *Handlers) apiRetention(c *web.Context) error {
	days, err := h.Kept.Days(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, keptJSON{days})
}

func (h *Handlers) apiRetain(c *web.Context) error {
	in, err := web.Decode[keptJSON](c)
	if err != nil {
		return err
	}
	if err := h.Kept.SetDays(c.Ctx(), c.Actor(), in.KeepDays); err != nil {
		return err
	}
	return h.apiRetention(c)
}

package billingweb

import (
	"errors"
	"io"
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// maxEvent bounds what is read before the signature is known to be good.
const maxEvent = 512 << 10

// webhook takes what Stripe reports. Nothing of the body is read further than the bound, logged, or believed before its
// signature was checked. An answer other than 2xx lets Stripe send it again, for three days.
func (h *Handlers) webhook(c *web.Context) error {
	if h.verify == nil {
		return fault.New(fault.NotFound, "not_found", "There is nothing at this address.")
	}
	r := c.Request()
	tooLarge := fault.New(fault.TooLarge, "body_too_large", "An event has at most 512 KiB.")
	if r.ContentLength > maxEvent {
		return tooLarge
	}
	body, err := io.ReadAll(http.MaxBytesReader(c.Response(), r.Body, maxEvent))
	var over *http.MaxBytesError
	if errors.As(err, &over) {
		return tooLarge.Because(err)
	}
	if err != nil {
		return fault.New(fault.Invalid, "invalid_request", "The request's body could not be read. Send it again.").Because(err)
	}
	event, err := h.verify(body, r.Header.Get("Stripe-Signature"))
	if err != nil {
		return fault.New(fault.Invalid, "signature_wrong", "The signature is missing, wrong or too old.").Because(err)
	}
	if err := h.billing.Hear(c.Ctx(), event); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

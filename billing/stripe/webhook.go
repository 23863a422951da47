package stripe

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/bodhi-gateway/bodhi/billing"
)

// tolerance is how old a signature may be. Stripe signs again for each of its own retries.
const tolerance = 5 * time.Minute

// Verify checks that Stripe sent a payload, a moment ago. An empty secret verifies nothing: everybody could sign with it.
func (c *Cashier) Verify(payload []byte, signature string) (billing.Event, error) {
	if c.webhook.IsEmpty() {
		return billing.Event{}, errors.New("stripe: there is no webhook secret")
	}
	// Events of a newer API version are read as well: of an event only its customer is used.
	e, err := webhook.ConstructEventWithOptions(payload, signature, c.webhook.Reveal(), webhook.ConstructEventOptions{Tolerance: tolerance, IgnoreAPIVersionMismatch: true})
	if err != nil {
		return billing.Event{}, fmt.Errorf("stripe: %w", err)
	}
	if e.ID == "" || e.Data == nil {
		return billing.Event{}, errors.New("stripe: an event without an id or an object")
	}
	return billing.Event{ID: e.ID, Kind: string(e.Type), At: moment(e.Created), Customer: about(e.Data.Raw)}, nil
}

// about is the customer that an event's object is, or belongs to; "" for none.
func about(raw json.RawMessage) string {
	var o struct {
		ID       string          `json:"id"`
		Object   string          `json:"object"`
		Customer json.RawMessage `json:"customer"`
	}
	if json.Unmarshal(raw, &o) != nil {
		return ""
	}
	if o.Object == "customer" {
		return o.ID
	}
	var plain string
	if json.Unmarshal(o.Customer, &plain) == nil {
		return plain
	}
	var whole struct {
		ID string `json:"id"`
	}
	_ = json.Unmarshal(o.Customer, &whole)
	return whole.ID
}

func upper(s string) string { return strings.ToUpper(s) }

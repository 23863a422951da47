package healthweb

import (
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/health"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// healthTargetJSON is one target.
type healthTargetJSON struct {
	ConnectionID string     `json:"connection_id"`
	Connection   string     `json:"connection"`
	Model        string     `json:"model"`         // "" = the connection as a whole
	State        string     `json:"state"`         // closed (takes requests), open or half_open
	Cause        string     `json:"cause"`         // failures, credential, quota, rate_limit, by_hand, or ""
	Since        *time.Time `json:"since"`         // of the state, where it is known
	Until        *time.Time `json:"until"`         // when it is looked at again
	Attempts     int64      `json:"attempts"`      // of 24 hours, without those that were the client's mistake
	Failed       int64      `json:"failed"`        // of 24 hours
	Availability int64      `json:"availability"`  // thousandths of the attempts; 1000 without any
	FirstByteMS  int64      `json:"first_byte_ms"` // on average in the newest hour with a success
	Checked      *time.Time `json:"checked"`       // when the connection was last looked at although nobody asked it
	Check        string     `json:"check"`         // what that found: good, bad, locked, spent, neutral (it said nothing), or ""
}

// healthTargetList is all targets.
type healthTargetList struct {
	Data []healthTargetJSON `json:"data"`
}

// eventJSON is a change of state.
type eventJSON struct {
	ID           string     `json:"id"`
	ConnectionID string     `json:"connection_id"`
	Model        string     `json:"model"`
	At           time.Time  `json:"at"`
	State        string     `json:"state"`
	Cause        string     `json:"cause"`
	Until        *time.Time `json:"until"`
	By           string     `json:"by"` // the node that found out, or the person
}

// eventList is what breakers did.
type eventList struct {
	Data []eventJSON `json:"data"`
}

// healthTargetInput names a target.
type healthTargetInput struct {
	ConnectionID string `json:"connection_id"`
	Model        string `json:"model"`  // "" = the connection as a whole
	Reason       string `json:"reason"` // when it is taken out of service
}

func when(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (h *Handlers) apiList(c *web.Context) error {
	all, err := h.health.Status(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	list := healthTargetList{Data: make([]healthTargetJSON, len(all))}
	for i, s := range all {
		share, ok := s.PerMille()
		if !ok {
			share = 1000
		}
		list.Data[i] = healthTargetJSON{ConnectionID: s.Target.Connection.String(), Connection: s.Connection, Model: s.Target.Model, State: s.Standing.State.String(), Cause: string(s.Standing.Cause),
			Since: when(s.Standing.Since), Until: when(s.Standing.Until), Attempts: s.Attempts, Failed: s.Failed, Availability: share, FirstByteMS: s.Last.Milliseconds()}
		if x := s.Check; x != nil {
			list.Data[i].Checked, list.Data[i].Check = when(x.At), x.Outcome.String()
		}
	}
	return c.JSON(http.StatusOK, list)
}

func (h *Handlers) apiEvents(c *web.Context) error {
	all, err := h.health.Events(c.Ctx(), c.Actor(), mostEvents)
	if err != nil {
		return err
	}
	list := eventList{Data: make([]eventJSON, len(all))}
	for i, e := range all {
		list.Data[i] = eventJSON{ID: e.ID.String(), ConnectionID: e.Target.Connection.String(), Model: e.Target.Model, At: e.At, State: e.To.String(), Cause: string(e.Cause), Until: when(e.Until), By: e.Node}
	}
	return c.JSON(http.StatusOK, list)
}

func (h *Handlers) apiOpen(c *web.Context) error {
	in, which, err := h.target(c)
	if err != nil {
		return err
	}
	if err := h.health.Open(c.Ctx(), c.Actor(), which, in.Model, in.Reason); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func (h *Handlers) apiClose(c *web.Context) error {
	in, which, err := h.target(c)
	if err != nil {
		return err
	}
	if err := h.health.Close(c.Ctx(), c.Actor(), which, in.Model); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func (h *Handlers) target(c *web.Context) (healthTargetInput, id.Connection, error) {
	in, err := web.Decode[healthTargetInput](c)
	if err != nil {
		return in, id.Connection{}, err
	}
	which, err := id.ParseConnection(in.ConnectionID)
	if err != nil {
		err = health.NotFound()
	}
	return in, which, err
}

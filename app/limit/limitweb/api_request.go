package limitweb

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// requestJSON is somebody's request that a limit be raised. add is in the limit's unit.
type requestJSON struct {
	ID         string     `json:"id"`
	Limit      string     `json:"limit"`
	Name       string     `json:"limit_name"`
	ScopeLabel string     `json:"scope_label"`
	Unit       string     `json:"unit"`
	Add        string     `json:"add"`
	Until      time.Time  `json:"until"`
	Reason     string     `json:"reason"`
	State      string     `json:"state"` // pending, approved, denied, expired, withdrawn
	AskedBy    string     `json:"asked_by"`
	AskedAt    time.Time  `json:"asked_at"`
	ExpiresAt  time.Time  `json:"expires_at"` // when it is too late to decide
	DecidedBy  string     `json:"decided_by"`
	DecidedAt  *time.Time `json:"decided_at"`
	Note       string     `json:"note"`
	Increase   string     `json:"increase,omitempty"` // what an approval made
	CanDecide  bool       `json:"can_decide"`
}

type requestList struct {
	Data []requestJSON `json:"data"`
}

// askInput asks that a limit be raised for a while.
type askInput struct {
	Add    string    `json:"add"`
	Until  time.Time `json:"until"`
	Reason string    `json:"reason"`
}

// verdictInput approves. Empty fields grant what was asked for.
type verdictInput struct {
	Add   string     `json:"add"`
	Until *time.Time `json:"until"`
	Note  string     `json:"note"`
}

// denialInput refuses.
type denialInput struct {
	Note string `json:"note"`
}

var states = []string{string(limit.Pending), string(limit.Approved), string(limit.Denied), string(limit.Expired), string(limit.Withdrawn)}

func requestOut(r limit.Request) requestJSON {
	out := requestJSON{ID: r.ID.String(), Limit: r.Limit.String(), Name: r.Name, ScopeLabel: r.Label, Unit: string(r.Unit), Add: typed(r.Unit, r.Add), Until: r.Until, Reason: r.Reason,
		State: string(r.State), AskedBy: r.AskedBy, AskedAt: r.AskedAt, ExpiresAt: r.ExpiresAt, DecidedBy: r.DecidedBy, Note: r.Note, CanDecide: r.CanDecide}
	if !r.DecidedAt.IsZero() {
		out.DecidedAt = &r.DecidedAt
	}
	if !r.Increase.IsZero() {
		out.Increase = r.Increase.String()
	}
	return out
}

func (h *Handlers) apiAsk(c *web.Context) error {
	e, err := h.get(c)
	if err != nil {
		return err
	}
	in, err := web.Decode[askInput](c)
	if err != nil {
		return err
	}
	ask := limit.More{Until: in.Until, Reason: in.Reason}
	if ask.Add, err = amount("add", e.Unit, in.Add); err != nil {
		return err
	}
	r, err := h.limits.AskMore(c.Ctx(), c.Actor(), e.ID, ask)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, requestOut(r))
}

func (h *Handlers) apiRequests(c *web.Context) error {
	state := c.QueryParam("state")
	if state != "" && !slices.Contains(states, state) {
		return fault.Field("state", "state is one of "+strings.Join(states, ", ")+".")
	}
	all, err := h.limits.Requests(c.Ctx(), c.Actor(), limit.RequestState(state))
	if err != nil {
		return err
	}
	list := requestList{Data: make([]requestJSON, len(all))}
	for i, r := range all {
		list.Data[i] = requestOut(r)
	}
	return c.JSON(http.StatusOK, list)
}

func (h *Handlers) apiRequest(c *web.Context) error {
	r, err := h.request(c)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, requestOut(r))
}

func (h *Handlers) apiApprove(c *web.Context) error {
	r, err := h.request(c)
	if err != nil {
		return err
	}
	in, err := web.Decode[verdictInput](c)
	if err != nil {
		return err
	}
	v := limit.Verdict{Note: in.Note}
	if in.Add != "" {
		if v.Add, err = amount("add", r.Unit, in.Add); err != nil {
			return err
		}
	}
	if in.Until != nil {
		v.Until = *in.Until
	}
	if r, err = h.limits.Approve(c.Ctx(), c.Actor(), r.ID, v); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, requestOut(r))
}

func (h *Handlers) apiDeny(c *web.Context) error {
	r, err := h.request(c)
	if err != nil {
		return err
	}
	in, err := web.Decode[denialInput](c)
	if err != nil {
		return err
	}
	if r, err = h.limits.Deny(c.Ctx(), c.Actor(), r.ID, in.Note); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, requestOut(r))
}

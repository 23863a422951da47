package approvalweb

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/approval"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// approvalJSON is a request for what policies refuse to a key and, once it is approved, the grant.
type approvalJSON struct {
	ID        string     `json:"id"`
	Key       string     `json:"key"`
	KeyName   string     `json:"key_name"`
	Model     string     `json:"model"`
	CostUSD   string     `json:"cost_usd"` // of one request, as it was refused; "" if it was not for its cost
	Reason    string     `json:"reason"`
	Against   []string   `json:"against"`    // what policies have against it
	AmountUSD string     `json:"amount_usd"` // the most that its requests may cost together; "" = any
	Times     int64      `json:"times"`      // 0 = any number
	Until     time.Time  `json:"until"`
	SpentUSD  string     `json:"spent_usd"` // of the grant; requests under way count with the most they can cost
	Used      int64      `json:"used"`
	State     string     `json:"state"` // pending, approved, denied, expired, withdrawn, revoked, over
	AskedBy   string     `json:"asked_by"`
	AskedAt   time.Time  `json:"asked_at"`
	ExpiresAt time.Time  `json:"expires_at"` // when it is too late to decide
	DecidedBy string     `json:"decided_by"`
	DecidedAt *time.Time `json:"decided_at"`
	Note      string     `json:"note"`
	CanDecide bool       `json:"can_decide"`
	CanRevoke bool       `json:"can_revoke"`
}

type approvalList struct {
	Data []approvalJSON `json:"data"`
}

// askInput asks for what policies refuse to a key.
type askInput struct {
	Key       string `json:"key"`
	Model     string `json:"model"`      // as the client asks for it
	CostUSD   string `json:"cost_usd"`   // what one request may cost, as it was refused; "" if it was not for its cost
	AmountUSD string `json:"amount_usd"` // the most that the requests may cost together; needed with cost_usd
	Times     int64  `json:"times"`      // 0 = any number
	Until     string `json:"until"`      // empty = 7 days from now
	Reason    string `json:"reason"`
}

// verdictInput approves. Empty fields grant what was asked for.
type verdictInput struct {
	AmountUSD string `json:"amount_usd"`
	Times     int64  `json:"times"`
	Until     string `json:"until"`
	Note      string `json:"note"`
}

// denialInput refuses.
type denialInput struct {
	Note string `json:"note"`
}

var states = []string{string(approval.Pending), string(approval.Approved), string(approval.Denied), string(approval.Expired), string(approval.Withdrawn), string(approval.Revoked), string(approval.Over)}

func usd(v money.USD) string {
	if v == 0 {
		return ""
	}
	return v.String()
}

func out(v approval.View) approvalJSON {
	x := approvalJSON{ID: v.ID.String(), Key: v.Key.String(), KeyName: v.Subject.Name, Model: v.Model, CostUSD: usd(v.Cost), Reason: v.Reason, Against: append([]string{}, v.Reasons...),
		AmountUSD: usd(v.Amount), Times: v.Times, Until: v.Until, SpentUSD: v.Spent.String(), Used: v.Used, State: string(v.State), AskedBy: v.AskedBy, AskedAt: v.AskedAt,
		ExpiresAt: v.ExpiresAt, DecidedBy: v.DecidedBy, Note: v.Note, CanDecide: v.CanDecide, CanRevoke: v.CanRevoke}
	if !v.DecidedAt.IsZero() {
		x.DecidedAt = &v.DecidedAt
	}
	return x
}

// amountIn reads an amount; "" is none.
func amountIn(field, text string) (money.USD, error) {
	text = strings.TrimPrefix(strings.TrimSpace(text), "$")
	if text == "" {
		return 0, nil
	}
	v, err := money.Parse(text)
	if err != nil || v <= 0 {
		return 0, fault.Field(field, "Enter an amount in USD above 0, such as 0.50 or 5, or leave it empty.")
	}
	return v, nil
}

// momentIn reads a time; "" is none.
func momentIn(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, fault.Field("until", "until is a time such as 2026-12-31T18:00:00Z.")
	}
	return t.UTC(), nil
}

func (h *Handlers) apiList(c *web.Context) error {
	q := approval.Query{State: approval.State(c.QueryParam("state"))}
	if q.State != "" && !slices.Contains(states, string(q.State)) {
		return fault.Field("state", "state is one of "+strings.Join(states, ", ")+".")
	}
	all, err := h.approvals.List(c.Ctx(), c.Actor(), q)
	if err != nil {
		return err
	}
	list := approvalList{Data: make([]approvalJSON, len(all))}
	for i, v := range all {
		list.Data[i] = out(v)
	}
	return c.JSON(http.StatusOK, list)
}

func (h *Handlers) apiAsk(c *web.Context) error {
	in, err := web.Decode[askInput](c)
	if err != nil {
		return err
	}
	var errs [4]error
	ask := approval.Input{Model: in.Model, Reason: in.Reason}
	ask.Times = in.Times
	if ask.Key, err = id.ParseKey(in.Key); err != nil {
		errs[0] = fault.Field("key", "There is no such key.")
	}
	ask.Cost, errs[1] = amountIn("cost_usd", in.CostUSD)
	ask.Amount, errs[2] = amountIn("amount_usd", in.AmountUSD)
	ask.Until, errs[3] = momentIn(in.Until)
	if err = errors.Join(errs[:]...); err != nil {
		return err
	}
	v, err := h.approvals.Ask(c.Ctx(), c.Actor(), ask)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, out(v))
}

func (h *Handlers) apiShow(c *web.Context) error {
	which, err := approvalID(c)
	if err != nil {
		return err
	}
	v, err := h.approvals.Get(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, out(v))
}

func (h *Handlers) apiApprove(c *web.Context) error {
	v, err := h.present(c)
	if err != nil {
		return err
	}
	in, err := web.Decode[verdictInput](c)
	if err != nil {
		return err
	}
	verdict := approval.Verdict{Note: in.Note}
	verdict.Times = in.Times
	if verdict.Amount, err = amountIn("amount_usd", in.AmountUSD); err != nil {
		return err
	}
	if verdict.Until, err = momentIn(in.Until); err != nil {
		return err
	}
	if v, err = h.approvals.Approve(c.Ctx(), c.Actor(), v.ID, verdict); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, out(v))
}

// present is the request in the path, if it is the caller's business.
func (h *Handlers) present(c *web.Context) (approval.View, error) {
	which, err := approvalID(c)
	if err != nil {
		return approval.View{}, err
	}
	return h.approvals.Get(c.Ctx(), c.Actor(), which)
}

func (h *Handlers) apiDeny(c *web.Context) error {
	v, err := h.present(c)
	if err != nil {
		return err
	}
	in, err := web.Decode[denialInput](c)
	if err != nil {
		return err
	}
	if v, err = h.approvals.Deny(c.Ctx(), c.Actor(), v.ID, in.Note); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, out(v))
}

func (h *Handlers) apiRevoke(c *web.Context) error {
	which, err := approvalID(c)
	if err != nil {
		return err
	}
	v, err := h.approvals.Revoke(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, out(v))
}

package keyweb

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// keyJSON is a key in the management API. The secret is never in it.
type keyJSON struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Hint       string     `json:"hint"` // prefix, public part and last four
	Status     string     `json:"status"`
	Team       string     `json:"team"`
	Member     string     `json:"member,omitempty"`
	Account    string     `json:"account,omitempty"` // a service account's name
	Agent      string     `json:"agent,omitempty"`   // the program whose log-in this is; it has no secret
	Models     []string   `json:"models"`
	Networks   []string   `json:"networks"`
	Endpoints  []string   `json:"endpoints"` // classes; none = all
	Tags       []string   `json:"tags"`      // pairs like project=apollo, put on every request
	Held       bool       `json:"held"`      // disabled by somebody else than its member, who may not enable it again
	CreatedBy  string     `json:"created_by"`
	CreatedAt  time.Time  `json:"created_at"`
	UpdatedAt  time.Time  `json:"updated_at"`
	ExpiresAt  *time.Time `json:"expires_at"`
	LastUsedAt *time.Time `json:"last_used_at"`
	OldUntil   *time.Time `json:"old_secret_until"` // when the secret before the last rotation stops, or stopped
}

// createdJSON is a new key with its secret, shown once.
type createdJSON struct {
	keyJSON
	Secret string `json:"secret"`
}

// keyInput makes a key. member and account exclude each other.
type keyInput struct {
	Name      string    `json:"name"`
	Team      string    `json:"team"`
	Member    string    `json:"member"`
	Account   string    `json:"account"`
	Models    []string  `json:"models"`
	Networks  []string  `json:"networks"`
	Endpoints []string  `json:"endpoints"` // chat, responses, embeddings, images, audio, moderations, files; none = all
	ExpiresAt time.Time `json:"expires_at"`
	Tags      []string  `json:"tags"` // pairs like project=apollo, put on every request; they win over the request's own
	// What it may spend and do by itself; each becomes a budget or rate limit of the key.
	BudgetUSD         string `json:"budget_usd"`    // a hard budget; "" = none
	BudgetPeriod      string `json:"budget_period"` // daily, weekly, monthly, quarterly, total; "" = monthly
	RequestsPerMinute int64  `json:"requests_per_minute"`
	TokensPerMinute   int64  `json:"tokens_per_minute"`
}

// keyList is a page of keys, newest first. Next is what to pass as ?after= for the following one, "" on the last.
type keyList struct {
	Data []keyJSON `json:"data"`
	Next string    `json:"next,omitempty"`
}

func keyOut(c *web.Context, k key.Key) keyJSON {
	out := keyJSON{ID: k.ID.String(), Name: k.Name, Hint: k.Hint(), Status: k.Status(c.Now()), Team: k.Team.String(), Member: k.Member.String(),
		Account: k.Account, Agent: k.Agent, Models: append([]string{}, k.Models...), Networks: []string{}, Endpoints: k.Endpoints.Names(), Tags: append([]string{}, k.Tags...), Held: k.Held, CreatedBy: k.CreatedBy, CreatedAt: k.CreatedAt,
		UpdatedAt: k.UpdatedAt, ExpiresAt: optional(k.ExpiresAt), LastUsedAt: optional(k.LastUsedAt), OldUntil: optional(k.Old.Until)}
	for _, n := range k.Networks {
		out.Networks = append(out.Networks, n.String())
	}
	return out
}

func optional(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (h *Handlers) apiList(c *web.Context) error {
	limit, err := pageSize(c.QueryParam("limit"))
	if err != nil {
		return err
	}
	q := key.Query{Search: c.QueryParam("q"), Limit: limit}
	if c.QueryParam("unused") == "true" {
		q.IdleSince = c.Now().Add(-key.Idle)
	}
	if after := c.QueryParam("after"); after != "" {
		if q.After, err = id.ParseKey(after); err != nil {
			return fault.Field("after", "after is the next of the page before.")
		}
	}
	found, err := h.keys.Find(c.Ctx(), c.Actor(), q)
	if err != nil {
		return err
	}
	out := keyList{Data: []keyJSON{}}
	for _, k := range found.Keys {
		out.Data = append(out.Data, keyOut(c, k))
	}
	if !found.Next.IsZero() {
		out.Next = found.Next.String()
	}
	return c.JSON(http.StatusOK, out)
}

func pageSize(text string) (int, error) {
	if text == "" {
		return 100, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 1000 {
		return 0, fault.Field("limit", "limit is a number from 1 to 1000.")
	}
	return n, nil
}

func (h *Handlers) apiCreate(c *web.Context) error {
	in, err := web.Decode[keyInput](c)
	if err != nil {
		return err
	}
	want := key.Input{Name: in.Name, Account: in.Account, Models: in.Models, Networks: in.Networks, Endpoints: in.Endpoints, ExpiresAt: in.ExpiresAt.UTC(), Tags: in.Tags,
		Own: key.Allowance{Period: in.BudgetPeriod, RequestsPerMinute: in.RequestsPerMinute, TokensPerMinute: in.TokensPerMinute}}
	if want.Own.Budget, err = dollars(in.BudgetUSD); err != nil {
		return err
	}
	if want.Team, err = id.ParseTeam(in.Team); err != nil && in.Team != "" {
		return org.MissingTeam()
	}
	if in.Member != "" {
		if want.Member, err = id.ParseMember(in.Member); err != nil {
			return org.MissingMember()
		}
	}
	made, err := h.keys.Create(c.Ctx(), c.Actor(), want)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, createdJSON{keyOut(c, made.Key), made.Secret.Reveal()})
}

func (h *Handlers) apiShow(c *web.Context) error {
	which, err := keyID(c)
	if err != nil {
		return err
	}
	k, err := h.keys.Get(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, keyOut(c, k))
}

func (h *Handlers) apiDelete(c *web.Context) error {
	which, err := keyID(c)
	if err != nil {
		return err
	}
	if err := h.keys.Delete(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func (h *Handlers) apiDisable(c *web.Context) error { return h.apiChange(c, h.keys.Disable) }

func (h *Handlers) apiEnable(c *web.Context) error { return h.apiChange(c, h.keys.Enable) }

func (h *Handlers) apiChange(c *web.Context, do func(context.Context, org.Actor, id.Key) error) error {
	which, err := keyID(c)
	if err != nil {
		return err
	}
	if err := do(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	return h.apiShow(c)
}

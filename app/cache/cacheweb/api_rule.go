package cacheweb

import (
	"net/http"
	"strconv"
	"time"

	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// policyJSON is a cache policy in the management API.
type policyJSON struct {
	ID         string    `json:"id"`
	Scope      string    `json:"scope"` // id of the organization, department, team, member or key
	ScopeKind  string    `json:"scope_kind"`
	ScopeLabel string    `json:"scope_label"`
	Name       string    `json:"name"`
	Models     []string  `json:"models"`      // as clients name them; none is all
	Purposes   []string  `json:"purposes"`    // x-bodhi-purpose; none is all
	Mode       string    `json:"mode"`        // exact or off
	Sharing    string    `json:"sharing"`     // user, team or organization
	TTL        string    `json:"ttl"`         // "24h"
	Stale      string    `json:"stale"`       // how much longer it is given while it is fetched anew
	LastResort string    `json:"last_resort"` // how old it may get in all for routes that give cached answers when no provider answers; "" is no older
	Warmest    float64   `json:"max_temperature"`
	Tools      bool      `json:"tools"` // requests that offer tools too
	MaxBytes   int64     `json:"max_bytes"`
	Pace       string    `json:"pace"`      // of streams: full or natural
	Like       string    `json:"like"`      // questions worded differently: off, shadow, strict, verified or relaxed
	Threshold  float64   `json:"threshold"` // least cosine of two questions, 0 where like is off
	Embedder   string    `json:"embedder"`  // model that makes vectors; empty is the built-in one
	Judge      string    `json:"judge"`     // model that verified asks
	Binding    bool      `json:"binding"`
	Approved   bool      `json:"approved"` // an admin agreed to sharing in the whole organization
	CreatedAt  time.Time `json:"created_at"`
	UpdatedAt  time.Time `json:"updated_at"`
}

type policyList struct {
	Data []policyJSON `json:"data"`
}

// policyInput sets a policy: a preset, and what is to be different of it. Without a scope it is the organization's.
type policyInput struct {
	Preset string `json:"preset"` // code_completion, documentation, company_faq or real_time
	Scope  string `json:"scope"`
	policyChange
}

// policyChange changes what it names and leaves the rest.
type policyChange struct {
	Name      *string   `json:"name"`
	Models    *[]string `json:"models"`
	Purposes  *[]string `json:"purposes"`
	Mode      *string   `json:"mode"`
	Sharing   *string   `json:"sharing"`
	TTL       *string   `json:"ttl"`
	Stale     *string   `json:"stale"`
	Outages   *string   `json:"last_resort"`
	Warmest   *float64  `json:"max_temperature"`
	Tools     *bool     `json:"tools"`
	MaxBytes  *int64    `json:"max_bytes"`
	Pace      *string   `json:"pace"`
	Like      *string   `json:"like"`
	Threshold *float64  `json:"threshold"`
	Embedder  *string   `json:"embedder"`
	Judge     *string   `json:"judge"`
	Binding   *bool     `json:"binding"`
}

func policyOut(l cache.Listed) policyJSON {
	return policyJSON{ID: l.ID.String(), Scope: l.Scope.String(), ScopeKind: string(l.Scope.Kind()), ScopeLabel: l.Place.Label, Name: l.Name, Models: append([]string{}, l.Models...),
		Purposes: append([]string{}, l.Purposes...), Mode: string(l.Mode), Sharing: string(l.Sharing), TTL: days(l.TTL), Stale: days(l.Stale), LastResort: days(l.LastResort), Warmest: float64(l.Warmest) / 100, Tools: l.Tools, MaxBytes: l.MaxBytes,
		Pace: string(l.Pace), Like: likeOr(l.Like.Mode), Threshold: thresholdOut(l.Like), Embedder: l.Like.Embedder, Judge: l.Like.Judge, Binding: l.Binding, Approved: l.Approved, CreatedAt: l.CreatedAt, UpdatedAt: l.UpdatedAt}
}

// over is an input with what a change names changed.
func (p policyChange) over(in cache.Input) (cache.Input, error) {
	set(&in.Name, p.Name)
	set(&in.Models, p.Models)
	set(&in.Purposes, p.Purposes)
	set(&in.Tools, p.Tools)
	set(&in.Binding, p.Binding)
	set(&in.MaxBytes, p.MaxBytes)
	set(&in.Like.Embedder, p.Embedder)
	set(&in.Like.Judge, p.Judge)
	if p.Like != nil {
		in.Like.Mode = cache.LikeMode(*p.Like)
	}
	if p.Mode != nil {
		if in.Mode = cache.Mode(*p.Mode); in.Mode == cache.Exact && in.TTL == 0 {
			in.Settings = cache.Presets()[0].Settings
		}
	}
	if p.Sharing != nil {
		in.Sharing = cache.Sharing(*p.Sharing)
	}
	if p.Pace != nil {
		in.Pace = cache.Pace(*p.Pace)
	}
	var err error
	if p.TTL != nil {
		if in.TTL, err = span("ttl", *p.TTL); err != nil {
			return in, err
		}
	}
	if p.Stale != nil {
		if in.Stale, err = span("stale", *p.Stale); err != nil {
			return in, err
		}
	}
	if p.Outages != nil {
		if in.LastResort, err = span("last_resort", *p.Outages); err != nil {
			return in, err
		}
	}
	if p.Threshold != nil {
		if in.Like.Threshold, err = threshold(strconv.FormatFloat(*p.Threshold, 'f', -1, 64)); err != nil {
			return in, err
		}
	}
	if p.Warmest != nil {
		in.Warmest, err = warmth(strconv.FormatFloat(*p.Warmest, 'f', -1, 64))
	}
	return in, err
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

func (h *Handlers) apiList(c *web.Context) error {
	all, err := h.cache.List(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	out := policyList{Data: make([]policyJSON, len(all))}
	for i, l := range all {
		out.Data[i] = policyOut(l)
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiCreate(c *web.Context) error {
	in, err := web.Decode[policyInput](c)
	if err != nil {
		return err
	}
	if in.Scope == "" {
		in.Scope = c.Actor().Org.String()
	}
	made := cache.Input{Settings: cache.Presets()[0].Settings}
	known := in.Preset == ""
	for _, p := range cache.Presets() {
		if p.Key == in.Preset {
			known, made.Name, made.Settings = true, p.Name, p.Settings
		}
	}
	if !known {
		return fault.Field("preset", "A preset is code_completion, documentation, company_faq or real_time.")
	}
	if made, err = in.over(made); err != nil {
		return err
	}
	made.Scope = org.ReadScope(c.Actor().Org, in.Scope)
	l, err := h.cache.Create(c.Ctx(), c.Actor(), made)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, policyOut(l))
}

func (h *Handlers) apiShow(c *web.Context) error {
	l, err := h.get(c)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, policyOut(l))
}

func (h *Handlers) apiUpdate(c *web.Context) error {
	l, err := h.get(c)
	if err != nil {
		return err
	}
	change, err := web.Decode[policyChange](c)
	if err != nil {
		return err
	}
	in, err := change.over(inputOf(l))
	if err != nil {
		return err
	}
	in.Seen = l.UpdatedAt
	if l, err = h.cache.Update(c.Ctx(), c.Actor(), l.ID, in); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, policyOut(l))
}

func (h *Handlers) apiApprove(c *web.Context) error {
	which, err := ruleID(c)
	if err != nil {
		return err
	}
	l, err := h.cache.Approve(c.Ctx(), c.Actor(), which, time.Time{})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, policyOut(l))
}

func (h *Handlers) apiDelete(c *web.Context) error {
	which, err := ruleID(c)
	if err != nil {
		return err
	}
	if err := h.cache.Delete(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

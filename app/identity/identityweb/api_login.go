package identityweb

import (
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// policyJSON is what log-ins must show. Lifetimes are in seconds, 0 for the installation's default.
type policyJSON struct {
	SecondFactor    bool   `json:"second_factor"`
	SSOOnly         bool   `json:"sso_only"`
	BreakGlass      string `json:"break_glass"`
	IdleSeconds     int64  `json:"idle_seconds"`
	AbsoluteSeconds int64  `json:"absolute_seconds"`
}

type sessionJSON struct {
	ID         string    `json:"id"`
	Method     string    `json:"method"`
	IP         string    `json:"ip"`
	UserAgent  string    `json:"user_agent"`
	BeganAt    time.Time `json:"began_at"`
	LastSeenAt time.Time `json:"last_seen_at"`
	ExpiresAt  time.Time `json:"expires_at"`
}

type sessionList struct {
	Data []sessionJSON `json:"data"`
}

type factorsJSON struct {
	App           bool     `json:"app"`
	Passkeys      []string `json:"passkeys"`
	RecoveryCodes int      `json:"recovery_codes_left"`
}

func (h *Handlers) apiPolicy(c *web.Context) error {
	p, err := h.people.Policy(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, policyJSON{p.SecondFactor, p.SSOOnly, p.BreakGlass.String(), int64(p.Idle / time.Second), int64(p.Absolute / time.Second)})
}

func (h *Handlers) apiSetPolicy(c *web.Context) error {
	in, err := web.Decode[policyJSON](c)
	if err != nil {
		return err
	}
	const most = 365 * 24 * 3600 // far beyond what the rules allow, and no overflow
	if in.IdleSeconds < 0 || in.IdleSeconds > most || in.AbsoluteSeconds < 0 || in.AbsoluteSeconds > most {
		return fault.Field("idle_seconds", "Lifetimes are in seconds, 0 for the default.")
	}
	p := identity.Policy{SecondFactor: in.SecondFactor, SSOOnly: in.SSOOnly,
		Idle: time.Duration(in.IdleSeconds) * time.Second, Absolute: time.Duration(in.AbsoluteSeconds) * time.Second}
	if in.BreakGlass != "" {
		if p.BreakGlass, err = id.ParseMember(in.BreakGlass); err != nil {
			return fault.Field("break_glass", "Name a member by an id like mem_….")
		}
	}
	if err := h.people.SetPolicy(c.Ctx(), c.Actor(), p, id.Session{}); err != nil {
		return err
	}
	return h.apiPolicy(c)
}

func (h *Handlers) apiSessions(c *web.Context) error {
	m, err := memberID(c)
	if err != nil {
		return err
	}
	all, err := h.people.Sessions(c.Ctx(), c.Actor(), m)
	if err != nil {
		return err
	}
	out := sessionList{Data: make([]sessionJSON, len(all))}
	for i, s := range all {
		out.Data[i] = sessionJSON{s.ID.String(), string(s.Method), s.IP, s.Agent, s.BeganAt, s.SeenAt, s.ExpiresAt}
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiEndSessions(c *web.Context) error {
	m, err := memberID(c)
	if err != nil {
		return err
	}
	if _, err := h.people.EndSessions(c.Ctx(), c.Actor(), m, id.Session{}); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func (h *Handlers) apiEndSession(c *web.Context) error {
	m, err := memberID(c)
	if err != nil {
		return err
	}
	session, err := web.Param(c, "session", id.ParseSession, error(identity.MissingSession()))
	if err != nil {
		return err
	}
	if err := h.people.EndSession(c.Ctx(), c.Actor(), m, session); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func (h *Handlers) apiFactors(c *web.Context) error {
	m, err := memberID(c)
	if err != nil {
		return err
	}
	has, err := h.factors.Of(c.Ctx(), c.Actor(), m)
	if err != nil {
		return err
	}
	out := factorsJSON{App: !has.AppSince.IsZero(), Passkeys: []string{}, RecoveryCodes: has.CodesLeft}
	for _, p := range has.Passkeys {
		out.Passkeys = append(out.Passkeys, p.Name)
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiResetFactors(c *web.Context) error {
	m, err := memberID(c)
	if err != nil {
		return err
	}
	if err := h.factors.Reset(c.Ctx(), c.Actor(), m); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

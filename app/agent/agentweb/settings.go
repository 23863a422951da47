package agentweb

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/agent"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/agent"
)

const root = "/agents"

// agentSettingsJSON is what coding agents are sent.
type agentSettingsJSON struct {
	Settings  json.RawMessage `json:"settings"` // Claude Code's managed settings; null = none
	Checksum  string          `json:"checksum"` // SHA-256 of the settings as the agents compute it; "" = none
	UpdatedAt *time.Time      `json:"updated_at"`
	UpdatedBy string          `json:"updated_by"`
}

// agentSettingsInput replaces what coding agents are sent.
type agentSettingsInput struct {
	Settings json.RawMessage `json:"settings"`
}

func settingsOut(s agent.Settings) agentSettingsJSON {
	if s.Body == nil {
		return agentSettingsJSON{Settings: json.RawMessage("null")}
	}
	return agentSettingsJSON{Settings: s.Body, Checksum: s.Checksum(), UpdatedAt: &s.UpdatedAt, UpdatedBy: s.UpdatedBy}
}

func (h *Handlers) apiShow(c *web.Context) error {
	s, _, err := h.agents.Settings(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, settingsOut(s))
}

func (h *Handlers) apiSet(c *web.Context) error {
	in, err := web.Decode[agentSettingsInput](c)
	if err != nil {
		return err
	}
	text := string(in.Settings)
	if text == "null" {
		text = ""
	}
	s, err := h.agents.SetSettings(c.Ctx(), c.Actor(), text, "")
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, settingsOut(s))
}

func (h *Handlers) page(c *web.Context) (views.Page, error) {
	page := views.Page{Shell: c.Shell("Coding agents", "agents"), Base: c.PublicURL() + "/t/" + c.Organization().Slug, CanChange: c.Actor().Role.AtLeast(org.Admin)}
	s, set, err := h.agents.Settings(c.Ctx(), c.Actor())
	page.Version = s.Checksum()
	if err == nil && set {
		page.Settings, page.Set, page.By, page.At = s.Pretty(), true, s.UpdatedBy, c.When(s.UpdatedAt)
	}
	return page, err
}

func (h *Handlers) show(c *web.Context) error {
	page, err := h.page(c)
	if err != nil {
		return err
	}
	return c.Render(views.Show(page))
}

func (h *Handlers) set(c *web.Context) error {
	text, seen := c.FormValue("settings"), c.FormValue("version")
	s, err := h.agents.SetSettings(c.Ctx(), c.Actor(), text, seen)
	if r, ok := web.Refused(err); ok {
		page, err := h.page(c)
		if err != nil {
			return err
		}
		page.Settings, page.Version, page.Error, page.Errors = text, seen, r.Form, r.Fields
		return c.Invalid(views.Show(page))
	}
	if err != nil {
		return err
	}
	c.Flash("Saved. Agents that are logged in fetch it when they start, and once an hour.")
	if s.Body == nil {
		c.Flash("Nothing is sent to agents any more.")
	}
	return c.See(root)
}

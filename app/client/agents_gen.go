// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"
)

// AgentsAPI is what the API can do with agents.
type AgentsAPI struct{ c *Client }

// Agents is what the API can do with agents.
func (c *Client) Agents() AgentsAPI { return AgentsAPI{c} }

// Settings: Show what coding agents that are logged in are sent.
func (a AgentsAPI) Settings(ctx context.Context, query url.Values, calls ...Call) (out AgentSettings, err error) {
	err = a.c.do(ctx, http.MethodGet, "/agents/settings", query, nil, &out, calls)
	return out, err
}

// SetSettings: Replace what coding agents that are logged in are sent; {} sends empty settings, null none.
func (a AgentsAPI) SetSettings(ctx context.Context, in AgentSettingsInput, calls ...Call) (out AgentSettings, err error) {
	err = a.c.do(ctx, http.MethodPut, "/agents/settings", nil, in, &out, calls)
	return out, err
}

// AgentSettings is what coding agents are sent.
type AgentSettings struct {
	Settings  json.RawMessage `json:"settings"` // Claude Code's managed settings; null = none
	Checksum  string          `json:"checksum"` // SHA-256 of the settings as the agents compute it; "" = none
	UpdatedAt *time.Time      `json:"updated_at"`
	UpdatedBy string          `json:"updated_by"`
}

// AgentSettingsInput replaces what coding agents are sent.
type AgentSettingsInput struct {
	Settings json.RawMessage `json:"settings,omitempty"`
}

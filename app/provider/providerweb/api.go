package providerweb

import (
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// connectionJSON is a connection in the management API. The credential is never in it.
type connectionJSON struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Kind    string `json:"kind"`
	BaseURL string `json:"base_url,omitempty"`
	// Service is the known service that a compatible server is: by its address, or by what was said.
	Service string `json:"service,omitempty"`
	// Settings are the parts of the address that have names, such as a project.
	Settings      map[string]string `json:"settings,omitempty"`
	HasCredential bool              `json:"has_credential"`
	KeyHint       string            `json:"key_hint,omitempty"` // last four characters
	Disabled      bool              `json:"disabled"`
	// Residency is where the provider keeps and processes data: as declared, else the region that its address names. ZeroRetention says
	// that it keeps nothing. Routes may ask for both.
	Residency     string      `json:"residency,omitempty"`
	ZeroRetention bool        `json:"zero_retention"`
	NoTraining    bool        `json:"no_training"` // it trains no models with requests and answers
	Models        []string    `json:"models"`
	ListReadAt    *time.Time  `json:"list_read_at,omitempty"`
	ListChange    *listChange `json:"last_list_change,omitempty"`
	Check         *checkJSON  `json:"last_check"`
	CreatedAt     time.Time   `json:"created_at"`
	UpdatedAt     time.Time   `json:"updated_at"`
}

// listChange is how a list of models last differed from the time before.
type listChange struct {
	At      time.Time `json:"at"`
	Added   []string  `json:"added"`
	Removed []string  `json:"removed"`
	More    int       `json:"more,omitempty"` // changes that are not named here
}

// checkJSON is a live test's result.
type checkJSON struct {
	At        time.Time `json:"at"`
	OK        bool      `json:"ok"`
	Blame     string    `json:"blame,omitempty"` // key, url, region, model, network, provider, missing
	Message   string    `json:"message,omitempty"`
	Models    int       `json:"models"`
	LatencyMS int64     `json:"latency_ms"`
}

type connectionList struct {
	Data []connectionJSON `json:"data"`
}

// connectionInput makes a connection. Credential is written, never read.
type connectionInput struct {
	Name    string `json:"name"`
	Kind    string `json:"kind"`
	BaseURL string `json:"base_url"`
	// Service is a known service's name (GET /api/v1/providers); it gives the base URL where none is given.
	Service string `json:"service"`
	// Settings are written into the base URL; Vertex has project and location.
	Settings   map[string]string `json:"settings"`
	Credential string            `json:"credential"`
	Disabled   bool              `json:"disabled"`
	// Residency and ZeroRetention are what the contract with the provider says.
	Residency     string `json:"residency"`
	ZeroRetention bool   `json:"zero_retention"`
	NoTraining    bool   `json:"no_training"`
}

// connectionChange changes what it names and leaves the rest.
type connectionChange struct {
	Name          *string           `json:"name"`
	BaseURL       *string           `json:"base_url"`
	Service       *string           `json:"service"`
	Settings      map[string]string `json:"settings"`
	Credential    *string           `json:"credential"`
	Disabled      *bool             `json:"disabled"`
	Residency     *string           `json:"residency"`
	ZeroRetention *bool             `json:"zero_retention"`
	NoTraining    *bool             `json:"no_training"`
}

// credentialInput is a new credential. It is tried before it takes the old one's place, unless Untested says not to.
type credentialInput struct {
	Credential string `json:"credential"`
	Untested   bool   `json:"untested"`
}

func connectionOut(r provider.ConnectionRecord) connectionJSON {
	out := connectionJSON{ID: r.ID.String(), Name: r.Name, Kind: string(r.Kind), BaseURL: r.BaseURL, HasCredential: r.HasCredential(),
		KeyHint: r.KeyHint, Disabled: r.Disabled, Residency: r.Lives(), ZeroRetention: r.Terms.ZeroRetention, NoTraining: r.Terms.NoTraining, Models: r.Models, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt}
	_, out.Settings = provider.SettingsOf(r.Kind, r.BaseURL)
	if k, ok := r.Known(); ok && r.Kind == provider.Compatible {
		out.Service = k.Name
	}
	if l := r.Listed; !l.IsZero() {
		out.ListReadAt = &l.At
		if !l.ChangedAt.IsZero() {
			out.ListChange = &listChange{At: l.ChangedAt, Added: append([]string{}, l.Added...), Removed: append([]string{}, l.Removed...), More: l.More}
		}
	}
	if out.Models == nil {
		out.Models = []string{}
	}
	if !r.Check.IsZero() {
		check := checkOut(r.Check)
		out.Check = &check
	}
	return out
}

func checkOut(c provider.Check) checkJSON {
	return checkJSON{At: c.At, OK: c.OK, Blame: string(c.Blame), Message: c.Message, Models: c.Models, LatencyMS: c.Latency.Milliseconds()}
}

func (h *Handlers) apiList(c *web.Context) error {
	all, err := h.connections.List(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	out := connectionList{Data: make([]connectionJSON, len(all))}
	for i, r := range all {
		out.Data[i] = connectionOut(r)
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiCreate(c *web.Context) error {
	in, err := web.Decode[connectionInput](c)
	if err != nil {
		return err
	}
	r, err := h.connections.Create(c.Ctx(), c.Actor(), provider.Input{Name: in.Name, Kind: provider.Kind(in.Kind), BaseURL: in.BaseURL, Service: in.Service,
		Settings: in.Settings, Credential: secret.New(in.Credential), Disabled: in.Disabled, Terms: &provider.Terms{Residency: in.Residency, ZeroRetention: in.ZeroRetention, NoTraining: in.NoTraining}})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, connectionOut(r))
}

func (h *Handlers) apiShow(c *web.Context) error {
	which, err := connectionID(c)
	if err != nil {
		return err
	}
	r, err := h.connections.Get(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, connectionOut(r))
}

func (h *Handlers) apiUpdate(c *web.Context) error {
	which, err := connectionID(c)
	if err != nil {
		return err
	}
	change, err := web.Decode[connectionChange](c)
	if err != nil {
		return err
	}
	now, err := h.connections.Get(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	in := provider.Input{Seen: now.UpdatedAt, Name: or(change.Name, now.Name), BaseURL: or(change.BaseURL, now.BaseURL), Service: or(change.Service, now.Service), Settings: change.Settings,
		Credential: secret.New(or(change.Credential, "")), Disabled: or(change.Disabled, now.Disabled),
		Terms: &provider.Terms{Residency: or(change.Residency, now.Terms.Residency), ZeroRetention: or(change.ZeroRetention, now.Terms.ZeroRetention), NoTraining: or(change.NoTraining, now.Terms.NoTraining)}}
	r, err := h.connections.Update(c.Ctx(), c.Actor(), which, in)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, connectionOut(r))
}

func or[T any](given *T, otherwise T) T {
	if given == nil {
		return otherwise
	}
	return *given
}

func (h *Handlers) apiRotate(c *web.Context) error {
	which, err := connectionID(c)
	if err != nil {
		return err
	}
	in, err := web.Decode[credentialInput](c)
	if err != nil {
		return err
	}
	r, err := h.connections.Rotate(c.Ctx(), c.Actor(), which, provider.Rotation{Credential: secret.New(in.Credential), Untested: in.Untested})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, connectionOut(r))
}

func (h *Handlers) apiTest(c *web.Context) error {
	which, err := connectionID(c)
	if err != nil {
		return err
	}
	check, err := h.connections.Test(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, checkOut(check))
}

// apiDelete refuses while aliases use the connection, unless asked with ?confirm=true.
func (h *Handlers) apiDelete(c *web.Context) error {
	which, err := connectionID(c)
	if err != nil {
		return err
	}
	if err := h.connections.Delete(c.Ctx(), c.Actor(), which, c.QueryParam("confirm") == "true"); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

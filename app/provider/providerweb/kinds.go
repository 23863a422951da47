package providerweb

import (
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// kindJSON is a kind of connection and what one of it must say.
type kindJSON struct {
	Kind    string `json:"kind"`
	Title   string `json:"title"`
	About   string `json:"about"`
	BaseURL string `json:"base_url,omitempty"` // stands in where a connection names none
	// NeedsBaseURL and NeedsCredential say what a connection cannot do without.
	NeedsBaseURL    bool          `json:"needs_base_url"`
	NeedsCredential bool          `json:"needs_credential"`
	Settings        []settingJSON `json:"settings,omitempty"`
	// Services are known servers of the kind; naming one fills in its address.
	Services []serviceJSON `json:"services,omitempty"`
}

type settingJSON struct {
	Name    string `json:"name"`
	Label   string `json:"label"`
	About   string `json:"about"`
	Example string `json:"example"`
}

type serviceJSON struct {
	Service         string `json:"service"`
	Title           string `json:"title"`
	BaseURL         string `json:"base_url"`
	NeedsCredential bool   `json:"needs_credential"`
}

type kindList struct {
	Data []kindJSON `json:"data"`
}

// apiKinds lists what can be connected. It is the same for everybody.
func (h *Handlers) apiKinds(c *web.Context) error {
	var out kindList
	for _, o := range provider.Offerings() {
		k := kindJSON{Kind: string(o.Kind), Title: o.Title, About: o.About, BaseURL: o.BaseURL, NeedsBaseURL: o.BaseURL == "" && !o.Local, NeedsCredential: o.NeedsKey}
		for _, s := range o.Settings() {
			k.Settings = append(k.Settings, settingJSON{s.Name, s.Label, s.Hint, s.Placeholder})
		}
		for _, s := range provider.KnownServices() {
			if s.Kind == provider.Compatible && o.Kind == provider.Compatible {
				k.Services = append(k.Services, serviceJSON{s.Name, s.Title, s.BaseURL, s.NeedsKey})
			}
		}
		out.Data = append(out.Data, k)
	}
	return c.JSON(http.StatusOK, out)
}

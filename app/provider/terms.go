package provider

import (
	"regexp"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

// Terms are what the provider's contract says of an account, as its admin declares it. Nobody can check them from outside; routes
// may ask for them.
type Terms struct {
	// Residency is where data is kept and processed: "eu", "us-east-1". "" is what the address says, if it names a region.
	Residency string `json:"residency,omitempty"`
	// ZeroRetention says that the provider keeps nothing of requests and answers.
	ZeroRetention bool `json:"zero_retention,omitempty"`
	// NoTraining says that the provider trains no models with them.
	NoTraining bool `json:"no_training,omitempty"`
}

var residencyForm = regexp.MustCompile(`^[a-z0-9-]{0,40}$`)

// checked are the terms in their normal form.
func (t *Terms) checked() error {
	if t == nil {
		return nil
	}
	if t.Residency = strings.ToLower(strings.TrimSpace(t.Residency)); !residencyForm.MatchString(t.Residency) {
		return fault.Field("residency", "Write where data is kept and processed as a short word: eu, de, us-east-1; or leave it empty.")
	}
	return nil
}

// Lives is where a connection's data is kept and processed: as declared, else the region that its address names; "" is unknown.
func (r ConnectionRecord) Lives() string {
	if r.Terms.Residency != "" {
		return r.Terms.Residency
	}
	_, settings := SettingsOf(r.Kind, r.BaseURL)
	if region := settings["region"]; region != "" {
		return region
	}
	return settings["location"]
}

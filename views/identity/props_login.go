package identity

import (
	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// SecondPage asks for the second factor.
type SecondPage struct {
	Shell      layout.Shell
	Error      string
	Errors     map[string]string
	App, Codes bool
	Passkey    string // the browser's options, "" without passkeys
}

// EnrolPage sets up an authenticator app.
type EnrolPage struct {
	Shell   layout.Shell
	Error   string
	Errors  map[string]string
	Picture string // a data: URL
	Key     string // to be typed
}

// CodesPage shows recovery codes, once.
type CodesPage struct {
	Shell layout.Shell
	Codes []string
	Next  string
	Plain bool // during a log-in, outside the frame
}

// PasskeyPage uses or makes a passkey.
type PasskeyPage struct {
	Shell      layout.Shell
	Error      string
	Errors     map[string]string
	Options    string
	Name       string
	Next       string
	Impossible string // why there are none here
}

// OnwardPage leads to another site after a form, which may not redirect there.
type OnwardPage struct {
	Shell               layout.Shell
	Title, Text, Button string
	Href                string
}

// SecurityPage is one's own factors and sessions.
type SecurityPage struct {
	Shell      layout.Shell
	Error      string
	Recent     bool // the log-in is fresh enough to change factors
	Needed     bool // the organization asks for a second factor
	NoPasskeys string
	// SSO is what the identity provider is called, "" without one.
	SSO          string
	SSOConnected bool
	Factors      Factors
	Sessions     []Session
}

// Factors are what somebody has besides a password.
type Factors struct {
	App       bool
	AppSince  ui.When
	CodesLeft int
	Passkeys  []Passkey
}

// Passkey is one of them.
type Passkey struct {
	Href, Name  string
	Added, Used ui.When
}

// Session is one browser.
type Session struct {
	End, Device, IP, Method string
	Seen, Began, Until      ui.When
	This                    bool
}

// MemberSecurityPage is how a member logs in, for admins.
type MemberSecurityPage struct {
	Shell             layout.Shell
	Error             string
	Root, Name, Email string
	Own               bool
	Factors           Factors
	Sessions          []Session
}

// PolicyPage is what log-ins must show.
type PolicyPage struct {
	Shell           layout.Shell
	Error           string
	Errors          map[string]string
	Fields          PolicyFields
	Admins          []ui.Option
	SSO             bool
	Find, FindError string
}

// PolicyFields are what was typed.
type PolicyFields struct {
	SecondFactor, SSOOnly      bool
	BreakGlass, Idle, Absolute string
}

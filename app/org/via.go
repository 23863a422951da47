package org

// Via is the door an act came through. It says how, never who: whoever holds a token can name any program, so nothing is
// decided by it.
type Via string

// The doors.
const (
	ViaWeb  Via = "web"  // a browser session
	ViaAPI  Via = "api"  // a management token
	ViaCLI  Via = "cli"  // a management token in our own command line
	ViaSCIM Via = "scim" // an identity provider's directory
	ViaMail Via = "mail" // a link that was mailed to a member, without a log-in
	ViaJob  Via = "job"  // the installation itself: bootstrap, jobs

	ViaOperator Via = "operator" // the console of who runs the installation
)

// Doors are all of them, for filters.
var Doors = []Via{ViaWeb, ViaAPI, ViaCLI, ViaSCIM, ViaMail, ViaJob, ViaOperator}

// Valid reports whether v is one of Doors.
func (v Via) Valid() bool {
	for _, d := range Doors {
		if d == v {
			return true
		}
	}
	return false
}

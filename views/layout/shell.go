// Package layout is the frame around every page: head, navigation, theme, flash message.
package layout

// Shell is what the frame needs to know. app/web fills it from the session; pages embed it in their props.
type Shell struct {
	Title  string // page title, without the product's name
	Active string // name of the navigation entry to mark: "home", "keys", "connections", "models", "budgets", "limits", "costs", "requests", "audit", "tokens"
	// OrgName is empty on pages outside an organization (sign-up, log-in); the frame is then without navigation.
	OrgName, OrgSlug string
	MemberName       string
	MemberEmail      string
	RoleTitle        string
	IsAdmin          bool   // organization admins
	MayAsk, MayLimit bool   // whose role can have keys; whose role sets budgets and limits and lets people in
	Waiting          int    // requests that wait for their decision
	Unread           int    // lines of their inbox
	News             bool   // this version's are unseen
	Banner           Banner // what they must act on
	Flash            string // one-time message after a redirect
	Warning          string // the same, of what did not come about
	Theme            string // "light", "dark", or "" to follow the system
}

// Banner is one line on top of every page; the zero Banner is none.
type Banner struct {
	Urgent      bool
	Text        string
	Label, Href string // the page where it is dealt with; "" = there is none
}

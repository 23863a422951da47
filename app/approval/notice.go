package approval

// Notice is what a person reads in their inbox, and the page it leads to.
type Notice struct{ Title, Href string }

// noticeOf says that somebody asks, or with a state ("approved", "denied") what came of it, in the words of the letters. The page
// is the list of requests at this one: which is its printed id, with which the list marks its lines.
func noticeOf(c Call, which, state, by string) Notice {
	who, what, _ := c.Words()
	if state == "" {
		return Notice{who + " asks for " + what, "/approvals#ask-" + which}
	}
	return Notice{"Your request for " + what + " was " + state + " by " + by, "/approvals?state=" + state + "#ask-" + which}
}

package layout

import (
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/views/ui"
)

// LogOutPath is where the account menu's form posts to.
const LogOutPath = "/log-out"

// htmxConfig keeps htmx inside the content security policy and tells it once that a 422 answer is the form again.
const htmxConfig = `{"includeIndicatorStyles":false,"allowEval":false,"selfRequestsOnly":true,` +
	`"historyCacheSize":0,"defaultSwapStyle":"outerHTML","responseHandling":[{"code":"204","swap":false},` +
	`{"code":"[23]..","swap":true},{"code":"422","swap":true},{"code":"[45]..","swap":false,"error":true}]}`

func (b Banner) tone() ui.Tone {
	if b.Urgent {
		return ui.Bad
	}
	return ui.Info
}

type navGroup struct {
	id, title string
	entries   []navEntry
}

// asking are entries that are of no use to those who only read.
var asking = map[string]bool{"playground": true, "documents": true}

// leading are entries of use from team leads on.
var leading = map[string]bool{"joining": true}

type navEntry struct {
	name, label, href, icon string
	admin                   bool // of use only to organization admins
}

// visible are the entries of a group that are of use to whoever looks.
func (g navGroup) visible(s Shell) (out []navEntry) {
	for _, e := range g.entries {
		if (!e.admin || s.IsAdmin) && (!asking[e.name] || s.MayAsk) && (!leading[e.name] || s.MayLimit) {
			out = append(out, e)
		}
	}
	return out
}

// navigation is the rail, from top to bottom. Names are what pages pass as Shell.Active.
var navigation = []navGroup{
	{"", "", []navEntry{
		{"home", "Home", "/", "home", false},
		{"inbox", "Inbox", "/inbox", "bell", false},
		{"requests", "Requests", "/requests", "list-details", false},
		{"approvals", "Approvals", "/approvals", "inbox", false},
	}},
	{"insights", "Usage", []navEntry{
		{"costs", "Costs", "/costs", "chart-pie", false},
		{"usage_people", "Who uses what", "/people/usage", "user", false},
		{"models_compare", "Models side by side", "/models/compare", "stack-2", false},
		{"savings", "Savings", "/savings", "coin", false},
		{"reliability", "Reliability", "/reliability", "lifebuoy", false},
		{"reports", "Reports", "/reports", "mail", false},
	}},
	{"access", "Access", []navEntry{
		{"keys", "Keys", "/keys", "key", false},
		{"agents", "Coding agents", "/agents", "terminal-2", false},
		{"tokens", "API tokens", "/tokens", "api", false},
	}},
	{"control", "Limits and rules", []navEntry{
		{"budgets", "Budgets", "/budgets", "wallet", false},
		{"limits", "Rate limits", "/limits", "gauge", false},
		{"policies", "Model policies", "/policies", "shield-check", false},
		{"pii", "Data rules", "/data-rules", "shield-lock", false},
		{"transcripts", "Kept texts", "/transcripts", "book", false},
	}},
	{"traffic", "Models", []navEntry{
		{"models", "Models & aliases", "/models", "route", false},
		{"prompts", "Prompts", "/prompts", "list-details", false},
		{"playground", "Playground", "/playground", "player-play", false},
		{"documents", "Documents", "/documents", "eye", false},
		{"experiments", "Experiments", "/experiments", "flask", false},
		{"evaluations", "Evaluations", "/evaluations", "checks", false},
		{"batches", "Batches", "/batches", "stack-2", false},
		{"catalog", "Catalogue", "/catalog", "book", false},
		{"prices", "Prices", "/prices", "receipt", false},
		{"connections", "Connections", "/connections", "plug-connected", false},
		{"cache", "Cache", "/cache", "bolt", false},
		{"health", "Health", "/health", "activity", false},
		{"timeouts", "Timeouts & retries", "/timeouts", "clock", false},
	}},
	{"organization", "Organization", []navEntry{
		{"people", "People", "/people", "users", false},
		{"teams", "Teams", "/teams", "users-group", false},
		{"service_accounts", "Service accounts", "/service-accounts", "server", false},
		{"joining", "Joining", "/invitations", "user-plus", false},
		{"channels", "Alert channels", "/channels", "send", true},
		{"templates", "Templates", "/templates", "stack-2", true},
		{"audit", "Audit log", "/audit", "history", false},
		{"compliance", "Compliance", "/compliance", "lock", true},
		{"reconcile", "Reconcile", "/reconcile", "checks", true},
		{"billing", "Billing", "/billing", "credit-card", true},
		{"settings", "Settings", "/settings", "settings", true},
	}},
}

// badge is the number beside an entry and what it counts; "" for none.
func (s Shell) badge(e navEntry) (number, of string) {
	const most = 99
	n := 0
	switch e.name {
	case "approvals":
		n, of = s.Waiting, "waiting for you"
	case "inbox":
		n, of = s.Unread, "unread"
	}
	switch {
	case n <= 0:
		return "", ""
	case n > most:
		return strconv.Itoa(most) + "+", of
	}
	return strconv.Itoa(n), of
}

func (s Shell) displayName() string {
	if s.MemberName != "" {
		return s.MemberName
	}
	return s.MemberEmail
}

// initials are one or two letters for the avatar.
func initials(name, email string) string {
	words := strings.Fields(name)
	if len(words) == 0 {
		words = []string{email}
	}
	out := first(words[0])
	if len(words) > 1 {
		out += first(words[len(words)-1])
	}
	return strings.ToUpper(out)
}

func first(word string) string {
	r, size := utf8.DecodeRuneInString(word)
	if size == 0 {
		return ""
	}
	return string(r)
}

func (f Failure) icon() string {
	switch f.Status {
	case http.StatusForbidden, http.StatusUnauthorized:
		return "lock"
	case http.StatusNotFound:
		return "search"
	}
	return "alert-triangle"
}

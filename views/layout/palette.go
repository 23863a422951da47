package layout

// SearchPath is the search page; ResultsID its part with the results, which the command palette shows in a dialog.
const (
	SearchPath = "/search"
	ResultsID  = "search-results"
)

// Destination is a page or an action that search can lead to.
type Destination struct {
	Group, Label, Href, Icon string
	Words                    string // other words for it, lower case
}

// actions are what people search for by what they want to do, with who may do it.
var actions = []struct {
	Destination
	may func(Shell) bool
}{
	{Destination{"Actions", "Create a key", "/keys/new", "plus", "new key token secret"}, Shell.asks},
	{Destination{"Actions", "Set a budget", "/budgets/new", "plus", "new budget limit money"}, Shell.limits},
	{Destination{"Actions", "Set a rate limit", "/limits/new", "plus", "new rpm tpm throttle"}, Shell.limits},
	{Destination{"Actions", "Invite people", "/invitations", "user-plus", "new member add"}, Shell.limits},
	{Destination{"Actions", "Connect a provider", "/connections/new", "plug-connected", "new openai anthropic azure bedrock gemini ollama"}, Shell.admin},
	{Destination{"Actions", "Try a prompt", "/playground", "flask", "playground chat compare models"}, Shell.asks},
	{Destination{"Actions", "Export costs", "/costs", "download", "csv report finance"}, Shell.reads},
}

func (s Shell) asks() bool   { return s.MayAsk }
func (s Shell) limits() bool { return s.MayLimit }
func (s Shell) admin() bool  { return s.IsAdmin }
func (Shell) reads() bool    { return true }

// more are pages that the navigation does not list.
var more = []Destination{
	{"Pages", "My usage", "/me", "user", "me my limits spend"},
	{"Pages", "Your account", "/account", "settings", "password passkey sessions two-factor profile"},
	{"Pages", "Management API", "/docs/api", "api", "openapi reference docs"},
	{"Pages", "Error codes", "/docs/errors", "alert-circle", "help 402 429 refused docs"},
}

// synonyms are other words for pages of the navigation, by their name.
var synonyms = map[string]string{
	"home": "overview dashboard start", "requests": "logs traffic calls history", "keys": "virtual api secret", "budgets": "money spend limit cap", "limits": "rpm tpm throttle quota",
	"policies": "allowed models access", "approvals": "inbox waiting requests", "transcripts": "content logging prompts answers privacy retention ttl", "pii": "personal data privacy masking secrets gdpr", "costs": "spend usage allocation csv focus finance showback chargeback", "usage_people": "users people idle unused keys adoption", "models_compare": "latency speed price compare tokens per second", "reliability": "errors latency success slow retries fallback sla p95", "savings": "cache cheaper prompt caching", "agents": "claude code codex cursor",
	"tokens": "management cli", "audit": "log changes who", "compliance": "gdpr erase export legal hold privacy evidence", "reconcile": "invoice bill compare", "people": "members users roles", "teams": "departments tree", "service_accounts": "machines ci bots",
	"joining": "invite domain scim", "settings": "organization zone sso single sign-on security", "models": "routes alias fallback", "catalog": "prices context models list", "prices": "override discount",
	"experiments": "a/b ab test variant split compare significance", "batches": "bulk jsonl csv overnight many requests", "evaluations": "evals dataset golden score judge benchmark right answers",
	"connections": "providers openai anthropic keys upstream", "health": "status breaker outage", "timeouts": "retries patience",
}

// Destinations are all pages and actions that are of use to whoever looks.
func Destinations(s Shell) []Destination {
	var out []Destination
	for _, g := range navigation {
		for _, e := range g.visible(s) {
			out = append(out, Destination{"Pages", e.label, e.href, e.icon, synonyms[e.name]})
		}
	}
	out = append(out, more...)
	for _, a := range actions {
		if a.may(s) {
			out = append(out, a.Destination)
		}
	}
	return out
}

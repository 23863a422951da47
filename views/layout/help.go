package layout

// docs is where every installation serves its own manual.
const docs = "/docs"

// help says which page of the manual explains what an entry of the navigation leads to. A test holds that each of them exists.
var help = map[string]string{
	"costs": "how-to/costs", "usage_people": "how-to/costs", "models_compare": "how-to/costs", "savings": "how-to/cache", "reliability": "how-to/reliability", "reports": "how-to/reports",
	"home": "how-to/costs", "inbox": "how-to/inbox", "channels": "how-to/alerts", "requests": "how-to/costs", "approvals": "how-to/approvals",
	"keys": "how-to/keys", "agents": "how-to/agents", "tokens": "reference/api",
	"budgets": "how-to/budgets", "limits": "how-to/limit", "policies": "how-to/policies", "pii": "how-to/personal-data", "transcripts": "how-to/transcripts",
	"models": "how-to/routing", "prompts": "how-to/prompts", "playground": "how-to/playground", "documents": "how-to/documents", "experiments": "how-to/experiments", "evaluations": "how-to/evaluations", "batches": "how-to/batches", "catalog": "how-to/prices", "prices": "how-to/prices", "connections": "how-to/providers", "cache": "how-to/cache",
	"health": "how-to/reliability", "timeouts": "how-to/reliability",
	"people": "how-to/organization", "teams": "how-to/organization", "service_accounts": "how-to/keys", "joining": "how-to/joining", "templates": "how-to/blueprint",
	"audit": "reference/audit", "compliance": "how-to/compliance", "reconcile": "how-to/reconcile", "settings": "how-to/organization", "billing": "how-to/billing",
}

// helpLink is the page of the manual that fits the page that is shown; pages beside the navigation lead to the manual's first.
func (s Shell) helpLink() string {
	if page := help[s.Active]; page != "" {
		return docs + "/" + page
	}
	return docs
}

// Help gives the manual's page for each entry of the navigation, "" where it has none; for the test that all exist.
func Help() map[string]string {
	out := map[string]string{}
	for _, g := range navigation {
		for _, e := range g.entries {
			out[e.name] = help[e.name]
		}
	}
	return out
}

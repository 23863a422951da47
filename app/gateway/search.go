package gateway

import (
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// searched is how many searches a chat makes that its answer does not report. OpenAI's search models search once for every
// request, and others that are asked for it with web_search_options; a chat completion's usage has no word for that.
// Providers of other dialects report their searches, and are not sent the option.
func searched(call *llm.Call, t route.Target) int64 {
	if call.Operation != llm.Chat {
		return 0
	}
	switch t.Connection.Kind {
	case provider.OpenAI, provider.Azure, provider.Compatible:
	default:
		return 0
	}
	if call.Family == llm.OpenAI && call.Bound.Searches > 0 || strings.Contains(t.Model, "-search-preview") || strings.Contains(t.Model, "-search-api") {
		return 1
	}
	return 0
}

// boundAt is what a call can use at a target, at most.
func boundAt(call *llm.Call, t route.Target) llm.Bound {
	b := call.Bound
	b.Searches = max(b.Searches, searched(call, t))
	return b
}

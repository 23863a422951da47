package gateway

import (
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/ledger"
)

// withKeyTags adds a key's tags to a request's. The key's win, so that nobody books elsewhere what a key is for.
func withKeyTags(request, key string) (string, error) {
	if key == "" || request == "" {
		return request + key, nil
	}
	fixed := map[string]bool{}
	for name := range ledger.Pairs(key) {
		fixed[name] = true
	}
	parts := strings.Split(key, ",")
	for name, value := range ledger.Pairs(request) {
		if !fixed[name] {
			parts = append(parts, name+"="+value)
		}
	}
	return sortTags(parts)
}

// withOwnPurpose puts what the gateway's own request is for in the place of what the request around it, or its key, is for: a budget of
// that purpose has to hold for all of them. It may be one more tag than clients may send: any of the others may have a budget, too.
func withOwnPurpose(tags, purpose string) string {
	var parts []string
	if tags != "" {
		parts = strings.Split(tags, ",")
	}
	parts = slices.DeleteFunc(parts, func(pair string) bool { return strings.HasPrefix(pair, "purpose=") })
	parts = append(parts, "purpose="+purpose)
	slices.Sort(parts)
	return strings.Join(parts, ",")
}

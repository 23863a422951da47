package gateway

import (
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

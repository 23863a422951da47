package gateway

import (
	"net"
	"strings"
)

// tenant is the organization that a host names as {slug}.{domain}; "" if it names none. As with /t/{slug}, the key has to be of it.
func (g *Gateway) tenant(host string) string {
	if g.domain == "" {
		return ""
	}
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	slug, below := strings.CutSuffix(strings.ToLower(host), "."+g.domain)
	if !below || strings.Contains(slug, ".") {
		return ""
	}
	return slug
}

package egress

import (
	"net/http"
	"strings"
)

// Limits on what is forwarded; a header beyond them is dropped, never cut.
const (
	maxHeaderValue = 8 << 10
	maxHeaderBytes = 32 << 10
)

// rule decides about header names, all lower case. A name passes if it is listed or starts with a listed family, or if
// it is an extension header (x-…) that nobody listed as private: clients and providers invent those faster than we can
// list them, and several (sessions, betas) change what the provider does.
type rule struct {
	pass     map[string]bool
	families []string
	drop     map[string]bool
	private  []string // prefixes that never pass
}

// suspect words make an unlisted name private: what sounds like a credential or an account is treated as one.
var suspect = []string{"auth", "token", "secret", "key", "password", "cookie", "credential", "signature", "organization",
	"project", "account", "tenant", "subscription"}

// Ours, peers' and proxies' own headers: meant for a gateway, and worth nothing or too much to the other side.
var between = []string{"x-bodhi-", "x-litellm-", "x-portkey-", "x-helicone-", "x-bf-", "x-forwarded", "x-real-", "x-original-",
	"x-envoy-", "x-amz-", "x-b3-", "x-http-method", "x-method-", "x-rewrite-", "x-client-ip", "x-cluster-", "x-csrf",
	"x-xsrf", "x-requested-", "x-idempotency"}

var request = rule{
	pass: set("accept", "content-type", "user-agent", "openai-beta", "anthropic-beta", "anthropic-version", "originator",
		"session-id", "thread-id", "conversation-id"),
	families: []string{"x-stainless-", "x-codex-"},
	drop:     set(),
	private:  append([]string{"x-goog-", "x-ms-"}, between...),
}

var response = rule{
	pass: set("openai-processing-ms", "openai-version", "openai-model"),
	// Identity and limits are about our account at the provider, and the gateway answers with its own.
	drop:    set("x-request-id", "x-should-retry", "x-powered-by", "x-frame-options", "x-content-type-options", "x-xss-protection", "x-accel-buffering"),
	private: append([]string{"x-ratelimit-", "x-amzn-", "x-ms-", "x-goog-"}, between...),
}

// ForwardRequest copies the client's headers that a provider may see into dst. Never among them: credentials, cookies,
// where the client is, hop-by-hop headers, our own, and Idempotency-Key, which would let net/http send a request twice
// behind the ledger's back. dst's own values win.
func ForwardRequest(dst, src http.Header) { request.forward(dst, src) }

// ForwardResponse copies the provider's headers that a client may see into dst: not cookies, not our account at the
// provider, not its rate limits (ours replace them), not the framing. dst's own values win.
func ForwardResponse(dst, src http.Header) { response.forward(dst, src) }

func (r *rule) forward(dst, src http.Header) {
	size := 0
	for name, values := range src {
		if _, taken := dst[name]; taken || !r.passes(strings.ToLower(name)) || connectionNames(src, name) {
			continue
		}
		n := len(name)
		for _, v := range values {
			n += len(v)
		}
		if n > maxHeaderValue || size+n > maxHeaderBytes {
			continue
		}
		size += n
		dst[name] = append([]string(nil), values...)
	}
}

func (r *rule) passes(name string) bool {
	if r.pass[name] {
		return true
	}
	if r.drop[name] || !strings.HasPrefix(name, "x-") || hasPrefix(name, r.private) {
		return false
	}
	if hasPrefix(name, r.families) {
		return true
	}
	for _, w := range suspect {
		if strings.Contains(name, w) {
			return false
		}
	}
	return true
}

// connectionNames reports whether the message itself declares name hop-by-hop.
func connectionNames(h http.Header, name string) bool {
	for _, v := range h["Connection"] {
		for token := range strings.SplitSeq(v, ",") {
			if strings.EqualFold(strings.TrimSpace(token), name) {
				return true
			}
		}
	}
	return false
}

func hasPrefix(name string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}

func set(names ...string) map[string]bool {
	m := make(map[string]bool, len(names))
	for _, n := range names {
		m[n] = true
	}
	return m
}

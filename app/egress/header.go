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

// rule decides about header names, in the canonical form in which net/http gives them. A listed name passes. So does an
// extension header (X-…) that is not private: clients and providers invent those faster than anybody can list them, and
// several of them (sessions, betas, affinity) change what a provider does.
type rule struct {
	pass    map[string]bool
	private []string // beginnings of names that never pass
}

// between is what belongs to gateways and proxies, ours and others: meant for neither side.
var between = []string{"X-Stainless-", "X-Bodhi-", "X-Litellm-", "X-Portkey-", "X-Helicone-", "X-Bf-", "X-Forwarded", "X-Real-", "X-Original-",
	"X-Envoy-", "X-Amz", "X-Goog-", "X-Ms-", "X-B3-", "X-Http-Method", "X-Method-", "X-Rewrite-", "X-Cluster-",
	"X-Csrf", "X-Xsrf", "X-Requested-", "X-Idempotency",
	// Who and where the client is, in the words of proxies that log people in, of web servers and of clouds.
	"X-Azure-", "X-Appengine-", "X-Arr-", "X-Client-Ip", "X-Consumer-", "X-Nf-", "X-Pomerium-", "X-Proxyuser-", "X-Remote-", "X-Ssl-", "X-Vercel-"}

// suspect words make an extension header private: what sounds like a credential or an account is treated as one. They
// are lower case and matched in any.
var suspect = []string{"auth", "token", "secret", "key", "password", "cookie", "credential", "signature", "organization",
	"project", "account", "tenant", "subscription", "jwt", "assertion", "cert", "email", "username"}

var (
	toProvider = rule{
		pass:    set("Accept", "Openai-Beta", "Anthropic-Beta", "Originator", "Session-Id", "Thread-Id"),
		private: between,
	}
	// Limits, request ids and advice on retrying are about our account at the provider; the gateway gives its own.
	toClient = rule{
		pass: set("Openai-Processing-Ms", "Openai-Version", "Openai-Model"),
		private: append([]string{"X-Ratelimit-", "X-Request-Id", "X-Should-Retry", "X-Powered-By", "X-Frame-", "X-Content-", "X-Xss-",
			"X-Accel-", "X-Robots-"}, between...),
	}
)

// ForwardRequest copies the client's headers that a provider may see into dst. Never among them: credentials, cookies,
// where the client is, hop-by-hop headers, our own, and Idempotency-Key, which would let net/http send a request twice
// behind the ledger's back. dst's own values win.
func ForwardRequest(dst, src http.Header) { toProvider.forward(dst, src) }

// ForwardResponse copies the provider's headers that a client may see into dst: not cookies, not our account at the
// provider, not its rate limits, not the framing. dst's own values win.
func ForwardResponse(dst, src http.Header) { toClient.forward(dst, src) }

func (r *rule) forward(dst, src http.Header) {
	size := 0
	for name, values := range src {
		if _, taken := dst[name]; taken || !r.passes(name) || hopByHop(src, name) {
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
		dst[name] = values
	}
}

func (r *rule) passes(name string) bool {
	if r.pass[name] {
		return true
	}
	if !strings.HasPrefix(name, "X-") {
		return false
	}
	for _, p := range r.private {
		if strings.HasPrefix(name, p) {
			return false
		}
	}
	for _, w := range suspect {
		if contains(name, w) {
			return false
		}
	}
	return true
}

// contains finds a lower-case word in a name of any case.
func contains(name, word string) bool {
	for i := 0; i+len(word) <= len(name); i++ {
		if name[i]|0x20 == word[0] && strings.EqualFold(name[i:i+len(word)], word) {
			return true
		}
	}
	return false
}

// hopByHop reports whether the message itself declares name to be about this connection only.
func hopByHop(h http.Header, name string) bool {
	for _, v := range h["Connection"] {
		for token := range strings.SplitSeq(v, ",") {
			if strings.EqualFold(strings.TrimSpace(token), name) {
				return true
			}
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

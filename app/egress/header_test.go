package egress_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/egress"
)

func TestRequestHeaders(t *testing.T) {
	t.Parallel()
	pass := []string{"Accept", "Openai-Beta", "Anthropic-Beta", "Originator", "Session-Id", "Thread-Id", "X-Session-Id",
		"X-Session-Affinity", "X-Client-Request-Id", "X-App", "X-Claude-Code-Session-Id", "X-Codex-Turn-Metadata",
		"X-Promptfoo-Version", "X-New-Thing", "X-Sandbox-Status"}
	drop := []string{"Authorization", "Proxy-Authorization", "X-Api-Key", "Api-Key", "X-Goog-Api-Key", "Cookie", "Set-Cookie",
		"Connection", "Keep-Alive", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Content-Length", "Host", "Expect",
		"Idempotency-Key", "X-Idempotency-Key", "Accept-Encoding", "Origin", "Referer", "Forwarded", "Via", "X-Forwarded-For",
		"X-Forwarded-Host", "X-Real-Ip", "X-Original-Url", "X-Http-Method-Override", "Openai-Organization", "Openai-Project",
		"X-Bodhi-Tags", "X-Bodhi-Max-Cost", "X-Litellm-Tags", "X-Portkey-Metadata", "Helicone-User-Id", "X-Bf-Session-Id",
		"X-Amz-Security-Token", "X-Amz-Date", "X-Auth-Request-Email", "X-Access-Token", "X-Internal-Secret", "X-Csrf-Token",
		"X-Account-Id", "X-Tenant", "X-Stainless-Lang", "X-Stainless-Retry-Count", "X-Myauth", "User-Agent", "Content-Type", "Sec-Fetch-Site", "Cf-Connecting-Ip", "True-Client-Ip", "Something-Unknown", "X-Hop",
		"X-Azure-Clientip", "X-Appengine-User-Ip", "X-Vercel-Forwarded-For", "X-Nf-Client-Connection-Ip", "X-Pomerium-Claim-Groups", "X-Remote-User",
		"X-Ssl-Client-S-Dn", "X-Client-Cert", "X-Client-Ip", "X-Consumer-Custom-Id", "X-Email", "X-Goto-Jwt", "X-Username"}
	src := http.Header{}
	for _, n := range append(append([]string{}, pass...), drop...) {
		src.Set(n, "v")
	}
	src.Set("Connection", "keep-alive, X-Hop")
	checkForwarded(t, egress.ForwardRequest, src, pass)
}

func TestResponseHeaders(t *testing.T) {
	t.Parallel()
	pass := []string{"Openai-Processing-Ms", "Openai-Version", "Openai-Model", "X-Cache-Status", "X-Inference-Time", "X-New-Thing"}
	drop := []string{"Set-Cookie", "Openai-Organization", "Openai-Project", "Anthropic-Organization-Id", "X-Ratelimit-Limit-Tokens",
		"Anthropic-Ratelimit-Unified-Status", "X-Request-Id", "Request-Id", "Retry-After", "X-Should-Retry", "Content-Length",
		"Content-Type", "Content-Encoding", "Transfer-Encoding", "Connection", "Trailer", "Server", "Via", "Alt-Svc",
		"Strict-Transport-Security", "Access-Control-Allow-Origin", "Location", "Www-Authenticate", "X-Bodhi-Cost-Usd",
		"X-Amzn-Requestid", "X-Ms-Deployment-Name", "X-Account-Id", "X-Auth-Token", "X-Signature", "Content-Security-Policy"}
	src := http.Header{}
	for _, n := range append(append([]string{}, pass...), drop...) {
		src.Set(n, "v")
	}
	checkForwarded(t, egress.ForwardResponse, src, pass)
}

func checkForwarded(t *testing.T, forward func(dst, src http.Header), src http.Header, want []string) {
	t.Helper()
	dst := http.Header{}
	forward(dst, src)
	for _, n := range want {
		if dst.Get(n) == "" {
			t.Errorf("%s was dropped", n)
		}
		dst.Del(n)
	}
	for n := range dst {
		t.Errorf("%s was forwarded", n)
	}
}

func TestForwardedHeadersAreBoundedAndNeverOverwrite(t *testing.T) {
	t.Parallel()
	src, dst := http.Header{"X-Huge": {strings.Repeat("a", 9<<10)}, "Accept": {"text/plain"}}, http.Header{"Accept": {"application/json"}}
	for i := range 100 {
		src.Set("X-N-"+strings.Repeat("a", i), strings.Repeat("b", 1<<10))
	}
	egress.ForwardRequest(dst, src)
	total := 0
	for n, vs := range dst {
		total += len(n) + len(vs[0])
	}
	if dst.Get("X-Huge") != "" || total > 33<<10 || total < 20<<10 {
		t.Errorf("forwarded %d bytes", total)
	}
	if dst.Get("Accept") != "application/json" {
		t.Error("a header that was set already was overwritten")
	}
}

func BenchmarkForwardRequest(b *testing.B) {
	src := http.Header{}
	for _, n := range []string{"Accept", "Accept-Encoding", "Authorization", "Content-Length", "Content-Type", "User-Agent", "X-Stainless-Arch",
		"X-Stainless-Lang", "X-Stainless-Os", "X-Stainless-Package-Version", "X-Stainless-Retry-Count", "X-Stainless-Runtime", "X-Bodhi-Tags"} {
		src.Set(n, "some value")
	}
	b.ReportAllocs()
	for b.Loop() {
		egress.ForwardRequest(http.Header{"Accept": nil}, src)
	}
}

package main

// accepted are vulnerabilities that were looked at and are none of ours, with the reason. A line whose vulnerability is not found any
// more fails the check.
var accepted = map[string]string{
	"GO-2026-6872": "Echo's RealIP believes X-Forwarded-For by default. Ours has an IPExtractor that believes no header (app/web/mount.go), trusted proxies are asked before (app/proxies.go), and Echo's rate limiter is not used.",
	"GO-2026-6875": "Echo's reverse proxy hands X-Real-IP on. We use none of Echo's middleware; what goes to a provider goes through app/egress, which sends no such header.",
}

package gateway

import (
	"encoding/json"
	"net/http"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// Hints are what a client may ask of the gateway by headers. All are optional, and none reaches the provider.
type Hints struct {
	Tags       string // project=apollo,client=acme; sorted, for cost allocation
	EndUser    string
	Session    string
	Purpose    string
	Priority   string
	Timeout    time.Duration // 0 = default
	MaxCost    money.USD     // 0 = no own limit
	NoFallback bool
	DryRun     bool
	Cache      cache.Want
	CacheTTL   time.Duration // 0 = as the policy says
	Client     string        // recognised client app
	Unkept     bool          // nothing of its text is kept, whatever the team wants
}

// sessions are the headers that name a conversation, ours first: peers' spellings, then those that Claude Code, Codex and
// opencode send by themselves.
var sessions = [...]string{"X-Bodhi-Session", "Helicone-Session-Id", "X-Bf-Session-Id", "X-Claude-Code-Session-Id", "Session-Id", "Session_id",
	"X-Session-Affinity", "X-Session-Id"}

const (
	maxHint = 256 // bytes of one hint that end up in reports
	maxTags = 16
	// maxMetadata is how many bytes of Portkey's header are read: more than 16 tags take.
	maxMetadata = 4096
)

func readHints(h http.Header) (Hints, error) {
	v := Hints{
		EndUser: first(h, "X-Bodhi-User", "Helicone-User-Id"),
		Session: first(h, sessions[:]...),
		Purpose: clip(h.Get("X-Bodhi-Purpose")),
		DryRun:  h.Get("X-Bodhi-Dry-Run") == "1",
		Client:  clientApp(h),
	}
	var err error
	if v.Tags, err = readTags(h); err != nil {
		return v, err
	}
	v.Tags = withPurpose(v.Tags, v.Purpose)
	switch p := h.Get("X-Bodhi-Priority"); p {
	case "", "low", "normal", "high":
		v.Priority = p
	default:
		return v, fault.Field("x-bodhi-priority", `The header x-bodhi-priority must be "low", "normal" or "high".`)
	}
	switch f := h.Get("X-Bodhi-Fallback"); f {
	case "", "on":
	case "off":
		v.NoFallback = true
	default:
		return v, fault.Field("x-bodhi-fallback", `The header x-bodhi-fallback must be "on" or "off".`)
	}
	if v.Cache, v.CacheTTL, err = readCacheHints(h); err != nil {
		return v, err
	}
	if v.Unkept, err = readTranscript(h); err != nil {
		return v, err
	}
	if s := h.Get("X-Bodhi-Timeout"); s != "" {
		d, err := time.ParseDuration(s)
		if err != nil || d <= 0 || d > time.Hour {
			return v, fault.Field("x-bodhi-timeout", `The header x-bodhi-timeout must be a duration up to 1h, such as "30s".`)
		}
		v.Timeout = d
	}
	if s := h.Get("X-Bodhi-Max-Cost"); s != "" {
		c, err := money.Parse(s)
		if err != nil || c <= 0 {
			return v, fault.Field("x-bodhi-max-cost", `The header x-bodhi-max-cost must be a positive amount in USD, such as "0.05".`)
		}
		v.MaxCost = c
	}
	return v, nil
}

// readTags accepts our spelling and the peers', so that a move is one line. Tags are bounded each and in number, never cut: half a
// name is another's.
func readTags(h http.Header) (string, error) {
	if s := h.Get("X-Bodhi-Tags"); s != "" {
		return sortTags(strings.Split(s, ","))
	}
	if s := h.Get("X-Litellm-Tags"); s != "" {
		parts := strings.Split(s, ",")
		for i, p := range parts {
			if p = strings.TrimSpace(p); !strings.Contains(p, "=") {
				p = "tag=" + p
			}
			parts[i] = p
		}
		return sortTags(parts)
	}
	if s := h.Get("X-Portkey-Metadata"); s != "" {
		if len(s) > maxMetadata {
			return "", fault.Field("x-portkey-metadata", "The header x-portkey-metadata may have at most 4096 bytes.")
		}
		var m map[string]any
		if json.Unmarshal([]byte(s), &m) != nil {
			return "", fault.Field("x-portkey-metadata", "The header x-portkey-metadata must be a JSON object of strings.")
		}
		var parts []string
		for k, v := range m {
			if t, ok := v.(string); ok && t != "" {
				parts = append(parts, strings.ReplaceAll(k+"="+t, ",", ";")) // a comma would begin another tag
			}
		}
		return sortTags(parts)
	}
	return "", nil
}

// maxPurpose is how many characters of a purpose reports are divided by: names of purposes, not sentences.
const maxPurpose = 40

// withPurpose adds what for as the tag that reports divide by, unless the client wrote that tag itself. Small letters, digits,
// dots and hyphens: so that "Triage" and "triage " are one purpose, and none can smuggle in a tag.
func withPurpose(tags, purpose string) string {
	word := strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || r == '.' || r == '_':
			return r
		}
		return '-'
	}, strings.ToLower(strings.TrimSpace(purpose)))
	if len(word) > maxPurpose {
		word = word[:maxPurpose]
	}
	if word = strings.Trim(word, "-"); word == "" || strings.HasPrefix(tags, "purpose=") || strings.Contains(tags, ",purpose=") || strings.Count(tags, ",") >= maxTags-1 {
		return tags
	}
	parts := []string{"purpose=" + word}
	if tags != "" {
		parts = append(parts, strings.Split(tags, ",")...)
	}
	sort.Strings(parts)
	return strings.Join(parts, ",")
}

func sortTags(parts []string) (string, error) {
	kept := parts[:0]
	for _, p := range parts {
		p = strings.TrimSpace(p)
		if p == "" {
			continue
		}
		k, v, ok := strings.Cut(p, "=")
		if !ok || k == "" || v == "" || len(p) > 100 {
			return "", fault.Field("x-bodhi-tags", `The header x-bodhi-tags must hold pairs like "project=apollo,client=acme", each up to 100 characters.`)
		}
		kept = append(kept, strings.ToValidUTF8(p, "�"))
	}
	sort.Strings(kept)
	if kept = slices.Compact(kept); len(kept) > maxTags {
		return "", fault.Field("x-bodhi-tags", "At most 16 tags can be put on one request.")
	}
	return strings.Join(kept, ","), nil
}

func first(h http.Header, names ...string) string {
	for _, n := range names {
		if v, ok := h[n]; ok && len(v) > 0 && v[0] != "" {
			return clip(v[0])
		}
	}
	return ""
}

func clip(s string) string {
	if len(s) > maxHint {
		s = s[:maxHint]
	}
	return strings.ToValidUTF8(s, "�")
}

package llm

import "strings"

// MediaFromURL reads an address as several dialects write inline media, too: "data:image/png;base64,…" is what it holds,
// anything else an address.
func MediaFromURL(url string) *Media {
	rest, inline := strings.CutPrefix(url, "data:")
	if !inline {
		return &Media{URL: url}
	}
	kind, data, _ := strings.Cut(rest, ",")
	kind, _, _ = strings.Cut(strings.ToLower(kind), ";") // "base64", and what no provider reads
	if kind == "image/jpg" {                             // by a file's ending; OpenAI takes it, and others only the type's own name
		kind = "image/jpeg"
	}
	return &Media{Type: kind, Base64: data}
}

// DataURL is inline media as an address.
func (m *Media) DataURL() string { return "data:" + m.Type + ";base64," + m.Base64 }

// JoinText is the text of text parts, one paragraph each.
func JoinText(parts []Part) string {
	var b strings.Builder
	for i := range parts {
		if parts[i].Kind != Text {
			continue
		}
		if b.Len() > 0 {
			b.WriteString("\n\n")
		}
		b.WriteString(parts[i].Text)
	}
	return b.String()
}

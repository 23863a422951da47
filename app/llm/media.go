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
	kind, _ = strings.CutSuffix(kind, ";base64")
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

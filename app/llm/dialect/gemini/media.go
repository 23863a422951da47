package gemini

import (
	"encoding/base64"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// types are media types by a file's ending: Google wants one for every address.
var types = map[string]string{
	".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp", ".gif": "image/gif", ".heic": "image/heic",
	".pdf": "application/pdf", ".txt": "text/plain", ".md": "text/markdown", ".csv": "text/csv", ".html": "text/html",
	".wav": "audio/wav", ".mp3": "audio/mp3", ".flac": "audio/flac", ".ogg": "audio/ogg", ".aac": "audio/aac",
}

func typeByName(url string) string {
	url, _, _ = strings.Cut(url, "?")
	return types[strings.ToLower(path.Ext(url))]
}

// plainText is an inline document that is a text; "" for any other.
func plainText(m *llm.Media) string {
	if m.Base64 == "" || !strings.HasPrefix(m.Type, "text/") && m.Type != "application/json" {
		return ""
	}
	b, err := base64.StdEncoding.DecodeString(m.Base64)
	if err != nil || !utf8.Valid(b) {
		return ""
	}
	return string(b)
}

package gemini

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

// told is a response as a text: Google's documentation puts it under output, or error, and SDKs under result.
func told(raw json.RawMessage) (text string, failed bool) {
	var m map[string]json.RawMessage
	if json.Unmarshal(raw, &m) == nil && len(m) == 1 {
		for _, name := range []string{"output", "result", "error"} {
			if v, there := m[name]; there {
				if json.Unmarshal(v, &text) != nil {
					text = string(v)
				}
				return text, name == "error"
			}
		}
	}
	if raw == nil {
		return "{}", false
	}
	return string(raw), false
}

func inlined(m members, at string, _, _ int) (llm.Part, error) {
	media := &llm.Media{}
	if err := errors.Join(m.into("mimeType", &media.Type), m.into("data", &media.Base64), m.into("displayName", &media.Name)); err != nil {
		return llm.Part{}, err
	}
	media.Base64 = strings.NewReplacer("-", "+", "_", "/").Replace(media.Base64) // Google reads both alphabets
	return typed(media, at)
}

func filed(m members, at string, _, _ int) (llm.Part, error) {
	media := &llm.Media{}
	if err := errors.Join(m.into("mimeType", &media.Type), m.into("fileUri", &media.URL), m.into("displayName", &media.Name)); err != nil {
		return llm.Part{}, err
	}
	if u := media.URL; strings.HasPrefix(u, "gs://") || strings.Contains(u, "generativelanguage.googleapis.com/") || !strings.Contains(u, "://") {
		media.FileID, media.URL = u, ""
	}
	if media.Type == "" {
		media.Type = typeByName(media.URL)
	}
	return typed(media, at)
}

// typed tells the kind of a part by its media type.
func typed(m *llm.Media, at string) (llm.Part, error) {
	p := llm.Part{Media: m}
	switch kind, _, _ := strings.Cut(m.Type, "/"); kind {
	case "image":
		p.Kind = llm.Image
	case "audio":
		p.Kind = llm.Audio
	case "application", "text":
		p.Kind = llm.Document
		if text := plainText(m); text != "" {
			m.Text, m.Base64 = text, ""
		}
	default:
		return p, fault.Field(at+".mimeType", fmt.Sprintf("%s is of the type %q, which only Google's own models take. Send an image, a sound, a PDF or a text, or ask for one of those.", at, m.Type))
	}
	return p, nil
}

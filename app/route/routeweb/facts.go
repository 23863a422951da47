package routeweb

import (
	"github.com/bodhi-gateway/bodhi/app/catalog"
)

// abilities are what a model is known to take beside text, in words.
func abilities(m *catalog.Model) (out []string) {
	n := m.Takes()
	for _, a := range []struct {
		has  bool
		word string
	}{{n.Vision, "images"}, {n.Files, "documents"}, {n.Audio, "audio"}, {n.Tools, "tools"}, {n.Schema, "JSON schema"}, {n.Reasoning, "reasoning"}} {
		if a.has {
			out = append(out, a.word)
		}
	}
	return out
}

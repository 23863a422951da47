package sandbox

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// offered are the models that this sandbox serves today, sorted.
var offered = []string{"sandbox-chat", "sandbox-embed", "sandbox-image", "sandbox-moderation", "sandbox-reasoning", "sandbox-speech",
	"sandbox-transcribe", "sandbox-tts", "sandbox-vision", "sandbox-whisper"}

type modelEntry struct {
	ID      string `json:"id"`
	Object  string `json:"object"`
	Created int64  `json:"created"`
	OwnedBy string `json:"owned_by"`
}

func entry(id string) modelEntry {
	return modelEntry{ID: id, Object: "model", Created: 1767225600, OwnedBy: "bodhi-sandbox"}
}

func (s *Sandbox) models(w http.ResponseWriter, _ *http.Request) {
	s.identify(w, s.number())
	list := make([]modelEntry, 0, len(offered))
	for _, id := range offered {
		list = append(list, entry(id))
	}
	answer(w, map[string]any{"object": "list", "data": list})
}

func (s *Sandbox) model(w http.ResponseWriter, r *http.Request) {
	s.identify(w, s.number())
	id := r.PathValue("id")
	base, _, _ := strings.Cut(id, "+")
	if !slices.Contains(offered, base) {
		refuse(w, unknownModel(id))
		return
	}
	answer(w, entry(id))
}

func unknownModel(name string) *failure {
	return &failure{status: 404, param: "model", code: "model_not_found",
		message: "The model '" + name + "' does not exist or you do not have access to it. The sandbox has " + strings.Join(offered, ", ") + "."}
}

// answer writes v as JSON the way providers do: on one line, with < > & as they are.
func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(encode(v))
}

func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // our own types always encode
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

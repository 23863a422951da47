package sandbox

import (
	"net/http"
	"regexp"
)

// The face of Azure OpenAI is OpenAI's under the paths of a resource: the deployment stands in the path, the key in its own
// header, and the version of the API in the query.

func (s *Sandbox) azureFace() {
	s.mux.HandleFunc("POST /openai/deployments/{deployment}/chat/completions", s.azure(true, s.chat))
	s.mux.HandleFunc("POST /openai/deployments/{deployment}/embeddings", s.azure(true, s.embeddings))
	for _, path := range mediaPaths {
		s.mux.HandleFunc("POST /openai/deployments/{deployment}/"+path.path, s.azure(true, path.of(s)))
		s.mux.HandleFunc("POST /openai/v1/"+path.path, s.azure(false, path.of(s)))
	}
	s.mux.HandleFunc("GET /openai/models", s.azure(true, s.models))
	s.mux.HandleFunc("POST /openai/v1/chat/completions", s.azure(false, s.chat))
	s.mux.HandleFunc("POST /openai/v1/embeddings", s.azure(false, s.embeddings))
	s.mux.HandleFunc("GET /openai/v1/models", s.azure(false, s.models))
}

var apiVersion = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}(-preview)?$`)

// azure asks for the version, where it is needed, and for the key, in Azure's header or as an Entra token.
func (s *Sandbox) azure(versioned bool, next http.HandlerFunc) http.HandlerFunc {
	return s.authorizedBy(func(r *http.Request) string {
		if key := r.Header.Get("Api-Key"); key != "" {
			return key
		}
		return bearer(r)
	}, func(w http.ResponseWriter, r *http.Request) {
		if versioned && !apiVersion.MatchString(r.URL.Query().Get("api-version")) {
			refuse(w, &failure{status: 404, code: "404", message: "Resource not found"})
			return
		}
		w.Header().Set("X-Ms-Region", "Sandbox")
		next(w, r)
	})
}

// deployed is the model that is asked: Azure's path names it, whatever the body says.
func deployed(r *http.Request, named string) string {
	if d := r.PathValue("deployment"); d != "" {
		return d
	}
	return named
}

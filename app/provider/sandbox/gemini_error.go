package sandbox

import (
	"encoding/json"
	"net/http"
	"strings"
)

// googleWords are Google's names of statuses; other 4xx are invalid arguments, other 5xx internal.
var googleWords = map[int]string{401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED",
	501: "UNIMPLEMENTED", 503: "UNAVAILABLE", 504: "DEADLINE_EXCEEDED"}

// refuseGoogle writes the error in Google's shape, on several lines as Google does. It has no Retry-After header there: the
// wait stands in the details.
func refuseGoogle(w http.ResponseWriter, f *failure) {
	word := googleWords[f.status]
	switch {
	case word != "":
	case f.status >= 500:
		word = "INTERNAL"
	default:
		word = "INVALID_ARGUMENT"
	}
	e := map[string]any{"code": f.status, "message": f.message, "status": word}
	var details []map[string]any
	if f.code == "API_KEY_INVALID" {
		details = append(details, map[string]any{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": f.code, "domain": "googleapis.com"})
	}
	if f.code == "context_length_exceeded" {
		e["message"] = "The input token count exceeds the maximum number of tokens allowed 128000."
	}
	if f.retryAfter != "" {
		details = append(details, map[string]any{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f.retryAfter + "s"})
	}
	if details != nil {
		e["details"] = details
	}
	w.WriteHeader(f.status)
	_, _ = w.Write(lines(map[string]any{"error": e}))
}

// lines is JSON as Google prints it.
func lines(v any) []byte {
	b, _ := json.MarshalIndent(v, "", "  ") // our own types always encode
	return append(b, '\n')
}

// keyed asks for a key where Google's SDKs put it: AI Studio's in a header or the query, Vertex's token as a bearer.
func (s *Sandbox) keyed(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=UTF-8")
		w.Header().Set("Server-Timing", "gfet4t7; dur=42")
		key := googleKey(r)
		switch {
		case key == "" && !s.open:
			refuseGoogle(w, &failure{status: 403, message: "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API."})
		case strings.Contains(key, "invalid") && r.Header.Get("Authorization") != "":
			refuseGoogle(w, &failure{status: 401, message: "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential."})
		case strings.Contains(key, "invalid"):
			refuseGoogle(w, &failure{status: 400, code: "API_KEY_INVALID", message: "API key not valid. Please pass a valid API key."})
		default:
			next(w, r)
		}
	}
}

func googleKey(r *http.Request) string {
	if key := r.Header.Get("X-Goog-Api-Key"); key != "" {
		return key
	}
	if key := r.URL.Query().Get("key"); key != "" {
		return key
	}
	return bearer(r)
}

// google answers in Google's dialect whoever sends its key.
func (s *Sandbox) google(google, others http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Goog-Api-Key") != "" {
			google(w, r)
			return
		}
		others(w, r)
	}
}

// token is where a service account buys access for its signed assertion. The signature is not checked; its form is.
func (s *Sandbox) token(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	assertion := r.PostFormValue("assertion")
	if r.PostFormValue("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer" || strings.Count(assertion, ".") != 2 {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write(lines(map[string]string{"error": "invalid_grant", "error_description": "Invalid JWT Signature."}))
		return
	}
	_, _ = w.Write(lines(map[string]any{"access_token": "ya29.sandbox-" + s.name(s.number(), 16), "expires_in": 3599, "token_type": "Bearer"}))
}

package carry

import (
	"errors"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// Refused turns an answer with another status than 2xx into a failure. Its bytes are only ever read as an error object;
// a page is never quoted, let alone forwarded.
func Refused(w llm.Wire, r *http.Response) error {
	if r.StatusCode < 400 {
		return garbled(r, "the provider redirects or answers nothing (status "+strconv.Itoa(r.StatusCode)+")", nil)
	}
	text, err := io.ReadAll(io.LimitReader(r.Body, maxError))
	p, ok := w.ReadProblem(text)
	if !ok {
		p = &llm.Problem{}
	}
	f := failure(r, p)
	if vague := r.StatusCode == http.StatusNotFound && p.Type == "" && p.Code == ""; f.Class == provider.Refused && (!ok || vague) {
		// A page, or a 404 that does not say what is missing, is a wrong base URL or a proxy in between, not an answer
		// to this request.
		f.Class, f.Problem, f.Message = provider.Garbled, nil, "status "+strconv.Itoa(r.StatusCode)+" without an error object"
	}
	f.Cause = err
	return f
}

// failure classifies an error object by the status it came with, and by its own words where the status says nothing.
func failure(r *http.Response, p *llm.Problem) *provider.Failure {
	p.Status = r.StatusCode
	wait := retryAfter(r.Header)
	if wait == 0 {
		wait = min(p.RetryAfter, maxRetryAfter)
	}
	f := &provider.Failure{Class: byStatus(r.StatusCode, p), Status: r.StatusCode, RetryAfter: wait, Message: p.Sentence()}
	if r.StatusCode < 300 {
		f.Class = classOf(p)
	}
	if f.Class == provider.Refused {
		f.Problem = p
		f.Status = max(f.Status, http.StatusBadRequest)
	}
	return f
}

func garbled(r *http.Response, why string, cause error) *provider.Failure {
	return &provider.Failure{Class: provider.Garbled, Status: r.StatusCode, Message: why, Cause: cause}
}

// unread is an answer that may be right and cannot be read. Nobody knows what it costs, so a 200 is not taken for one of which
// only the question is billed.
func unread(r *http.Response, why string, cause error) *provider.Failure {
	f := garbled(r, why, cause)
	if r.StatusCode >= 200 && r.StatusCode <= 299 {
		f.Class = provider.Ambiguous
	}
	return f
}

func byStatus(status int, p *llm.Problem) provider.Class {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		if p.Type == "insufficient_quota" { // Perplexity
			return provider.Quota
		}
		return provider.Credential
	case http.StatusBadRequest: // Google and xAI say 400 to a wrong key
		if p.Code == "API_KEY_INVALID" || strings.HasPrefix(p.Message, "Incorrect API key provided") {
			return provider.Credential
		}
	case http.StatusPaymentRequired:
		return provider.Quota
	case http.StatusPreconditionFailed:
		if strings.Contains(p.Message, "suspended") { // Fireworks, about an account that did not pay
			return provider.Quota
		}
	case 498: // Groq, about a tier that is full
		return provider.Overloaded
	case http.StatusTooManyRequests:
		if exhausted(p) {
			return provider.Quota
		}
		return provider.RateLimited
	case http.StatusRequestTimeout, http.StatusServiceUnavailable, 529:
		return provider.Overloaded
	}
	if status >= 500 {
		return provider.ServerError
	}
	if status == http.StatusBadRequest && strings.Contains(p.Message, "credit balance is too low") {
		return provider.Quota // Anthropic's way to say it
	}
	return provider.Refused
}

// classOf reads an error that came without a status of its own: inside a stream, or with a 200.
func classOf(p *llm.Problem) provider.Class {
	if n, err := strconv.Atoi(p.Code); err == nil && n >= 400 && n < 600 {
		return byStatus(n, p)
	}
	word := strings.ToLower(p.Code + " " + p.Type)
	has := func(parts ...string) bool {
		for _, s := range parts {
			if strings.Contains(word, s) {
				return true
			}
		}
		return false
	}
	switch {
	case exhausted(p):
		return provider.Quota
	case has("rate_limit"):
		return provider.RateLimited
	case has("overload", "unavailable"):
		return provider.Overloaded
	case has("invalid_api_key", "api_key_invalid", "authentication", "permission"):
		return provider.Credential
	case has("invalid_request", "context_length", "content_policy", "content_filter", "badrequest", "bad_request"):
		return provider.Refused
	}
	return provider.ServerError
}

// exhausted tells a spent account from a rate that passes; both come as 429.
func exhausted(p *llm.Problem) bool {
	for _, s := range [...]string{p.Code, p.Type} {
		s = strings.ToLower(s)
		if strings.Contains(s, "insufficient") || strings.Contains(s, "current_quota") || strings.Contains(s, "spend_limit") || strings.Contains(s, "billing") || strings.Contains(s, "quota_exceeded") {
			return true
		}
	}
	return false
}

// maxRetryAfter is the longest wait that is believed; whoever names a longer one means "not soon".
const maxRetryAfter = 24 * time.Hour

// retryAfter reads when the provider wants to be asked again, in milliseconds, seconds or as a date, which counts from
// the answer's own date: our clock and theirs may differ. Nonsense and the past are 0.
func retryAfter(h http.Header) time.Duration {
	if d, ok := number(h.Get("Retry-After-Ms"), time.Millisecond); ok {
		return d
	}
	v := h.Get("Retry-After")
	if d, ok := number(v, time.Second); ok {
		return d
	}
	at, err := http.ParseTime(v)
	now, err2 := http.ParseTime(h.Get("Date"))
	if errors.Join(err, err2) != nil {
		return 0
	}
	return min(max(at.Sub(now), 0), maxRetryAfter)
}

func number(v string, unit time.Duration) (time.Duration, bool) {
	n, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
	if err != nil || math.IsNaN(n) {
		return 0, false
	}
	return time.Duration(min(max(n*float64(unit), 0), float64(maxRetryAfter))), true
}

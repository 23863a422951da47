package client

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Error is a refusal of the API.
type Error struct {
	Status    int    `json:"status"`
	Code      string `json:"code"`   // a stable word: "not_found"
	Detail    string `json:"detail"` // one sentence for people
	Type      string `json:"type"`   // the page that explains the code
	RequestID string `json:"request_id"`
	// Fields are what is wrong with the request, field by field.
	Fields []FieldError `json:"errors"`
	// RetryAfter is how long to wait before asking again; 0 means that waiting does not help.
	RetryAfter time.Duration `json:"-"`
}

// FieldError is one thing that is wrong with a request.
type FieldError struct {
	Pointer   string `json:"pointer"`   // in the body (RFC 6901)
	Parameter string `json:"parameter"` // of the query
	Field     string `json:"field"`
	Detail    string `json:"detail"`
}

// Error implements error: the sentence, and each wrong field that it does not name already.
func (e *Error) Error() string {
	parts := []string{e.Detail}
	for _, f := range e.Fields {
		if f.Detail != e.Detail {
			parts = append(parts, f.Field+": "+f.Detail)
		}
	}
	text := strings.Join(parts, " ")
	if e.Status >= 500 && e.RequestID != "" {
		text += " (request " + e.RequestID + ")"
	}
	return text
}

// temporary reports whether the same request may go through later.
func (e *Error) temporary() bool {
	switch e.Status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return e.Code == "idempotency_key_in_flight"
}

// Is reports whether err is a refusal with one of the codes.
func Is(err error, codes ...string) bool {
	var e *Error
	if !errors.As(err, &e) {
		return false
	}
	for _, c := range codes {
		if e.Code == c {
			return true
		}
	}
	return false
}

// problem reads an answer that is a refusal, whoever wrote it: a proxy in between speaks no problem+json.
func problem(answer *http.Response, text []byte) *Error {
	e := &Error{}
	if err := json.Unmarshal(text, e); err != nil || e.Detail == "" {
		e.Detail = "The server answered " + answer.Status + " without saying why."
	}
	e.Status = answer.StatusCode
	if e.RequestID == "" {
		e.RequestID = answer.Header.Get("X-Request-Id")
	}
	if s, err := strconv.Atoi(answer.Header.Get("Retry-After")); err == nil {
		e.RetryAfter = time.Duration(s) * time.Second
	}
	return e
}

// Package fault is the one error vocabulary of the house: what went wrong, in a word a program can act on and a
// sentence a person can act on, kept apart from the cause that only operators see.
//
// A room returns a *fault.Error where a rule refuses. Everything else is wrapped with %w and becomes Internal at
// the edge. The edges (app/web for the dashboard and management API, one map per wire dialect for the proxy) turn
// Kind into a status; nothing inside chooses status codes.
package fault

import (
	"errors"
	"fmt"
	"time"
)

// Kind says which way a request failed. It decides the status, never the text.
type Kind uint8

// The kinds. Internal is the zero value, so that an error nobody classified is never shown to a client.
const (
	Internal        Kind = iota
	Invalid              // the caller's input is wrong: 400, or 422 with a form
	Unauthenticated      // no or unknown identity: 401
	Forbidden            // known, but may not: 403
	NotFound             // absent, or another tenant's: 404, byte-equal
	Conflict             // changed underneath, or exists: 409
	TooLarge             // 413
	Limited              // too fast, or money is held by others: 429
	Exhausted            // money used up: 402
	Upstream             // a provider failed: 502
	Timeout              // a provider was too slow: 504
	Unavailable          // we cannot say right now: 503
)

var names = [...]string{"internal", "invalid", "unauthenticated", "forbidden", "not_found", "conflict", "too_large",
	"limited", "exhausted", "upstream", "timeout", "unavailable"}

// String is the kind's name in logs and metrics.
func (k Kind) String() string {
	if int(k) < len(names) {
		return names[k]
	}
	return "internal"
}

// Error is a refusal with a public face.
type Error struct {
	Kind   Kind
	Code   string // stable word for programs, e.g. "budget_exhausted" (docs/reference/errors.md)
	Public string // one sentence for people: what is wrong, what is allowed, what to do. No secrets, no other tenant.
	Field  string // the input at fault, if one is
	// Detail holds more facts for programs (scope, limit_usd, resets_at …); decimals as strings. May be nil.
	Detail map[string]string
	// RetryAfter is how long a client should wait; 0 means that waiting does not help.
	RetryAfter time.Duration

	cause error
}

// New makes a refusal. Code and public are constants of the calling room or built from the caller's own input.
func New(kind Kind, code, public string) *Error {
	return &Error{Kind: kind, Code: code, Public: public}
}

// Newf is New with a formatted sentence.
func Newf(kind Kind, code, format string, args ...any) *Error {
	return &Error{Kind: kind, Code: code, Public: fmt.Sprintf(format, args...)}
}

// Field makes an Invalid refusal about one input field.
func Field(field, public string) *Error {
	return &Error{Kind: Invalid, Code: "invalid_request", Public: public, Field: field}
}

// Because attaches the cause, for operators only.
func (e *Error) Because(err error) *Error { e.cause = err; return e }

// With adds one public fact.
func (e *Error) With(name, value string) *Error {
	if e.Detail == nil {
		e.Detail = make(map[string]string, 6)
	}
	e.Detail[name] = value
	return e
}

// Error is the operators' view: code, sentence and cause.
func (e *Error) Error() string {
	if e.cause != nil {
		return e.Code + ": " + e.Public + ": " + e.cause.Error()
	}
	return e.Code + ": " + e.Public
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.cause }

// From finds the refusal inside err; an error nobody classified becomes Internal with a neutral sentence and err as
// its cause. From(nil) is nil.
func From(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Kind: Internal, Code: "internal", Public: "Something went wrong on our side. Try again; if it keeps happening, send the request id to your administrator.", cause: err}
}

// Is reports whether err is a refusal of this kind.
func Is(err error, kind Kind) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind == kind
}

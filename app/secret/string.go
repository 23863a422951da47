// Package secret holds what must not be read: a string type that prints as [redacted] under every verb and encoder,
// the envelope encryption of credentials at rest (decision D18), and the keyed hashes of keys we hand out.
package secret

import (
	"fmt"
	"log/slog"
)

const redacted = "[redacted]"

// String is a secret in memory. It never prints: fmt, slog, JSON, YAML and text encoders all see "[redacted]".
// Reveal is the only way out, and is easy to search for. Two Strings are not compared with ==.
type String struct {
	// v is a pointer because fmt calls no methods on unexported fields: a struct that holds a secret in one would
	// print it, while a pointer inside a struct prints as an address. nil is no secret.
	v *string
}

// New wraps a secret.
func New(v string) String {
	if v == "" {
		return String{}
	}
	return String{v: &v}
}

// Reveal gives the secret to whoever must send or hash it.
func (s String) Reveal() string {
	if s.v == nil {
		return ""
	}
	return *s.v
}

// IsEmpty reports whether there is no secret.
func (s String) IsEmpty() bool { return s.v == nil }

// String implements fmt.Stringer.
func (String) String() string { return redacted }

// GoString implements fmt.GoStringer, for %#v.
func (String) GoString() string { return redacted }

// Format implements fmt.Formatter, for every other verb.
func (String) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// MarshalText covers JSON, YAML and XML.
func (String) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue implements slog.LogValuer.
func (String) LogValue() slog.Value { return slog.StringValue(redacted) }

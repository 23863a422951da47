package secret_test

import (
	"bytes"
	"context"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/bodhi-gateway/bodhi/app/secret"
)

const canary = "sk-canary-0123456789"

// holder is how rooms hold secrets: in exported fields, in unexported ones, behind pointers and in collections. fmt
// calls no methods on unexported fields, so the type itself must have nothing to show.
type holder struct {
	Public  secret.String
	Pointer *secret.String
	List    []secret.String
	ByName  map[string]secret.String
	Any     any
	private secret.String
	deeper  struct{ private secret.String }
}

func held() holder {
	s := secret.New(canary)
	h := holder{Public: s, Pointer: &s, List: []secret.String{s}, ByName: map[string]secret.String{"k": s}, Any: s, private: s}
	h.deeper.private = s
	return h
}

func TestASecretPrintsUnderNoVerb(t *testing.T) {
	t.Parallel()
	s, h := secret.New(canary), held()
	for _, verb := range "vsqxXdobOUcteEfFgGpTw" {
		for _, flag := range []string{"", "+", "#", "-", " ", "0", "30", ".3"} {
			format := "%" + flag + string(verb)
			for _, v := range []any{s, &s, h, &h, []any{s, h}, map[string]any{"a": h}, struct{ holder }{h}} {
				if out := fmt.Sprintf(format, v); leaks(out) {
					t.Errorf("%s of %T prints %s", format, v, out)
				}
			}
		}
	}
	if out := fmt.Sprint(s) + fmt.Sprintf("%#v", s) + s.String() + s.GoString(); out != strings.Repeat("[redacted]", 4) {
		t.Errorf("prints %s", out)
	}
	if out := errors.Join(fmt.Errorf("with %v", s), fmt.Errorf("and %v", h)).Error(); leaks(out) {
		t.Error(out)
	}
}

// leaks looks for the secret as text and as hexadecimal, whole or in part.
func leaks(out string) bool {
	low := strings.ToLower(out)
	for _, part := range []string{"canary", "736b2d63616e617279", "73 6b 2d 63", "0x73, 0x6b", "115 107 45"} {
		if strings.Contains(low, part) {
			return true
		}
	}
	return false
}

func TestASecretPassesThroughNoEncoder(t *testing.T) {
	t.Parallel()
	type plain struct { // encoding/xml knows no maps
		Public  secret.String
		Pointer *secret.String
		private secret.String
	}
	s := secret.New(canary)
	p := plain{s, &s, s}
	for name, encode := range map[string]func() ([]byte, error){
		"JSON":     func() ([]byte, error) { return json.Marshal(held()) },
		"JSON key": func() ([]byte, error) { return json.Marshal(map[secret.String]int{s: 1}) },
		"indented": func() ([]byte, error) { return json.MarshalIndent(held(), "", " ") },
		"XML":      func() ([]byte, error) { return xml.Marshal(p) },
		"YAML":     func() ([]byte, error) { return yaml.Marshal(held()) },
		"slog text": func() ([]byte, error) {
			return logged(func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) }), nil
		},
		"slog JSON": func() ([]byte, error) {
			return logged(func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) }), nil
		},
		"text":        func() ([]byte, error) { return s.MarshalText() },
		"empty, JSON": func() ([]byte, error) { return json.Marshal(secret.String{}) },
	} {
		out, err := encode()
		if err != nil || leaks(string(out)) || !strings.Contains(string(out), "[redacted]") {
			t.Errorf("%s: %s, %v", name, out, err)
		}
	}
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(s); err == nil || leaks(b.String()) {
		t.Errorf("gob: %q, %v", b.String(), err)
	}
}

func logged(handler func(*bytes.Buffer) slog.Handler) []byte {
	var b bytes.Buffer
	h := held()
	slog.New(handler(&b)).LogAttrs(context.Background(), slog.LevelInfo, "m", slog.Any("s", h.Public), slog.Any("p", h.Pointer),
		slog.Any("h", h), slog.Any("hp", &h), slog.Group("g", slog.Any("s", h.Public)), slog.Any("e", fmt.Errorf("e: %v", h)))
	return b.Bytes()
}

func TestASecretIsRevealedOnlyByName(t *testing.T) {
	t.Parallel()
	if s := secret.New(canary); s.Reveal() != canary || s.IsEmpty() {
		t.Error("the secret was lost")
	}
	if s := secret.New(""); s.Reveal() != "" || !s.IsEmpty() {
		t.Error("an empty secret is not empty")
	}
	if s := (secret.String{}); s.Reveal() != "" || !s.IsEmpty() {
		t.Error("the zero secret is not empty")
	}
}

package agent

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

// maxSettings bounds the document in bytes; every agent holds it.
const maxSettings = 32 << 10

// kind is what a setting's value must be.
type kind uint8

const (
	text kind = iota
	number
	flag
	texts   // a list of texts
	mapping // an object of texts
	variables
	rules
)

// allowed are the settings that an organization may send, by Claude Code's names. Left out is whatever runs a command on
// people's machines (hooks, credential helpers, status lines) or says where requests and credentials go: somebody who got hold
// of an admin's account here must not get hold of every developer's machine with it. Such things belong into the files that a
// company's device management puts there.
var allowed = map[string]kind{
	"model": text, "availableModels": texts, "modelOverrides": mapping, "fallbackModel": texts, "effortLevel": text, "alwaysThinkingEnabled": flag,
	"env": variables, "permissions": rules,
	"allowManagedPermissionRulesOnly": flag, "allowManagedHooksOnly": flag, "disableAllHooks": flag, "disableAutoMode": text,
	"companyAnnouncements": texts, "cleanupPeriodDays": number, "includeCoAuthoredBy": flag, "outputStyle": text, "language": text,
	"spinnerTipsEnabled": flag, "autoUpdatesChannel": text, "minimumVersion": text,
}

// permissions are the settings below "permissions".
var permissions = map[string]kind{"allow": texts, "ask": texts, "deny": texts, "defaultMode": text, "disableBypassPermissionsMode": text, "additionalDirectories": texts}

var (
	variableName = regexp.MustCompile(`^(CLAUDE_CODE|ANTHROPIC|DISABLE|ENABLE|MAX|OTEL|BASH|MCP|API|TASK|USE)_[A-Z0-9_]+$`)
	// steering are variables that say where requests go, as whom, or what is run.
	steering = regexp.MustCompile(`(^|_)(TOKEN|KEY|SECRET|PASSWORD|HEADERS?|CREDENTIALS?|URL|ENDPOINT|PROXY|CERT|CERTS|HELPER|SHELL|COMMAND|PREFIX|DIR|PATH|FILE|SOCKET)($|_)`)
	provider = regexp.MustCompile(`^CLAUDE_CODE_(USE|SKIP)_`)
)

// check reads a document and gives its canonical form; nil for an empty text. Errors name the setting.
func check(document string) ([]byte, error) {
	wrong := func(format string, args ...any) error { return fault.Field("settings", fmt.Sprintf(format, args...)) }
	if strings.TrimSpace(document) == "" {
		return nil, nil
	}
	if len(document) > maxSettings {
		return nil, wrong("The settings are %d KiB; at most %d KiB are sent to agents.", len(document)>>10, maxSettings>>10)
	}
	d := json.NewDecoder(strings.NewReader(document))
	d.UseNumber()
	var top map[string]any
	if err := d.Decode(&top); err != nil || top == nil {
		return nil, wrong("Write a JSON object, such as {\"model\": \"smart\"}. %s", position(document, err))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, wrong("There is something behind the JSON object's end.")
	}
	for _, name := range slices.Sorted(maps.Keys(top)) {
		k, ok := allowed[name]
		if !ok {
			return nil, wrong("%q is not sent to agents: settings that run commands or say where requests go are left to device management. These are sent: %s.", clip(name), strings.Join(slices.Sorted(maps.Keys(allowed)), ", "))
		}
		if problem := fits(name, k, top[name]); problem != "" {
			return nil, wrong("%s", problem)
		}
	}
	return canonical(top)
}

// position says where a document stops being JSON.
func position(document string, err error) string {
	var s *json.SyntaxError
	if !errors.As(err, &s) {
		return ""
	}
	return fmt.Sprintf("Line %d: %s.", 1+strings.Count(document[:min(int(s.Offset), len(document))], "\n"), s.Error())
}

// fits says what is wrong with a value, or "".
func fits(name string, k kind, v any) string {
	switch k {
	case text:
		if s, ok := v.(string); !ok || len(s) > 1000 {
			return fmt.Sprintf("%q takes a text.", name)
		}
	case flag:
		if _, ok := v.(bool); !ok {
			return fmt.Sprintf("%q takes true or false.", name)
		}
	case number:
		n, ok := v.(json.Number)
		if i, err := n.Int64(); !ok || err != nil || i < 0 || i > 100_000 {
			return fmt.Sprintf("%q takes a whole number from 0 to 100000.", name)
		}
	case texts:
		list, ok := v.([]any)
		if !ok || slices.ContainsFunc(list, func(e any) bool { _, is := e.(string); return !is }) {
			return fmt.Sprintf("%q takes a list of texts.", name)
		}
	default:
		return fitsObject(name, k, v)
	}
	return ""
}

func fitsObject(name string, k kind, v any) string {
	object, ok := v.(map[string]any)
	if !ok {
		return fmt.Sprintf("%q takes an object.", name)
	}
	for _, inner := range slices.Sorted(maps.Keys(object)) {
		whole, value := name+"."+inner, object[inner]
		switch k {
		case rules:
			kind, ok := permissions[inner]
			if !ok {
				return fmt.Sprintf("%q is not sent. Below %q these are: %s.", clip(whole), name, strings.Join(slices.Sorted(maps.Keys(permissions)), ", "))
			}
			if problem := fits(whole, kind, value); problem != "" {
				return problem
			}
		case variables:
			if !variableName.MatchString(inner) || provider.MatchString(inner) || steering.MatchString(inner) {
				return fmt.Sprintf("%q is not sent: variables that carry credentials, say where requests go or what is run are left to device management.", clip(whole))
			}
			fallthrough
		default:
			if problem := fits(whole, text, value); problem != "" {
				return problem
			}
		}
	}
	return ""
}

// canonical is JSON as the client computes it for its checksum: sorted keys, no spaces, nothing escaped that need not be.
func canonical(top map[string]any) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(top); err != nil {
		return nil, fmt.Errorf("agent settings: %w", err)
	}
	return bytes.TrimRight(out.Bytes(), "\n"), nil
}

func clip(s string) string {
	if r := []rune(s); len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return s
}

package web

import (
	"reflect"
	"strings"
)

// Examples are made from the types too: a value for each field by its name, or by its type. A test holds them to the schemas.

// exampleIDs are the prefixes of ids by the word of their thing.
var exampleIDs = map[string]string{"organization": "org", "department": "dep", "team": "team", "member": "mem", "key": "key", "token": "tok", "connection": "con", "alias": "ali",
	"budget": "bud", "request": "req", "attempt": "att", "audit": "aud", "limit": "lim", "policy": "pol", "data-rule": "dat", "incident": "pii", "increase": "inc", "override": "ovr", "grant": "gra", "budget-request": "ask", "node": "node",
	"invitation": "inv", "reconcile": "con", "prompt": "prm"}

func exampleID(thing string) string {
	prefix := exampleIDs[thing]
	if prefix == "" {
		prefix = "id"
	}
	return prefix + "_01jf0c8x6c9k7h5m2n8p4q6r8s"
}

// samples are values for fields of these names.
var samples = map[string]string{
	"name": "ci", "email": "ada@example.com", "role": "developer", "zone": "Europe/Berlin", "slug": "acme", "organization_slug": "acme", "organization_name": "Acme", "model": "smart",
	"actor": "ada@example.com", "created_by": "ada@example.com", "asked_by": "ada@example.com", "decided_by": "grace@example.com", "hint": "bdh_live_9mZ4…kQ2f", "key_hint": "kQ2f",
	"status": "active", "state": "active", "account": "build server", "base_url": "https://api.openai.com/v1", "kind": "openai", "measure": "usd", "period": "monthly", "enforcement": "hard",
	"limit": "100", "limit_usd": "100", "amount": "25", "spent": "12.5", "held": "0", "left": "87.5", "reason": "Launch week", "note": "Agreed", "scope_kind": "organization", "scope_label": "Acme",
	"unit": "requests", "window": "1m0s", "factor": "1.5", "duration": "10m0s", "cooldown": "1h0m0s", "connection": "openai", "secret": "shown once", "credential": "sk-…", "password": "…",
	"action": "key.created", "via": "api", "target_name": "ci", "ip": "203.0.113.7", "user_agent": "bodhi-cli/1.0", "day": "2026-11-26", "title": "Bad Request", "provider": "openai",
	"budget_name": "Engineering", "verdict": "agrees", "by": "team", "host": "node-1",
}

// example is a value of a type, as JSON would have it.
func example(t reflect.Type, resource string, input bool) any {
	return exampleOf(t, "", singular(resource), input, 0)
}

func exampleOf(t reflect.Type, name, thing string, input bool, depth int) any {
	switch {
	case t == timeType:
		return "2026-11-26T09:30:00Z"
	case t == rawType:
		return map[string]any{"name": "ci"}
	case t.Kind() == reflect.Pointer:
		return exampleOf(t.Elem(), name, thing, input, depth)
	case t.Implements(textType):
		return "12.5"
	}
	switch t.Kind() {
	case reflect.String:
		return exampleText(name, thing)
	case reflect.Bool:
		return false
	case reflect.Slice, reflect.Array:
		if depth > 4 {
			return []any{}
		}
		return []any{exampleOf(t.Elem(), singular(name), thing, input, depth+1)}
	case reflect.Map:
		return map[string]any{"input": exampleOf(t.Elem(), "", thing, input, depth+1)}
	case reflect.Struct:
		out := map[string]any{}
		for _, f := range fieldsOf(t) {
			out[f.json] = exampleOf(f.Type, f.json, thing, input, depth+1)
		}
		return out
	case reflect.Float32, reflect.Float64:
		return 0.5
	case reflect.Interface:
		return nil
	}
	return 1
}

func exampleText(name, thing string) string {
	bare := strings.TrimSuffix(name, "_id")
	switch {
	case name == "id":
		return exampleID(thing)
	case name == "scope":
		if thing == "token" {
			return "keys:read"
		}
		return exampleID("team")
	case exampleIDs[bare] != "" && name != "connection" && name != "limit":
		return exampleID(bare)
	case strings.HasSuffix(name, "_at") || name == "until" || name == "from" || name == "to":
		return "2026-11-26T09:30:00Z"
	case samples[name] != "":
		return samples[name]
	}
	return strings.ReplaceAll(name, "_", " ")
}

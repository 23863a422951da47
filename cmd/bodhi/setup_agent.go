package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// agentSettings are what an agent is told.
type agentSettings struct {
	base  string // with /v1
	key   string
	model string
}

// agent is one coding agent: where its settings are, how they are changed, what is left to do.
type agent struct {
	file string // below the home directory
	edit func(was []byte, s agentSettings) ([]byte, error)
	then string
}

var agents = map[string]agent{
	"claude-code": {".claude/settings.json", editClaudeCode, "Start claude; /status shows the gateway's address. Without a key, log in first: claude auth login, or /login inside it."},
	"codex":       {".codex/config.toml", editCodex, "Put your virtual key into the environment as BODHI_KEY and start codex."},
	"opencode":    {".config/opencode/opencode.json", editOpencode, "Put your virtual key into the environment as BODHI_KEY and start opencode."},
}

// editClaudeCode names the gateway to log in to, or with a key sets variables of its settings' environment: either way takes the
// other one back, because Claude Code would not know which is meant. Its base URL has no /v1.
func editClaudeCode(was []byte, s agentSettings) ([]byte, error) {
	at := strings.TrimSuffix(s.base, "/v1")
	return editJSON(was, func(top map[string]any) error {
		env, err := object(top, "env")
		if err != nil {
			return err
		}
		if s.key == "" {
			delete(env, "ANTHROPIC_BASE_URL")
			delete(env, "ANTHROPIC_AUTH_TOKEN")
			env["ANTHROPIC_MODEL"] = s.model
			top["forceLoginMethod"], top["forceLoginGatewayUrl"] = "gateway", at
			return nil
		}
		if top["forceLoginMethod"] == "gateway" {
			delete(top, "forceLoginMethod")
			delete(top, "forceLoginGatewayUrl")
		}
		env["ANTHROPIC_BASE_URL"] = at
		env["ANTHROPIC_AUTH_TOKEN"] = s.key
		env["ANTHROPIC_MODEL"] = s.model
		return nil
	})
}

// editOpencode adds a provider; the key stays in the environment.
func editOpencode(was []byte, s agentSettings) ([]byte, error) {
	return editJSON(was, func(top map[string]any) error {
		all, err := object(top, "provider")
		if err != nil {
			return err
		}
		ours, err := object(all, "bodhi")
		if err != nil {
			return err
		}
		models, err := object(ours, "models")
		if err != nil {
			return err
		}
		ours["npm"], ours["name"] = "@ai-sdk/openai-compatible", "Bodhi"
		ours["options"] = map[string]any{"baseURL": s.base, "apiKey": "{env:BODHI_KEY}"}
		if models[s.model] == nil {
			models[s.model] = map[string]any{}
		}
		return nil
	})
}

func object(in map[string]any, name string) (map[string]any, error) {
	if in[name] == nil {
		in[name] = map[string]any{}
	}
	out, ok := in[name].(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%q is not an object there; mend it by hand first", name)
	}
	return out, nil
}

// editJSON changes a file of settings and keeps everything else in it, numbers to the digit. Comments are no JSON: a file with
// some is left alone.
func editJSON(was []byte, change func(map[string]any) error) ([]byte, error) {
	top := map[string]any{}
	if len(bytes.TrimSpace(was)) > 0 {
		d := json.NewDecoder(bytes.NewReader(was))
		d.UseNumber()
		if err := d.Decode(&top); err != nil {
			return nil, fmt.Errorf("it is not plain JSON (%w); mend it, or add the settings by hand", err)
		}
	}
	if err := change(top); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(top); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

var (
	tomlTable    = regexp.MustCompile(`(?m)^[ \t]*\[`)
	tomlProvider = regexp.MustCompile(`(?m)^[ \t]*model_provider[ \t]*=.*$`)
	tomlModel    = regexp.MustCompile(`(?m)^[ \t]*model[ \t]*=.*$`)
	tomlOurs     = regexp.MustCompile(`(?m)^[ \t]*\[model_providers\.bodhi\][ \t]*(?:#.*)?$`)
)

// editCodex works on the text, so that comments and order stay: the two settings above the first table, and our own table.
func editCodex(was []byte, s agentSettings) ([]byte, error) {
	if strings.Contains(string(was), `"""`) || strings.Contains(string(was), `'''`) {
		return nil, errors.New("it has texts over several lines, which this cannot read safely; add the settings by hand")
	}
	head, tables := string(was), ""
	if at := tomlTable.FindStringIndex(head); at != nil {
		head, tables = head[:at[0]], head[at[0]:]
	}
	head = setLine(head, tomlProvider, `model_provider = "bodhi"`)
	head = setLine(head, tomlModel, fmt.Sprintf("model = %q", s.model))
	ours := fmt.Sprintf("[model_providers.bodhi]\nname = \"Bodhi\"\nbase_url = %q\nenv_key = \"BODHI_KEY\"\nwire_api = \"responses\"\n", s.base)
	if at := tomlOurs.FindStringIndex(tables); at != nil {
		end := len(tables)
		if next := tomlTable.FindStringIndex(tables[at[1]:]); next != nil {
			end = at[1] + next[0]
		}
		rest := tables[end:]
		if rest != "" {
			ours += "\n"
		}
		tables = tables[:at[0]] + ours + rest
	} else {
		if tables != "" && !strings.HasSuffix(tables, "\n\n") {
			tables = strings.TrimSuffix(tables, "\n") + "\n\n"
		}
		tables += ours
	}
	if !strings.HasSuffix(head, "\n\n") {
		head += "\n"
	}
	return []byte(head + tables), nil
}

// setLine replaces a setting's line, or puts it in front.
func setLine(text string, line *regexp.Regexp, is string) string {
	if at := line.FindStringIndex(text); at != nil {
		return text[:at[0]] + is + text[at[1]:]
	}
	return is + "\n" + text
}

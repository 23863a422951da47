package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func setup(t *testing.T, home string, args ...string) (string, int) {
	t.Helper()
	var out, wrong bytes.Buffer
	code := run(context.Background(), append([]string{"setup", "--home", home, "--base", "https://gw.test/t/acme/v1", "--yes"}, args...), &out, &wrong)
	return out.String() + wrong.String(), code
}

func TestAgentsAreSetUpOnceAndKeepWhatTheyHave(t *testing.T) {
	t.Parallel()
	const key = "bdh_live_notarealkey"
	cases := []struct {
		client, file, was string
		args              []string
		keeps, has        []string
	}{
		{"claude-code", ".claude/settings.json", `{"theme":"dark","env":{"FOO":"1"},"n":12345678901234567890}`, []string{"--key", key},
			[]string{`"theme": "dark"`, `"FOO": "1"`, "12345678901234567890"}, []string{`"ANTHROPIC_BASE_URL": "https://gw.test/t/acme"`, key}},
		{"claude-code", ".claude/settings.json", `{"theme":"dark","env":{"ANTHROPIC_AUTH_TOKEN":"old"}}`, nil,
			[]string{`"theme": "dark"`}, []string{`"forceLoginMethod": "gateway"`, `"forceLoginGatewayUrl": "https://gw.test/t/acme"`, `"ANTHROPIC_MODEL": "smart"`}},
		{"claude-code", ".claude/settings.json", `{"forceLoginMethod":"gateway","forceLoginGatewayUrl":"old"}`, []string{"--key", key}, nil, []string{key}},
		{"codex", ".codex/config.toml", "# mine\nmodel = \"o3\"\n\n[tools]\nx = 1\n", nil,
			[]string{"# mine", "[tools]\nx = 1"}, []string{`model_provider = "bodhi"`, `model = "smart"`, "[model_providers.bodhi]", `base_url = "https://gw.test/t/acme/v1"`}},
		{"codex", ".codex/config.toml", "model_provider = \"openai\"\n[model_providers.bodhi] # of before\nbase_url = \"old\"\n[profiles.x]\nmodel = \"y\"\n", nil,
			[]string{"[profiles.x]\nmodel = \"y\""}, []string{`base_url = "https://gw.test/t/acme/v1"`}},
		{"opencode", ".config/opencode/opencode.json", `{"provider":{"other":{"npm":"x"}}}`, nil, []string{`"other"`}, []string{`"baseURL": "https://gw.test/t/acme/v1"`, `{env:BODHI_KEY}`}},
		{"opencode", ".config/opencode/opencode.json", ``, nil, nil, []string{`"smart": {}`}},
	}
	for _, c := range cases {
		home := t.TempDir()
		name := filepath.Join(home, filepath.FromSlash(c.file))
		if c.was != "" {
			if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, []byte(c.was), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		said, code := setup(t, home, append([]string{c.client}, c.args...)...)
		if code != 0 || strings.Contains(said, key) {
			t.Fatalf("%s: %d %s", c.client, code, said)
		}
		is, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range append(c.keeps, c.has...) {
			if !strings.Contains(string(is), text) {
				t.Errorf("%s: %q is not in\n%s", c.client, text, is)
			}
		}
		if strings.HasSuffix(c.file, ".json") && !json.Valid(is) || strings.Count(string(is), "[model_providers.bodhi]") > 1 || strings.Contains(string(is), `"old"`) {
			t.Errorf("%s: broken:\n%s", c.client, is)
		}
		copies, _ := filepath.Glob(name + ".before-bodhi-*")
		if len(copies) != min(len(c.was), 1) {
			t.Errorf("%s: %d copies of what was there", c.client, len(copies))
		}
		again, code := setup(t, home, append([]string{c.client}, c.args...)...)
		after, _ := os.ReadFile(name)
		if code != 0 || !strings.Contains(again, "set up already") || !bytes.Equal(is, after) {
			t.Errorf("%s again: %d %s\n%s", c.client, code, again, after)
		}
	}
}

// Settings that lie in a repository of dot files are linked to from where the agent looks.
func TestSetUpWritesBehindALink(t *testing.T) {
	t.Parallel()
	home, files := t.TempDir(), t.TempDir()
	real, link := filepath.Join(files, "settings.json"), filepath.Join(home, ".claude", "settings.json")
	if err := errors.Join(os.WriteFile(real, []byte(`{"theme":"dark"}`), 0o600), os.Mkdir(filepath.Dir(link), 0o700), os.Symlink(real, link)); err != nil {
		t.Fatal(err)
	}
	said, code := setup(t, home, "claude-code")
	text, err := os.ReadFile(real)
	info, lost := os.Lstat(link)
	if code != 0 || err != nil || lost != nil || info.Mode()&os.ModeSymlink == 0 || !strings.Contains(string(text), "forceLoginGatewayUrl") {
		t.Errorf("exit %d, %v %v, %s\n%s", code, err, info, text, said)
	}
}

func TestSetUpLeavesAloneWhatItCannotRead(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	name := filepath.Join(home, ".claude", "settings.json")
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	const was = "{ // a comment\n}"
	if err := os.WriteFile(name, []byte(was), 0o644); err != nil {
		t.Fatal(err)
	}
	said, code := setup(t, home, "claude-code", "--key", "k")
	is, _ := os.ReadFile(name)
	if code != 1 || !strings.Contains(said, "not plain JSON") || string(is) != was {
		t.Errorf("%d %s\n%s", code, said, is)
	}
}

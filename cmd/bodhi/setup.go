package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/client"
	"github.com/bodhi-gateway/bodhi/app/clock"
)

type setupCmd struct {
	Client string `arg:"" help:"claude-code, codex, opencode or cursor." enum:"claude-code,codex,opencode,cursor"`
	Base   string `help:"The organization's address, as the dashboard shows it: https://gateway.example.com/t/acme/v1. Without it, what bodhi login knows." placeholder:"URL"`
	Key    string `help:"Virtual key to write down for Claude Code, which without one logs in as you; the others read BODHI_KEY from the environment." env:"BODHI_KEY" placeholder:"KEY"`
	Model  string `help:"The model to begin with." default:"smart"`
	Home   string `help:"Whose settings: a home directory." type:"path" placeholder:"DIR"`
	Yes    bool   `help:"Write without asking." short:"y"`
	remoteFlags
}

// Run shows what would change, asks, keeps a copy of what was there and writes. Running it again changes nothing.
func (c setupCmd) Run(e *env) error {
	base, err := c.base(e)
	if err != nil {
		return err
	}
	if c.Home == "" {
		if c.Home, err = os.UserHomeDir(); err != nil {
			return err
		}
	}
	if c.Client == "cursor" {
		_, err := fmt.Fprintf(e.out, "Cursor keeps its settings in a database of its own, so enter them by hand:\nSettings > Models > API Keys > OpenAI API Key: your virtual key\nOverride OpenAI Base URL: %s\nthen add the model %q.\n", base, c.Model)
		return err
	}
	how := agents[c.Client]
	name := filepath.Join(c.Home, filepath.FromSlash(how.file))
	was, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	is, err := how.edit(was, agentSettings{base: base, key: c.Key, model: c.Model})
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if bytes.Equal(was, is) {
		_, err := fmt.Fprintf(e.out, "%s is set up already.\n", name)
		return err
	}
	fmt.Fprintf(e.out, "%s\n%s", name, difference(masked(was, c.Key), masked(is, c.Key)))
	if !c.Yes && !agreed(e) {
		return errors.New("nothing was written")
	}
	if len(was) > 0 {
		old := name + ".before-bodhi-" + clock.System{}.Now().UTC().Format("20060102-150405")
		if err := replaceFile(old, was, 0o600); err != nil {
			return fmt.Errorf("keep a copy: %w", err)
		}
		fmt.Fprintf(e.out, "What was there is in %s.\n", old)
	}
	if err := replaceFile(name, is, 0o600); err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.out, "Written. %s\n", how.then)
	return err
}

// base is the organization's address: given, or that of the account.
func (c setupCmd) base(e *env) (string, error) {
	if c.Base != "" {
		u, err := url.Parse(c.Base)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return "", fmt.Errorf("--base: %q is not an http or https address", c.Base)
		}
		return strings.TrimRight(strings.TrimSuffix(strings.TrimRight(c.Base, "/"), "/v1"), "/") + "/v1", nil
	}
	a, err := c.account()
	if errors.Is(err, errLoggedOut) {
		return "", errors.New("say where: --base https://gateway.example.com/t/acme/v1, or run bodhi login first")
	}
	if err != nil {
		return "", err
	}
	api, err := client.New(a.URL, a.Token, client.WithAgent("bodhi-cli/"+version))
	if err != nil {
		return "", err
	}
	me, err := api.Whoami().Show(e.ctx, nil)
	if err != nil {
		return "", err
	}
	return strings.TrimRight(a.URL, "/") + "/t/" + me.Slug + "/v1", nil
}

// errUnasked is for --json: what is printed is for a program, and a question in it would make it no JSON.
var errUnasked = exitError{exitWrong, errors.New("with --json nobody is asked: add --yes")}

func agreed(e *env) bool {
	fmt.Fprint(e.out, "Write this? [y/N] ")
	line, _ := bufio.NewReader(e.stdin()).ReadString('\n')
	line = strings.ToLower(strings.TrimSpace(line))
	return line == "y" || line == "yes"
}

// masked is a file's text for the terminal, without the key.
func masked(text []byte, key string) string {
	if key == "" {
		return string(text)
	}
	return strings.ReplaceAll(string(text), key, "[your key]")
}

// difference is what changes, line by line: the lines that go and those that come, with what stays between them.
func difference(was, is string) string {
	a, b := lines(was), lines(is)
	common := make([][]int, len(a)+1)
	for i := range common {
		common[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	var out strings.Builder
	for i, j := 0, 0; i < len(a) || j < len(b); {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			out.WriteString("  " + a[i] + "\n")
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && common[i+1][j] >= common[i][j+1]:
			out.WriteString("- " + a[i] + "\n")
			i++
		default:
			out.WriteString("+ " + b[j] + "\n")
			j++
		}
	}
	return out.String()
}

func lines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/bodhi-gateway/bodhi/app/blueprint"
	"github.com/bodhi-gateway/bodhi/app/client"
)

// The commands in remote_*.go are a client of the management API: they work from any machine and do what the token may.

// remoteFlags say which installation is meant. They win over what `bodhi login` wrote down.
type remoteFlags struct {
	URL   string `help:"The gateway's address." env:"BODHI_URL" placeholder:"URL" group:"Connection"`
	Token string `help:"Management token; better in the environment, where other users of the machine cannot see it." env:"BODHI_TOKEN" placeholder:"TOKEN" group:"Connection"`
	JSON  bool   `help:"Print JSON." name:"json"`
}

// remoteVariables belong to the client, so that a server started in the same shell does not take them for settings.
var remoteVariables = map[string]bool{"BODHI_URL": true, "BODHI_TOKEN": true, "BODHI_KEY": true}

// account is what `bodhi login` keeps.
type account struct {
	URL   string `json:"url"`
	Token string `json:"token"`
}

var errLoggedOut = errors.New("not logged in: run bodhi login, or set BODHI_URL and BODHI_TOKEN")

// accountFile is where it is kept.
func accountFile() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("where to keep the log-in: %w", err)
	}
	return filepath.Join(dir, "bodhi", "account.json"), nil
}

func readAccount() (account, error) {
	var a account
	name, err := accountFile()
	if err != nil {
		return a, err
	}
	info, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return a, nil
	}
	if err != nil {
		return a, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return a, fmt.Errorf("%s can be read by others: run chmod 600 on it, and revoke the token if somebody did", name)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return a, err
	}
	if err := json.Unmarshal(text, &a); err != nil {
		return a, fmt.Errorf("%s cannot be read: %w; run bodhi login again", name, err)
	}
	return a, nil
}

// write keeps the account for its owner alone. The file is replaced as a whole, so it is never half written.
func (a account) write() (string, error) {
	name, err := accountFile()
	if err != nil {
		return "", err
	}
	text, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		return "", err
	}
	return name, replaceFile(name, append(text, '\n'), 0o600)
}

// replaceFile writes a file as a whole or not at all. A link stays one: people keep their settings in a repository of their own.
func replaceFile(name string, text []byte, mode fs.FileMode) error {
	if to, err := filepath.EvalSymlinks(name); err == nil {
		name = to
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".bodhi-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // gone after the rename
	_, err = f.Write(text)
	if err := errors.Join(err, f.Chmod(mode), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// account is the one that flags, environment and file name.
func (f remoteFlags) account() (account, error) {
	a := account{gateway(f.URL), f.Token}
	if a.URL == "" || a.Token == "" {
		kept, err := readAccount()
		if err != nil {
			return a, err
		}
		if a.URL == "" {
			a.URL = kept.URL
		}
		if a.Token == "" && (a.URL == kept.URL || f.URL == "") { // a token goes to the address it is for, and no other
			a.Token = kept.Token
		}
	}
	if a.URL == "" || a.Token == "" {
		return a, errLoggedOut
	}
	return a, nil
}

func (f remoteFlags) client() (*client.Client, error) {
	a, err := f.account()
	if err != nil {
		return nil, err
	}
	return client.New(a.URL, a.Token, client.WithAgent("bodhi-cli/"+version))
}

// Exit codes of the remote commands, for scripts. 2 is also a wrong command line.
const (
	exitFailed      = 1
	exitWrong       = 2
	exitLoggedOut   = 3
	exitForbidden   = 4
	exitMissing     = 5
	exitConflict    = 6
	exitUnavailable = 7
)

// exitError is a failure whose exit code is not the usual one.
type exitError struct {
	code int
	error
}

// Unwrap implements errors.Unwrap.
func (e exitError) Unwrap() error { return e.error }

// exitCode tells a script what kind of failure it was.
func exitCode(err error) int {
	var e *client.Error
	var own exitError
	if errors.As(err, &own) {
		return own.code
	}
	if errors.Is(err, errLoggedOut) {
		return exitLoggedOut
	}
	if errors.Is(err, blueprint.ErrMoved) { // found here, where the API would say 409
		return exitConflict
	}
	if !errors.As(err, &e) {
		return exitFailed
	}
	switch e.Status {
	case 400, 413, 422:
		return exitWrong
	case 401:
		return exitLoggedOut
	case 403:
		return exitForbidden
	case 404:
		return exitMissing
	case 409, 412:
		return exitConflict
	case 429, 502, 503, 504:
		return exitUnavailable
	}
	return exitFailed
}

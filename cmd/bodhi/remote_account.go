package main

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"regexp"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/client"
)

// clientsPath is what the dashboard shows behind the address for apps: people copy all of it.
var clientsPath = regexp.MustCompile(`(/t/[^/]+)?(/v1)?$`)

// gateway is the address of the gateway in one that people have: with a slash behind it, or the one for apps.
func gateway(address string) string {
	return clientsPath.ReplaceAllString(strings.TrimRight(address, "/"), "")
}

type loginCmd struct {
	URL   string `arg:"" optional:"" help:"The gateway's address, for example https://gateway.example.com."`
	Token string `help:"A management token, or - to read it from standard input. Without it you confirm the log-in in a browser." placeholder:"TOKEN" env:"BODHI_TOKEN"`
}

// Run tries the token before it is kept, so that a wrong one is found here and not in the next command.
func (c loginCmd) Run(e *env) error {
	if c.URL == "" {
		kept, err := readAccount()
		if err != nil {
			return err
		}
		if c.URL = kept.URL; c.URL == "" {
			return errors.New("say where: bodhi login https://gateway.example.com")
		}
	}
	u, err := url.Parse(c.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("%q is not an http or https address", c.URL)
	}
	at := account{URL: gateway(c.URL), Token: c.Token}
	if at.Token == "" {
		if at.Token, err = inBrowser(e, at.URL); err != nil {
			return err
		}
	}
	if at.Token == "-" {
		line, err := bufio.NewReader(e.stdin()).ReadString('\n')
		if line = strings.TrimSpace(line); line == "" {
			return fmt.Errorf("no token on standard input: %w", err)
		}
		at.Token = line
	}
	api, err := client.New(at.URL, at.Token, client.WithAgent("bodhi-cli/"+version))
	if err != nil {
		return err
	}
	me, err := api.Whoami().Show(e.ctx, nil)
	if err != nil {
		return err
	}
	file, err := at.write()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.out, "Logged in to %s as %s (%s). Kept in %s, for you alone.\n", plainCell(me.Name), plainCell(me.Actor), me.Role, file)
	return err
}

// inBrowser lets a person confirm the log-in on the dashboard, where they are logged in however their company wants it.
func inBrowser(e *env, at string) (string, error) {
	host, err := os.Hostname()
	if err != nil {
		host = "this machine"
	}
	l, err := client.StartLogin(e.ctx, at, "bodhi on "+host)
	if err != nil {
		return "", err
	}
	fmt.Fprintf(e.out, "Open %s\nand confirm this code: %s\n\nWaiting. It ends in %d minutes.\n", l.Link, l.UserCode, l.Seconds/60)
	return l.Wait(e.ctx)
}

type logoutCmd struct{}

// Run forgets the token here. It stays valid: other machines may use it.
func (logoutCmd) Run(e *env) error {
	name, err := accountFile()
	if err != nil {
		return err
	}
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	_, err = fmt.Fprintln(e.out, "Logged out here. The token itself still works where it was copied to: the dashboard's API tokens end it everywhere.")
	return err
}

type whoamiCmd struct{ remoteFlags }

func (c whoamiCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	me, err := api.Whoami().Show(e.ctx, nil)
	if err != nil {
		return err
	}
	scopes := strings.Join(me.Scopes, " ")
	if scopes == "" {
		scopes = "all that the role may"
	}
	return c.printOne(e.out, me, "Actor", me.Actor, "Role", me.Role, "Scopes", scopes, "Organization", me.Name+" ("+me.Slug+")", "Token", me.Token)
}

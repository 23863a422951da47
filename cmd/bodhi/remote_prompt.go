package main

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/client"
)

type promptCmd struct {
	List  promptListCmd  `cmd:"" help:"List stored prompts, by folder and name."`
	Show  promptShowCmd  `cmd:"" help:"Show what a stored prompt says: its version in production, else its newest."`
	Label promptLabelCmd `cmd:"" help:"Put a label at a version; requests that name it get that version within a second."`
}

type promptListCmd struct {
	remoteFlags
	Folder string `help:"Only of this folder."`
}

func (c promptListCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	q := url.Values{}
	if c.Folder != "" {
		q.Set("folder", c.Folder)
	}
	return printAll(c.remoteFlags, e.out, api.Prompts().All(e.ctx, q), "There are no prompts.", []string{"ID", "NAME", "FOLDER", "SEEN BY", "NEWEST", "LABELS"}, func(p client.Prompt) []string {
		var labels []string
		for _, l := range p.Labels {
			labels = append(labels, l.Label+"=v"+strconv.FormatInt(int64(l.Version), 10))
		}
		return []string{p.ID, p.Name, p.Folder, p.Visibility, strconv.FormatInt(int64(p.Latest), 10), strings.Join(labels, " ")}
	})
}

// onePrompt is a prompt by its name or id.
type onePrompt struct {
	remoteFlags
	Name string `arg:"" help:"The prompt's name, or its id (prm_…)."`
}

func (c onePrompt) find(e *env) (*client.Client, client.Prompt, error) {
	api, err := c.client()
	if err != nil {
		return nil, client.Prompt{}, err
	}
	if strings.HasPrefix(c.Name, "prm_") {
		p, err := api.Prompts().Show(e.ctx, c.Name, nil)
		return api, p, err
	}
	found, err := api.Prompts().List(e.ctx, url.Values{"name": {c.Name}})
	if err == nil && len(found.Data) == 0 {
		err = exitError{exitMissing, fmt.Errorf("there is no prompt %q that you may see", c.Name)}
	}
	if err != nil {
		return nil, client.Prompt{}, err
	}
	return api, found.Data[0], nil
}

type promptShowCmd struct{ onePrompt }

func (c promptShowCmd) Run(e *env) error {
	_, p, err := c.find(e)
	if err != nil {
		return err
	}
	return printJSON(e.out, p)
}

type promptLabelCmd struct {
	onePrompt
	Label   string `arg:"" help:"The label, such as production."`
	Version int    `arg:"" help:"The version's number."`
}

func (c promptLabelCmd) Run(e *env) error {
	api, p, err := c.find(e)
	if err != nil {
		return err
	}
	l, err := api.Prompts().Label(e.ctx, p.ID, c.Label, client.PromptLabelInput{Version: c.Version})
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(e.out, l)
	}
	_, err = fmt.Fprintf(e.out, "%s@%s is version %d.\n", p.Name, l.Label, l.Version)
	return err
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"

	"github.com/bodhi-gateway/bodhi/app/blueprint"
)

type exportCmd struct{ remoteFlags }

// Run prints the organization as one document. What it leaves out is said on standard error, so that the output stays a document.
func (c exportCmd) Run(e *env) error {
	api, err := c.blueprint()
	if err != nil {
		return err
	}
	now, err := blueprint.Read(e.ctx, api)
	if err != nil {
		return err
	}
	if now.Left > 0 {
		fmt.Fprintf(e.wrong, "Left out: %d rules of single members and keys, who are in no blueprint.\n", now.Left)
	}
	text, err := now.Text()
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(e.out, map[string]string{"yaml": string(text)})
	}
	_, err = e.out.Write(text)
	return err
}

// blueprintFile is what diff and apply take.
type blueprintFile struct {
	remoteFlags
	File  string `arg:"" help:"A file that bodhi export wrote, or like one; - reads standard input."`
	Prune bool   `help:"Also take away what the file does not name, in the sections that it has."`
}

type diffCmd struct{ blueprintFile }

// Run exits with 0 if there is nothing to change, 1 if there is, and 2 if that cannot be told.
func (c diffCmd) Run(e *env) error {
	p, err := c.plan(e)
	if err != nil {
		return exitError{exitWrong, err}
	}
	if err := c.print(e.out, p.changes); err != nil {
		return exitError{exitWrong, err}
	}
	if n := len(p.changes); n > 0 {
		return exitError{exitFailed, fmt.Errorf("%s to make", plural(n, "change"))}
	}
	return nil
}

type applyCmd struct {
	blueprintFile
	Yes bool `help:"Apply without asking." short:"y"`
}

func (c applyCmd) Run(e *env) error {
	if c.File == "-" && !c.Yes {
		return exitError{exitWrong, errors.New("standard input is the file, so nobody can be asked: add --yes")}
	}
	if c.JSON && !c.Yes {
		return errUnasked
	}
	p, err := c.plan(e)
	if err != nil {
		return err
	}
	if len(p.changes) == 0 || !c.JSON {
		if err := c.print(e.out, p.changes); err != nil || len(p.changes) == 0 {
			return err
		}
	}
	if !c.Yes && !agreed(e) {
		return errors.New("nothing was changed")
	}
	n := 0
	_, err = blueprint.Run(e.ctx, p.api, blueprint.Job{Title: filepath.Base(c.File), Wanted: p.wanted, Prune: c.Prune, Seen: blueprint.Print(p.changes), Done: func(blueprint.Change) { n++ }})
	if err != nil {
		return fmt.Errorf("%w (%d of %s made before that; when it is put right, apply again)", err, n, plural(len(p.changes), "change"))
	}
	if c.JSON {
		return c.print(e.out, p.changes)
	}
	_, err = fmt.Fprintf(e.out, "Done: %s.\n", plural(n, "change"))
	return err
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

type blueprintPlan struct {
	api     blueprint.API
	wanted  *blueprint.Document
	changes []blueprint.Change
}

func (c blueprintFile) plan(e *env) (p blueprintPlan, err error) {
	var text []byte
	if c.File == "-" {
		text, err = io.ReadAll(e.stdin())
	} else {
		text, err = os.ReadFile(c.File)
	}
	if err != nil {
		return p, exitError{exitWrong, err}
	}
	if p.wanted, err = blueprint.Parse(text); err != nil {
		return p, exitError{exitWrong, fmt.Errorf("%s:\n%w", c.File, err)}
	}
	if p.api, err = c.blueprint(); err != nil {
		return p, err
	}
	now, err := blueprint.Read(e.ctx, p.api)
	if err != nil {
		return p, err
	}
	if p.changes, err = blueprint.Plan(now, p.wanted, c.Prune); err != nil {
		return p, exitError{exitWrong, fmt.Errorf("%s:\n%w", c.File, err)}
	}
	return p, nil
}

// blueprint is the client as the room wants it.
func (f remoteFlags) blueprint() (blueprint.API, error) {
	api, err := f.client()
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, method, path string, query url.Values, in, out any) error {
		return api.Raw(ctx, method, path, query, in, out)
	}, nil
}

func (f remoteFlags) print(out io.Writer, changes []blueprint.Change) error {
	if f.JSON {
		if changes == nil {
			changes = []blueprint.Change{}
		}
		return printJSON(out, changes)
	}
	if len(changes) == 0 {
		_, err := fmt.Fprintln(out, "Nothing to change: the organization is what the file says.")
		return err
	}
	for _, c := range changes {
		if _, err := fmt.Fprintf(out, "%s %s\n", c.Verb, plainCell(c.What)); err != nil {
			return err
		}
		for _, x := range c.Fields {
			line := plainCell(x.Was) + " → " + plainCell(x.Is)
			if c.Verb == blueprint.Create {
				line = plainCell(x.Is)
			}
			if _, err := fmt.Fprintf(out, "    %s: %s\n", x.Name, line); err != nil {
				return err
			}
		}
	}
	return nil
}

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/importer"
)

// importCmd takes over what a company has elsewhere. Without --yes it shows what it would do and asks.
type importCmd struct {
	remoteFlags
	File string `arg:"" help:"A .env file, a list of people as CSV, LiteLLM's config.yaml, Bifrost's config.json, or a Portkey config."`
	From string `help:"What the file is: env, people, litellm, bifrost or portkey. Without it, the name and the content say." enum:",env,people,litellm,bifrost,portkey" default:""`
	Yes  bool   `help:"Import without asking." short:"y"`
	Dry  bool   `name:"dry-run" help:"Only show what it would do; exits with 1 if anything."`
}

// Run shows what importing would do and does it. A key that the file names by its variable is read from the environment.
func (c importCmd) Run(e *env) error {
	if c.JSON && !c.Yes && !c.Dry {
		return errUnasked
	}
	text, err := os.ReadFile(c.File)
	if err != nil {
		return exitError{exitWrong, err}
	}
	format := importer.Format(c.From)
	if format == "" {
		format = guess(c.File, string(text))
	}
	in, err := importer.Read(format, text, os.LookupEnv)
	if err != nil {
		return exitError{exitWrong, fmt.Errorf("%s: %w", c.File, err)}
	}
	api, err := c.blueprint()
	if err != nil {
		return err
	}
	plan, err := importer.Compare(e.ctx, api, in)
	if err != nil {
		return err
	}
	if err := c.print(e.out, plan); err != nil || len(plan.Steps) == 0 {
		return err
	}
	if c.Dry {
		return exitError{exitFailed, fmt.Errorf("%s to make", plural(len(plan.Steps), "change"))}
	}
	if !c.Yes && !agreed(e) {
		return errors.New("nothing was changed")
	}
	n := 0
	if _, err := importer.Run(e.ctx, api, in, filepath.Base(c.File), plan.Print(), func() { n++ }); err != nil {
		return fmt.Errorf("%w (%d of %s made before that; when it is put right, import again)", err, n, plural(len(plan.Steps), "change"))
	}
	if !c.JSON {
		fmt.Fprintf(e.out, "Done: %s.\n", plural(n, "change"))
	}
	return nil
}

func guess(name, text string) importer.Format {
	switch ext := strings.ToLower(filepath.Ext(name)); {
	case ext == ".csv":
		return importer.People
	case ext == ".yaml" || ext == ".yml":
		return importer.LiteLLM
	case ext == ".json" && strings.Contains(text, `"providers"`):
		return importer.Bifrost
	case ext == ".json":
		return importer.Portkey
	}
	return importer.Env
}

func (c importCmd) print(out io.Writer, p *importer.Plan) error {
	if c.JSON {
		return printJSON(out, map[string]any{"steps": append([]importer.Step{}, p.Steps...), "kept": append([]string{}, p.Kept...), "left_out": append([]string{}, p.Left...)})
	}
	var b strings.Builder
	for _, s := range p.Steps {
		fmt.Fprintf(&b, "%s %s\n", s.Do, plainCell(s.What))
		for _, f := range s.Fields {
			if f.Was != "" && s.Do != "create" {
				fmt.Fprintf(&b, "    %s: %s → %s\n", f.Name, plainCell(f.Was), plainCell(f.Is))
			} else {
				fmt.Fprintf(&b, "    %s: %s\n", f.Name, plainCell(f.Is))
			}
		}
	}
	if len(p.Steps) == 0 && len(p.Left) > 0 {
		b.WriteString("Nothing to import besides what is left out.\n")
	} else if len(p.Steps) == 0 {
		b.WriteString("Nothing to import: all of it is here.\n")
	}
	for _, k := range p.Kept {
		fmt.Fprintf(&b, "is here, stays as it is: %s\n", plainCell(k))
	}
	for _, l := range p.Left {
		fmt.Fprintf(&b, "left out: %s\n", plainCell(l))
	}
	_, err := io.WriteString(out, b.String())
	return err
}

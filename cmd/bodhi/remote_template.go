package main

import (
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/blueprint"
)

// templateCmd prints what the program brings along; it asks nobody.
type templateCmd struct {
	List   templateListCmd   `cmd:"" help:"List the blueprints to begin with."`
	Show   templateShowCmd   `cmd:"" help:"Print one as YAML, for bodhi diff and bodhi apply."`
	Schema templateSchemaCmd `cmd:"" help:"Print the JSON Schema of a blueprint, for editors."`
}

type templateListCmd struct {
	JSON bool `help:"Print JSON."`
}

// Run lists the templates.
func (c templateListCmd) Run(e *env) error {
	if c.JSON {
		return printJSON(e.out, blueprint.Templates())
	}
	for _, t := range blueprint.Templates() {
		if _, err := fmt.Fprintf(e.out, "%-12s %s\n", t.Name, t.About); err != nil {
			return err
		}
	}
	return nil
}

type templateShowCmd struct {
	Name string `arg:"" help:"As bodhi template list names it."`
}

// Run prints one template.
func (c templateShowCmd) Run(e *env) error {
	t, ok := blueprint.TemplateOf(c.Name)
	if !ok {
		return exitError{exitWrong, fmt.Errorf("there is no template %q; bodhi template list has all of them", c.Name)}
	}
	_, err := fmt.Fprint(e.out, t.Text)
	return err
}

type templateSchemaCmd struct{}

// Run prints the schema.
func (templateSchemaCmd) Run(e *env) error {
	_, err := e.out.Write(blueprint.Schema())
	return err
}

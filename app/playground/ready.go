package playground

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/prompt"
)

// Question is an Input that was checked and filled in, for one person at this moment.
type Question struct {
	actor    org.Actor
	grant    *key.Grant
	messages []prompt.Message
	files    []File
	tools    []prompt.Tool
	schema   *prompt.Schema
	settings prompt.Settings // but temperature and longest answer
	columns  []asked
}

type asked struct {
	model       string
	temperature json.Number
	most        int64
}

// Columns is how many are asked.
func (q *Question) Columns() int { return len(q.columns) }

// Ready checks all of an input. What is wrong is told by field: team, messages, files, tools, schema, variables.NAME, columns, and
// model.N, temperature.N and max_tokens.N of the Nth column, from 0.
func (s *Service) Ready(ctx context.Context, actor org.Actor, in Input) (*Question, error) {
	if err := actor.Require(org.Developer); err != nil {
		return nil, err
	}
	q := &Question{actor: actor, files: in.Talk.Files}
	var errs [6]error
	q.columns, errs[0] = checkColumns(in.Columns)
	errs[1] = checkFiles(in.Talk.Files)
	q.tools, errs[2] = tools(in.Talk.Tools)
	q.schema, errs[3] = schema(in.Talk.Schema)
	if errs[4] = checkMessages(in.Talk.Said()); errs[4] == nil {
		errs[4] = s.fill(ctx, actor, &in.Talk, q)
	}
	if len(in.Talk.Tools)+len(in.Talk.Schema) > MostText {
		errs[5] = fault.Field("tools", fmt.Sprintf("Tools and schema have at most %d KiB.", MostText>>10))
	}
	if err := errors.Join(errs[:]...); err != nil {
		return nil, err
	}
	var err error
	q.grant, err = s.grant(ctx, actor, in.Team)
	return q, err
}

func checkColumns(all []Column) (out []asked, err error) {
	if len(all) == 0 {
		return nil, fault.Field("columns", "Choose at least one model to ask.")
	}
	if len(all) > MostColumns {
		return nil, fault.Field("columns", fmt.Sprintf("At most %d models are asked at once; these are %d.", MostColumns, len(all)))
	}
	errs := make([]error, len(all))
	for i, c := range all {
		var a asked
		a.model, a.temperature, a.most, errs[i] = c.checked(i)
		out = append(out, a)
	}
	return out, errors.Join(errs...)
}

// fill puts the variables into the texts.
func (s *Service) fill(ctx context.Context, actor org.Actor, t *Talk, q *Question) error {
	q.messages = t.Said()
	base, err := s.Base(ctx, actor, t)
	if err != nil {
		return err
	}
	q.settings = base.Settings
	if !t.Template {
		return nil
	}
	sketch, err := s.Sketch(ctx, actor, t)
	if err != nil {
		return err
	}
	sent := prompt.Values{}
	for _, v := range sketch.Needs() {
		if text := t.Values[v.Name]; text != "" {
			sent[v.Name] = v.FromText(text)
		}
	}
	q.messages, err = sketch.Say(sent)
	return err
}

// Base is what of the library a conversation was taken from; zero without.
func (s *Service) Base(ctx context.Context, actor org.Actor, t *Talk) (prompt.Content, error) {
	if err := actor.Require(org.Developer); err != nil {
		return prompt.Content{}, err
	}
	if t.Prompt.IsZero() {
		return prompt.Content{}, nil
	}
	f, err := s.Library.Get(ctx, actor, t.Prompt)
	if err != nil {
		return prompt.Content{}, err
	}
	v, ok := f.Version(t.Version)
	if !ok {
		return prompt.Content{}, fault.New(fault.NotFound, "not_found", "The prompt has no such version any more. Open it anew from the library.")
	}
	return v.Content, nil
}

// Sketch takes the texts apart, with the variables of what they were taken from.
func (s *Service) Sketch(ctx context.Context, actor org.Actor, t *Talk) (*prompt.Sketch, error) {
	base, err := s.Base(ctx, actor, t)
	if err != nil {
		return nil, err
	}
	return s.Library.Sketch(ctx, actor, t.Prompt, prompt.Content{Messages: t.Said(), Variables: base.Variables})
}

package playground

import (
	"context"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/prompt"
)

// Save puts the conversation into the library, with the model and the settings of a column: as a private prompt of this name.
// Whom else it is shown to is decided there.
func (s *Service) Save(ctx context.Context, actor org.Actor, t *Talk, c Column, name, message string) (prompt.Full, error) {
	if err := actor.Require(org.Developer); err != nil {
		return prompt.Full{}, err
	}
	content, err := s.content(ctx, actor, t, c)
	if err != nil {
		return prompt.Full{}, err
	}
	return s.Library.Create(ctx, actor, prompt.Input{Name: name, Kind: prompt.Chat, Visibility: prompt.Private}, content, message, prompt.Production)
}

// SaveVersion makes it a new version of a prompt. Its labels stay where they are.
func (s *Service) SaveVersion(ctx context.Context, actor org.Actor, p id.Prompt, t *Talk, c Column, message string) (prompt.Version, error) {
	if err := actor.Require(org.Developer); err != nil {
		return prompt.Version{}, err
	}
	content, err := s.content(ctx, actor, t, c)
	if err != nil {
		return prompt.Version{}, err
	}
	return s.Library.Revise(ctx, actor, p, content, message)
}

// content is the conversation as a version says it. Texts that are no templates keep their braces.
func (s *Service) content(ctx context.Context, actor org.Actor, t *Talk, c Column) (out prompt.Content, err error) {
	if out, err = s.Base(ctx, actor, t); err != nil {
		return out, err
	}
	var most int64
	if out.Model, out.Settings.Temperature, most, err = c.checked(0); err != nil {
		return out, err
	}
	if out.Settings.MaxOutput = 0; c.MaxTokens != "" {
		out.Settings.MaxOutput = most
	}
	if out.Tools, err = tools(t.Tools); err != nil {
		return out, err
	}
	if out.Schema, err = schema(t.Schema); err != nil {
		return out, err
	}
	if out.Messages = t.Said(); t.Template {
		return prompt.Declared(out), nil
	}
	out.Messages, out.Variables = prompt.Literal(out.Messages), nil
	return out, nil
}

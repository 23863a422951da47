package prompt

import (
	"context"
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Preview is what a version of a prompt that the actor sees says with these values, as a request would have it. Nobody is asked.
func (s *Service) Preview(ctx context.Context, actor org.Actor, p id.Prompt, number int, sent Values) ([]Message, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	f, err := s.find(ctx, actor, p)
	if err != nil {
		return nil, err
	}
	all, err := s.Store.Shelf(ctx, actor.Org)
	if err != nil {
		return nil, fmt.Errorf("prompt: preview: %w", err)
	}
	e := shelfOf(all)[f.Name]
	if e == nil {
		return nil, Missing()
	}
	v, err := e.find(Ref{Name: f.Name, Number: number})
	if err != nil {
		return nil, err
	}
	ready, err := e.fill(v, "", sent)
	if err != nil {
		return nil, err
	}
	return said(ready.Talk), nil
}

// Needs are the variables of a version with those of what it includes, as far as it works out.
func (s *Service) Needs(ctx context.Context, actor org.Actor, p id.Prompt, number int) ([]Variable, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	f, err := s.find(ctx, actor, p)
	if err != nil {
		return nil, err
	}
	all, err := s.Store.Shelf(ctx, actor.Org)
	if err != nil {
		return nil, fmt.Errorf("prompt: needs: %w", err)
	}
	e := shelfOf(all)[f.Name]
	if e == nil || e.versions[number] == nil {
		return nil, Missing()
	}
	v := e.versions[number]
	if err := v.ready(&e.Record); err != nil {
		c, unread := v.read()
		if unread != nil {
			return nil, err
		}
		return c.Variables, nil
	}
	return v.vars, nil
}

// said are the messages of a conversation of texts.
func said(talk *llm.Conversation) (out []Message) {
	for _, part := range talk.System {
		out = append(out, Message{"system", part.Text})
	}
	words := map[llm.Role]string{llm.User: "user", llm.Assistant: "assistant", llm.System: "system"}
	for _, t := range talk.Turns {
		for _, part := range t.Parts {
			out = append(out, Message{words[t.Role], part.Text})
		}
	}
	return out
}

package blueprint

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/prompt"
)

// Prompt is a stored prompt: what its version in production says, else its newest. Private ones stay out. Applying a content that is
// not the one in production makes a version of it and moves production there.
type Prompt struct {
	Of      string         `yaml:"of,omitempty" json:"-"` // "team:NAME", or "" for the organization
	Name    string         `yaml:"name" json:"name"`
	Kind    string         `yaml:"kind,omitempty" json:"kind" as:"word" default:"chat" one:"chat text"`
	About   string         `yaml:"about,omitempty" json:"about"`
	Folder  string         `yaml:"folder,omitempty" json:"folder"`
	Content map[string]any `yaml:"content" json:"content"` // as the API has it: model, messages, variables, tools, schema, settings
}

// key puts texts first, because others may include them.
func (p *Prompt) key() string {
	if p.Kind == string(prompt.Text) {
		return key("0", p.Name)
	}
	return key("1", p.Name)
}

func (p *Prompt) place() string       { return p.Of }
func (p *Prompt) words(string) string { return "prompt " + p.Name }

// settle leaves out what says nothing, the way the library stores it.
func (p *Prompt) settle(string) {
	c, err := p.content()
	if err != nil {
		return // Plan says so
	}
	text, err := json.Marshal(c)
	var plain map[string]any
	if err == nil && json.Unmarshal(text, &plain) == nil {
		p.Content = plain
	}
}

// content reads what a document says strictly.
func (p *Prompt) content() (c prompt.Content, err error) {
	text, err := json.Marshal(p.Content)
	if err != nil {
		return c, errors.New("its names have to be texts")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err = d.Decode(&c); err != nil {
		err = errors.New(strings.TrimPrefix(err.Error(), "json: "))
	}
	return c, err
}

// applyPrompt makes a prompt, labelled production, or what differs of one.
func (s *State) applyPrompt(ctx context.Context, api API, c Change, p *Prompt) error {
	in := map[string]any{"about": p.About, "folder": p.Folder, "visibility": string(prompt.Everyone)}
	if p.Of != "" {
		in["visibility"], in["team"] = string(prompt.Team), s.scope(p.Of)
	}
	if c.Verb == Create {
		in["name"], in["kind"], in["content"], in["label"] = p.Name, p.Kind, p.Content, prompt.Production
		return api(ctx, http.MethodPost, "/prompts", nil, in, nil)
	}
	at := "/prompts/" + url.PathEscape(c.id)
	for _, f := range c.Fields {
		if f.Name != "content" {
			if err := api(ctx, http.MethodPatch, at, nil, in, nil); err != nil {
				return err
			}
			break
		}
	}
	for _, f := range c.Fields {
		if f.Name != "content" {
			continue
		}
		var made struct {
			Version int `json:"version"`
		}
		if err := api(ctx, http.MethodPost, at+"/versions", nil, map[string]any{"content": p.Content, "message": "Applied from a blueprint"}, &made); err != nil {
			return err
		}
		return api(ctx, http.MethodPut, at+"/labels/"+prompt.Production, nil, map[string]any{"version": made.Version}, nil)
	}
	return nil
}

// removePrompt takes its labels away first: by them requests could still ask for it.
func (s *State) removePrompt(ctx context.Context, api API, id string) error {
	at := "/prompts/" + url.PathEscape(id)
	var is struct {
		Labels []struct {
			Label string `json:"label"`
		} `json:"labels"`
	}
	if err := api(ctx, http.MethodGet, at, nil, nil, &is); err != nil {
		return err
	}
	for _, l := range is.Labels {
		if err := api(ctx, http.MethodDelete, at+"/labels/"+url.PathEscape(l.Label), nil, nil, nil); err != nil {
			return err
		}
	}
	return api(ctx, http.MethodDelete, at, nil, nil, nil)
}

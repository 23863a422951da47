package prompt

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// checked is the input in its stored form.
func (in Input) checked() (Input, error) {
	var errs [5]error
	if in.Name = strings.TrimSpace(in.Name); !nameForm.MatchString(in.Name) {
		errs[0] = fault.Field("name", "A prompt's name has small letters, digits, '.', '-' and '_', begins with a letter or digit, and has at most 60 of them: programs ask for it.")
	}
	if in.About = strings.TrimSpace(in.About); in.About != "" {
		in.About, errs[1] = org.Name("about", "the description", in.About, maxAbout)
	}
	if in.Folder = strings.Trim(strings.TrimSpace(in.Folder), "/"); in.Folder != "" {
		in.Folder, errs[2] = org.Name("folder", "the folder", in.Folder, maxName)
	}
	if in.Kind != Chat && in.Kind != Text {
		errs[3] = fault.Field("kind", `A prompt is a "chat" or a "text".`)
	}
	if in.Visibility != Team {
		in.Team = id.Team{}
	}
	return in, errors.Join(errs[:]...)
}

func reason(text string) (string, error) {
	if text = strings.TrimSpace(text); text == "" {
		return "", nil
	}
	return org.Name("message", "what changed", text, maxMessage)
}

// Create puts a prompt with its first version into the library. Requests find it within a second, on every node; under a label if
// one is named.
func (s *Service) Create(ctx context.Context, actor org.Actor, in Input, c Content, message, label string) (Full, error) {
	if err := actor.Require(org.Developer); err != nil {
		return Full{}, err
	}
	var out Full
	in, wrong := in.checked()
	c, size, bad := c.checked(in.Kind)
	message, long := reason(message)
	if err := errors.Join(wrong, bad, long); err != nil {
		return out, err
	}
	err := s.change(ctx, actor, "create", func(ctx context.Context) (*audit.Entry, error) {
		if err := s.mayShow(ctx, actor, in.Visibility, in.Team); err != nil {
			return nil, err
		}
		now := s.now()
		out.Prompt = Prompt{ID: id.NewPrompt(s.IDs), Org: actor.Org, Name: in.Name, Kind: in.Kind, About: in.About, Folder: in.Folder, Visibility: in.Visibility, Team: in.Team,
			Owner: actor.Member, OwnerLabel: actor.Label, Highest: 1, CreatedAt: now, UpdatedAt: now}
		v := Version{Org: actor.Org, Prompt: out.ID, Number: 1, Content: c, Message: message, Size: size, By: actor.Label, At: now}
		out.Versions = []Version{v}
		if label != "" {
			if !isLabel(label) {
				return nil, badLabel()
			}
			out.Labels = []Label{{Name: label, Number: 1, By: actor.Label, At: now}}
		}
		if err := s.room(ctx, actor.Org, size, true); err != nil {
			return nil, err
		}
		if err := s.Store.Insert(ctx, out.Prompt); err != nil {
			return nil, err
		}
		if err := s.Store.AddVersion(ctx, v); err != nil {
			return nil, err
		}
		for _, l := range out.Labels {
			if err := s.Store.PutLabel(ctx, actor.Org, out.ID, l); err != nil {
				return nil, err
			}
		}
		after := stored(out.Prompt)
		after["version"], after["label"] = 1, label
		return note("prompt.created", out.Prompt, nil, after), s.sound(ctx, actor.Org, in.Name, 1)
	})
	return out, err
}

// room refuses more than a library holds.
func (s *Service) room(ctx context.Context, o id.Org, size int64, another bool) error {
	have, err := s.Store.Size(ctx, o)
	if err != nil {
		return err
	}
	if have+size > MaxLibrary {
		return fault.Field("content", fmt.Sprintf("The prompts of an organization have at most %d MiB in all. Delete versions that nobody uses.", MaxLibrary>>20))
	}
	if !another {
		return nil
	}
	all, err := s.Store.List(ctx, o)
	if err == nil && len(all) >= MaxPrompts {
		return fault.Field("name", fmt.Sprintf("An organization has at most %d prompts. Delete some that nobody uses.", MaxPrompts))
	}
	return err
}

// sound refuses a change by which a version would not work out: the one named, or one that a label points to.
func (s *Service) sound(ctx context.Context, o id.Org, name string, number int) error {
	all, err := s.Store.Shelf(ctx, o)
	if err != nil {
		return err
	}
	shelf := shelfOf(all)
	if e := shelf[name]; e != nil && e.versions[number] != nil {
		if err := e.versions[number].ready(&e.Record); err != nil {
			return aboutInclude(err)
		}
	}
	for _, n := range sortedKeys(shelf) {
		e := shelf[n]
		for _, l := range sortedKeys(e.Labels) {
			if err := e.versions[e.Labels[l]].ready(&e.Record); err != nil {
				return aboutInclude(err)
			}
		}
	}
	return nil
}

func aboutInclude(err error) error {
	f := *fault.From(err)
	f.Field = "messages"
	return &f
}

func shelfOf(all []Record) shelf {
	s := shelf{}
	for i := range all {
		s.put(&all[i], nil) // the store opened them
	}
	return s
}

// Update changes what is said about a prompt, and who sees it.
func (s *Service) Update(ctx context.Context, actor org.Actor, p id.Prompt, in Input) (Full, error) {
	if err := actor.Require(org.Developer); err != nil {
		return Full{}, err
	}
	var f Full
	err := s.change(ctx, actor, "update", func(ctx context.Context) (*audit.Entry, error) {
		var err error
		if f, err = s.changeable(ctx, actor, p); err != nil {
			return nil, err
		}
		in.Name, in.Kind = f.Name, f.Kind
		if in, err = in.checked(); err != nil {
			return nil, err
		}
		if in.Visibility != f.Visibility || in.Team != f.Team {
			if err := s.mayShow(ctx, actor, in.Visibility, in.Team); err != nil {
				return nil, err
			}
			if in.Visibility == Private && f.Owner != actor.Member {
				return nil, fault.Field("visibility", "Only who made a prompt can make it private.")
			}
		}
		before := stored(f.Prompt)
		f.About, f.Folder, f.Visibility, f.Team, f.UpdatedAt = in.About, in.Folder, in.Visibility, in.Team, s.now()
		if err := s.Store.Update(ctx, f.Prompt); err != nil {
			return nil, err
		}
		return note("prompt.updated", f.Prompt, before, stored(f.Prompt)), s.sound(ctx, actor.Org, "", 0)
	})
	return f, err
}

// Revise adds a version. Labels stay where they are.
func (s *Service) Revise(ctx context.Context, actor org.Actor, p id.Prompt, c Content, message string) (Version, error) {
	if err := actor.Require(org.Developer); err != nil {
		return Version{}, err
	}
	var v Version
	err := s.change(ctx, actor, "revise", func(ctx context.Context) (*audit.Entry, error) {
		f, err := s.changeable(ctx, actor, p)
		if err != nil {
			return nil, err
		}
		c, size, bad := c.checked(f.Kind)
		message, long := reason(message)
		if err := errors.Join(bad, long); err != nil {
			return nil, err
		}
		if len(f.Versions) >= MaxVersions {
			return nil, fault.Field("content", fmt.Sprintf("A prompt has at most %d versions. Delete some that nobody uses.", MaxVersions))
		}
		if err := s.room(ctx, actor.Org, size, false); err != nil {
			return nil, err
		}
		f.Highest++
		v = Version{Org: actor.Org, Prompt: p, Number: f.Highest, Content: c, Message: message, Size: size, By: actor.Label, At: s.now()}
		f.UpdatedAt = v.At
		if err := s.Store.AddVersion(ctx, v); err != nil {
			return nil, err
		}
		if err := s.Store.Update(ctx, f.Prompt); err != nil {
			return nil, err
		}
		return note("prompt.revised", f.Prompt, nil, map[string]any{"version": v.Number, "message": message}), s.sound(ctx, actor.Org, f.Name, v.Number)
	})
	return v, err
}

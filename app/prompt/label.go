package prompt

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

func badLabel() *fault.Error {
	return fault.Field("label", "A label has small letters, digits, - and _, begins with a letter, and has at most 30 of them; v and a number is a version's.")
}

// guards reports whether the actor moves protected labels and says which are.
func guards(a org.Actor) bool { return a.Role.AtLeast(org.Manager) }

// Guards is guards for pages.
func Guards(a org.Actor) bool { return guards(a) }

func guarded(name string) *fault.Error {
	return fault.Newf(fault.Forbidden, "forbidden", "The label %q is protected: department managers and admins move it. Ask one.", name)
}

func (f *Full) label(name string) *Label {
	if i := slices.IndexFunc(f.Labels, func(l Label) bool { return l.Name == name }); i >= 0 {
		return &f.Labels[i]
	}
	return nil
}

// Move puts a label at a version. Requests that name it get that version within a second, on every node. protect says whether only
// managers and admins may move it from then on; nil leaves it as it is.
func (s *Service) Move(ctx context.Context, actor org.Actor, p id.Prompt, name string, number int, protect *bool) (Label, error) {
	if err := actor.Require(org.Developer); err != nil {
		return Label{}, err
	}
	var l Label
	err := s.change(ctx, actor, "label", func(ctx context.Context) (*audit.Entry, error) {
		f, err := s.changeable(ctx, actor, p)
		if err != nil {
			return nil, err
		}
		if !isLabel(name) {
			return nil, badLabel()
		}
		v, ok := f.Version(number)
		if !ok {
			return nil, fault.Field("version", "The prompt has no version "+strconv.Itoa(number)+".")
		}
		if v.Content.Model == "" && f.Kind != Text {
			return nil, fault.Field("version", "This version names no model, so nobody can ask for it.")
		}
		old := f.label(name)
		l = Label{Name: name, Number: number, By: actor.Label, At: s.now()}
		var before map[string]any
		if old != nil {
			l.Protected, before = old.Protected, map[string]any{"label": name, "version": old.Number, "protected": old.Protected}
		} else if len(f.Labels) >= MaxLabels {
			return nil, fault.Field("label", "A prompt has at most "+strconv.Itoa(MaxLabels)+" labels.")
		}
		if protect != nil {
			l.Protected = *protect
		}
		if (l.Protected || old != nil && old.Protected) && !guards(actor) {
			return nil, guarded(name)
		}
		if err := s.Store.PutLabel(ctx, actor.Org, p, l); err != nil {
			return nil, err
		}
		after := map[string]any{"label": name, "version": number, "protected": l.Protected}
		return note("prompt.labelled", f.Prompt, before, after), s.sound(ctx, actor.Org, f.Name, number)
	})
	return l, err
}

// Unlabel takes a label away: requests that name it are refused.
func (s *Service) Unlabel(ctx context.Context, actor org.Actor, p id.Prompt, name string) error {
	if err := actor.Require(org.Developer); err != nil {
		return err
	}
	return s.change(ctx, actor, "unlabel", func(ctx context.Context) (*audit.Entry, error) {
		f, err := s.changeable(ctx, actor, p)
		if err != nil {
			return nil, err
		}
		old := f.label(name)
		if old == nil {
			return nil, fault.New(fault.NotFound, "not_found", "The prompt has no such label.")
		}
		if old.Protected && !guards(actor) {
			return nil, guarded(name)
		}
		if users, err := s.users(ctx, actor.Org, func(r Ref) bool { return r.Name == f.Name && r.Label == name }); err != nil || len(users) > 0 {
			return nil, inUse(err, "The label "+strconv.Quote(name), users)
		}
		return note("prompt.unlabelled", f.Prompt, map[string]any{"label": name, "version": old.Number}, nil), s.Store.DropLabel(ctx, actor.Org, p, name)
	})
}

// users are what needs that which a reference says: versions that include it, such as "summary v2", and live experiments.
func (s *Service) users(ctx context.Context, o id.Org, uses func(Ref) bool) (out []string, err error) {
	all, err := s.Store.Shelf(ctx, o)
	if err != nil {
		return nil, err
	}
	for i := range all {
		for n, c := range all[i].Versions {
			if slices.ContainsFunc(c.includes(), uses) {
				out = append(out, all[i].Name+" v"+strconv.Itoa(n))
			}
		}
	}
	slices.Sort(out)
	if s.Tested == nil {
		return out, nil
	}
	tests, err := s.Tested(ctx, o, uses)
	for _, name := range tests {
		out = append(out, "the experiment "+name)
	}
	return out, err
}

// inUse refuses to delete what others need.
func inUse(err error, what string, users []string) error {
	if err != nil {
		return err
	}
	if len(users) > 5 {
		users = append(users[:5:5], "and others")
	}
	return fault.Newf(fault.Conflict, "prompt_in_use", "%s is in use by %s. Change or delete these first.", what, strings.Join(users, ", "))
}

// DeleteVersion deletes a version that no label is at and no prompt includes.
func (s *Service) DeleteVersion(ctx context.Context, actor org.Actor, p id.Prompt, number int) error {
	if err := actor.Require(org.Developer); err != nil {
		return err
	}
	return s.change(ctx, actor, "delete version", func(ctx context.Context) (*audit.Entry, error) {
		f, err := s.changeable(ctx, actor, p)
		if err != nil {
			return nil, err
		}
		v, ok := f.Version(number)
		what := "Version " + strconv.Itoa(number)
		switch {
		case !ok:
			return nil, fault.New(fault.NotFound, "not_found", "The prompt has no such version.")
		case len(f.Versions) == 1:
			return nil, fault.Newf(fault.Conflict, "prompt_in_use", "%s is the only one. Delete the prompt instead.", what)
		case len(f.At(number)) > 0:
			return nil, fault.Newf(fault.Conflict, "prompt_in_use", "%s has the label %s, so requests use it. Move the label first.", what, strings.Join(f.At(number), ", "))
		}
		if users, err := s.users(ctx, actor.Org, func(r Ref) bool { return r.Name == f.Name && r.Number == number }); err != nil || len(users) > 0 {
			return nil, inUse(err, what, users)
		}
		return note("prompt.version_deleted", f.Prompt, map[string]any{"version": number, "message": v.Message}, nil), s.Store.DropVersion(ctx, actor.Org, p, number)
	})
}

// Delete deletes a prompt that no other includes and that has no protected label. Requests for it are refused within a second.
func (s *Service) Delete(ctx context.Context, actor org.Actor, p id.Prompt) error {
	if err := actor.Require(org.Developer); err != nil {
		return err
	}
	return s.change(ctx, actor, "delete", func(ctx context.Context) (*audit.Entry, error) {
		f, err := s.changeable(ctx, actor, p)
		if err != nil {
			return nil, err
		}
		if len(f.Labels) > 0 {
			names := make([]string, len(f.Labels))
			for i, l := range f.Labels {
				names[i] = l.Name
			}
			return nil, fault.Newf(fault.Conflict, "prompt_in_use", "The prompt has the label %s, so requests may use it. Take its labels away first.", strings.Join(names, ", "))
		}
		if users, err := s.users(ctx, actor.Org, func(r Ref) bool { return r.Name == f.Name }); err != nil || len(users) > 0 {
			return nil, inUse(err, "The prompt", users)
		}
		return note("prompt.deleted", f.Prompt, stored(f.Prompt), nil), s.Store.Delete(ctx, actor.Org, p)
	})
}

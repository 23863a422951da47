package prompt

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Sketch is a content that nobody is about to save, what is typed in the playground, taken apart with what it includes. It says its
// messages as often as asked. What somebody is about to save is a Draft, held to every rule that saving has.
type Sketch struct {
	entry   *entry
	version *compiled
}

// Sketch takes a content apart as if it were a version of a prompt that the actor sees, or with a zero id of a private one of
// theirs. Variables that a text uses and nobody lists are texts that have to be sent; listed ones that it does not use are left out.
func (s *Service) Sketch(ctx context.Context, actor org.Actor, p id.Prompt, c Content) (*Sketch, error) {
	if err := actor.Require(org.Developer); err != nil {
		return nil, err
	}
	of := Record{Org: actor.Org, Name: "this prompt", Kind: Chat, Visibility: Private, Owner: actor.Member}
	if !p.IsZero() {
		f, err := s.find(ctx, actor, p)
		if err != nil {
			return nil, err
		}
		of.Name, of.Visibility, of.Team, of.Owner = f.Name, f.Visibility, f.Team, f.Owner
	}
	all, err := s.Store.Shelf(ctx, actor.Org)
	if err != nil {
		return nil, fmt.Errorf("prompt: sketch: %w", err)
	}
	c = Declared(c)
	var errs []error
	bad := func(field, format string, args ...any) {
		errs = append(errs, fault.Field(field, fmt.Sprintf(format, args...)))
	}
	c.checkVariables(c.checkMessages(Chat, bad), bad)
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	out := &Sketch{&entry{Record: of}, &compiled{read: func() (*Content, error) { return &c, nil }, shelfed: shelfOf(all)}}
	if err := out.version.ready(&of); err != nil {
		return nil, aboutInclude(err)
	}
	return out, nil
}

// Declared is a content whose variables are those that its texts use: what is not listed becomes a text that has to be sent, and
// what is listed for nothing goes. A content that includes others is left alone: what they use is theirs to say.
func Declared(c Content) Content {
	if Includes(c) {
		return c
	}
	used := Used(c)
	vars := slices.DeleteFunc(slices.Clone(c.Variables), func(v Variable) bool { return !slices.Contains(used, v.Name) })
	for _, name := range used {
		if !declared(vars, name) {
			vars = append(vars, Variable{Name: name, Type: String, Required: true})
		}
	}
	c.Variables = vars
	return c
}

// Needs are its variables with those of what it includes.
func (s *Sketch) Needs() []Variable { return s.version.vars }

// Say are its messages with these values. A value is never read as a template.
func (s *Sketch) Say(sent Values) ([]Message, error) {
	ready, err := s.entry.fill(s.version, "", sent)
	if err != nil {
		return nil, err
	}
	return said(ready.Talk), nil
}

// Literal are messages that a version says as they stand: braces in them begin nothing.
func Literal(all []Message) []Message {
	out := slices.Clone(all)
	for i := range out {
		out[i].Text = strings.ReplaceAll(out[i].Text, "{{", `\{{`)
	}
	return out
}

package prompt

import (
	"context"
	"fmt"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Draft is what somebody wrote and is about to save: a new prompt, or a new version of one. What is only tried is a Sketch.
type Draft struct {
	Prompt  id.Prompt // zero for a new one
	Input   Input     // of a new one; Name may be empty
	Content Content
	Sent    Values
}

// Drafted is what a draft says.
type Drafted struct {
	Needs    []Variable // all variables, with those of what it includes
	Messages []Message  // with Sent filled in
	Weight   Weight
}

// Draft checks what is not saved yet as saving would, and fills it in. Nothing is stored and nobody is asked. Where the values do not
// fit, Needs is there beside the error.
func (s *Service) Draft(ctx context.Context, actor org.Actor, d Draft) (out Drafted, err error) {
	if err := actor.Require(org.Developer); err != nil {
		return out, err
	}
	of := Record{Org: actor.Org, ID: d.Prompt, Name: d.Input.Name, Kind: d.Input.Kind, Visibility: d.Input.Visibility, Team: d.Input.Team, Owner: actor.Member}
	if !d.Prompt.IsZero() {
		f, err := s.changeable(ctx, actor, d.Prompt)
		if err != nil {
			return out, err
		}
		of.Name, of.Kind, of.Visibility, of.Team, of.Owner = f.Name, f.Kind, f.Visibility, f.Team, f.Owner
	} else if of.Visibility == Team { // it shows the team's texts; the other ones include what the actor sees anyway
		if err := s.mayShow(ctx, actor, of.Visibility, of.Team); err != nil {
			return out, err
		}
	}
	if of.Name == "" {
		of.Name = "this prompt"
	}
	c, _, err := d.Content.checked(of.Kind)
	if err != nil {
		return out, err
	}
	all, err := s.Store.Shelf(ctx, actor.Org)
	if err != nil {
		return out, fmt.Errorf("prompt: draft: %w", err)
	}
	all = slices.DeleteFunc(all, func(r Record) bool { return r.Name == of.Name }) // what is being changed; including itself is a circle
	of.Versions = map[int]Content{1: c}
	shelf := shelfOf(append(all, of))
	e := shelf[of.Name]
	v := e.versions[1]
	if err := v.ready(&e.Record); err != nil {
		return out, aboutInclude(err)
	}
	out.Needs, out.Weight = v.vars, v.weigh()
	ready, err := e.fill(v, "", d.Sent)
	if err != nil {
		return out, err
	}
	out.Messages = said(ready.Talk)
	out.Weight = WeightOf(c, out.Messages)
	return out, nil
}

// Weigh is what a version weighs before there are values, by its defaults.
func (s *Service) Weigh(ctx context.Context, actor org.Actor, p id.Prompt, number int) (Weight, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return Weight{}, err
	}
	f, err := s.find(ctx, actor, p)
	if err != nil {
		return Weight{}, err
	}
	all, err := s.Store.Shelf(ctx, actor.Org)
	if err != nil {
		return Weight{}, fmt.Errorf("prompt: weigh: %w", err)
	}
	e := shelfOf(all)[f.Name]
	if e == nil {
		return Weight{}, Missing()
	}
	v, err := e.find(Ref{Name: f.Name, Number: number})
	if err != nil {
		return Weight{}, err
	}
	if err := v.ready(&e.Record); err != nil {
		return Weight{}, err
	}
	return v.weigh(), nil
}

package experiment

import (
	"context"
	"fmt"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/prompt"
)

// Needs says which live experiments, by name, would lose something that is about to be deleted. Rooms ask it inside the transaction
// of the deletion and refuse: an experiment that goes on without what it is about would count something else, and one that ended by
// a side effect would surprise whoever waits for its verdict. Who deletes has been asked for their role by then.
func (s *Service) Needs(ctx context.Context, o id.Org, loses func(e *Experiment) bool) (names []string, err error) {
	all, err := s.Store.List(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("experiment: what needs it: %w", err)
	}
	for i := range all {
		if !all[i].State.Over() && loses(&all[i]) {
			names = append(names, all[i].Name)
		}
	}
	return names, nil
}

// OnAlias reports whether an experiment is about an alias, or one of its variants or its judge goes to it.
func (e *Experiment) OnAlias(a id.Alias, name string) bool {
	if e.Alias == a || e.Judge != nil && e.Judge.Model == name {
		return true
	}
	for _, v := range e.Variants {
		if v.Target == name {
			return true
		}
	}
	return false
}

// OnConnection reports whether one of the variants, or the judge, goes to a connection of that name.
func (e *Experiment) OnConnection(name string) bool {
	if e.Judge != nil && strings.HasPrefix(e.Judge.Model, name+"/") {
		return true
	}
	for _, v := range e.Variants {
		if strings.HasPrefix(v.Target, name+"/") {
			return true
		}
	}
	return false
}

// OnPrompt reports whether one of the variants has a version of a prompt, or the whole experiment is about it, that ref means.
func (e *Experiment) OnPrompt(means func(prompt.Ref) bool) bool {
	if e.Prompt == "" {
		return false
	}
	for _, v := range e.Variants {
		which := v.Version
		if which == "" {
			which = prompt.Production
		}
		if r, ok := prompt.ParseRef(e.Prompt + "@" + which); ok && means(r) {
			return true
		}
	}
	return false
}

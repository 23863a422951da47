package prompt

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Texts finds prompts by what they say, in memory: what is encrypted cannot be searched where it is stored. *Book implements it.
type Texts interface {
	// Saying are an organization's prompts whose text in production, or else newest, has a word, in lower case.
	Saying(o id.Org, word string) map[id.Prompt]bool
}

// Search finds prompts that the actor sees: by name first, then by folder and description, then by what they say.
func (s *Service) Search(ctx context.Context, actor org.Actor, text string, most int) ([]Prompt, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	all, err := s.Store.Heads(ctx, actor.Org)
	if err != nil {
		return nil, fmt.Errorf("prompt: search: %w", err)
	}
	all = slices.DeleteFunc(all, func(p Prompt) bool { return !sees(actor, &p) })
	word := strings.ToLower(strings.TrimSpace(text))
	var out []Prompt
	take := func(fits func(p *Prompt) bool) {
		for i := range all {
			p := &all[i]
			if len(out) < most && fits(p) && !slices.ContainsFunc(out, func(o Prompt) bool { return o.ID == p.ID }) {
				out = append(out, *p)
			}
		}
	}
	take(func(p *Prompt) bool { return strings.Contains(p.Name, word) })
	take(func(p *Prompt) bool { return strings.Contains(strings.ToLower(p.Folder+"\n"+p.About), word) })
	if len(out) < most && s.Texts != nil {
		saying := s.Texts.Saying(actor.Org, word)
		take(func(p *Prompt) bool { return saying[p.ID] })
	}
	return out, nil
}

// Saying implements Texts.
func (b *Book) Saying(o id.Org, word string) map[id.Prompt]bool {
	all := b.shelves.Load()
	if all == nil {
		return nil
	}
	out := map[id.Prompt]bool{}
	for _, e := range (*all)[o] {
		v := e.versions[e.Labels[Production]]
		if v == nil {
			newest := 0
			for n := range e.versions {
				newest = max(newest, n)
			}
			v = e.versions[newest]
		}
		if v == nil {
			continue
		}
		c, err := v.read()
		if err == nil && slices.ContainsFunc(c.Messages, func(m Message) bool { return strings.Contains(strings.ToLower(m.Text), word) }) {
			out[e.ID] = true
		}
	}
	return out
}

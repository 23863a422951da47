package compliance

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Was is what a person was called before a directory gave them another address or name, the newest first.
type Was struct {
	Emails []string `json:"emails,omitempty"`
	Names  []string `json:"names,omitempty"`
}

// mostWas bounds the former addresses, and the former names, that are looked for: each is, in every text, in every spelling.
const mostWas = 10

// Addresses are the person's own, the present one first.
func (p Person) Addresses() []string { return append([]string{p.Email}, p.Was.Emails...) }

// Called are all of their addresses and names.
func (p Person) Called() []string { return append(append(p.Addresses(), p.Name), p.Was.Names...) }

// toldOwn is told for entries of what they did and what was done to them: nobody else is meant there by what others are called now.
func (p Person) toldOwn() [][2]string {
	p.Was.Emails, p.Was.Names = slices.Concat(p.Was.Emails, p.taken.Emails), slices.Concat(p.Was.Names, p.taken.Names)
	return p.told()
}

// formerly finds what a person was called before. The log says so, where each change of it stands; and who had such an address before
// them and left is themselves. Who was given one since is somebody else.
func (s *Service) formerly(ctx context.Context, actor org.Actor, p *Person) error {
	was, err := s.renamed(ctx, actor, *p)
	if err != nil {
		return err
	}
	var heirs []string
	for _, email := range was.Emails {
		all, err := s.Store.Under(ctx, p.Org, email)
		if err != nil {
			return fmt.Errorf("members of an address: %w", err)
		}
		taken := false
		for _, u := range all {
			switch {
			case slices.Contains(p.Memberships(), u.Member):
			case u.Left && u.Member.UUID() < p.Member.UUID(): // ids of version 7 are in the order of time
				p.Former = append(p.Former, u.Member)
			default:
				taken, heirs = true, append(heirs, u.Name)
			}
		}
		if taken {
			p.taken.Emails = append(p.taken.Emails, email)
			continue
		}
		p.Was.Emails = append(p.Was.Emails, email)
	}
	for _, name := range was.Names {
		if slices.ContainsFunc(heirs, func(h string) bool { return strings.EqualFold(h, name) }) {
			p.taken.Names = append(p.taken.Names, name)
			continue
		}
		p.Was.Names = append(p.Was.Names, name)
	}
	return nil
}

// renamed reads what the log says of changes of the person's addresses and names.
func (s *Service) renamed(ctx context.Context, actor org.Actor, p Person) (was Was, err error) {
	add := func(to *[]string, word, now string) {
		same := func(have string) bool { return strings.EqualFold(have, word) }
		if word != "" && !same(now) && len(*to) < mostWas && !slices.ContainsFunc(*to, same) {
			*to = append(*to, word)
		}
	}
	for _, m := range p.Memberships() {
		for r, err := range s.Audit.Walk(ctx, actor, audit.Query{Action: "member.changed", Target: m.String()}) {
			if err != nil {
				return was, fmt.Errorf("what a person was called: %w", err)
			}
			var said struct {
				Email    string `json:"email"`
				Name     string `json:"name"`
				UserName string `json:"user_name"`
			}
			if r.Target != m.String() || json.Unmarshal([]byte(r.Before), &said) != nil {
				continue
			}
			add(&was.Emails, said.Email, p.Email)
			add(&was.Names, said.Name, p.Name)
			if address, err := org.Email("user_name", said.UserName); err == nil {
				add(&was.Emails, address, p.Email)
			}
		}
	}
	return was, nil
}

// besides leaves out the names that the one who has the person's address now goes by.
func (w Was) besides(heir string) Was {
	w.Names = slices.DeleteFunc(slices.Clone(w.Names), func(n string) bool { return strings.EqualFold(n, heir) })
	return w
}

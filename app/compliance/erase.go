package compliance

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

// Person is a member, present or gone, as erasing and handing out look for them.
func (s *Service) Person(ctx context.Context, actor org.Actor, who id.Member) (Person, error) {
	if err := actor.Require(org.Admin); err != nil {
		return Person{}, err
	}
	m, err := s.Members.Member(ctx, actor.Org, who)
	if err != nil {
		return Person{}, err
	}
	p := Person{Org: m.Org, Member: m.ID, Email: m.Email, Name: m.Name}
	if p.Former, _, err = s.under(ctx, p); err != nil {
		return p, err
	}
	return p, s.formerly(ctx, actor, &p)
}

// under are the other memberships of a person's address: those that ended are theirs, who came back; one that goes on is somebody
// else's by now, and heir.
func (s *Service) under(ctx context.Context, p Person) (former []id.Member, heir *Under, err error) {
	all, err := s.Store.Under(ctx, p.Org, p.Email)
	if err != nil {
		return nil, nil, fmt.Errorf("members of an address: %w", err)
	}
	for i, u := range all {
		switch {
		case u.Member == p.Member:
		case u.Left:
			former = append(former, u.Member)
		default:
			heir = &all[i]
		}
	}
	return former, heir, nil
}

// Find is the person who has or had an address here, also if they left.
func (s *Service) Find(ctx context.Context, actor org.Actor, email string) (Person, error) {
	if err := actor.Require(org.Admin); err != nil {
		return Person{}, err
	}
	email, err := org.Email("email", email)
	if err != nil {
		return Person{}, err
	}
	m, found, err := s.Store.Find(ctx, actor.Org, email)
	if err != nil {
		return Person{}, fmt.Errorf("find person: %w", err)
	}
	if !found {
		return Person{}, fault.Field("email", "Nobody here has or had this address.")
	}
	return s.Person(ctx, actor, m)
}

// Erase takes a person out of everything that is kept, for good, and gives the proof. email repeats their address: a slip of the
// hand must not do it. Who is a member still is removed first, as by hand: their keys, tokens and sessions end. Requests, costs and
// the audit log stay, about somebody whom nobody can name any more. A hold on them or on everybody refuses it.
//
// It is one transaction, so it is done whole or not at all. That reads every table of the organization once: with millions of
// requests it takes seconds, in which others wait to write on SQLite.
func (s *Service) Erase(ctx context.Context, actor org.Actor, who id.Member, email, reason string) (Erasure, error) {
	p, err := s.Person(ctx, actor, who)
	if err != nil {
		return Erasure{}, err
	}
	var wrong [2]error
	if !strings.EqualFold(strings.TrimSpace(email), p.Email) {
		wrong[0] = fault.Field("email", "This is not the person's address. Type it as it is written above.")
	}
	reason, wrong[1] = reasoned(reason)
	if strings.HasSuffix(p.Email, "@erased.invalid") {
		wrong[0] = fault.New(fault.Conflict, "erased", "This person's data was erased already.")
	}
	if who == actor.Member {
		wrong[0] = fault.New(fault.Conflict, "own_membership", "You cannot erase yourself. Ask another organization admin.")
	}
	if err := errors.Join(wrong[:]...); err != nil {
		return Erasure{}, err
	}
	_, heir, err := s.under(ctx, p)
	if err != nil {
		return Erasure{}, err
	}
	if p.Others, err = s.Store.Others(ctx, p); err != nil {
		return Erasure{}, fmt.Errorf("erase: %w", err)
	}
	var pairs []string
	for _, w := range p.told() {
		pairs = append(pairs, w[0], w[1])
	}
	reason = strings.NewReplacer(pairs...).Replace(reason)
	own := p.toldOwn()
	if heir != nil { // what the address leads to is theirs, and the name if they share it, but for what names the person by id
		if p.Email = p.Pseudonym(); strings.EqualFold(heir.Name, p.Name) {
			p.Name = ""
		}
		p.Was = p.Was.besides(heir.Name)
	}
	out := Erasure{ID: id.NewErasure(s.IDs), Org: p.Org, Member: who, Pseudonym: p.Pseudonym(), Reason: reason, By: actor.Label, At: s.Clock.Now().UTC()}
	if err := s.erase(ctx, actor, p, own, &out); err != nil {
		return Erasure{}, fmt.Errorf("erase: %w", err)
	}
	s.Changed(ctx)
	return out, nil
}

func (s *Service) erase(ctx context.Context, actor org.Actor, p Person, own [][2]string, out *Erasure) error {
	if h, held, err := s.holding(ctx, p.Org, p.Memberships()); err != nil || held {
		return errors.Join(err, heldIf(h, held))
	}
	for _, m := range p.Memberships() {
		if err := s.Answers.ForgetMember(ctx, actor, m); err != nil {
			return err
		}
	}
	if err := s.remember(ctx, p, out); err != nil {
		return err
	}
	return s.Tx.Do(ctx, func(ctx context.Context) error {
		if h, held, err := s.holding(ctx, p.Org, p.Memberships()); err != nil || held { // set in between
			return errors.Join(err, heldIf(h, held))
		}
		m, err := s.Members.Member(ctx, p.Org, p.Member)
		if err != nil {
			return err
		}
		// In this transaction, so that nobody learns of a removed member who still has a name: keys would be told of by it.
		if m.RemovedAt.IsZero() {
			if err := s.People.RemoveMember(ctx, actor, p.Member); err != nil {
				return err
			}
		}
		if out.Counts, err = s.Store.Erase(ctx, p); err != nil {
			return err
		}
		did, err := s.Audit.Redact(ctx, p.Org, p.Memberships(), p.told(), own)
		if err != nil {
			return err
		}
		out.Entries, out.First, out.Head = did.Entries, did.First, did.Head
		if err := s.Store.AddErasure(ctx, *out); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "person.erased", Target: p.Member.String(), TargetName: out.Pseudonym,
			After: map[string]any{"erasure": out.ID.String(), "reason": out.Reason, "rows": out.Rows(), "entries_rewritten": did.Entries, "first_entry": did.First, "head_before": did.Head}})
	})
}

func heldIf(h Hold, held bool) error {
	if held {
		return Held(h)
	}
	return nil
}

// Erasures are the proofs of the actor's organization, the newest first.
func (s *Service) Erasures(ctx context.Context, actor org.Actor) ([]Erasure, error) {
	if err := actor.Require(org.Admin); err != nil {
		return nil, err
	}
	all, err := s.Store.Erasures(ctx, actor.Org)
	if err != nil {
		return nil, fmt.Errorf("list erasures: %w", err)
	}
	return all, nil
}

// Erasure is one of them.
func (s *Service) Erasure(ctx context.Context, actor org.Actor, which id.Erasure) (Erasure, error) {
	all, err := s.Erasures(ctx, actor)
	if err != nil {
		return Erasure{}, err
	}
	for _, e := range all {
		if e.ID == which {
			return e, nil
		}
	}
	return Erasure{}, MissingErasure()
}

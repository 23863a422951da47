package approval

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/policy"
)

// Ask requests what policies refuse one key. Whoever can decide is called by mail.
func (s *Service) Ask(ctx context.Context, actor org.Actor, in Input) (View, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return View{}, err
	}
	now := s.now()
	var a Approval
	var at Subject
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		var err error
		if at, err = s.subject(ctx, actor, in.Key); err != nil {
			return err
		}
		if in, err = in.checked(now); err != nil {
			return err
		}
		court, err := s.Policies.Court(ctx, actor)
		if err != nil {
			return err
		}
		d, err := s.draft(court, at, in)
		if err != nil {
			return err
		}
		a = Approval{ID: id.NewApproval(s.IDs), Org: actor.Org, Key: in.Key, Model: in.Model, Cost: in.Cost, Reason: in.Reason, Reasons: d.Case.Reasons(), Bounds: in.Bounds,
			Lifts: d.Case.Lifts(), Targets: d.Case.Targets, State: Pending, Asker: actor.Member, AskedBy: actor.Label, AskedAt: now, ExpiresAt: earlier(now.Add(askFor), in.Until)}
		if err := s.often(ctx, actor, a); err != nil {
			return err
		}
		if err := s.Store.Add(ctx, a, now); err != nil {
			return err
		}
		call := Summons{Org: a.Org, Matter: OfPolicy, About: a.ID.UUID(), CreatedAt: now, ExpiresAt: a.ExpiresAt}
		n, err := s.Herald.Call(ctx, call, noticeOf(Call{Policy: &View{Approval: a}}, a.ID.String(), "", ""), func(m org.Actor) bool { return mayDecide(m, court, at, a, d.Case, s.model(a)) == nil })
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, "no_decider", "Nobody else may decide this, so nobody could ever approve it. Whoever sets the policy can change it, or name a lower role that approves.")
		}
		return s.Audit.Append(ctx, actor, note("approval.asked", a, a.facts()))
	})
	if errors.Is(err, ErrAsked) {
		return View{}, fault.New(fault.Conflict, "already_asked", "You have asked for this already, and nobody has decided yet. Wait for that, or talk to whoever decides.")
	}
	if err != nil {
		return View{}, public("ask", err)
	}
	return View{Approval: a, Subject: at}, nil
}

// mostAsked is how many requests one person makes in an hour at most: each is a letter to several managers.
const mostAsked = 30

// often refuses who asks all the time.
func (s *Service) often(ctx context.Context, actor org.Actor, a Approval) error {
	all, err := s.Store.List(ctx, a.Org, Filter{Asker: actor.Member})
	if err != nil {
		return err
	}
	n := 0
	for _, old := range all {
		if old.isAsker(actor) && a.AskedAt.Sub(old.AskedAt) < time.Hour {
			n++
		}
	}
	if n >= mostAsked {
		return fault.Newf(fault.Conflict, "too_many", "You have asked %d times within an hour. Wait a while, or talk to whoever decides.", n)
	}
	return nil
}

// model is what a request's name leads to now.
func (s *Service) model(a Approval) policy.Model {
	m := s.Model(a.Org, a.Model)
	m.Name = a.Model
	return m
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// checked is the input in its stored form, or everything that is wrong with it, joined.
func (in Input) checked(now time.Time) (Input, error) {
	var errs [4]error
	in.Model = strings.ToLower(strings.TrimSpace(in.Model))
	if in.Model == "" || len(in.Model) > maxModel || !utf8.ValidString(in.Model) {
		errs[0] = fault.Field("model", "Name the model, as your program asks for it.")
	}
	in.Reason = strings.TrimSpace(in.Reason)
	if n := utf8.RuneCountInString(in.Reason); n == 0 || n > maxReason {
		errs[1] = fault.Field("reason", "Say what it is for, in at most "+strconv.Itoa(maxReason)+" characters.")
	}
	if in.Cost < 0 || in.Cost > maxAmount {
		errs[2] = fault.Field("cost_usd", "Enter what one request may cost, in USD, or leave it empty.")
	}
	if in.Until.IsZero() {
		in.Until = now.Add(askFor)
	}
	errs[3] = in.Bounds.check(now)
	if errs[3] == nil && in.Amount > 0 && in.Amount < in.Cost {
		errs[3] = fault.Field("amount_usd", "One such request may cost up to $"+in.Cost.String()+". Ask for at least as much.")
	}
	if errs[3] == nil && in.Cost > 0 && in.Amount == 0 {
		errs[3] = fault.Field("amount_usd", "Say how much these requests may cost together: at least $"+in.Cost.String()+", what one may.")
	}
	return in, errors.Join(errs[:]...)
}

// check refuses bounds that are none.
func (b Bounds) check(now time.Time) error {
	var errs [3]error
	switch {
	case !b.Until.After(now):
		errs[0] = fault.Field("until", "Choose a day that is not over.")
	case b.Until.After(now.Add(longest)):
		errs[0] = fault.Field("until", fmt.Sprintf("An approval lasts at most %d days. What is needed longer belongs into the policy.", int(longest.Hours()/24)))
	}
	if b.Amount < 0 || b.Amount > maxAmount {
		errs[1] = fault.Field("amount_usd", "Enter an amount in USD of at most "+maxAmount.String()+", or leave it empty for any.")
	}
	if b.Times < 0 || b.Times > maxTimes {
		errs[2] = fault.Field("times", "Enter how many requests, from 1 to "+strconv.Itoa(maxTimes)+", or leave it empty for any number.")
	}
	return errors.Join(errs[:]...)
}

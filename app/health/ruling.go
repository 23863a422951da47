package health

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// RulesTopic says on the bus that rules of breakers changed.
const RulesTopic live.Topic = "breaker_rules"

// Ruling is one setting as pages show it.
type Ruling struct {
	Connection id.Connection // zero = all
	Name       string        // the connection's; "" = all
	Said       Setting       // what it says itself; zero fields come from the wider one
	Has        bool          // it says something
	Holds      Rules         // what counts
	// Cost is the most that one look costs; 0 where it costs nothing, and where no price is known (Unpriced).
	Cost     money.USD
	Unpriced bool
}

// Day is the most that a day of looks costs: each comes a tenth of its interval early at most.
func (r Ruling) Day() money.USD {
	if r.Said.Check <= 0 {
		return 0
	}
	n := int64(24*time.Hour/(r.Said.Check-r.Said.Check/10)) + 1
	if r.Cost > money.Max/money.USD(n) {
		return money.Max
	}
	return r.Cost * money.USD(n)
}

// Rulings are the organization's rules, first those for all, then every connection's by name.
func (s *Service) Rulings(ctx context.Context, actor org.Actor) ([]Ruling, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	names, err := s.Connections(ctx, actor)
	if err != nil {
		return nil, fmt.Errorf("health: connections: %w", err)
	}
	all, err := s.Store.Settings(ctx, actor.Org)
	if err != nil {
		return nil, fmt.Errorf("health: rules: %w", err)
	}
	said := map[id.Connection]Setting{}
	for _, one := range all {
		said[one.Connection] = one
	}
	wide, has := said[id.Connection{}]
	out := []Ruling{{Said: wide, Has: has, Holds: resolve(wide.Rules, Rules{})}}
	for _, c := range byName(names) {
		own, has := said[c]
		r := Ruling{Connection: c, Name: names[c], Said: own, Has: has, Holds: resolve(own.Rules, wide.Rules)}
		if own.Ask != "" && s.Cost != nil {
			cost, known, err := s.Cost(ctx, actor, c, own.Ask)
			if err != nil {
				return nil, fmt.Errorf("health: what a look costs: %w", err)
			}
			r.Cost, r.Unpriced = cost, !known
		}
		out = append(out, r)
	}
	return out, nil
}

// Ruling is one of Rulings.
func (s *Service) Ruling(ctx context.Context, actor org.Actor, c id.Connection) (Ruling, error) {
	all, err := s.Rulings(ctx, actor)
	if err != nil {
		return Ruling{}, err
	}
	for _, r := range all {
		if r.Connection == c {
			return r, nil
		}
	}
	return Ruling{}, NotFound()
}

// SetRules says when the breakers of a connection, or of all (zero), open and close, and how often it is looked at.
func (s *Service) SetRules(ctx context.Context, actor org.Actor, c id.Connection, in Input) (Ruling, error) {
	if err := actor.Require(MayChange); err != nil {
		return Ruling{}, err
	}
	var set Setting
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		before, err := s.Ruling(ctx, actor, c)
		if err != nil {
			return err
		}
		wide := Rules{}
		if !c.IsZero() {
			whole, err := s.Ruling(ctx, actor, id.Connection{})
			if err != nil {
				return err
			}
			wide = whole.Said.Rules
		}
		set = Setting{Org: actor.Org, Connection: c}
		set.Ask, in.Ask = strings.TrimSpace(in.Ask), strings.TrimSpace(in.Ask)
		if set.Rules, set.Check, err = in.read(wide, c.IsZero()); err != nil {
			return err
		}
		if err := s.Store.SetRules(ctx, set); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, before.entry("breaker_rules.updated", actor.Org, set.stored()))
	})
	if err != nil {
		return Ruling{}, ruled("set rules", err)
	}
	s.told(ctx, RulesTopic)
	return s.Ruling(ctx, actor, c)
}

// RemoveRules takes a setting back: the wider one counts again.
func (s *Service) RemoveRules(ctx context.Context, actor org.Actor, c id.Connection) error {
	if err := actor.Require(MayChange); err != nil {
		return err
	}
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		before, err := s.Ruling(ctx, actor, c)
		if err != nil {
			return err
		}
		found, err := s.Store.RemoveRules(ctx, actor.Org, c)
		if err != nil {
			return err
		}
		if !found {
			return fault.New(fault.NotFound, "not_found", "There is no such setting.")
		}
		return s.Audit.Append(ctx, actor, before.entry("breaker_rules.removed", actor.Org, nil))
	})
	if err != nil {
		return ruled("remove rules", err)
	}
	s.told(ctx, RulesTopic)
	return nil
}

func ruled(op string, err error) error {
	var f *fault.Error
	if errors.As(err, &f) {
		return err
	}
	return fmt.Errorf("health: %s: %w", op, err)
}

func (r Ruling) entry(action string, o id.Org, after map[string]any) audit.Entry {
	e := audit.Entry{Action: action, Target: r.Connection.String(), TargetName: "Breaker rules of " + r.Name, After: after}
	if r.Connection.IsZero() {
		e.Target, e.TargetName = o.String(), "Breaker rules of all connections"
	}
	if r.Has {
		e.Before = r.Said.stored()
	}
	return e
}

// stored is a setting in the audit log.
func (s Setting) stored() map[string]any {
	out := map[string]any{}
	for name, text := range map[string]string{"window": Spell(s.Rules.Window), "cool_down": Spell(s.Rules.CoolDown), "max_cool_down": Spell(s.Rules.MaxCoolDown), "check": Spell(s.Check), "ask": s.Ask} {
		if text != "" {
			out[name] = text
		}
	}
	for name, n := range map[string]int{"failures": s.Rules.Failures, "percent": s.Rules.Percent, "row": s.Rules.Row, "successes": s.Rules.Successes} {
		if n > 0 {
			out[name] = n
		}
	}
	return out
}

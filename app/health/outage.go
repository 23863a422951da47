package health

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Outage is a time in which a target was left alone: from the event that opened its breaker to the one that closed it. What
// a person takes out of service is none. It ends by itself; that people know of it, and have dealt with it, they say.
type Outage struct {
	ID       id.Outage // of the event that began it
	Target   Target
	Cause    Cause // the last opening's
	Openings int   // how often it opened, by failed probes and on several nodes
	Began    time.Time
	Ended    time.Time // zero = it goes on
	// Acknowledged and Resolved are when a person said so, zero = nobody did, and who.
	Acknowledged   time.Time
	AcknowledgedBy string
	Resolved       time.Time
	ResolvedBy     string
	Notes          []Remark // oldest first; only of Service.Outage
}

// Remark is what a person noted about an outage.
type Remark struct {
	At   time.Time
	By   string
	Text string
}

const (
	maxRemark   = 2000
	mostRemarks = 100
)

// Outages are an organization's outages of the last 30 days, and those that go on, newest first.
func (s *Service) Outages(ctx context.Context, actor org.Actor, limit int) ([]Outage, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	list, err := s.Store.Outages(ctx, actor.Org, s.Clock.Now().Add(-Keep), limit)
	if err != nil {
		return nil, fmt.Errorf("health: outages: %w", err)
	}
	return list, nil
}

// Outage is one outage, with what people noted and what its breaker did meanwhile.
func (s *Service) Outage(ctx context.Context, actor org.Actor, which id.Outage) (Outage, []Event, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return Outage{}, nil, err
	}
	x, err := s.outage(ctx, actor.Org, which)
	if err != nil {
		return Outage{}, nil, ruled("outage", err)
	}
	all, err := s.Store.Events(ctx, actor.Org, x.Began, mostOfOutage)
	if err != nil {
		return Outage{}, nil, fmt.Errorf("health: events of an outage: %w", err)
	}
	var events []Event
	for _, e := range all {
		if e.Target == x.Target && (x.Ended.IsZero() || !e.At.After(x.Ended)) {
			events = append(events, e)
		}
	}
	return x, events, nil
}

// mostOfOutage bounds the events that are searched for those of one outage.
const mostOfOutage = 2000

func (s *Service) outage(ctx context.Context, o id.Org, which id.Outage) (Outage, error) {
	x, ok, err := s.Store.Outage(ctx, o, which)
	if err == nil && !ok {
		err = NoOutage()
	}
	return x, err
}

// NoOutage is the refusal of an outage that is not there, or another tenant's.
func NoOutage() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such outage.")
}

// Acknowledge says that somebody looks after an outage, so that nobody else needs to.
func (s *Service) Acknowledge(ctx context.Context, actor org.Actor, which id.Outage) error {
	if err := actor.Require(MayChange); err != nil {
		return err
	}
	return s.mark(ctx, actor, which, "outage.acknowledged", nil, func(x *Outage) error {
		if !x.Acknowledged.IsZero() {
			return fault.Newf(fault.Conflict, "already_decided", "%s has acknowledged this outage already.", x.AcknowledgedBy)
		}
		x.Acknowledged, x.AcknowledgedBy = s.Clock.Now(), actor.Label
		return nil
	})
}

// Resolve says that an outage that is over has been dealt with; what was found out may be noted with it.
func (s *Service) Resolve(ctx context.Context, actor org.Actor, which id.Outage, text string) error {
	if err := actor.Require(MayChange); err != nil {
		return err
	}
	text, err := remark(text, false)
	if err != nil {
		return err
	}
	return s.mark(ctx, actor, which, "outage.resolved", s.noted(actor, text), func(x *Outage) error {
		switch {
		case !x.Resolved.IsZero():
			return fault.Newf(fault.Conflict, "already_decided", "%s has resolved this outage already.", x.ResolvedBy)
		case x.Ended.IsZero():
			return fault.New(fault.Conflict, "outage_open", "This outage goes on. It ends when a probe is answered, or when you put the target back into service; it can be resolved then.")
		}
		x.Resolved, x.ResolvedBy = s.Clock.Now(), actor.Label
		return nil
	})
}

// AddNote notes something about an outage.
func (s *Service) AddNote(ctx context.Context, actor org.Actor, which id.Outage, text string) error {
	if err := actor.Require(MayChange); err != nil {
		return err
	}
	text, err := remark(text, true)
	if err != nil {
		return err
	}
	return s.mark(ctx, actor, which, "outage.noted", s.noted(actor, text), func(*Outage) error { return nil })
}

func remark(text string, needed bool) (string, error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "" && needed:
		return "", fault.Field("text", "Write what you want to note.")
	case len(text) > maxRemark:
		return "", fault.Field("text", fmt.Sprintf("Say it in at most %d characters.", maxRemark))
	}
	return text, nil
}

func (s *Service) noted(actor org.Actor, text string) *Remark {
	if text == "" {
		return nil
	}
	return &Remark{At: s.Clock.Now(), By: actor.Label, Text: text}
}

// mark is read, edit, write, audit in one transaction.
func (s *Service) mark(ctx context.Context, actor org.Actor, which id.Outage, action string, r *Remark, edit func(*Outage) error) error {
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		x, err := s.outage(ctx, actor.Org, which)
		if err != nil {
			return err
		}
		if err := edit(&x); err != nil {
			return err
		}
		if err := s.Store.Mark(ctx, actor.Org, x); err != nil {
			return err
		}
		after := map[string]any{"connection": x.Target.Connection.String(), "model": x.Target.Model}
		if r != nil {
			if len(x.Notes) >= mostRemarks {
				return fault.Newf(fault.Conflict, "too_many", "An outage has at most %d notes.", mostRemarks)
			}
			if err := s.Store.Remark(ctx, actor.Org, which, *r); err != nil {
				return err
			}
			after["note"] = r.Text
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: action, Target: which.String(), TargetName: "Outage of " + x.Began.UTC().Format("2006-01-02 15:04 MST"), After: after})
	})
	if err != nil {
		return ruled("mark an outage", err)
	}
	return nil
}

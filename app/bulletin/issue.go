package bulletin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// issue keeps an edition and orders a copy for everybody who gets it, in the transaction that ctx carries; of a slot whose hour is
// still to come for somebody, their copy is written down. A slot without At is sent to all at once.
func (s *Service) issue(ctx context.Context, r Report, slot Slot, home *time.Location, occasion, by string, content Content) (Edition, error) {
	made := Edition{ID: id.NewEdition(s.IDs), Org: r.Org, Report: r.ID, Kind: r.Kind, Team: r.Team, Occasion: occasion, From: slot.From, To: slot.To, MadeAt: s.now(), By: by, CSV: r.CSV, PDF: r.PDF, Content: content}
	e, fresh, err := s.Store.AddEdition(ctx, made)
	if err != nil || !fresh {
		return e, err
	}
	people, err := s.recipients(ctx, r)
	if err != nil {
		return e, err
	}
	times := map[id.Member]time.Time{}
	if !slot.At.IsZero() {
		if times, err = s.times(ctx, r, slot, home, people); err != nil {
			return e, err
		}
	}
	copies := make([]Delivery, len(people))
	for i, m := range people {
		copies[i] = Delivery{Edition: e.ID, Member: m.ID, Address: m.Email, Name: m.Name}
		if at := times[m.ID]; at.After(e.MadeAt) {
			copies[i].DueAt = at
		}
	}
	if err := s.Store.AddDeliveries(ctx, r.Org, copies); err != nil {
		return e, err
	}
	for _, d := range copies {
		if !d.DueAt.IsZero() {
			continue
		}
		if err := s.Post.Send(ctx, r.Org, d); err != nil {
			return e, err
		}
	}
	return e, nil
}

// Preview is what the report would say now, of the last period that has ended. Nothing is kept or sent.
func (s *Service) Preview(ctx context.Context, actor org.Actor, which id.Report) (Edition, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return Edition{}, err
	}
	r, err := s.find(ctx, actor, which)
	if err != nil {
		return Edition{}, err
	}
	e, _, err := s.preview(ctx, r)
	return e, err
}

func (s *Service) preview(ctx context.Context, r Report) (e Edition, worth bool, err error) {
	whose, zone, _, err := s.whose(ctx, r.Org, r.Team)
	if err != nil {
		return e, false, err
	}
	now := s.now()
	slot := r.Kind.Last(now, 0, zone) // whatever its hour: the period is over
	e = Edition{Org: r.Org, Report: r.ID, Kind: r.Kind, Team: r.Team, From: slot.From, To: slot.To, MadeAt: now, CSV: r.CSV, PDF: r.PDF}
	e.Content, worth, err = s.Maker.Make(ctx, r, whose, slot, zone, now)
	return e, worth, err
}

// SendNow sends the last period's edition at once, to whoever gets the report, besides what the schedule does. Twice within a
// minute is once.
func (s *Service) SendNow(ctx context.Context, actor org.Actor, which id.Report) (Edition, error) {
	if err := actor.Require(org.Lead); err != nil {
		return Edition{}, err
	}
	r, err := s.find(ctx, actor, which)
	if err != nil {
		return Edition{}, err
	}
	if !MayChange(actor, r.Team) {
		return Edition{}, s.forbidden(r.Team)
	}
	e, worth, err := s.preview(ctx, r)
	if err != nil {
		return Edition{}, err
	}
	if !worth {
		return Edition{}, fault.New(fault.Conflict, "nothing_to_report", "No budget is more than 90 % used, so this report has nothing to say.")
	}
	err = s.change(ctx, actor, which, "send", func(ctx context.Context, r Report, name string) (audit.Entry, error) {
		occasion := "sent " + s.now().Format("2006-01-02 15:04")
		if e, err = s.issue(ctx, r, Slot{From: e.From, To: e.To}, nil, occasion, actor.Label, e.Content); err != nil {
			return audit.Entry{}, err
		}
		return audit.Entry{Action: "report.sent", Target: which.String(), TargetName: name, After: map[string]any{"edition": e.ID.String()}}, nil
	})
	return e, err
}

// Archive is a page of the editions that the actor may read, newest first, without what they say.
func (s *Service) Archive(ctx context.Context, actor org.Actor, q EditionQuery) ([]Edition, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	q.Teams, q.All = actor.Reads()
	q.Evidence = actor.Everywhere(org.Admin)
	if !q.All && len(q.Teams) == 0 {
		return nil, nil
	}
	out, err := s.Store.Editions(ctx, actor.Org, q)
	if err != nil {
		return nil, fmt.Errorf("bulletin: archive: %w", err)
	}
	return out, nil
}

// Edition is one that the actor may read.
func (s *Service) Edition(ctx context.Context, actor org.Actor, which id.Edition) (Edition, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return Edition{}, err
	}
	e, err := s.Store.Edition(ctx, actor.Org, which)
	if errors.Is(err, ErrNotFound) || err == nil && !MayRead(actor, e.Kind, e.Team) {
		return Edition{}, NoEdition()
	}
	if err != nil {
		return Edition{}, fmt.Errorf("bulletin: edition: %w", err)
	}
	return e, nil
}

// Deliveries are who got an edition that the actor may read, and how each copy fares.
func (s *Service) Deliveries(ctx context.Context, actor org.Actor, which id.Edition) ([]Delivery, error) {
	if _, err := s.Edition(ctx, actor, which); err != nil {
		return nil, err
	}
	out, err := s.Store.Deliveries(ctx, actor.Org, which)
	if err != nil {
		return nil, fmt.Errorf("bulletin: deliveries: %w", err)
	}
	return out, nil
}

// Letter is the edition that a mail is about, for whoever writes it.
func (s *Service) Letter(ctx context.Context, o id.Org, which id.Edition) (Edition, error) {
	return s.Store.Edition(ctx, o, which)
}

// Names gives what editions are about in words; teams that are gone are called so.
func (s *Service) Names(ctx context.Context, actor org.Actor) (func(id.Team) string, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	home, err := s.Orgs.Organization(ctx, actor.Org)
	if err != nil {
		return nil, fmt.Errorf("bulletin: organization: %w", err)
	}
	teams, err := s.Orgs.Teams(ctx, actor.Org)
	if err != nil {
		return nil, fmt.Errorf("bulletin: teams: %w", err)
	}
	names := map[id.Team]string{{}: home.Name}
	for _, t := range teams {
		if MayRead(actor, Weekly, t.ID) {
			names[t.ID] = "Team " + t.Name
		}
	}
	return func(t id.Team) string {
		if name, ok := names[t]; ok {
			return name
		}
		return "a team that is gone"
	}, nil
}

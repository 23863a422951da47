package bulletin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Due makes and sends what should have gone out by now, for all organizations. A job calls it every few minutes, on one node
// or on several: who claims a slot first makes it. What goes wrong with one report stops no other; it is tried again at the
// next call, because its slot is still unclaimed.
//
// Everybody gets their copy at the report's hour on their own clocks: an edition is made when the first of them is due, and what is
// due to others follows by the same job.
//
// After a time in which no node ran, only each report's latest slot is made up for, however late.
func (s *Service) Due(ctx context.Context) error {
	all, err := s.Store.Active(ctx)
	if err != nil {
		return fmt.Errorf("bulletin: due: %w", err)
	}
	now := s.now()
	failed := s.follow(ctx, now)
	for _, r := range all {
		zone, err := time.LoadLocation(r.Zone)
		if err == nil {
			err = s.look(ctx, r.Report, now, zone)
		}
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("bulletin: report %s: %w", r.ID, err))
		}
	}
	return failed
}

// look makes a report's slot if the first copy of it is due: that of somebody whose clocks are ahead, or else the organization's hour.
func (s *Service) look(ctx context.Context, r Report, now time.Time, zone *time.Location) error {
	if next := r.Kind.Next(now, r.Hour, zone); !now.Before(next.To) && next.At.After(r.After) {
		people, err := s.recipients(ctx, r)
		if err != nil {
			return err
		}
		times, err := s.times(ctx, r, next, zone, people)
		if err != nil {
			return err
		}
		for _, at := range times {
			if !at.After(now) {
				return s.due(ctx, r, next)
			}
		}
	}
	if slot := r.Kind.Last(now, r.Hour, zone); slot.At.After(r.After) {
		return s.due(ctx, r, slot)
	}
	return nil
}

// times are when each person's copy goes out.
func (s *Service) times(ctx context.Context, r Report, slot Slot, home *time.Location, people []org.Member) (map[id.Member]time.Time, error) {
	out, of := make(map[id.Member]time.Time, len(people)), make([]id.Member, len(people))
	for i, m := range people {
		of[i], out[m.ID] = m.ID, slot.At
	}
	if s.Zones == nil {
		return out, nil
	}
	zones, err := s.Zones(ctx, r.Org, of)
	for m, zone := range zones {
		out[m] = slot.In(zone, home, r.Hour)
	}
	return out, err
}

// follow orders the copies whose time has come of editions that are made already. Who left since, or may not read it any more, gets
// none.
func (s *Service) follow(ctx context.Context, now time.Time) error {
	const most = 1000 // in one run of the job; the next is in five minutes
	all, err := s.Store.DueCopies(ctx, now, most)
	for _, c := range all {
		err = errors.Join(err, s.Tx.Do(ctx, func(ctx context.Context) error {
			if mine, err := s.Store.Ordered(ctx, c.Org, c.Edition, c.Member); err != nil || !mine {
				return err
			}
			m, err := s.Orgs.Member(ctx, c.Org, c.Member)
			if fault.Is(err, fault.NotFound) || err == nil && (m.Status() != org.ActiveMember || !MayRead(m.Acting(org.Actor{}), c.Kind, c.Team)) {
				return nil
			}
			if err != nil {
				return err
			}
			if stopped, err := s.Store.Stopped(ctx, c.Org, c.Report); err != nil || slices.Contains(stopped, m.ID) {
				return err
			}
			return s.Post.Send(ctx, c.Org, Delivery{Edition: c.Edition, Member: m.ID, Address: m.Email, Name: m.Name})
		}))
	}
	if err != nil {
		return fmt.Errorf("bulletin: copies that are due: %w", err)
	}
	return nil
}

// due makes one report's slot, if it has something to say.
func (s *Service) due(ctx context.Context, r Report, slot Slot) error {
	whose, zone, archived, err := s.whose(ctx, r.Org, r.Team)
	if err != nil {
		return err
	}
	var content Content
	worth := false
	if !archived {
		if content, worth, err = s.Maker.Make(ctx, r, whose, slot, zone, s.now()); err != nil {
			return err
		}
	}
	return s.Tx.Do(ctx, func(ctx context.Context) error {
		mine, err := s.Store.Claim(ctx, r.Org, r.ID, slot.At)
		if err != nil || !mine || !worth {
			return err
		}
		_, err = s.issue(ctx, r, slot, zone, slot.Occasion(zone), "", content)
		return err
	})
}

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

package bulletin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

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

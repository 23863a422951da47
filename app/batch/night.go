package batch

import (
	"context"
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// MaySet changes an organization's off-peak hours.
const MaySet = org.Admin

// Hours are the organization's off-peak hours; kept says that somebody chose them.
func (s *Service) Hours(ctx context.Context, actor org.Actor) (h Hours, kept bool, err error) {
	if err := actor.Require(MayRead); err != nil {
		return Hours{}, false, err
	}
	if h, kept, err = s.Store.Hours(ctx, actor.Org); err != nil {
		err = fmt.Errorf("batch: off-peak hours: %w", err)
	}
	return h, kept, err
}

// SetHours changes them, for the batches that wait for them or are under way, too.
func (s *Service) SetHours(ctx context.Context, actor org.Actor, h Hours) (Hours, error) {
	if err := actor.Require(MaySet); err != nil {
		return Hours{}, err
	}
	if err := h.check(); err != nil {
		return Hours{}, err
	}
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.Store.Lock(ctx, actor.Org); err != nil {
			return err
		}
		old, _, err := s.Store.Hours(ctx, actor.Org)
		if err != nil {
			return err
		}
		if err := s.Store.SetHours(ctx, actor.Org, h); err != nil {
			return err
		}
		all, err := s.Store.OffPeak(ctx, actor.Org)
		if err != nil {
			return err
		}
		for n := range all {
			if err := s.retime(ctx, &all[n], &h); err != nil {
				return err
			}
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "batch_hours.updated", Target: actor.Org.String(), TargetName: "off-peak hours", Before: old.logged(), After: h.logged()})
	})
	if err != nil {
		return Hours{}, err
	}
	s.tell(ctx)
	return h, nil
}

// retime has a batch wait for other hours. A window that has not begun begins with them, but ends no sooner than the program was told.
func (s *Service) retime(ctx context.Context, b *Batch, h *Hours) error {
	now, next := s.now(), h.Next(s.now())
	first := next
	if b.BeganAt.IsZero() && b.StartAt.After(now) { // nobody looked at it: that is when it may begin
		first = h.Next(b.StartAt)
	}
	if until := first.Add(Window); !b.ExpiresAt.IsZero() && now.Before(b.ExpiresAt.Add(-Window)) && until.After(b.ExpiresAt) {
		if err := s.Store.Extend(ctx, b.Org, b.ID, until); err != nil {
			return err
		}
	}
	if b.BeganAt.IsZero() || b.State == Paused || !b.StartAt.After(now) || b.Body.Native && b.StartAt.Before(next) { // it may rest until its provider is asked how far it is
		return nil
	}
	return s.Store.Wake(ctx, b.Org, b.ID, next)
}

func (h *Hours) logged() map[string]any {
	days := make([]string, len(h.Days))
	for i, d := range h.Days {
		days[i] = d.String()
	}
	return map[string]any{"zone": h.Zone, "opens": TimeOfDay(h.Opens), "closes": TimeOfDay(h.Closes), "days": days}
}

// TimeOfDay is a minute of a day as "20:00".
func TimeOfDay(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

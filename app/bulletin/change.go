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

// Input is what a form or an API call says about a report.
type Input struct {
	Kind      Kind
	Team      id.Team // zero is the organization; fixed once it is created, like the kind
	Hour      int
	Answering bool
	Members   []id.Member
	CSV, PDF  bool
	Paused    bool
	// Seen is when the report had last been changed that an Update was typed over; zero overwrites whatever is there.
	Seen time.Time
}

// checked says everything that is wrong with the input, joined.
func (in Input) checked() error {
	var errs []error
	if !in.Kind.Valid() {
		errs = append(errs, fault.Field("kind", "Choose weekly, monthly, daily, quarterly, or evidence_ with processing, access, costs, purposes or subprocessors behind it."))
	}
	if in.Kind == Weekly && in.Team.IsZero() {
		errs = append(errs, fault.Field("scope", "The weekly report is a team's. Choose a team, or the monthly report for the whole organization."))
	}
	if (in.Kind == Monthly || in.Kind == Quarterly || in.Kind.Evidence()) && !in.Team.IsZero() {
		errs = append(errs, fault.Field("scope", "This report is about the whole organization. Choose it, or the weekly report for a team."))
	}
	if in.Hour < 0 || in.Hour > 23 {
		errs = append(errs, fault.Field("hour", "The hour is a number from 0 to 23, on the organization's clocks."))
	}
	if !in.Answering && len(in.Members) == 0 {
		errs = append(errs, fault.Field("members", "Nobody would get it. Choose people, or those who answer for it."))
	}
	return errors.Join(errs...)
}

// Create sets a report up. What should have gone out before is not sent.
func (s *Service) Create(ctx context.Context, actor org.Actor, in Input) (Listed, error) {
	if err := actor.Require(org.Lead); err != nil {
		return Listed{}, err
	}
	if err := in.checked(); err != nil {
		return Listed{}, err
	}
	var made Report
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		if !in.Team.IsZero() && !MayRead(actor, in.Kind, in.Team) {
			return org.MissingTeam()
		}
		whose, _, archived, err := s.whose(ctx, actor.Org, in.Team)
		if err != nil {
			return err
		}
		if !MayChange(actor, in.Team) {
			return s.forbidden(in.Team)
		}
		if archived {
			return fault.Field("scope", "This team is archived. Restore it first, or choose another.")
		}
		if in.Members, err = s.readers(ctx, actor.Org, in.Kind, in.Team, in.Members); err != nil {
			return err
		}
		now := s.now()
		made = Report{ID: id.NewReport(s.IDs), Org: actor.Org, Kind: in.Kind, Team: in.Team, Hour: in.Hour, Answering: in.Answering, Members: in.Members, CSV: in.CSV, PDF: in.PDF,
			Paused: in.Paused, After: now, CreatedAt: now, UpdatedAt: now}
		if err := s.Store.Insert(ctx, made); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "report.created", Target: made.ID.String(), TargetName: Title(made.Kind, whose), After: stored(made)})
	})
	if err != nil {
		return Listed{}, public("create", err)
	}
	return s.listed(ctx, actor, made)
}

func (s *Service) forbidden(t id.Team) *fault.Error {
	if t.IsZero() {
		return fault.New(fault.Forbidden, "forbidden", "Reports about the organization are set by organization admins. Ask one.")
	}
	return fault.New(fault.Forbidden, "forbidden", "A team's reports are set by its leads and those above them. Ask one.")
}

// Update changes when a report goes out, what comes with it and to whom. Kind and team stay.
func (s *Service) Update(ctx context.Context, actor org.Actor, which id.Report, in Input) (Listed, error) {
	if err := actor.Require(org.Lead); err != nil {
		return Listed{}, err
	}
	var changed Report
	err := s.change(ctx, actor, which, "update", func(ctx context.Context, old Report, name string) (audit.Entry, error) {
		if !in.Seen.IsZero() && !in.Seen.Equal(old.UpdatedAt) {
			return audit.Entry{}, fault.New(fault.Conflict, "changed", "Somebody changed this report while you did, so nothing was saved. Load it again and repeat your change.")
		}
		in.Kind, in.Team = old.Kind, old.Team
		if err := in.checked(); err != nil {
			return audit.Entry{}, err
		}
		// Who was chosen earlier and lost the right since stays chosen and gets nothing: that is not this change's fault.
		fresh := slices.DeleteFunc(slices.Clone(in.Members), func(m id.Member) bool { return slices.Contains(old.Members, m) })
		if _, err := s.readers(ctx, actor.Org, old.Kind, old.Team, fresh); err != nil {
			return audit.Entry{}, err
		}
		slices.SortFunc(in.Members, id.Member.Compare)
		changed = old
		changed.Hour, changed.Answering, changed.Members, changed.CSV, changed.PDF, changed.Paused, changed.UpdatedAt = in.Hour, in.Answering, slices.Compact(in.Members), in.CSV, in.PDF, in.Paused, s.now()
		if old.Paused != in.Paused || old.Hour != in.Hour { // what was due meanwhile is not made up for
			changed.After = s.now()
		}
		return audit.Entry{Action: "report.updated", Target: which.String(), TargetName: name, Before: stored(old), After: stored(changed)}, s.Store.Update(ctx, changed)
	})
	if err != nil {
		return Listed{}, err
	}
	return s.listed(ctx, actor, changed)
}

// Delete ends a report. Its editions stay in the archive.
func (s *Service) Delete(ctx context.Context, actor org.Actor, which id.Report) error {
	if err := actor.Require(org.Lead); err != nil {
		return err
	}
	return s.change(ctx, actor, which, "delete", func(ctx context.Context, old Report, name string) (audit.Entry, error) {
		return audit.Entry{Action: "report.deleted", Target: which.String(), TargetName: name, Before: stored(old)}, s.Store.Delete(ctx, actor.Org, which)
	})
}

// change is a change of a report that the actor may make, with its audit entry.
func (s *Service) change(ctx context.Context, actor org.Actor, which id.Report, op string, do func(ctx context.Context, old Report, name string) (audit.Entry, error)) error {
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		old, err := s.find(ctx, actor, which)
		if err != nil {
			return err
		}
		if !MayChange(actor, old.Team) {
			return s.forbidden(old.Team)
		}
		whose, _, _, err := s.whose(ctx, actor.Org, old.Team)
		if err != nil {
			return err
		}
		entry, err := do(ctx, old, Title(old.Kind, whose))
		if err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, entry)
	})
	return public(op, err)
}

func stored(r Report) map[string]any {
	members := make([]string, len(r.Members))
	for i, m := range r.Members {
		members[i] = m.String()
	}
	out := map[string]any{"kind": string(r.Kind), "hour": r.Hour, "answering": r.Answering, "members": members, "csv": r.CSV, "pdf": r.PDF, "paused": r.Paused}
	if !r.Team.IsZero() {
		out["team"] = r.Team.String()
	}
	return out
}

func public(op string, err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, ErrTaken) {
		return &fault.Error{Kind: fault.Conflict, Code: "report_exists", Field: "kind", Public: "There is such a report already. Change that one: it can go to anybody who may read it."}
	}
	var f *fault.Error
	if errors.As(err, &f) {
		return err // joined refusals of fields stay joined
	}
	return fmt.Errorf("bulletin: %s: %w", op, err)
}

package evaluation

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Input is what a form or an API call says about a dataset.
type Input struct {
	Name, About string
	Visibility  Visibility
	Team        id.Team // of Visibility Team
}

var nameForm = regexp.MustCompile(`^[\pL\pN][\pL\pN ._()/+-]*$`)

func (in Input) checked() (Input, error) {
	in.Name, in.About = strings.TrimSpace(in.Name), strings.TrimSpace(in.About)
	var errs []error
	if n := utf8.RuneCountInString(in.Name); n == 0 || n > maxName || !nameForm.MatchString(in.Name) {
		errs = append(errs, fault.Field("name", fmt.Sprintf("A name has letters, digits, spaces and - _ . / + ( ), begins with a letter or digit, and has at most %d characters.", maxName)))
	}
	if utf8.RuneCountInString(in.About) > maxAbout {
		errs = append(errs, fault.Field("about", fmt.Sprintf("A description has at most %d characters.", maxAbout)))
	}
	return in, errors.Join(errs...)
}

// mayShow refuses to let the actor show a dataset to more people than they answer for.
func (s *Service) mayShow(ctx context.Context, a org.Actor, in Input) error {
	switch in.Visibility {
	case Private:
		if a.Member.IsZero() {
			return fault.Field("visibility", "A management token owns nothing: choose team or organization.")
		}
		return nil
	case Team:
		there := false
		if !in.Team.IsZero() && a.InTeam(in.Team, org.Developer) {
			var err error
			if there, err = s.Store.HasTeam(ctx, a.Org, in.Team); err != nil {
				return err
			}
		}
		if !there {
			return fault.Field("team", "Choose a team that you work in.")
		}
		return nil
	case Everyone:
		if a.Role.AtLeast(org.Lead) {
			return nil
		}
		return fault.Field("visibility", "Datasets for the whole organization are shared by leads, managers and admins. Choose your team, and ask one of them.")
	}
	return fault.Field("visibility", `A dataset is "private", of a "team", or the "organization"'s.`)
}

// Create stores a dataset with its rows.
func (s *Service) Create(ctx context.Context, actor org.Actor, in Input, rows []Row) (Dataset, error) {
	if err := actor.Require(MayRun); err != nil {
		return Dataset{}, err
	}
	return s.create(ctx, actor, in, rows, func(context.Context, *Dataset, *audit.Entry) error { return nil })
}

// create stores it; more is what else happens in the transaction.
func (s *Service) create(ctx context.Context, actor org.Actor, in Input, rows []Row, more func(context.Context, *Dataset, *audit.Entry) error) (Dataset, error) {
	in, err := in.checked()
	if err := errors.Join(err, s.mayShow(ctx, actor, in), checkRows(rows)); err != nil {
		return Dataset{}, err
	}
	d := Dataset{ID: id.NewDataset(s.IDs), Org: actor.Org, Name: in.Name, About: in.About, Visibility: in.Visibility, Owner: actor.Member, OwnerLabel: actor.Label,
		Rows: len(rows), CreatedAt: s.now(), UpdatedAt: s.now()}
	if in.Visibility == Team {
		d.Team = in.Team
	}
	sealed := make([]SealedRow, len(rows))
	for i, r := range rows {
		size := int64(0)
		if sealed[i], size, err = s.vault.sealRow(ctx, actor.Org, d.ID, r); err != nil {
			return Dataset{}, err
		}
		d.Size += size
	}
	err = s.change(ctx, actor, "create", func(ctx context.Context) (*audit.Entry, error) {
		all, err := s.Store.Datasets(ctx, actor.Org)
		if err == nil && len(all) >= MaxDatasets {
			err = fault.Newf(fault.Conflict, "too_many_datasets", "An organization has at most %d datasets. Delete one that nobody needs.", MaxDatasets)
		}
		if err != nil {
			return nil, err
		}
		after := shown(&d)
		after["rows"] = d.Rows
		entry := noteDataset("dataset.created", &d, nil, after)
		if err := more(ctx, &d, entry); err != nil {
			return nil, err
		}
		return entry, s.Store.InsertDataset(ctx, d, sealed)
	})
	return d, err
}

// Update changes what is said about a dataset, and who sees it. Its rows never change.
func (s *Service) Update(ctx context.Context, actor org.Actor, which id.Dataset, in Input) (Dataset, error) {
	if err := actor.Require(MayRun); err != nil {
		return Dataset{}, err
	}
	in, wrong := in.checked()
	var d Dataset
	err := s.change(ctx, actor, "update", func(ctx context.Context) (*audit.Entry, error) {
		var err error
		if d, err = s.changeable(ctx, actor, which); err != nil {
			return nil, err
		}
		if in.Visibility != d.Visibility || in.Visibility == Team && in.Team != d.Team {
			err := s.mayShow(ctx, actor, in)
			if err == nil && in.Visibility == Private && !owns(actor, &d) { // it would be gone for the actor too
				err = fault.Field("visibility", "Only who made a dataset can make it private.")
			}
			wrong = errors.Join(wrong, err)
		}
		if wrong != nil {
			return nil, wrong
		}
		before := shown(&d)
		d.Name, d.About, d.Visibility, d.Team, d.UpdatedAt = in.Name, in.About, in.Visibility, id.Team{}, s.now()
		if in.Visibility == Team {
			d.Team = in.Team
		}
		return noteDataset("dataset.updated", &d, before, shown(&d)), s.Store.UpdateDataset(ctx, d)
	})
	return d, err
}

// Delete deletes a dataset with its rows and all its runs, unless one is under way.
func (s *Service) Delete(ctx context.Context, actor org.Actor, which id.Dataset) error {
	if err := actor.Require(MayRun); err != nil {
		return err
	}
	return s.change(ctx, actor, "delete", func(ctx context.Context) (*audit.Entry, error) {
		d, err := s.changeable(ctx, actor, which)
		if err != nil {
			return nil, err
		}
		runs, err := s.Store.Runs(ctx, actor.Org, which)
		if err != nil {
			return nil, err
		}
		for _, r := range runs {
			if r.State == Running {
				return nil, fault.New(fault.Conflict, "evaluation_running", "An evaluation of this dataset is under way. Cancel it first, or wait for its end.")
			}
		}
		before := shown(&d)
		before["runs"] = len(runs)
		return noteDataset("dataset.deleted", &d, before, nil), s.Store.DeleteDataset(ctx, actor.Org, which)
	})
}

// changeable is a dataset that the actor may change.
func (s *Service) changeable(ctx context.Context, actor org.Actor, which id.Dataset) (Dataset, error) {
	d, err := s.dataset(ctx, actor, which)
	if err == nil && !May(actor, &d) {
		err = fault.New(fault.Forbidden, "forbidden", "You can see this dataset, but not change it. Ask its owner, a developer of its team, or a lead.")
	}
	return d, err
}

func noteDataset(action string, d *Dataset, before, after map[string]any) *audit.Entry {
	return &audit.Entry{Action: action, Target: d.ID.String(), TargetName: d.Name, Before: before, After: after}
}

func shown(d *Dataset) map[string]any {
	out := map[string]any{"name": d.Name, "about": d.About, "visibility": string(d.Visibility)}
	if d.Visibility == Team {
		out["team"] = d.Team.String()
	}
	return out
}

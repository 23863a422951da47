package report

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// View is a list as somebody wants to find it again: the query of its URL, by a name of their own.
type View struct{ Name, Query string }

// Views are one person's for one page.
type Views struct {
	Named   []View
	Columns []string // that they chose to see; nil if they never chose
}

// requestsPage is the page that views are of; there may be others one day.
const requestsPage = "requests"

// Bounds of views.
const (
	MaxViews    = 20
	maxViewName = 40   // characters
	maxViewText = 2000 // bytes of a query
)

// Views are the actor's own, by name.
func (s *Service) Views(ctx context.Context, a org.Actor) (Views, error) {
	if err := own(a); err != nil {
		return Views{}, err
	}
	list, err := s.store.Views(ctx, a.Org, a.Member, requestsPage)
	if err != nil {
		return Views{}, fmt.Errorf("report: views: %w", err)
	}
	out := Views{}
	for _, v := range list {
		if v.Name != "" {
			out.Named = append(out.Named, v)
			continue
		}
		out.Columns = slices.DeleteFunc(strings.Split(v.Query, ","), func(c string) bool { return c == "" })
	}
	return out, nil
}

// KeepView keeps the actor's view, in place of one of the same name.
func (s *Service) KeepView(ctx context.Context, a org.Actor, v View) error {
	if err := own(a); err != nil {
		return err
	}
	v, err := v.clean()
	if err != nil {
		return err
	}
	have, err := s.Views(ctx, a)
	if err != nil {
		return err
	}
	if len(have.Named) >= MaxViews && !slices.ContainsFunc(have.Named, func(o View) bool { return o.Name == v.Name }) {
		return fault.Field("name", fmt.Sprintf("There are %d views already. Delete one first, or take the name of one to replace it.", MaxViews))
	}
	return s.keep(ctx, a, v)
}

// clean is the view as it is kept.
func (v View) clean() (View, error) {
	v.Name = strings.Join(strings.Fields(v.Name), " ")
	if n := utf8.RuneCountInString(v.Name); n == 0 || n > maxViewName {
		return v, fault.Field("name", fmt.Sprintf("Give the view a name of 1 to %d characters.", maxViewName))
	}
	if len(v.Query) > maxViewText {
		return v, fault.Field("name", "There are too many filters in this view to keep it. Take some away.")
	}
	return v, nil
}

// DropView forgets one; one that is not there is forgotten already.
func (s *Service) DropView(ctx context.Context, a org.Actor, name string) error {
	if err := own(a); err != nil {
		return err
	}
	if err := s.store.DropView(ctx, a.Org, a.Member, requestsPage, name); err != nil {
		return fmt.Errorf("report: drop a view: %w", err)
	}
	return nil
}

// ShowColumns keeps which columns the actor wants to see. Whoever draws the list knows which there are.
func (s *Service) ShowColumns(ctx context.Context, a org.Actor, columns []string) error {
	if err := own(a); err != nil {
		return err
	}
	return s.keep(ctx, a, View{Query: strings.Join(columns, ",")})
}

func (s *Service) keep(ctx context.Context, a org.Actor, v View) error {
	if err := s.store.KeepView(ctx, a.Org, a.Member, requestsPage, v, s.clock.Now()); err != nil {
		return fmt.Errorf("report: keep a view: %w", err)
	}
	return nil
}

// own refuses programs: views are a person's.
func own(a org.Actor) error {
	if err := a.Require(org.Viewer); err != nil {
		return err
	}
	if a.Member.IsZero() {
		return fault.New(fault.Forbidden, "not_allowed", "Views are kept for people. Log in to the dashboard.")
	}
	return nil
}

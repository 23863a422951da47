package prompt

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/work"
)

// Parts are what Service works with.
type Parts struct {
	Store Store
	Tx    work.Tx
	Audit audit.Log
	Bus   live.Bus
	IDs   *id.Source
	Clock clock.Clock
	Log   *slog.Logger
	// Tested names the live experiments that are about a version that uses means; nil is none.
	Tested func(ctx context.Context, o id.Org, uses func(Ref) bool) ([]string, error)
}

// Service is the library's control plane.
type Service struct{ Parts }

// New makes the service.
func New(p Parts) *Service { return &Service{p} }

// Input is what a form or an API call says about a prompt as a whole. Name and Kind are fixed once it is there.
type Input struct {
	Name, About, Folder string
	Kind                Kind
	Visibility          Visibility
	Team                id.Team // of Visibility Team
}

// Missing refuses an id that names no prompt, or one that is not the actor's to see.
func Missing() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such prompt.")
}

// sees reports whether a prompt is the actor's to know: like the data plane, and admins everything.
func sees(a org.Actor, p *Prompt) bool {
	switch {
	case a.Role == org.Admin || p.Visibility == Everyone:
		return true
	case p.Visibility == Team:
		return a.InTeam(p.Team, org.Viewer)
	}
	return owns(a, p)
}

func owns(a org.Actor, p *Prompt) bool { return !p.Owner.IsZero() && p.Owner == a.Member }

// May reports whether the actor may change a prompt: its owner; in a team its developers; the organization's are its leads' and
// managers'. Admins may change all.
func May(a org.Actor, p *Prompt) bool {
	if a.Require(org.Developer) != nil || !sees(a, p) {
		return false
	}
	switch {
	case a.Role == org.Admin || owns(a, p):
		return true
	case p.Visibility == Team:
		return a.InTeam(p.Team, org.Developer)
	}
	return p.Visibility == Everyone && a.Role.AtLeast(org.Lead)
}

// mayShow refuses to let the actor show a prompt to more people than they answer for.
func (s *Service) mayShow(ctx context.Context, a org.Actor, v Visibility, t id.Team) error {
	switch v {
	case Private:
		if a.Member.IsZero() {
			return fault.Field("visibility", "A management token owns nothing: choose team or organization.")
		}
		return nil
	case Team:
		there := false
		if !t.IsZero() && a.InTeam(t, org.Developer) {
			var err error
			if there, err = s.Store.HasTeam(ctx, a.Org, t); err != nil {
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
		return fault.Field("visibility", "Prompts for the whole organization are published by leads, managers and admins. Choose your team, and ask one of them.")
	}
	return fault.Field("visibility", `A prompt is "private", of a "team", or the "organization"'s.`)
}

// List gives the prompts that the actor sees, by folder and name.
func (s *Service) List(ctx context.Context, actor org.Actor) ([]Full, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	all, err := s.Store.List(ctx, actor.Org)
	if err != nil {
		return nil, fmt.Errorf("prompt: list: %w", err)
	}
	all = slices.DeleteFunc(all, func(f Full) bool { return !sees(actor, &f.Prompt) })
	slices.SortFunc(all, func(a, b Full) int { return strings.Compare(a.Folder+"\x00"+a.Name, b.Folder+"\x00"+b.Name) })
	return all, nil
}

// Ratings are what people say, by prompt.
func (s *Service) Ratings(ctx context.Context, actor org.Actor) (map[id.Prompt]Rating, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	return s.Store.Ratings(ctx, actor.Org)
}

// Get gives one that the actor sees.
func (s *Service) Get(ctx context.Context, actor org.Actor, p id.Prompt) (Full, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return Full{}, err
	}
	return s.find(ctx, actor, p)
}

func (s *Service) find(ctx context.Context, actor org.Actor, p id.Prompt) (Full, error) {
	f, err := s.Store.Find(ctx, actor.Org, p)
	if errors.Is(err, ErrNotFound) || err == nil && !sees(actor, &f.Prompt) {
		return Full{}, Missing()
	}
	if err != nil {
		return Full{}, fmt.Errorf("prompt: get: %w", err)
	}
	return f, nil
}

// changeable is a prompt that the actor may change.
func (s *Service) changeable(ctx context.Context, actor org.Actor, p id.Prompt) (Full, error) {
	f, err := s.find(ctx, actor, p)
	if err == nil && !May(actor, &f.Prompt) {
		err = fault.New(fault.Forbidden, "forbidden", "You can see and use this prompt, but not change it. Ask its owner, a developer of its team, or a lead.")
	}
	return f, err
}

// change is a change of the library in a transaction, after others, with its audit entry and its message. Nothing may break by it that
// labels point to.
func (s *Service) change(ctx context.Context, actor org.Actor, op string, do func(ctx context.Context) (*audit.Entry, error)) error {
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.Store.Lock(ctx, actor.Org); err != nil {
			return err
		}
		entry, err := do(ctx)
		if err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, *entry)
	})
	if errors.Is(err, ErrTaken) {
		return &fault.Error{Kind: fault.Conflict, Code: "prompt_exists", Field: "name", Public: "Your organization has a prompt of this name already. Take another name, or make a new version of that one."}
	}
	var refusal *fault.Error
	if err != nil && !errors.As(err, &refusal) {
		return fmt.Errorf("prompt: %s: %w", op, err)
	}
	if err != nil {
		return err
	}
	if err := s.Bus.Publish(ctx, Topic); err != nil { // readers poll as well
		s.Log.Warn("prompts changed, but listeners could not be told", "error", err)
	}
	return nil
}

func (s *Service) now() time.Time { return s.Clock.Now().UTC().Truncate(time.Microsecond) }

func note(action string, p Prompt, before, after map[string]any) *audit.Entry {
	return &audit.Entry{Action: action, Target: p.ID.String(), TargetName: p.Name, Before: before, After: after}
}

func stored(p Prompt) map[string]any {
	out := map[string]any{"about": p.About, "folder": p.Folder, "visibility": string(p.Visibility)}
	if p.Visibility == Team {
		out["team"] = p.Team.String()
	}
	return out
}

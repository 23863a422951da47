package blueprint

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// Apply makes the changes that Plan gave, one after the other, and calls before and done around each. It stops at the first that is
// refused, or that before does not want; what was done stays, and a new plan goes on from there. Routes and the organization's rules
// are applied together, all or none. Who calls it has the organization's turn (Run).
func Apply(ctx context.Context, api API, now *State, wanted *Document, changes []Change, before func(Change) error, done func(Change)) error {
	for i, c := range changes {
		if err := before(c); err != nil {
			return err
		}
		var err error
		switch {
		case c.Section == "routes" && c.Verb != Delete:
			if i > 0 && changes[i-1].Section == "routes" && changes[i-1].Verb != Delete {
				break // applied with the first
			}
			err = now.applyRoutes(ctx, api, changes[i:])
		case c.Verb == Delete || c.Verb == Archive:
			err = now.remove(ctx, api, c)
		default:
			err = now.apply(ctx, api, c)
		}
		if err != nil {
			what := string(c.Verb) + " " + c.What
			if at, ok := wanted.at[c.path]; ok {
				what = fmt.Sprintf("line %d: %s", at.line, what)
			}
			return fmt.Errorf("%s: %w", what, err)
		}
		done(c)
	}
	return nil
}

func (s *State) applyRoutes(ctx context.Context, api API, changes []Change) error {
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	for _, c := range changes {
		if c.Section == "routes" && c.Verb != Delete {
			if err := e.Encode(c.one.Interface().(*route.Document)); err != nil {
				return err
			}
		}
	}
	if err := e.Close(); err != nil {
		return err
	}
	return api(ctx, http.MethodPost, "/routing/import", nil, map[string]string{"yaml": b.String()}, nil)
}

func (s *State) remove(ctx context.Context, api API, c Change) error {
	switch c.Section {
	case "departments", "teams":
		return api(ctx, http.MethodPost, "/"+c.Section+"/"+url.PathEscape(c.id)+"/archive", nil, nil, nil)
	case "timeouts":
		t := c.one.Interface().(*Timeout)
		return api(ctx, http.MethodPost, "/timeouts/remove", nil, map[string]string{"model": t.Model, "operation": t.Operation}, nil)
	case "breakers":
		return api(ctx, http.MethodPost, "/health/rules/remove", nil, map[string]string{"connection_id": s.ids[at("breaker", c.one.Interface().(*Breaker).Connection)]}, nil)
	case "prompts":
		return s.removePrompt(ctx, api, c.id)
	case "routes":
		return api(ctx, http.MethodDelete, "/aliases/"+url.PathEscape(c.id), nil, nil, nil)
	}
	return api(ctx, http.MethodDelete, path(c.Section)+"/"+url.PathEscape(c.id), nil, nil, nil)
}

func path(section string) string { return "/" + strings.ReplaceAll(section, "_", "-") }

func (s *State) apply(ctx context.Context, api API, c Change) error {
	if p, ok := c.one.Interface().(*Prompt); ok {
		return s.applyPrompt(ctx, api, c, p)
	}
	in := body(c.one.Elem())
	switch it := c.one.Interface().(type) {
	case *Department:
		return s.applyPart(ctx, api, c, in, it.Name)
	case *Team:
		return s.applyTeam(ctx, api, c, in, it)
	case *Timeout:
		return api(ctx, http.MethodPut, "/timeouts", nil, in, nil)
	case *Breaker:
		in["connection_id"] = s.ids[at("breaker", it.Connection)]
		return api(ctx, http.MethodPut, "/health/rules", nil, in, nil)
	case *Limit:
		if it.Burst == nil && c.Verb == Update {
			in["burst"] = map[string]string{"factor": "1"} // the API's word for none
		}
	case *CachePolicy:
		for _, number := range []string{"max_temperature", "threshold"} {
			in[number] = json.Number(in[number].(string))
		}
	case *Budget:
		if it.Thresholds == nil {
			in["thresholds"] = budget.DefaultThresholds
		}
	}
	if c.Verb == Update { // where a thing is and what it counts are fixed
		for _, fixed := range []string{"measure", "tag", "unit"} {
			delete(in, fixed)
		}
		return api(ctx, http.MethodPatch, path(c.Section)+"/"+url.PathEscape(c.id), nil, in, nil)
	}
	in["scope"] = s.scope(c.one.Interface().(item).place())
	return api(ctx, http.MethodPost, path(c.Section), nil, in, nil)
}

// scope is a place as the API takes it.
func (s *State) scope(of string) string {
	kind, name, _ := strings.Cut(of, ":")
	switch kind {
	case "":
		return s.org
	case "tag":
		return of
	case "pool":
		return "pool:" + s.ids[at("teams", name)]
	}
	return s.ids[at(kind+"s", name)]
}

// applyPart makes a department or a team, or takes it back into use, and keeps its id for what is set for it.
func (s *State) applyPart(ctx context.Context, api API, c Change, in map[string]any, name string) error {
	if c.Verb == Restore {
		return api(ctx, http.MethodPost, "/"+c.Section+"/"+url.PathEscape(c.id)+"/restore", nil, nil, nil)
	}
	var made row
	if err := api(ctx, http.MethodPost, "/"+c.Section, nil, in, &made); err != nil {
		return err
	}
	s.ids[at(c.Section, name)] = made.ID
	return nil
}

func (s *State) applyTeam(ctx context.Context, api API, c Change, in map[string]any, t *Team) error {
	department := s.ids[at("departments", t.Department)]
	switch c.Verb {
	case Create:
		in["department"] = department
		return s.applyPart(ctx, api, c, in, t.Name)
	case Restore:
		if err := s.applyPart(ctx, api, c, in, t.Name); err != nil {
			return err
		}
		if s.homes[c.id] == department {
			return nil
		}
	}
	return api(ctx, http.MethodPost, "/teams/"+url.PathEscape(c.id)+"/move", nil, map[string]string{"department": department}, nil)
}

package blueprint

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"sort"
	"strings"
)

func (s *State) readRest(ctx context.Context, api API, places map[string]string) error {
	for _, k := range kinds {
		if k.path == "" {
			continue
		}
		list := k.list(&s.Document)
		awake, asleep := reflect.MakeSlice(list.Type(), 0, 0), reflect.MakeSlice(list.Type(), 0, 0)
		err := each(ctx, api, k.path, func(r row, text json.RawMessage) error {
			if k.section == "breakers" {
				if s.ids[at("breaker", r.Connection)] = r.ConnectionID; !*r.Set {
					return nil
				}
			}
			of, ok := placed(places, r.Scope)
			if r.Scope != "" && !ok {
				s.Left++
				return nil
			}
			one := reflect.New(list.Type().Elem())
			if err := json.Unmarshal(text, one.Interface()); err != nil {
				return err
			}
			if f := one.Elem().FieldByName("Of"); f.IsValid() {
				f.SetString(of)
			}
			s.ids[at(k.section, s.settled(one).key())] = r.ID
			if s.archived(of) {
				asleep = reflect.Append(asleep, one.Elem())
			} else {
				awake = reflect.Append(awake, one.Elem())
			}
			return nil
		})
		if err != nil {
			return err
		}
		sort.SliceStable(awake.Interface(), func(i, j int) bool { return entry(awake, i).key() < entry(awake, j).key() })
		list.Set(awake)
		s.sleep[k.section] = asleep
	}
	return nil
}

func entry(list reflect.Value, i int) item { return list.Index(i).Addr().Interface().(item) }

// archived reports whether a place is an archived part of the organization.
func (s *State) archived(of string) bool {
	kind, name, _ := strings.Cut(of, ":")
	if kind == "pool" {
		kind = "team"
	}
	return s.parts[at(kind+"s", name)]
}

// settled brings a thing into the form in which equal ones are equal.
func (s *State) settled(one reflect.Value) item {
	tidy(one.Elem())
	it := one.Interface().(item)
	it.settle(s.Name)
	return it
}

// placed is a scope of the API in a document's words; false for members and keys.
func placed(places map[string]string, scope string) (string, bool) {
	if strings.HasPrefix(scope, "tag:") {
		return scope, true
	}
	if team, ok := strings.CutPrefix(scope, "pool:"); ok {
		_, name, _ := strings.Cut(places[team], ":")
		return "pool:" + name, places[team] != ""
	}
	of, ok := places[scope]
	return of, ok
}

// each walks a list of the API to its end.
func each(ctx context.Context, api API, path string, f func(row, json.RawMessage) error) error {
	query := url.Values{}
	for {
		var page struct {
			Data []json.RawMessage `json:"data"`
			Next string            `json:"next"`
		}
		if err := api(ctx, http.MethodGet, path, query, nil, &page); err != nil {
			return fmt.Errorf("read %s: %w", strings.TrimPrefix(path, "/"), err)
		}
		for _, text := range page.Data {
			var r row
			err := json.Unmarshal(text, &r)
			if err == nil {
				err = f(r, text)
			}
			if err != nil {
				return fmt.Errorf("read %s: %w", strings.TrimPrefix(path, "/"), err)
			}
		}
		if page.Next == "" {
			return nil
		}
		query.Set("after", page.Next)
	}
}

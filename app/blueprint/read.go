package blueprint

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/route"
)

// API calls the management API: a path below /api/v1; in and out are JSON or nil.
type API func(ctx context.Context, method, path string, query url.Values, in, out any) error

// State is an organization as it is: what it says, and the ids behind the names.
type State struct {
	Document
	Name  string // of the organization
	org   string // its id
	ids   map[string]string
	parts map[string]bool          // departments and teams that are archived, by section and name
	homes map[string]string        // of archived teams: ids of team and department
	sleep map[string]reflect.Value // by section, what is set for archived parts: it binds nobody and comes back with them
	// Left counts what the document leaves out because it is set for one member or key.
	Left int
}

func at(section, key string) string { return section + "\x01" + key }

// row is an entry of a list of the API; the rest of it is the item.
type row struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Kind       string     `json:"kind"`
	Scope      string     `json:"scope"`
	ScopeKind  string     `json:"scope_kind"`
	Department string     `json:"department"`
	ArchivedAt *time.Time `json:"archived_at"`
	// Connection and Set are of rules of breakers, of which connections without any are listed as well.
	Connection   string `json:"connection"`
	ConnectionID string `json:"connection_id"`
	Set          *bool  `json:"set"`
}

// Read reads an organization. The caller's token has to see all of it: an organization's admin or manager.
func Read(ctx context.Context, api API) (*State, error) {
	s := &State{Document: Document{Format: Format}, ids: map[string]string{}, parts: map[string]bool{}, homes: map[string]string{}, sleep: map[string]reflect.Value{}}
	var o row
	if err := api(ctx, http.MethodGet, "/organization", nil, nil, &o); err != nil {
		return nil, fmt.Errorf("read the organization: %w", err)
	}
	s.org, s.Name = o.ID, o.Name
	places := map[string]string{o.ID: ""}
	for _, read := range []func(context.Context, API, map[string]string) error{s.readParts, s.readRoutes, s.readRest} {
		if err := read(ctx, api, places); err != nil {
			return nil, err
		}
	}
	s.connect()
	return s, nil
}

// connect adds the connections that rules of breakers name to those that routes do.
func (s *State) connect() {
	for _, b := range s.Breakers {
		kind := s.ids[at("connections", b.Connection)]
		if kind != "" && !slices.Contains(s.Connections, Connection{b.Connection, kind}) {
			s.Connections = append(s.Connections, Connection{b.Connection, kind})
		}
	}
	slices.SortFunc(s.Connections, func(a, b Connection) int { return strings.Compare(a.Name, b.Name) })
}

func (s *State) readParts(ctx context.Context, api API, places map[string]string) error {
	s.Departments, s.Teams = []Department{}, []Team{}
	for _, section := range []string{"departments", "teams"} {
		err := each(ctx, api, "/"+section, func(r row, _ json.RawMessage) error {
			s.ids[at(section, r.Name)] = r.ID
			places[r.ID] = strings.TrimSuffix(section, "s") + ":" + r.Name
			switch {
			case r.ArchivedAt != nil:
				s.parts[at(section, r.Name)], s.homes[r.ID] = true, r.Department
			case section == "teams":
				_, in, _ := strings.Cut(places[r.Department], ":")
				s.Teams = append(s.Teams, Team{r.Name, in})
			default:
				s.Departments = append(s.Departments, Department{r.Name})
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	slices.SortFunc(s.Departments, func(a, b Department) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(s.Teams, func(a, b Team) int { return strings.Compare(a.Name, b.Name) })
	return nil
}

// readRoutes reads routes, the organization's rules, and the connections that both name.
func (s *State) readRoutes(ctx context.Context, api API, _ map[string]string) error {
	s.Routes, s.Connections = []route.Document{}, []Connection{}
	err := each(ctx, api, "/routes", func(r row, text json.RawMessage) error {
		var d route.Document
		if err := json.Unmarshal(text, &d); err != nil {
			return err
		}
		s.ids[at("routes", d.Alias)] = r.ID
		d.Version = 0
		s.Routes = append(s.Routes, d)
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortFunc(s.Routes, func(a, b route.Document) int { return strings.Compare(a.Alias, b.Alias) })
	s.Rules = &route.Document{}
	if err := api(ctx, http.MethodGet, "/routing/rules", nil, nil, s.Rules); err != nil {
		return fmt.Errorf("read the organization's rules: %w", err)
	}
	s.Rules.Version = 0
	named := map[string]bool{}
	for _, d := range append(slices.Clone(s.Routes), *s.Rules) {
		for _, t := range targets(d) {
			name, _, _ := strings.Cut(t, "/")
			named[name] = true
		}
	}
	return each(ctx, api, "/connections", func(r row, _ json.RawMessage) error {
		s.ids[at("connections", r.Name)] = r.Kind
		if named[r.Name] {
			s.Connections = append(s.Connections, Connection{r.Name, r.Kind})
		}
		return nil
	})
}

// targets are all that a route names, "connection/model" or an alias.
func targets(d route.Document) (out []string) {
	lists := [][]route.ToTarget{d.Targets}
	for _, r := range d.Rules {
		lists = append(lists, r.Targets)
	}
	if d.Canary != nil {
		lists = append(lists, d.Canary.Targets)
	}
	for _, t := range slices.Concat(lists...) {
		out = append(out, t.To)
	}
	return out
}

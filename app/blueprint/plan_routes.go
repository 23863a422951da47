package blueprint

import (
	"reflect"
	"strconv"

	"github.com/bodhi-gateway/bodhi/app/route"
)

// routes compares routes, and the organization's rules.
func (p *planner) routes() (made, gone []Change) {
	seen := map[string]bool{}
	add := func(path, what string, was *route.Document, is *route.Document) {
		c := Change{Verb: Update, Section: "routes", What: what, path: path, one: reflect.ValueOf(is)}
		if was == nil {
			c.Verb, was = Create, &route.Document{}
		} else if was.Says(*is) {
			return
		}
		c.Fields = differences(reflect.ValueOf(*was), reflect.ValueOf(*is))
		made = append(made, c)
	}
	if p.wanted.Rules != nil {
		if p.wanted.Rules.Alias != "" {
			p.wrong("rules/alias", "The organization's rules have no alias. Routes with one belong under routes.")
		}
		add("rules", "the organization's rules", p.now.Rules, p.wanted.Rules)
	}
	for i := range p.wanted.Routes {
		d := &p.wanted.Routes[i]
		path := "routes/" + strconv.Itoa(i)
		switch {
		case d.Alias == "":
			p.wrong(path, "A route needs an alias. The organization's own rules belong under rules.")
		case seen[d.Alias]:
			p.wrong(path+"/alias", "The route %s is here twice.", d.Alias)
		}
		seen[d.Alias] = true
		add(path, "route "+d.Alias, p.now.route(d.Alias), d)
	}
	p.cycles()
	for i := range p.now.Routes {
		if d := &p.now.Routes[i]; p.wanted.Routes != nil && !seen[d.Alias] {
			gone = append(gone, Change{Verb: Delete, Section: "routes", What: "route " + d.Alias, id: p.now.ids[at("routes", d.Alias)], one: reflect.ValueOf(d)})
		}
	}
	return made, gone
}

func (s *State) route(alias string) *route.Document {
	for i := range s.Routes {
		if s.Routes[i].Alias == alias {
			return &s.Routes[i]
		}
	}
	return nil
}

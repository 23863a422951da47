package blueprint

import (
	"reflect"
	"slices"
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
	for _, d := range leaders(p.now.Routes) {
		if p.wanted.Routes != nil && !seen[d.Alias] {
			gone = append(gone, Change{Verb: Delete, Section: "routes", What: "route " + d.Alias, id: p.now.ids[at("routes", d.Alias)], one: reflect.ValueOf(d)})
		}
	}
	return made, gone
}

// leaders are routes in the order in which they can be taken away: one before those that it leads to, because an alias that others
// send requests to stays.
func leaders(all []route.Document) (out []*route.Document) {
	placed := map[string]bool{}
	var place func(d *route.Document)
	place = func(d *route.Document) {
		if placed[d.Alias] {
			return
		}
		placed[d.Alias] = true
		for i := range all {
			if slices.Contains(targets(all[i]), d.Alias) {
				place(&all[i])
			}
		}
		out = append(out, d)
	}
	for i := range all {
		place(&all[i])
	}
	return out
}

func (s *State) route(alias string) *route.Document {
	for i := range s.Routes {
		if s.Routes[i].Alias == alias {
			return &s.Routes[i]
		}
	}
	return nil
}

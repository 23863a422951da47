package blueprint

import (
	"errors"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Verb is what a change does.
type Verb string

// The verbs. What is archived comes back with restore; departments and teams are archived where other things are deleted.
const (
	Create  Verb = "create"
	Update  Verb = "update"
	Restore Verb = "restore"
	Archive Verb = "archive"
	Delete  Verb = "delete"
)

// Change is one step from what is to what is wanted.
type Change struct {
	Verb    Verb    `json:"do"`
	Section string  `json:"section"`
	What    string  `json:"what"`             // in words
	Fields  []Field `json:"fields,omitempty"` // what changes, or what is created says

	path string        // where it stands in the document
	id   string        // of what is there
	one  reflect.Value // what is wanted, or what goes: a pointer to it
}

// kind is a section whose entries are made, changed and taken away one by one.
type kind struct {
	section string
	path    string // of its list; "" for those that are read by themselves
}

// kinds are in the order in which they are applied: a thing comes behind what it names. Pruning goes the other way.
var kinds = []kind{{"departments", ""}, {"teams", ""}, {"timeouts", "/timeouts"}, {"breakers", "/health/rules"}, {"budgets", "/budgets"}, {"limits", "/limits"}, {"policies", "/policies"}, {"data_rules", "/data-rules"}, {"cache_policies", "/cache-policies"}, {"prompts", "/prompts"}}

func (k kind) list(d *Document) reflect.Value {
	f, _ := named(reflect.TypeFor[Document](), k.section)
	return reflect.ValueOf(d).Elem().FieldByIndex(f.Index)
}

// Plan compares what is with what is wanted and gives the steps between, in their order. What the document does not name stays, or,
// with prune, goes where the document has the section. The error has everything that cannot be done, each a *Wrong.
func Plan(now *State, wanted *Document, prune bool) ([]Change, error) {
	p := planner{now: now, wanted: wanted, prune: prune}
	p.connections()
	var made, gone []Change
	for _, k := range kinds {
		create, remove := p.section(k)
		if k.section == "budgets" {
			create = lowerFirst(create)
		}
		made, gone = append(made, create...), append(remove, gone...)
		if k.section == "teams" { // budgets and policies may name aliases
			create, remove = p.routes()
			made, gone = append(made, create...), append(remove, gone...)
		}
	}
	if !prune {
		gone = nil
	}
	return append(made, gone...), errors.Join(p.errs...)
}

type planner struct {
	now    *State
	wanted *Document
	prune  bool
	errs   []error
}

func (p *planner) wrong(path, format string, args ...any) {
	p.errs = append(p.errs, p.wanted.wrong(path, format, args...))
}

func (p *planner) connections() {
	for i, c := range p.wanted.Connections {
		switch is := p.now.ids[at("connections", c.Name)]; {
		case is == "":
			p.wrong("connections/"+strconv.Itoa(i), "There is no connection %q of the kind %s. Connect it first; its credential is in no document.", c.Name, c.Kind)
		case is != c.Kind:
			p.wrong("connections/"+strconv.Itoa(i), "The connection %q is of the kind %s here, and %s is wanted.", c.Name, is, c.Kind)
		}
	}
}

// section compares the entries of one kind. gone are those that the document does not name.
func (p *planner) section(k kind) (made, gone []Change) {
	list, now := k.list(p.wanted), map[string]reflect.Value{}
	if list.IsNil() {
		return nil, nil
	}
	for _, have := range []reflect.Value{k.list(&p.now.Document), p.now.sleep[k.section]} {
		for i := 0; have.IsValid() && i < have.Len(); i++ {
			now[entry(have, i).key()] = have.Index(i).Addr()
		}
	}
	renamed := map[string]string{}
	if k.section == "budgets" {
		renamed = p.renamed(now)
	}
	seen := map[string]bool{}
	for i := range list.Len() {
		path := k.section + "/" + strconv.Itoa(i)
		one := list.Index(i).Addr()
		it := p.now.settled(one)
		key := it.key()
		if seen[key] {
			p.wrong(path, "The %s is here twice.", it.words(p.now.Name))
		}
		seen[key] = true
		if old, ok := renamed[key]; ok {
			key, seen[old] = old, true
		}
		p.place(path, it)
		c := Change{Section: k.section, What: it.words(p.now.Name), path: path, id: p.now.ids[at(k.section, key)], one: one}
		was, ok := now[key]
		switch {
		case p.now.parts[at(k.section, key)]:
			c.Verb = Restore
		case !ok:
			c.Verb, c.Fields = Create, differences(reflect.Zero(one.Type().Elem()), one.Elem())
		default:
			c.Verb, c.Fields = Update, differences(was.Elem(), one.Elem())
		}
		if c.Verb != Update || len(c.Fields) > 0 {
			made = append(made, c)
		}
	}
	for have, i := k.list(&p.now.Document), 0; i < have.Len(); i++ {
		one := have.Index(i).Addr()
		if it := entry(have, i); !seen[it.key()] {
			c := Change{Verb: Delete, Section: k.section, What: it.words(p.now.Name), id: p.now.ids[at(k.section, it.key())], one: one}
			if k.path == "" {
				c.Verb = Archive
			}
			gone = append(gone, c)
		}
	}
	if k.section == "prompts" { // what others include goes behind them
		slices.Reverse(gone)
	}
	return made, gone
}

// place finds what an entry names: its department, or where it is set.
func (p *planner) place(path string, it item) {
	if b, ok := it.(*Breaker); ok {
		if _, there := p.now.ids[at("breaker", b.Connection)]; !there {
			p.wrong(path+"/connection", "There is no connection %q. Connect it first, or leave it out for all connections.", b.Connection)
		}
		return
	}
	if t, ok := it.(*Team); ok {
		if t.Department != "" && !p.has("departments", t.Department) {
			p.wrong(path+"/department", "There is no department %q, neither here nor in the organization.", t.Department)
		}
		return
	}
	if pr, ok := it.(*Prompt); ok {
		if _, err := pr.content(); err != nil {
			p.wrong(path+"/content", "The prompt %q cannot be read: %v.", pr.Name, err)
		}
		if kind, _, _ := strings.Cut(pr.Of, ":"); pr.Of != "" && kind != "team" {
			p.wrong(path+"/of", "A prompt is a team's or the organization's. Write team:NAME, or leave it out.")
			return
		}
	}
	if it.place() == "" {
		return
	}
	kind, name, _ := strings.Cut(it.place(), ":")
	if _, ok := it.(*CachePolicy); ok && (kind == "pool" || kind == "tag") {
		p.wrong(path+"/of", "Nothing is kept by %s. Write department:NAME or team:NAME, or leave it out for the organization.", kind)
		return
	}
	switch kind {
	case "department", "team":
		kind += "s"
	case "pool":
		kind = "teams"
	case "tag":
		return
	default:
		p.wrong(path+"/of", "%q is no place. Write department:NAME, team:NAME, pool:TEAM or tag:NAME=VALUE, or leave it out for the organization.", it.place())
		return
	}
	if !p.has(kind, name) {
		p.wrong(path+"/of", "There is no %s %q, neither here nor in the organization.", strings.TrimSuffix(kind, "s"), name)
	}
}

// has reports whether a department or team is there, or will be.
func (p *planner) has(section, name string) bool {
	if p.now.ids[at(section, name)] != "" && !p.now.parts[at(section, name)] {
		return true
	}
	list := kind{section: section}.list(p.wanted)
	for i := range list.Len() {
		if strings.TrimSpace(list.Index(i).FieldByName("Name").String()) == name {
			return true
		}
	}
	return false
}

package web

import (
	"net/http"
	"reflect"
	"slices"
	"strings"
	"unicode"
)

// The API's description speaks of types and operations by name. Names come from the code: a room's type teamJSON is "Team";
// one that does not say what it belongs to, createdJSON, gets its room in front: "KeyCreated". The Go client has the same.

// namer names the types of the routes.
type namer struct {
	nouns []string // what types may begin with
	names map[reflect.Type]string
	taken map[string]reflect.Type
}

func newNamer(routes []Route) *namer {
	n := &namer{names: map[reflect.Type]string{}, taken: map[string]reflect.Type{}}
	for _, r := range routes {
		if r.Guard != Token {
			continue
		}
		for word := range strings.SplitSeq(strings.TrimPrefix(r.Path, APIRoot), "/") {
			if word != "" && word[0] != ':' {
				n.nouns = append(n.nouns, singular(strings.ReplaceAll(word, "-", "")))
			}
		}
	}
	slices.Sort(n.nouns)
	n.nouns = slices.Compact(n.nouns)
	for _, r := range routes { // in one order, so that document and client agree
		if r.Guard == Token {
			n.learn(r.In)
			n.learn(r.Out)
		}
	}
	return n
}

// learn names a body's types, those inside it too.
func (n *namer) learn(v any) {
	if takes(v) {
		n.walk(reflect.TypeOf(v))
	}
}

func (n *namer) walk(t reflect.Type) {
	switch {
	case t == timeType || t == rawType || t.Implements(textType):
	case t.Kind() == reflect.Pointer, t.Kind() == reflect.Slice, t.Kind() == reflect.Array, t.Kind() == reflect.Map:
		n.walk(t.Elem())
	case t.Kind() == reflect.Struct && n.names[t] == "":
		n.of(t)
		for _, f := range fieldsOf(t) {
			n.walk(f.Type)
		}
	}
}

// TypeNames names the types of the routes' bodies as the API's description does, for what is generated from them.
func TypeNames(routes []Route) func(reflect.Type) string { return newNamer(routes).of }

// Summary is what a route does, in a sentence, as the API's description has it.
func Summary(r Route) string { return summary(r) }

// singular is the word for one of them. The API's words are few, so the rules are.
func singular(word string) string {
	switch {
	case strings.HasSuffix(word, "ies"):
		return strings.TrimSuffix(word, "ies") + "y"
	case strings.HasSuffix(word, "ases"), strings.HasSuffix(word, "sses"), strings.HasSuffix(word, "ches"):
		return strings.TrimSuffix(word, "es")
	case strings.HasSuffix(word, "ss"), strings.HasSuffix(word, "s") && len(word) < 4:
		return word
	}
	return strings.TrimSuffix(word, "s")
}

// of is a struct type's name, the same each time; two types never share one.
func (n *namer) of(t reflect.Type) string {
	if name, ok := n.names[t]; ok {
		return name
	}
	plain := strings.TrimSuffix(t.Name(), "JSON")
	name := upper(plain)
	pkg := t.PkgPath()[strings.LastIndex(t.PkgPath(), "/")+1:]
	room := upper(strings.TrimSuffix(pkg, "web"))
	lower := strings.ToLower(plain)
	if !slices.ContainsFunc(n.nouns, func(noun string) bool { return strings.HasPrefix(lower, noun) }) && !strings.HasPrefix(name, room) {
		name = room + name
	}
	if n.taken[name] != nil {
		name = room + name
	}
	for n.taken[name] != nil {
		name += "_"
	}
	n.names[t], n.taken[name] = name, t
	return name
}

func upper(s string) string {
	if s == "" {
		return s
	}
	r := []rune(s)
	r[0] = unicode.ToUpper(r[0])
	return string(r)
}

// operation is what an operation is called: "keys.create".
func operation(r Route) string { return strings.TrimPrefix(r.Name, "api.") }

// summary is what an operation does: its own sentence, or one made of its name.
func summary(r Route) string {
	if r.Does != "" {
		return r.Does
	}
	things, verb, _ := strings.Cut(operation(r), ".")
	things = strings.ReplaceAll(things, "_", " ")
	one := singular(things)
	switch {
	case verb == "list":
		return "List " + things + "."
	case r.Method == http.MethodGet && verb != "show":
		return "Show the " + strings.ReplaceAll(verb, "_", " ") + " of " + article(one) + " " + one + "."
	}
	return upper(strings.ReplaceAll(verb, "_", " ")) + " " + article(one) + " " + one + "."
}

func article(word string) string {
	if strings.ContainsAny(word[:1], "aeiou") {
		return "an"
	}
	return "a"
}

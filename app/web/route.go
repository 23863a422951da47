// Package web is the glue between Echo and the rooms: one registry of routes that declares who may call each of them,
// sessions in cookies, cross-origin protection, security headers, request ids, panic containment, and one way to
// render pages and errors. Rooms never see it; only their <room>web packages do (decision D17).
package web

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/org"
)

// Guard says what a caller must show before a route's handler runs. The zero Guard is none of them on purpose: a route
// that forgot its guard does not boot.
type Guard uint8

// The guards.
const (
	_        Guard = iota
	Open           // anyone: log-in, sign-up
	Person         // a member's browser session: the dashboard
	Token          // a management token in "Authorization: Bearer bdt_…": /api/v1
	SCIM           // a directory's token in "Authorization: Bearer bds_…": /scim/v2
	Operator       // an operator's session, which is no member's: /operator
)

// String is the guard's name in logs and in the role matrix.
func (g Guard) String() string {
	switch g {
	case Open:
		return "open"
	case Person:
		return "person"
	case Token:
		return "token"
	case SCIM:
		return "scim"
	case Operator:
		return "operator"
	}
	return "none"
}

// Route is one URL and everything that must be known about it before it may be served. The tenant walk, the role
// matrix and the OpenAPI document are generated from routes, so what is not declared here cannot be reached.
type Route struct {
	// Method and Path are Echo's; path parameters are written ":id".
	Method, Path string
	// Name is unique and says what the route does, "keys.create"; tests and logs use it.
	Name string
	// Guard says what the caller must show.
	Guard Guard
	// Floor is the lowest role that may call it. Required for Person and Token, meaningless for Open.
	Floor org.Role
	// Audit is the action a changing route writes to the audit log ("key.created"), or "none: " and the reason why it
	// changes nothing worth a line. Required for every method but GET, refused for GET.
	Audit string
	// Handle answers. An error it returns is rendered by Mount's one error handler.
	Handle func(c *Context) error
	// In and Out are zero values of the JSON request and response of a Token route; None where there is none. An Out with
	// a slice called "data" is a list: it is cut into pages here, unless the handler does that (then it has "next" too).
	In, Out any
	// Does is one sentence for the API's reference: "List keys, newest first." Without it the name's words stand there.
	Does string
	// Query are the parameters that a reading Token route takes besides limit and after. nil leaves them unchecked, so say
	// NoQuery for none.
	Query []Parameter
	// Scope is what a narrowed token must hold, "keys:write"; "" is the path's first word with read for GET, write else.
	Scope string
	// Form is how many bytes a Person route's form may have, where it takes files; 0 = 1 MiB.
	Form int64
	// Made is the status of success where the usual one is wrong: 201 for POSTs whose verb creates, 204 without an Out, else
	// 200.
	Made int
	// Streams marks an answer that is written piece by piece and therefore has no ETag.
	Streams bool
	// Door marks the Operator routes by which operators come in: they need no session yet, all else of the guard holds.
	Door bool
	// Files are the content types that a streamed answer may have; nil is tables and lines of JSON.
	Files []string
}

// Parameter is one parameter of a query.
type Parameter struct {
	Name, Does string
	Values     []string // all there are; nil = any
	Example    string
}

// NoQuery is Route.Query of a route that takes none.
var NoQuery = []Parameter{}

// AnyScope is Route.Scope of what every token may call, however narrow: asking who it is.
const AnyScope = "any:read"

// None stands for an absent request or response body in Route.In and Route.Out.
type None struct{}

// APIRoot is where the management API lives. Token routes live nowhere else; besides them it has its own description.
const APIRoot = "/api/v1/"

// SCIMRoot is where directories provision people. Only SCIM routes live under it, and they live nowhere else.
const SCIMRoot = "/scim/v2/"

var (
	nameForm  = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$`)
	scopeForm = regexp.MustCompile(`^[a-z][a-z0-9-]*:(read|write)$`)
	auditForm = regexp.MustCompile(`^([a-z][a-z0-9_]*\.[a-z][a-z0-9_]*|none: .{3,})$`)
)

// Check reports everything that is missing from the routes, all at once. Mount refuses to serve routes that fail it.
func Check(routes []Route) error {
	var errs []error
	names := map[string]bool{}
	urls := map[string]bool{}
	for i, r := range routes {
		for _, problem := range r.problems() {
			errs = append(errs, fmt.Errorf("route %d (%s %s, %q): %s", i, r.Method, r.Path, r.Name, problem))
		}
		url := r.Method + " " + shape(r.Path)
		if names[r.Name] {
			errs = append(errs, fmt.Errorf("route %d (%s %s): the name %q is taken", i, r.Method, r.Path, r.Name))
		}
		if urls[url] {
			errs = append(errs, fmt.Errorf("route %d (%s %s, %q): the URL is taken", i, r.Method, r.Path, r.Name))
		}
		names[r.Name], urls[url] = true, true
	}
	return errors.Join(errs...)
}

func (r Route) problems() (out []string) {
	add := func(bad bool, text string) {
		if bad {
			out = append(out, text)
		}
	}
	api := strings.HasPrefix(r.Path, APIRoot)
	add(!nameForm.MatchString(r.Name), "needs a name like keys.create")
	add(!strings.HasPrefix(r.Path, "/"), "needs a path that begins with /")
	add(r.Handle == nil, "needs a handler")
	add(r.Guard != Open && r.Guard != Person && r.Guard != Token && r.Guard != SCIM && r.Guard != Operator, "needs a guard")
	add(r.Guard == Open && r.Floor != "", "has a role floor, but is open to anyone")
	add(r.Guard == Operator && r.Floor != "", "has a role floor, but operators have no roles")
	add((r.Guard == Operator) != (r.Path == OperatorRoot || strings.HasPrefix(r.Path, OperatorRoot+"/")), "takes an operator's session, which is for "+OperatorRoot+" and nothing else")
	add(r.Door && r.Guard != Operator, "is a door to the console, but not the console's")
	add((r.Guard == Person || r.Guard == Token || r.Guard == SCIM) && !r.Floor.Valid(), "needs a role floor")
	add(r.Guard == Token && !api, "takes a token outside "+APIRoot)
	add(r.Guard == Person && api, "takes a session under "+APIRoot)
	add((r.Guard == SCIM) != strings.HasPrefix(r.Path, SCIMRoot), "takes a directory's token, which is for "+SCIMRoot+" and nothing else")
	switch r.Method {
	case http.MethodGet:
		add(r.Audit != "", "reads, so it has no audit action")
	case http.MethodPost:
		add(!auditForm.MatchString(r.Audit), `needs an audit action like key.created, or "none: why"`)
	case http.MethodPut, http.MethodPatch, http.MethodDelete:
		add(r.Guard != Token && r.Guard != SCIM && !(r.Guard == Operator && strings.HasSuffix(r.Path, "/*")), "must be POST: forms know no other method that changes")
		add(!auditForm.MatchString(r.Audit), `needs an audit action like key.created, or "none: why"`)
	default:
		add(true, "has an unknown method")
	}
	if r.Guard == Token {
		add(r.Out == nil, "needs an Out type for the API document")
		add(r.Method != http.MethodGet && r.Method != http.MethodDelete && r.In == nil, "needs an In type for the API document")
		add(!scopeForm.MatchString(r.scope()), "needs a Scope like keys:read")
		add(r.Query != nil && r.Method != http.MethodGet, "has query parameters, but does not read")
	} else {
		add(r.Scope != "", "has a scope, but takes no token")
	}
	return out
}

// scope is what a narrowed token must hold to call the route.
func (r Route) scope() string {
	if r.Scope != "" {
		return r.Scope
	}
	if r.Method == http.MethodGet {
		return r.resource() + ":read"
	}
	return r.resource() + ":write"
}

// resource is the word of the API that the route is about: "budgets" of /api/v1/budgets/:id/grants.
func (r Route) resource() string {
	word, _, _ := strings.Cut(strings.TrimPrefix(r.Path, APIRoot), "/")
	return word
}

// ScopesOf are all scopes that the routes ask for, with the wildcards first, for pages that offer them.
func ScopesOf(routes []Route) []string {
	seen := map[string]bool{}
	for _, r := range routes {
		if r.Guard == Token && r.Scope != AnyScope {
			seen[r.resource()+":read"], seen[r.resource()+":write"], seen[r.scope()] = true, true, true
		}
	}
	return append([]string{org.AllRead, org.AllWrite}, slices.Sorted(maps.Keys(seen))...)
}

var parameter = regexp.MustCompile(`:[A-Za-z_]+`)

// shape is the path with its parameters made alike, so that /keys/:id and /keys/:key are the same URL.
func shape(path string) string { return parameter.ReplaceAllString(path, ":") }

package web

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// What every route of the management API has in common is here and in held.go, revision.go, replays.go, pace.go and
// listing.go: who may call it and how often, pages, ETags, repeated requests. Handlers know nothing of it.

// CLIAgent begins the user agent of our own command line, which the audit log tells from other programs.
const CLIAgent = "bodhi-cli/"

// serveAPI answers one request of the management API.
func (s *server) serveAPI(c *Context, r *Route) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	if err := s.admitToken(c); err != nil {
		return err
	}
	if _, ok := inside(c.Ctx()); !ok {
		if err := s.pace.admit(c); err != nil {
			return err
		}
	}
	if err := c.actor.Require(r.Floor); err != nil {
		return err
	}
	if need := r.scope(); need != AnyScope && !c.actor.Scopes.Allow(need) {
		return fault.Newf(fault.Forbidden, "scope_missing", "This token may not do that: it needs the scope %s. An organization admin can create one that has it.", need).
			With("scope", need)
	}
	if err := c.knowsQuery(); err != nil {
		return err
	}
	if err := c.takesBody(); err != nil {
		return err
	}
	switch {
	case r.Streams:
		return r.Handle(c)
	case r.Method == http.MethodGet:
		return s.read(c, r)
	case r.Method == http.MethodPost:
		return s.once(c, r)
	}
	return s.change(c, r)
}

// admitToken finds out whose token it is. A session cookie is no token: only a header that other sites cannot make a
// browser send counts.
func (s *server) admitToken(c *Context) error {
	if a, ok := inside(c.Ctx()); ok {
		c.actor = a // a page of ours, which has checked the session; request id and address are the page's too
		return nil
	}
	scheme, presented, _ := strings.Cut(c.Request().Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || presented == "" {
		return fault.New(fault.Unauthenticated, "token_missing",
			"Send a management token: Authorization: Bearer bdt_…. An organization admin can create one.")
	}
	actor, err := s.People.Holder(c.Ctx(), secret.New(strings.TrimSpace(presented)))
	if err != nil {
		return err
	}
	c.actor = actor
	c.stampActor()
	if c.actor.Via == "" {
		c.actor.Via = org.ViaAPI
		if strings.HasPrefix(c.Request().UserAgent(), CLIAgent) {
			c.actor.Via = org.ViaCLI
		}
	}
	return nil
}

// knowsQuery refuses parameters that the route does not take: a misspelt filter would otherwise show everything.
func (c *Context) knowsQuery() error {
	if name, ok := written(c.QueryParams()); !ok {
		return fault.Field(name, name+" holds characters that are not text in UTF-8.")
	}
	if c.route.Query == nil {
		return nil
	}
	for name, values := range c.QueryParams() {
		if c.listing != nil && (name == "limit" || name == "after") {
			continue
		}
		i := slices.IndexFunc(c.route.Query, func(p Parameter) bool { return p.Name == name })
		if i < 0 {
			return fault.Field(name, "There is no parameter \""+clip(name, 40)+"\" here"+c.offers()+".")
		}
		p := c.route.Query[i]
		if len(values) > 1 {
			return fault.Field(name, name+" may be given once.")
		}
		if p.Values != nil && values[0] != "" && !slices.Contains(p.Values, values[0]) {
			return fault.Field(name, name+" is one of "+strings.Join(p.Values, ", ")+".")
		}
	}
	return nil
}

func (c *Context) offers() string {
	var names []string
	for _, p := range c.route.Query {
		names = append(names, p.Name)
	}
	if c.listing != nil {
		names = append(names, "limit", "after")
	}
	if len(names) == 0 {
		return "; this call takes none"
	}
	return "; there are " + strings.Join(names, ", ")
}

// takesBody refuses a body where the route has none, naming what it holds.
func (c *Context) takesBody() error {
	if c.route.Method == http.MethodGet || c.route.In != nil && reflect.TypeOf(c.route.In) != reflect.TypeFor[None]() {
		return nil
	}
	b, err := c.body()
	if err != nil {
		return err
	}
	if b = bytes.TrimSpace(b); len(b) == 0 || string(b) == "null" {
		return nil
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(b, &fields); err != nil {
		return jsonFault(err)
	}
	return unknownFields(fields, nil)
}

// body reads the request's body and leaves it to be read again.
func (c *Context) body() ([]byte, error) {
	r := c.Request()
	if r.Body == nil {
		return nil, nil
	}
	b, err := io.ReadAll(http.MaxBytesReader(c.Response(), r.Body, maxJSON))
	if err != nil {
		return nil, bodyFault(err)
	}
	r.Body = io.NopCloser(bytes.NewReader(b))
	return b, nil
}

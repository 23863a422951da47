package web

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Seen is a page of an organization as support sees it.
type Seen struct {
	Status int
	Kind   string // its content type
	Body   []byte
}

// View reads a page of an organization for an operator, inside this process: no member's session is made, and none could be used.
// look is asked when it is known which page that is and that support may see it; it notes the visit or refuses it. Links lead to
// under below, so that the next page is asked for in the same way. Nothing but reading goes through here.
func (c *Context) View(o id.Org, page string, below string, look func(ctx context.Context, page string) error) (Seen, error) {
	at := url.URL{Path: "/" + strings.TrimLeft(page, "/"), RawQuery: c.Request().URL.RawQuery}
	ctx := context.WithValue(c.Ctx(), viewKey{}, viewing{c.operator, o, look})
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, at.RequestURI(), http.NoBody)
	if err != nil {
		return Seen{}, fault.New(fault.NotFound, "not_found", "There is nothing at this address.").Because(err)
	}
	r.RemoteAddr, r.Host = c.Request().RemoteAddr, c.Request().Host
	r.Header.Set("User-Agent", c.Request().UserAgent())
	if theme, err := c.Request().Cookie("bodhi_theme"); err == nil {
		r.AddCookie(theme)
	}
	answer := &kept{header: http.Header{}, status: http.StatusOK}
	c.server.pages.ServeHTTP(answer, r)
	if answer.status >= http.StatusBadRequest {
		return Seen{Status: answer.status}, nil
	}
	if to := answer.header.Get("Location"); to != "" {
		return Seen{}, fault.New(fault.NotFound, "not_found", "This page leads elsewhere, where support cannot follow.")
	}
	return Seen{answer.status, answer.header.Get("Content-Type"), inward(answer.body.Bytes(), below)}, nil
}

// turned are the attributes that lead to pages. Templates write them with these quotes, and text cannot hold a quote unescaped.
var turned = []string{`href="/`, `action="/`, `hx-get="/`, `sse-connect="/`}

// inward has a page's links lead below a path; those of files and of the manual stay.
func inward(body []byte, below string) []byte {
	for _, a := range turned {
		body = bytes.ReplaceAll(body, []byte(a), []byte(strings.TrimSuffix(a, "/")+below+"/"))
		for _, stays := range []string{"static/", "docs"} {
			body = bytes.ReplaceAll(body, []byte(strings.TrimSuffix(a, "/")+below+"/"+stays), []byte(a+stays))
		}
	}
	return body
}

// admitViewer guards a route that support looks at: of Person routes those that are read and on the list, and no others.
func (s *server) admitViewer(c *Context, r *Route, v viewing) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	if r.Guard != Person || c.Request().Method != http.MethodGet || !s.Console.Viewable[r.Name] {
		return fault.New(fault.Forbidden, "support_cannot_see", "Support cannot see this page: it may show prompts, kept texts or secrets, or it changes something.")
	}
	if err := v.look(c.Ctx(), c.Request().URL.Path); err != nil {
		return err
	}
	o, err := s.Console.Organization(c.Ctx(), v.org)
	if err != nil {
		return fmt.Errorf("look at an organization: %w", err)
	}
	// Nobody has this id, so pages of "mine" are empty.
	c.member = org.Member{ID: id.NewMember(s.IDs), Org: o.ID, Name: "Support", Email: "operator: " + v.operator.Name, Role: org.Admin}
	c.organization, c.actor, c.operator = o, v.operator.In(o.ID), v.operator
	c.viewed = true
	return nil
}

package ssoweb

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/sso"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/views/layout"
	views "github.com/bodhi-gateway/bodhi/views/sso"
)

const (
	flowNote = "sso"
	linkNote = "sso_link"

	// freeStarts are log-ins from one network before pauses begin: a whole office arrives at nine.
	freeStarts = 300
	// linkTime bounds how long the wish to connect an account holds.
	linkTime = 5 * time.Minute
)

func stranger(c *web.Context, title string) layout.Shell {
	s := c.Shell(title, "")
	s.OrgName, s.OrgSlug = "", ""
	return s
}

// form asks for the organization's short name.
func (h *Handlers) form(c *web.Context) error {
	slug, next := clean(c.QueryParam("org")), web.Local(c.QueryParam("next"), "")
	return c.Render(views.LogIn(views.LogInPage{Shell: stranger(c, "Single sign-on"), Org: slug, Next: next}))
}

func clean(slug string) string { return strings.ToLower(strings.TrimSpace(slug)) }

// choose answers with a page that leads on, because a form may not redirect to another site (content security policy).
func (h *Handlers) choose(c *web.Context) error {
	slug, next := clean(c.FormValue("org")), web.Local(c.FormValue("next"), "")
	err := h.people.Pace(c.Stranger(""), "sso", freeStarts)
	name := ""
	if err == nil {
		var p sso.Provider
		_, p, err = h.sso.At(c.Ctx(), slug)
		name = p.Name
	}
	if err != nil {
		return h.again(c, slug, next, err)
	}
	return c.Render(views.Onward(views.OnwardPage{Shell: stranger(c, "Single sign-on"), Name: name, Href: start(slug, next, false)}))
}

func where(slug, next string) url.Values {
	q := url.Values{"org": {slug}}
	if next != "" {
		q.Set("next", next)
	}
	return q
}

func start(slug, next string, link bool) string {
	q := where(slug, next)
	if link {
		q.Set("link", "1")
	}
	return goPath + "?" + q.Encode()
}

// again shows the form with what went wrong. An organization that does not exist and one without single sign-on are
// answered alike.
func (h *Handlers) again(c *web.Context, slug, next string, refused error) error {
	page := views.LogInPage{Shell: stranger(c, "Single sign-on"), Org: slug, Next: next}
	r, ok := web.Refused(refused)
	switch f := fault.From(refused); {
	case ok:
		page.Error = r.Form
		if page.Error == "" {
			page.Error = f.Public
		}
	case f.Kind == fault.NotFound:
		page.Missing = f.Public
	case f.Kind == fault.Upstream:
		page.Error = f.Public
	default:
		return refused
	}
	return c.Invalid(views.LogIn(page))
}

// start leaves for the provider. Another site that leads here gets the form: a provider that knows its person sends them back at
// once, so without a click anybody could put them into an organization of their choice, and read what they write there.
func (h *Handlers) start(c *web.Context) error {
	slug, next := clean(c.QueryParam("org")), web.Local(c.QueryParam("next"), "")
	if from := c.Request().Header.Get("Sec-Fetch-Site"); from == "cross-site" || from == "same-site" {
		return c.See(startPath + "?" + where(slug, next).Encode())
	}
	if err := h.people.Pace(c.Stranger(""), "sso", freeStarts); err != nil {
		return h.again(c, slug, next, err)
	}
	var link id.Member
	if c.QueryParam("link") != "" {
		if !h.wished(c) {
			return c.See(securityPath)
		}
		link, slug = c.Member().ID, c.Organization().Slug
	}
	to, flow, err := h.sso.Begin(c.Ctx(), slug, next, link)
	if err != nil {
		return h.again(c, slug, next, err)
	}
	raw, err := json.Marshal(flow)
	if err != nil {
		return err
	}
	if !c.LoggedIn() {
		if err := c.Renew(); err != nil { // whoever planted this browser's cookie must not hold the flow too
			return err
		}
	}
	c.Note(flowNote, string(raw))
	return c.Redirect(http.StatusSeeOther, to)
}

// wished takes back the wish to connect an account, which only a form of ours can make.
func (h *Handlers) wished(c *web.Context) bool {
	at, err := strconv.ParseInt(c.Noted(linkNote), 10, 64)
	c.Note(linkNote, "")
	return err == nil && c.LoggedIn() && c.Now().Sub(time.Unix(at, 0)) < linkTime
}

// link begins connecting one's own account.
func (h *Handlers) link(c *web.Context) error {
	if !c.Recent() {
		return c.See(web.LogInPath + "?again=1&next=" + url.QueryEscape(securityPath))
	}
	_, p, err := h.sso.At(c.Ctx(), c.Organization().Slug)
	if err != nil {
		return err
	}
	c.Note(linkNote, strconv.FormatInt(c.Now().Unix(), 10))
	return c.Render(views.Onward(views.OnwardPage{Shell: stranger(c, "Single sign-on"), Name: p.Name, Href: start(c.Organization().Slug, "", true)}))
}

// callback is where the provider sends the browser back to.
func (h *Handlers) callback(c *web.Context) error {
	var flow sso.Flow
	if text := c.Noted(flowNote); text != "" {
		if err := json.Unmarshal([]byte(text), &flow); err != nil {
			return err
		}
	}
	c.Note(flowNote, "") // an answer is taken once
	next := web.Local(flow.Next, "/")
	if !flow.Link.IsZero() && flow.Link != c.Member().ID {
		return h.again(c, "", next, fault.New(fault.Unauthenticated, "sso_expired", "The log-in took too long. Begin again."))
	}
	q := c.QueryParams()
	for _, name := range []string{"state", "code", "iss", "error"} {
		if len(q[name]) > 1 { // two readers could take different ones
			return h.again(c, "", next, fault.New(fault.Invalid, "invalid_request", "The answer of the identity provider makes no sense. Begin again."))
		}
	}
	found, err := h.sso.Finish(c.Ctx(), c.Stranger("single sign-on"), flow, sso.Answer{State: q.Get("state"), Code: q.Get("code"), Issuer: q.Get("iss"), Error: q.Get("error")})
	if err != nil {
		return h.again(c, "", next, err)
	}
	if !flow.Link.IsZero() {
		c.Flash("Single sign-on is connected: you can log in with it from now on.")
		return c.See(securityPath)
	}
	return h.enter(c, found, next)
}

func (h *Handlers) enter(c *web.Context, found sso.Found, next string) error {
	hint, err := h.sso.Seal(c.Ctx(), found.Org, found.Hint)
	if err != nil {
		return err
	}
	if _, err := h.people.Enter(c.Ctx(), c.Stranger(""), found.Org, found.Member, identity.BySSO); err != nil {
		return h.again(c, "", next, err)
	}
	err = c.Begin(found.Org, found.Member, web.Proof{Method: string(identity.BySSO), Provider: found.Provider, ProviderSession: found.Session,
		ProviderSubject: found.Subject, Hint: hint})
	if err != nil {
		return err
	}
	return c.See(next)
}

// backChannel takes a provider's word that sessions are over. It answers programs, as the standard says: 200, or 400.
func (h *Handlers) backChannel(c *web.Context) error {
	if err := h.people.Pace(c.Stranger(""), "back_channel", freeLogouts); err != nil {
		return err
	}
	err := h.sso.EndByProvider(c.Ctx(), c.Stranger("single sign-on"), c.FormValue("logout_token"))
	if fault.Is(err, fault.Invalid) {
		return c.JSON(http.StatusBadRequest, map[string]string{"error": "invalid_request", "error_description": fault.From(err).Public})
	}
	if err != nil {
		return err
	}
	h.people.Proven(c.Stranger(""), "back_channel")
	return c.NoContent(http.StatusOK)
}

// freeLogouts are refused logout tokens from one network before pauses begin; accepted ones do not count.
const freeLogouts = 60

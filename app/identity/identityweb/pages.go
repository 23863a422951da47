package identityweb

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/identity"
	"github.com/bodhi-gateway/bodhi/views/layout"
)

const (
	home       = "/"
	start      = "/start" // the guided set-up
	choosePath = web.LogInPath + "/organization"

	// Tries from one network before pauses begin: an office signs up a few organizations, and has many passkeys.
	freeSignUps  = 20
	freePasskeys = 30
)

func (h *Handlers) signUpForm(c *web.Context) error {
	if err := h.people.SignUpOpen(); err != nil {
		return err
	}
	return c.Render(views.SignUp(views.SignUpPage{Shell: stranger(c, "Sign up"), Fields: views.SignUpFields{Zone: "UTC"}}))
}

// stranger is the frame of pages before a log-in: without navigation, whoever may be logged in.
func stranger(c *web.Context, title string) layout.Shell {
	s := c.Shell(title, "")
	s.OrgName, s.OrgSlug = "", ""
	return s
}

func (h *Handlers) signUp(c *web.Context) error {
	in := identity.SignUp{Organization: c.FormValue("organization"), Name: c.FormValue("name"), Email: c.FormValue("email"),
		Password: secret.New(c.FormValue("password")), Zone: strings.TrimSpace(c.FormValue("zone"))}
	if err := h.people.SignUpOpen(); err != nil {
		return err
	}
	err := h.people.Pace(c.Stranger("sign-up"), "sign-up", freeSignUps)
	var o org.Organization
	var m org.Member
	if err == nil {
		o, m, err = h.people.SignUp(c.Ctx(), c.Stranger("sign-up"), in)
	}
	if r, ok := web.Refused(err); ok {
		return c.Invalid(views.SignUp(views.SignUpPage{Shell: stranger(c, "Sign up"), Error: r.Form, Errors: r.Fields,
			Fields: views.SignUpFields{Organization: in.Organization, Name: in.Name, Email: in.Email, Zone: in.Zone, ZoneTyped: true}}))
	}
	if err != nil {
		return err
	}
	if err := c.LogIn(o.ID, m.ID); err != nil {
		return err
	}
	c.Flash(fmt.Sprintf("Welcome to %s. The sandbox answers already; a few steps make it yours.", o.Name))
	return c.See(start)
}

func (h *Handlers) logInForm(c *web.Context) error {
	next := web.Local(c.QueryParam("next"), "")
	if c.LoggedIn() && c.QueryParam("again") == "" {
		return c.See(web.Local(next, home))
	}
	return c.Render(views.LogIn(views.LogInPage{Shell: stranger(c, "Log in"), Next: next}))
}

func (h *Handlers) logIn(c *web.Context) error {
	email, next := c.FormValue("email"), web.Local(c.FormValue("next"), home)
	matches, err := h.people.LogIn(c.Ctx(), c.Stranger(email), email, secret.New(c.FormValue("password")))
	if r, ok := web.Refused(err); ok {
		return c.Invalid(views.LogIn(views.LogInPage{Shell: stranger(c, "Log in"), Error: r.Form, Email: email, Next: next}))
	}
	if err != nil {
		return err
	}
	if len(matches) == 1 {
		return h.proceed(c, choice{matches[0].Org.ID, matches[0].Member.ID}, identity.ByPassword, next)
	}
	if err := c.Renew(); err != nil { // what is noted now opens doors
		return err
	}
	var all []choice
	for _, m := range matches {
		all = append(all, choice{m.Org.ID, m.Member.ID})
	}
	c.Note("choices", write(all, c.Now()))
	c.Note("next", next)
	return c.See(choosePath)
}

func (h *Handlers) enter(c *web.Context, in choice, by identity.Method, next string) error {
	if err := h.begin(c, in, by); err != nil {
		return err
	}
	return c.See(next)
}

// begin makes the session.
func (h *Handlers) begin(c *web.Context, in choice, by identity.Method) error {
	if _, err := h.people.Enter(c.Ctx(), c.Stranger(""), in.org, in.member, by); err != nil {
		return err
	}
	return c.Begin(in.org, in.member, web.Proof{Method: string(by)})
}

func (h *Handlers) chooseForm(c *web.Context) error {
	all := read(c.Noted("choices"), c.Now())
	page := views.ChoosePage{Shell: stranger(c, "Choose an organization")}
	for _, in := range all {
		o, m, err := h.people.Person(c.Ctx(), in.org, in.member)
		if fault.Is(err, fault.Unauthenticated) || fault.Is(err, fault.NotFound) {
			continue // left since
		}
		if err != nil {
			return err
		}
		page.Organizations = append(page.Organizations, views.Organization{Value: in.member.String(), Name: o.Name, Role: m.Role.Title()})
	}
	if len(page.Organizations) == 0 {
		return c.See(web.LogInPath)
	}
	return c.Render(views.Choose(page))
}

func (h *Handlers) choose(c *web.Context) error {
	wanted := c.FormValue("member")
	for _, in := range read(c.Noted("choices"), c.Now()) {
		if in.member.String() == wanted {
			return h.proceed(c, in, identity.ByPassword, web.Local(c.Noted("next"), home))
		}
	}
	return c.See(web.LogInPath)
}

func (h *Handlers) logOut(c *web.Context) error {
	actor, proof := c.Actor(), c.Proof()
	elsewhere := ""
	if !proof.Provider.IsZero() {
		var err error
		if elsewhere, err = h.sso.LogOutURL(c.Ctx(), actor.Org, proof.Provider, proof.Hint); err != nil {
			return err
		}
	}
	if err := h.people.Leave(c.Ctx(), actor); err != nil {
		return err
	}
	if err := c.LogOut(); err != nil {
		return err
	}
	if elsewhere != "" { // a form may not redirect to another site, a page may lead there
		return c.Render(views.Onward(views.OnwardPage{Shell: stranger(c, "Logged out"), Title: "You are logged out here", Text: "Now the identity provider logs you out too.",
			Button: "Log out there too", Href: elsewhere}))
	}
	return c.See(web.LogInPath)
}

func (h *Handlers) account(c *web.Context) error {
	return c.Render(views.Account(accountPage(c)))
}

func accountPage(c *web.Context) views.AccountPage {
	o, m := c.Organization(), c.Member()
	return views.AccountPage{Shell: c.Shell("Your account", "account"), Facts: views.Facts{Name: m.Name, Email: m.Email, Role: m.Role.Title(),
		Organization: o.Name, Slug: o.Slug, Zone: o.Zone}}
}

func (h *Handlers) changePassword(c *web.Context) error {
	actor := c.Actor()
	err := h.people.ChangePassword(c.Ctx(), actor, secret.New(c.FormValue("current")), secret.New(c.FormValue("password")))
	if r, ok := web.Refused(err); ok {
		page := accountPage(c)
		page.Error, page.Errors = r.Form, r.Fields
		return c.Invalid(views.Account(page))
	}
	if err != nil {
		return err
	}
	if err := c.Keep(); err != nil { // this browser stays; all others are out
		return err
	}
	c.Flash("Your password is changed. You are logged out of all other browsers. Command lines and coding agents stay logged in; end them under API tokens and Keys if somebody else may have known it.")
	return c.See("/account")
}

// choice is one membership that a password just opened, waiting for its owner to choose.
type choice struct {
	org    id.Org
	member id.Member
}

// choiceTime bounds how long a password stays good for choosing.
const choiceTime = 10 * time.Minute

func write(all []choice, now time.Time) string {
	parts := []string{strconv.FormatInt(now.Unix(), 10)}
	for _, c := range all {
		parts = append(parts, c.org.String()+"/"+c.member.String())
	}
	return strings.Join(parts, " ")
}

func read(text string, now time.Time) (out []choice) {
	parts := strings.Fields(text)
	if len(parts) == 0 {
		return nil
	}
	at, err := strconv.ParseInt(parts[0], 10, 64)
	if age := now.Sub(time.Unix(at, 0)); err != nil || age > choiceTime || age < -time.Minute {
		return nil
	}
	for _, p := range parts[1:] {
		o, m, _ := strings.Cut(p, "/")
		org, err1 := id.ParseOrg(o)
		member, err2 := id.ParseMember(m)
		if err1 == nil && err2 == nil {
			out = append(out, choice{org, member})
		}
	}
	return out
}

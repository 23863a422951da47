package app

import (
	"context"
	"net"
	"net/url"
	"path/filepath"
	"time"

	"github.com/bodhi-gateway/bodhi/app/bulletin"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/join"
	"github.com/bodhi-gateway/bodhi/app/mail"
	"github.com/bodhi-gateway/bodhi/app/mail/mailweb"
	"github.com/bodhi-gateway/bodhi/app/mail/smtp"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/jobs"
)

// letters are the parts of the program that write to people.
type letters struct {
	store    *db.MailStore
	post     *mail.Post
	links    mail.Links
	recovery *identity.Recovery
	joining  *join.Service
}

// evenly is how long asking for a new password or to join takes at least, known address or not.
const evenly = 400 * time.Millisecond

func (c *core) newLetters() (l letters, err error) {
	mac, err := c.master.MAC(mail.LinkPurpose)
	if err != nil {
		return l, err
	}
	queue, err := jobs.New(c.db, jobs.Options{Log: c.log}) // to enqueue only; App's own queue works
	if err != nil {
		return l, err
	}
	l.store = db.NewMailStore(c.db)
	l.post = &mail.Post{Store: l.store, Queue: queue, Clock: c.clock, IDs: c.ids}
	l.links = mail.Links{MAC: mac, PublicURL: c.cfg.PublicURL}
	l.recovery = &identity.Recovery{People: c.people, Store: db.NewResetStore(c.db), Post: l.post, Links: l.links, Even: evenly}
	l.joining = join.New(join.Parts{Store: db.NewJoinStore(c.db), Orgs: c.orgs, People: c.people, Post: l.post, Links: l.links, Tx: c.db, Audit: c.audit,
		DNS: net.DefaultResolver, Clock: c.clock, IDs: c.ids, Log: c.log, SSO: c.ssoOnly, Connected: c.sso.Ready, Even: evenly})
	l.recovery.Allowed = c.takesPassword
	c.sso.Domains = l.joining
	return l, nil
}

// courier sends what was ordered: through SMTP_URL, or into the box.
func (c *core) courier() (*mail.Courier, error) {
	carrier, err := c.carrier()
	if err != nil {
		return nil, err
	}
	composers := c.letters.joining.Composers()
	composers[identity.ResetKind] = c.letters.recovery.Letter
	composers[bulletin.MailKind] = c.bulletinWriter().Compose
	return &mail.Courier{Store: c.letters.store, Composers: composers, Render: mailweb.Render, Carrier: carrier, Domain: hostOf(c.cfg.PublicURL), Clock: c.clock, Log: c.log}, nil
}

func (c *core) carrier() (mail.Carrier, error) {
	if !c.cfg.SMTPURL.IsEmpty() {
		return smtp.New(smtp.Config{URL: c.cfg.SMTPURL, From: c.cfg.SMTPFrom})
	}
	return c.box(), nil
}

func (c *core) box() mail.Box {
	return mail.Box{Dir: filepath.Join(c.cfg.DataDir, "mail"), Log: func(string, string) {
		c.log.Info("a letter is in the mailbox, because SMTP_URL is not set", "see", c.cfg.PublicURL+"/dev/mail")
	}}
}

// boxRoutes show the mailbox where there is one and only this machine reaches it: behind a proxy the address we listen
// on says nothing, so the public URL must be this machine too.
func (c *core) boxRoutes() []web.Route {
	if !c.cfg.SMTPURL.IsEmpty() || !c.cfg.local() {
		return nil
	}
	return mailweb.NewBox(c.box()).Routes()
}

// local reports whether only this machine reaches the dashboard.
func (c Config) local() bool {
	public := Config{Addr: hostOf(c.PublicURL) + ":0"}
	return c.Loopback() && public.Loopback()
}

// unsent says where mails are while there is no mail server.
func (c Config) unsent() string {
	if c.local() {
		return "not set: mails land in the mailbox at /dev/mail"
	}
	return "not set: no mail leaves, nobody gets an invitation or a report; mails lie in " + filepath.Join(c.DataDir, "mail") + ": set SMTP_URL"
}

func hostOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "localhost"
	}
	return u.Hostname()
}

// checkMail opens a conversation with the mail server, for bodhi doctor: name, encryption and log-in.
func checkMail(ctx context.Context, cfg Config) Finding {
	if cfg.SMTPURL.IsEmpty() {
		f := Finding{"smtp", Fine, cfg.unsent()}
		if !cfg.local() {
			f.State = Weak
		}
		return f
	}
	carrier, err := smtp.New(smtp.Config{URL: cfg.SMTPURL, From: cfg.SMTPFrom})
	if err == nil {
		err = carrier.Check(ctx)
	}
	if err != nil {
		return Finding{"smtp", Sick, err.Error() + "; no mail leaves until this works"}
	}
	return Finding{"smtp", Fine, "takes mail from " + cfg.SMTPFrom}
}

// ssoOnly reports whether an organization takes no passwords.
func (c *core) ssoOnly(ctx context.Context, o id.Org) (bool, error) {
	p, err := c.people.Policy(ctx, org.System(o, "an invitation"))
	return p.SSOOnly, err
}

// takesPassword reports whether a member may log in by password: where single sign-on is enforced, only the one who gets
// in when it is down.
func (c *core) takesPassword(ctx context.Context, o id.Org, m id.Member) (bool, error) {
	p, err := c.people.Policy(ctx, org.System(o, "a forgotten password"))
	return !p.SSOOnly || p.BreakGlass == m, err
}

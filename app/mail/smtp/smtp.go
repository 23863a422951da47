// Package smtp carries letters to a mail server. The library builds the MIME message and speaks the protocol; here are
// the rules about encryption, about what is final, and about what an address may be.
package smtp

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	netmail "net/mail"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/bodhi-gateway/bodhi/app/mail"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Config is what a Carrier needs. URL is SMTP_URL:
//
//	smtps://user:password@host:465   TLS from the first byte
//	smtp://user:password@host:587    STARTTLS, which the server must offer; a server on this machine need not
//	smtp://host:25?tls=none          no encryption, and therefore no password
type Config struct {
	URL secret.String
	// From is the sender, as in a mail program: "Bodhi <bodhi@example.com>" or an address alone.
	From string
	// TLS replaces the system's trust, for tests; nil is the system's.
	TLS *tls.Config
}

// Carrier sends over SMTP, one connection a message: mails are few, and a kept connection is one more thing to break.
type Carrier struct {
	options []gomail.Option
	host    string
	from    netmail.Address
}

var _ mail.Carrier = (*Carrier)(nil)

// timeout bounds one conversation with the server.
const timeout = 30 * time.Second

// New reads the configuration. Its errors are for the operator and show no password.
func New(c Config) (*Carrier, error) {
	u, err := url.Parse(c.URL.Reveal())
	if err != nil || u.Hostname() == "" {
		return nil, errors.New("SMTP_URL is not a URL like smtp://user:password@host:587")
	}
	from, err := netmail.ParseAddress(c.From)
	if err != nil {
		return nil, fmt.Errorf("SMTP_FROM %q is not an address like Bodhi <bodhi@example.com>", c.From)
	}
	out := &Carrier{host: u.Hostname(), from: *from}
	out.options = []gomail.Option{gomail.WithTimeout(timeout), gomail.WithoutNoop()}
	if c.TLS != nil {
		out.options = append(out.options, gomail.WithTLSConfig(c.TLS))
	}
	encrypted, err := out.encryption(u)
	if err != nil {
		return nil, err
	}
	if u.User != nil {
		if !encrypted {
			return nil, errors.New("SMTP_URL has a password and tls=none: a password is not sent unencrypted")
		}
		password, _ := u.User.Password()
		out.options = append(out.options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(u.User.Username()), gomail.WithPassword(password))
	}
	return out, nil
}

// encryption picks port and TLS by the URL, and reports whether the connection is sure to be encrypted, or stays on
// this machine.
func (c *Carrier) encryption(u *url.URL) (bool, error) {
	here := loopback(u.Hostname())
	port, policy, encrypted := "587", gomail.TLSMandatory, true
	choice := u.Query().Get("tls")
	switch {
	case u.Scheme == "smtps" && choice == "":
		port = "465"
		c.options = append(c.options, gomail.WithSSL())
	case u.Scheme == "smtp" && choice == "none":
		port, policy, encrypted = "25", gomail.NoTLS, here
	case u.Scheme == "smtp" && choice == "" && here:
		policy = gomail.TLSOpportunistic
	case u.Scheme == "smtp" && choice == "":
	default:
		return false, errors.New("SMTP_URL should begin with smtp:// (optionally ?tls=none) or smtps://")
	}
	if u.Scheme == "smtp" {
		c.options = append(c.options, gomail.WithTLSPolicy(policy))
	}
	if u.Port() != "" {
		port = u.Port()
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		return false, fmt.Errorf("SMTP_URL: %q is not a port", port)
	}
	c.options = append(c.options, gomail.WithPort(n))
	return encrypted, nil
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// Carry implements mail.Carrier.
func (c *Carrier) Carry(ctx context.Context, m mail.Message) error {
	msg, err := c.message(m)
	if err != nil {
		return err
	}
	client, err := gomail.NewClient(c.host, c.options...)
	if err != nil {
		return fmt.Errorf("smtp: %w", err)
	}
	err = client.DialAndSendWithContext(ctx, msg)
	if err == nil || msg.IsDelivered() { // what goes wrong after the server took it is no reason to send it again
		return nil
	}
	var refused *gomail.SendError
	if errors.As(err, &refused) && !refused.IsTemp() && refused.ErrorCode() >= 500 {
		return fmt.Errorf("smtp: %w: %w", mail.ErrRefused, err)
	}
	return fmt.Errorf("smtp: %w", err)
}

// message builds the mail. Whatever could smuggle a header in is refused: the library checks addresses, we the rest.
func (c *Carrier) message(m mail.Message) (*gomail.Msg, error) {
	if strings.ContainsAny(m.Subject+m.ID+m.To+m.Stop+m.Thread, "\r\n\x00") {
		return nil, fmt.Errorf("smtp: %w: a line break where a header is", mail.ErrRefused)
	}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(&c.from)
	if err := msg.To(m.To); err != nil {
		return nil, fmt.Errorf("smtp: %w: %w", mail.ErrRefused, err)
	}
	msg.Subject(m.Subject)
	msg.SetMessageIDWithValue(m.ID)
	msg.SetDateWithValue(m.At)
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // no "out of office" to us, please
	if m.Stop != "" {                                    // RFC 8058
		msg.SetGenHeader("List-Unsubscribe", "<"+m.Stop+">")
		msg.SetGenHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
	}
	if m.Thread != "" {
		msg.SetGenHeader("References", "<"+m.Thread+">")
		msg.SetGenHeader("In-Reply-To", "<"+m.Thread+">")
	}
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	for _, f := range m.Files {
		if err := attach(msg, f); err != nil {
			return nil, fmt.Errorf("smtp: %w: %w", mail.ErrRefused, err)
		}
	}
	return msg, nil
}

// attach adds a file. Its name is a header as well.
func attach(msg *gomail.Msg, f mail.File) error {
	if strings.ContainsAny(f.Name+f.Type, "\r\n\x00\"<>") {
		return fmt.Errorf("the file's name %q cannot stand in a header", f.Name)
	}
	kind := gomail.WithFileContentType(gomail.ContentType(f.Type))
	if f.Inline {
		return msg.EmbedReader(f.Name, bytes.NewReader(f.Body), kind, gomail.WithFileContentID(f.Name))
	}
	return msg.AttachReader(f.Name, bytes.NewReader(f.Body), kind)
}

// Check opens a conversation and ends it, for bodhi doctor: name, encryption and log-in are right.
func (c *Carrier) Check(ctx context.Context) error {
	client, err := gomail.NewClient(c.host, c.options...)
	if err != nil {
		return fmt.Errorf("smtp: %w", err)
	}
	if err := client.DialWithContext(ctx); err != nil {
		return fmt.Errorf("smtp: %w", err)
	}
	_ = client.Close()
	return nil
}

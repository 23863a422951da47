package smtp_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	gosmtp "github.com/emersion/go-smtp"

	"github.com/bodhi-gateway/bodhi/app/mail"
	"github.com/bodhi-gateway/bodhi/app/mail/smtp"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// sink is a mail server that keeps what it gets.
type sink struct {
	mu      sync.Mutex
	got     []string // "from > to\n" and the raw message
	refuse  *gosmtp.SMTPError
	login   string
	secured bool // the last message came over TLS
}

type session struct {
	s        *sink
	conn     *gosmtp.Conn
	from, to string
}

func (s *sink) NewSession(c *gosmtp.Conn) (gosmtp.Session, error) {
	return &session{s: s, conn: c}, nil
}

func (x *session) AuthMechanisms() []string { return []string{sasl.Plain} }
func (x *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user+":"+password != x.s.login {
			return gosmtp.ErrAuthFailed
		}
		return nil
	}), nil
}
func (x *session) Mail(from string, _ *gosmtp.MailOptions) error { x.from = from; return nil }
func (x *session) Rcpt(to string, _ *gosmtp.RcptOptions) error {
	if x.s.refuse != nil {
		return x.s.refuse
	}
	x.to = to
	return nil
}
func (x *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	x.s.mu.Lock()
	defer x.s.mu.Unlock()
	_, x.s.secured = x.conn.TLSConnectionState()
	x.s.got = append(x.s.got, x.from+" > "+x.to+"\n"+string(raw))
	return nil
}
func (x *session) Reset()        {}
func (x *session) Logout() error { return nil }

// serve starts the sink; implicit is TLS from the first byte, tlsConfig alone offers STARTTLS.
func serve(t *testing.T, s *sink, tlsConfig *tls.Config, implicit bool) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	srv := gosmtp.NewServer(s)
	srv.Domain, srv.TLSConfig, srv.AllowInsecureAuth = "sink.test", tlsConfig, true
	if implicit {
		l = tls.NewListener(l, tlsConfig)
	}
	go func() { _ = srv.Serve(l) }()
	t.Cleanup(func() { _ = srv.Close() })
	return addr
}

// certificate is one for 127.0.0.1, and the trust in it.
func certificate(t *testing.T) (server, client *tls.Config) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2096, 1, 1, 0, 0, 0, 0, time.UTC)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, &tls.Config{RootCAs: pool, ServerName: "127.0.0.1"}
}

var message = mail.Message{ID: "mail_1@bodhi.test", To: "ada@acme.test", Subject: "Grüße & mehr", Text: "Hello Ada.\n\n.dot\n", HTML: "<p>Hello Ada.</p>",
	At: time.Date(2026, 11, 26, 1, 2, 3, 0, time.UTC)}

func carrier(t *testing.T, url string, trust *tls.Config) *smtp.Carrier {
	t.Helper()
	c, err := smtp.New(smtp.Config{URL: secret.New(url), From: "Bodhi <bodhi@acme.test>", TLS: trust})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAMessageArrivesWholeAndReadable(t *testing.T) {
	t.Parallel()
	s := &sink{}
	addr := serve(t, s, nil, false)
	if err := carrier(t, "smtp://"+addr, nil).Carry(t.Context(), message); err != nil {
		t.Fatal(err)
	}
	if len(s.got) != 1 || !strings.HasPrefix(s.got[0], "bodhi@acme.test > ada@acme.test\n") {
		t.Fatalf("got %q", s.got)
	}
	_, raw, _ := strings.Cut(s.got[0], "\n")
	m, err := netmail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	at, err2 := m.Header.Date()
	if err != nil || err2 != nil || subject != message.Subject || !at.Equal(message.At) || m.Header.Get("Message-Id") != "<mail_1@bodhi.test>" ||
		m.Header.Get("Auto-Submitted") != "auto-generated" || m.Header.Get("From") != `"Bodhi" <bodhi@acme.test>` {
		t.Errorf("headers %v (%v, %v)", m.Header, err, err2)
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("content type %q, %v", kind, err)
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for _, want := range []struct{ kind, text string }{{"text/plain", message.Text}, {"text/html", message.HTML}} { // the best part is the last
		p, err := parts.NextRawPart()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(quotedprintable.NewReader(p))
		if err != nil || !strings.HasPrefix(p.Header.Get("Content-Type"), want.kind) || strings.ReplaceAll(string(body), "\r\n", "\n") != want.text {
			t.Errorf("part %v: %q, %v", p.Header, body, err)
		}
	}
}

func TestEncryptionAndLogInAreWhatTheURLSays(t *testing.T) {
	t.Parallel()
	server, client := certificate(t)
	cases := []struct {
		name, scheme, query, user string
		offer                     *tls.Config
		implicit, secured, works  bool
	}{
		{name: "this machine, no encryption offered", scheme: "smtp", works: true},
		{name: "STARTTLS is taken where it is offered", scheme: "smtp", offer: server, secured: true, works: true},
		{name: "TLS from the first byte", scheme: "smtps", offer: server, implicit: true, secured: true, works: true},
		{name: "no encryption by choice", scheme: "smtp", query: "?tls=none", offer: server, works: true},
		{name: "log-in", scheme: "smtps", user: "bodhi:s%2Fcret@", offer: server, implicit: true, secured: true, works: true},
		{name: "a wrong password", scheme: "smtps", user: "bodhi:wrong@", offer: server, implicit: true},
		{name: "TLS where there is none", scheme: "smtps"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := &sink{login: "bodhi:s/cret"}
			addr := serve(t, s, c.offer, c.implicit)
			out := carrier(t, c.scheme+"://"+c.user+addr+c.query, client)
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			err := out.Carry(ctx, message)
			if (err == nil) != c.works || (len(s.got) == 1) != c.works || s.secured != c.secured {
				t.Errorf("err %v, %d messages, secured %v", err, len(s.got), s.secured)
			}
			if errors.Is(err, mail.ErrRefused) {
				t.Errorf("a failure that may pass is taken for final: %v", err)
			}
			if check := out.Check(ctx); (check == nil) != c.works {
				t.Errorf("Check says %v", check)
			}
		})
	}
	stranger := carrier(t, "smtps://"+serve(t, &sink{}, server, true), &tls.Config{ServerName: "127.0.0.1"})
	if err := stranger.Carry(t.Context(), message); err == nil {
		t.Error("a certificate nobody vouches for is taken")
	}
}

func TestFinalAndPassingRefusalsAreToldApart(t *testing.T) {
	t.Parallel()
	for code, final := range map[int]bool{550: true, 552: true, 450: false, 421: false} {
		s := &sink{refuse: &gosmtp.SMTPError{Code: code, EnhancedCode: gosmtp.EnhancedCode{code / 100, 1, 1}, Message: "no"}}
		err := carrier(t, "smtp://"+serve(t, s, nil, false), nil).Carry(t.Context(), message)
		if err == nil || errors.Is(err, mail.ErrRefused) != final {
			t.Errorf("%d: %v", code, err)
		}
	}
	if err := carrier(t, "smtp://127.0.0.1:1", nil).Carry(t.Context(), message); err == nil || errors.Is(err, mail.ErrRefused) {
		t.Errorf("nobody there: %v", err)
	}
}

func TestNoHeaderCanBeSmuggledIn(t *testing.T) {
	t.Parallel()
	s := &sink{}
	c := carrier(t, "smtp://"+serve(t, s, nil, false), nil)
	for name, change := range map[string]func(m *mail.Message){
		"subject":          func(m *mail.Message) { m.Subject = "x\r\nBcc: eve@evil.test" },
		"bare line feed":   func(m *mail.Message) { m.Subject = "x\nBcc: eve@evil.test" },
		"recipient":        func(m *mail.Message) { m.To = "ada@acme.test\r\nRCPT TO:<eve@evil.test>" },
		"two recipients":   func(m *mail.Message) { m.To = "ada@acme.test, eve@evil.test" },
		"message id":       func(m *mail.Message) { m.ID = "x>\r\nBcc: eve@evil.test" },
		"not an address":   func(m *mail.Message) { m.To = "ada" },
		"nobody":           func(m *mail.Message) { m.To = "" },
		"end of data":      func(m *mail.Message) { m.Subject = "x\r\n.\r\nMAIL FROM:<eve@evil.test>" },
		"a zero in a name": func(m *mail.Message) { m.Subject = "x\x00y" },
	} {
		m := message
		change(&m)
		if err := c.Carry(t.Context(), m); !errors.Is(err, mail.ErrRefused) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(s.got) != 0 {
		t.Errorf("sent %q", s.got)
	}
}

func TestAWrongURLIsNamedWithoutItsPassword(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"smtp://bodhi:hunter2secret@mail.test:25?tls=none", "http://bodhi:hunter2secret@mail.test", "smtp://bodhi:hunter2secret@mail.test?tls=perhaps",
		"smtps://bodhi:hunter2secret@mail.test?tls=none", "smtp://:hunter2secret@", "smtp://bodhi:hunter2secret@mail.test:99999999999999999999"} {
		if _, err := smtp.New(smtp.Config{URL: secret.New(url), From: "bodhi@acme.test"}); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", url, err)
		}
	}
	for _, from := range []string{"", "bodhi", "a@b.test, c@d.test", "Bodhi <bodhi@acme.test>\r\nBcc: eve@evil.test"} {
		if _, err := smtp.New(smtp.Config{URL: secret.New("smtp://mail.test"), From: from}); err == nil {
			t.Errorf("from %q is taken", from)
		}
	}
}

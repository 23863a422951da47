package app

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"

	"github.com/bodhi-gateway/bodhi/app/mail/smtp"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Config is everything an operator can set. The env tags are the names of docs/reference/configuration.md; each can
// also stand in bodhi.yaml, lower case and without BODHI_, and a secret can be in the file that NAME_FILE points to.
type Config struct {
	// Addr is where web and proxy listen, "host:port".
	Addr string `env:"BODHI_ADDR" envDefault:"127.0.0.1:8080"`
	// PublicURL is how browsers and clients reach Addr, without a slash at the end. It decides whether cookies are
	// marked secure. Default: http:// and Addr.
	PublicURL string `env:"BODHI_PUBLIC_URL"`
	// TenantDomain, when set, serves every organization at {slug}.{TenantDomain} too.
	TenantDomain string `env:"BODHI_TENANT_DOMAIN"`
	// DataDir holds the embedded database, its key, journals and snapshots; LoadConfig makes it absolute.
	DataDir string `env:"BODHI_DATA_DIR" envDefault:"./var"`
	// DatabaseURL is sqlite:///path or postgres://…; the default is bodhi.db in DataDir. It may carry a password.
	DatabaseURL secret.String `env:"DATABASE_URL"`
	// RedisURL is redis://…; empty keeps shared counters and caches in the process.
	RedisURL secret.String `env:"REDIS_URL"`
	// MasterKey is 32 bytes in base64; it encrypts every secret at rest. Empty until LoadMasterKey in the embedded mode.
	MasterKey secret.String `env:"BODHI_MASTER_KEY"`
	// OtherMasterKeys open what they encrypted but seal nothing, with commas between them: those before a rotation, or the next.
	OtherMasterKeys secret.String `env:"BODHI_OTHER_MASTER_KEYS"`
	// SMTPURL is smtp://user:password@host:587; empty puts mails into the mailbox at /dev/mail, on loopback only.
	SMTPURL secret.String `env:"SMTP_URL"`
	// SMTPFrom is the sender of mails, an address alone or "Name <address>". Default: Bodhi at PublicURL's host.
	SMTPFrom string `env:"SMTP_FROM"`
	// Stripe's three settings; billing is off without the key.
	StripeSecretKey     secret.String `env:"STRIPE_SECRET_KEY"`
	StripeWebhookSecret secret.String `env:"STRIPE_WEBHOOK_SECRET"`
	StripeAPIBase       string        `env:"STRIPE_API_BASE"`
	// NodeDeadAfter is how long a node may give no sign of life before the others take it for dead; at least 1 s.
	NodeDeadAfter time.Duration `env:"BODHI_NODE_DEAD_AFTER" envDefault:"30s"`
	// LogLevel is the lowest level logged; LogFormat is "text" or "json".
	LogLevel  slog.Level `env:"BODHI_LOG_LEVEL" envDefault:"info"`
	LogFormat string     `env:"BODHI_LOG_FORMAT" envDefault:"text"`
	// OTLPEndpoint is where traces and metrics go; empty sends none. OTLPMetricsEndpoint is another, whole address for metrics alone, and
	// MetricsExporter "none" keeps them here.
	OTLPEndpoint        string `env:"OTEL_EXPORTER_OTLP_ENDPOINT"`
	OTLPMetricsEndpoint string `env:"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"`
	MetricsExporter     string `env:"OTEL_METRICS_EXPORTER" envDefault:"otlp"`
	// MetricsAddr is where /metrics listens, apart from Addr; empty serves none.
	MetricsAddr string `env:"BODHI_METRICS_ADDR"`
	// PricesURL is where the price catalogue is refreshed from, in genai-prices' format; empty keeps the built-in one.
	PricesURL string `env:"BODHI_PRICES_URL"`
	// EgressAllowPrivate are networks that provider URLs may point to although they are not public.
	EgressAllowPrivate Networks `env:"BODHI_EGRESS_ALLOW_PRIVATE"`
	// TrustedProxies are networks of proxies in front, which say in X-Forwarded-For who asked them.
	TrustedProxies Networks `env:"BODHI_TRUSTED_PROXIES"`
	// Console are the networks that the operator console can be reached from; none = it is off.
	Console Reach `env:"BODHI_CONSOLE" envDefault:"off"`
}

// metricsTo is the whole address that metrics are sent to, "" if they are not.
func (c Config) metricsTo() string {
	switch {
	case c.MetricsExporter == "none":
		return ""
	case c.OTLPMetricsEndpoint != "" || c.OTLPEndpoint == "":
		return c.OTLPMetricsEndpoint
	}
	return strings.TrimSuffix(c.OTLPEndpoint, "/") + "/v1/metrics"
}

// Embedded reports whether the database is a file of this process, and not a server.
func (c Config) Embedded() bool { return strings.HasPrefix(c.DatabaseURL.Reveal(), "sqlite:") }

// Loopback reports whether only this machine can reach Addr.
func (c Config) Loopback() bool {
	host, _, _ := net.SplitHostPort(c.Addr)
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// LoadConfig reads the configuration: overrides (flags) win over environ (as os.Environ gives it), that over file, that
// over the defaults. Overrides are keyed by environment names. An empty file means bodhi.yaml in the working directory
// if there is one. An empty value counts as not set. The error has one line for each thing that is wrong; no line
// shows a secret.
func LoadConfig(environ []string, file string, overrides map[string]string) (Config, error) {
	values, err := gather(environ, file, overrides)
	if err != nil {
		return Config{}, err
	}
	var c Config
	err = env.ParseWithOptions(&c, env.Options{
		Environment: values.plain(),
		FuncMap: map[reflect.Type]env.ParserFunc{
			reflect.TypeFor[secret.String](): func(v string) (any, error) { return secret.New(v), nil },
		},
	})
	if err != nil {
		return Config{}, values.explain(err)
	}
	c.derive()
	if err := c.validate(values); err != nil {
		return Config{}, err
	}
	return c, nil
}

// derive fills in what follows from other settings.
func (c *Config) derive() {
	c.PublicURL = strings.TrimRight(c.PublicURL, "/")
	if c.PublicURL == "" {
		host, port, _ := net.SplitHostPort(c.Addr)
		if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
			host = "127.0.0.1"
		}
		c.PublicURL = "http://" + net.JoinHostPort(host, port)
	}
	if abs, err := filepath.Abs(c.DataDir); err == nil {
		c.DataDir = abs
	}
	if c.DatabaseURL.IsEmpty() {
		file := url.URL{Path: filepath.ToSlash(filepath.Join(c.DataDir, "bodhi.db"))}
		c.DatabaseURL = secret.New("sqlite://" + file.EscapedPath())
	}
	c.TenantDomain = strings.ToLower(c.TenantDomain)
	if c.SMTPFrom == "" {
		c.SMTPFrom = "Bodhi Gateway <bodhi@" + hostOf(c.PublicURL) + ">"
	}
}

func (c Config) validate(values settings) error {
	var wrong []error
	check := func(name string, err error) {
		if err != nil {
			wrong = append(wrong, values.fault(name, err.Error()))
		}
	}
	check("BODHI_ADDR", hostPort(c.Addr))
	check("BODHI_METRICS_ADDR", optional(c.MetricsAddr, hostPort))
	check("BODHI_PUBLIC_URL", httpURL(c.PublicURL))
	check("STRIPE_API_BASE", optional(c.StripeAPIBase, httpURL))
	if !c.StripeSecretKey.IsEmpty() && c.StripeWebhookSecret.IsEmpty() {
		check("STRIPE_WEBHOOK_SECRET", errors.New("it is required with STRIPE_SECRET_KEY, because without it anybody could send events; copy it from the endpoint "+
			c.PublicURL+"/webhooks/stripe in Stripe's dashboard (whsec_…), or unset STRIPE_SECRET_KEY to turn billing off"))
	}
	check("OTEL_EXPORTER_OTLP_ENDPOINT", optional(c.OTLPEndpoint, httpURL))
	check("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", optional(c.OTLPMetricsEndpoint, httpURL))
	if c.MetricsExporter != "otlp" && c.MetricsExporter != "none" {
		check("OTEL_METRICS_EXPORTER", fmt.Errorf("%q is not known; it should be otlp (to where OTEL_EXPORTER_OTLP_ENDPOINT says) or none; for Prometheus set BODHI_METRICS_ADDR", c.MetricsExporter))
	}
	check("BODHI_PRICES_URL", optional(c.PricesURL, httpURL))
	check("BODHI_TENANT_DOMAIN", optional(c.TenantDomain, domain))
	if u, err := url.Parse(c.PublicURL); err == nil && c.TenantDomain != "" && strings.HasSuffix(strings.ToLower(u.Hostname()), "."+c.TenantDomain) {
		check("BODHI_TENANT_DOMAIN", fmt.Errorf("BODHI_PUBLIC_URL, %s, lies below %s, where each name is an organization's; give the tenants a domain of their own, such as ai.%s", c.PublicURL, c.TenantDomain, c.TenantDomain))
	}
	check("DATABASE_URL", scheme(c.DatabaseURL, "sqlite:///path or postgres://user:password@host/name", "sqlite", "postgres", "postgresql"))
	check("REDIS_URL", optionalSecret(c.RedisURL, "redis://host:6379/0", "redis", "rediss"))
	check("SMTP_URL", optionalSecret(c.SMTPURL, "smtp://user:password@host:587", "smtp", "smtps"))
	if !c.SMTPURL.IsEmpty() {
		_, err := smtp.New(smtp.Config{URL: c.SMTPURL, From: c.SMTPFrom})
		check("SMTP_URL", err)
	}
	if c.NodeDeadAfter < time.Second {
		check("BODHI_NODE_DEAD_AFTER", fmt.Errorf("%s is too short; it should be 1s or more, such as 30s", c.NodeDeadAfter))
	}
	if c.LogFormat != "text" && c.LogFormat != "json" {
		check("BODHI_LOG_FORMAT", fmt.Errorf("%q is not one of: text, json", c.LogFormat))
	}
	if !c.MasterKey.IsEmpty() {
		_, err := secret.NewMaster(c.MasterKey)
		check("BODHI_MASTER_KEY", err)
	}
	for _, other := range c.otherMasterKeys() {
		_, err := secret.NewMaster(other)
		check("BODHI_OTHER_MASTER_KEYS", err)
	}
	if c.MasterKey.IsEmpty() && !c.OtherMasterKeys.IsEmpty() {
		check("BODHI_OTHER_MASTER_KEYS", errors.New("it goes with BODHI_MASTER_KEY only; a key that was made here is in master.key, with those before it"))
	}
	return errors.Join(wrong...)
}

// The checks say what is wrong and what would be right; settings.fault adds which setting it is and where it stands.

func hostPort(s string) error {
	_, port, err := net.SplitHostPort(s)
	if n, bad := strconv.ParseUint(port, 10, 16); err != nil || bad != nil || n > 65535 {
		return fmt.Errorf("%q is not host:port, such as 127.0.0.1:8080", s)
	}
	return nil
}

func httpURL(s string) error {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return fmt.Errorf("%q is not a URL such as https://ai.example.com", s)
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return errors.New("a user, a query or a fragment does not belong in this URL")
	}
	return nil
}

func domain(s string) error {
	if strings.ContainsAny(s, "/: ") || !strings.Contains(s, ".") {
		return fmt.Errorf("%q is not a domain such as ai.example.com", s)
	}
	return nil
}

// scheme checks a URL that may hold a password, so nothing of it is repeated.
func scheme(s secret.String, example string, allowed ...string) error {
	u, err := url.Parse(s.Reveal())
	if err != nil {
		return fmt.Errorf("it is not a URL; it should look like %s", example)
	}
	for _, want := range allowed {
		if u.Scheme == want && (u.Host != "" || want == "sqlite" && len(u.Path)+len(u.Opaque) > 1) {
			return nil
		}
	}
	return fmt.Errorf("it should look like %s", example)
}

func optional(s string, check func(string) error) error {
	if s == "" {
		return nil
	}
	return check(s)
}

func optionalSecret(s secret.String, example string, allowed ...string) error {
	if s.IsEmpty() {
		return nil
	}
	return scheme(s, example, allowed...)
}

// Networks are address ranges, written as CIDRs or single addresses with commas between them.
type Networks []netip.Prefix

// UnmarshalText reads them. A range whose address has bits beyond its length is refused: it is a typing error.
func (n *Networks) UnmarshalText(text []byte) error {
	*n = nil
	for part := range strings.SplitSeq(string(text), ",") {
		part = strings.TrimSpace(part)
		if ip, err := netip.ParseAddr(part); err == nil {
			*n = append(*n, netip.PrefixFrom(ip, ip.BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(part)
		if err != nil {
			return fmt.Errorf("%q is not an address range such as 10.0.0.0/8", part)
		}
		if p != p.Masked() {
			return fmt.Errorf("%q has host bits set; did you mean %s?", part, p.Masked())
		}
		*n = append(*n, p)
	}
	return nil
}

// String writes them as they are read.
func (n Networks) String() string {
	parts := make([]string, len(n))
	for i, p := range n {
		parts[i] = p.String()
	}
	return cmp.Or(strings.Join(parts, ","), "none")
}

// Reach are networks that something may be reached from: "off" for none, "any", or address ranges as Networks reads them.
type Reach []netip.Prefix

// UnmarshalText reads them.
func (r *Reach) UnmarshalText(text []byte) error {
	switch strings.TrimSpace(string(text)) {
	case "off", "":
		*r = nil
		return nil
	case "any":
		*r = Reach{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}
		return nil
	}
	var n Networks
	if err := n.UnmarshalText(text); err != nil {
		return fmt.Errorf("%w; use off, any, or address ranges with commas between them", err)
	}
	*r = Reach(n)
	return nil
}

// String writes them as they are read.
func (r Reach) String() string {
	if len(r) == 0 {
		return "off"
	}
	return Networks(r).String()
}

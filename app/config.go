package app

import (
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"

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

// The checks say what is wrong and what would be right; settings.fault adds which setting it is and where it stands.

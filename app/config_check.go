package app

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/mail/smtp"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

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

package app

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

const goodKey = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="

func TestConfigDefaultsAreThoseOfMakeRun(t *testing.T) {
	t.Parallel()
	c, err := LoadConfig([]string{"PATH=/bin", "HOME=/root"}, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(c.Addr, " ", c.PublicURL, " ", c.DataDir, " ", c.DatabaseURL.Reveal(), " ", c.LogLevel, " ", c.LogFormat, " ", c.EgressAllowPrivate)
	dir, err := filepath.Abs("var")
	if err != nil {
		t.Fatal(err)
	}
	want := "127.0.0.1:8080 http://127.0.0.1:8080 " + dir + " sqlite://" + dir + "/bodhi.db INFO text none"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if !c.Embedded() || !c.Loopback() {
		t.Error("the default should be embedded and on loopback")
	}
}

func TestFlagsWinOverEnvironmentOverFileOverDefault(t *testing.T) {
	t.Parallel()
	file := write(t, "bodhi.yaml", "addr: 127.0.0.1:1\nlog_format: json\negress_allow_private: [10.0.0.0/8, 192.168.1.7]\nsmtp_url: smtp://mail:25\n")
	c, err := LoadConfig([]string{"BODHI_ADDR=127.0.0.1:2", "BODHI_LOG_LEVEL=debug", "BODHI_LOG_FORMAT="}, file, map[string]string{"BODHI_ADDR": "0.0.0.0:3"})
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(c.Addr, " ", c.PublicURL, " ", c.LogLevel, " ", c.LogFormat, " ", c.EgressAllowPrivate, " ", c.SMTPURL.Reveal(), " ", c.Loopback())
	want := "0.0.0.0:3 http://127.0.0.1:3 DEBUG json 10.0.0.0/8,192.168.1.7/32 smtp://mail:25 false"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestMetricsGoToTheCollectorOfTracesUnlessToldOtherwise(t *testing.T) {
	t.Parallel()
	for want, environ := range map[string][]string{
		"":                           nil,
		"http://c:4318/v1/metrics":   {"OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318"},
		"http://c:4318/x/v1/metrics": {"OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318/x/", "OTEL_METRICS_EXPORTER=otlp"},
		"http://m:9090/api/v1/otlp":  {"OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT=http://m:9090/api/v1/otlp"},
	} {
		c, err := LoadConfig(environ, "", nil)
		if err != nil || c.metricsTo() != want {
			t.Errorf("%v: %q, want %q (%v)", environ, c.metricsTo(), want, err)
		}
		if c, err = LoadConfig(append(environ, "OTEL_METRICS_EXPORTER=none"), "", nil); err != nil || c.metricsTo() != "" {
			t.Errorf("%v and none: %q (%v)", environ, c.metricsTo(), err)
		}
	}
}

func TestASecretCanComeFromAFile(t *testing.T) {
	t.Parallel()
	file := write(t, "dsn", "postgres://u:p@db/bodhi\n")
	c, err := LoadConfig([]string{"DATABASE_URL_FILE=" + file, "BODHI_MASTER_KEY=" + goodKey}, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.Embedded() || c.DatabaseURL.Reveal() != "postgres://u:p@db/bodhi" {
		t.Errorf("got %q", c.DatabaseURL.Reveal())
	}
	if printed := fmt.Sprintf("%v %+v %#v", c, c, c); strings.Contains(printed, "u:p") || strings.Contains(printed, goodKey) {
		t.Errorf("printing the configuration shows a secret: %s", printed)
	}
}

func TestWrongConfigurationIsNamedInOneLine(t *testing.T) {
	t.Parallel()
	empty := write(t, "empty", "\n")
	tests := map[string]struct {
		environ []string
		yaml    string
		flags   map[string]string
		want    string // ‹empty› stands for the path of an empty file, ‹yaml› for the configuration file's
	}{
		"a misspelt variable": {
			environ: []string{"BODHI_ADRR=x"},
			want:    `config: BODHI_ADRR (environment) is not a setting; did you mean BODHI_ADDR?`},
		"a variable nobody knows": {
			environ: []string{"BODHI_SOMETHING_ELSE_ENTIRELY=x"},
			want:    `config: BODHI_SOMETHING_ELSE_ENTIRELY (environment) is not a setting; docs/reference/configuration.md lists them all`},
		"a Stripe key without a secret for webhooks": {
			environ: []string{"STRIPE_SECRET_KEY=sk_test_x", "STRIPE_WEBHOOK_SECRET="},
			want:    `config: STRIPE_WEBHOOK_SECRET: it is required with STRIPE_SECRET_KEY, because without it anybody could send events; copy it from the endpoint http://127.0.0.1:8080/webhooks/stripe in Stripe's dashboard (whsec_…), or unset STRIPE_SECRET_KEY to turn billing off`},
		"metrics for a kind of receiver that there is not": {
			environ: []string{"OTEL_METRICS_EXPORTER=prometheus"},
			want:    `config: OTEL_METRICS_EXPORTER (environment): "prometheus" is not known; it should be otlp (to where OTEL_EXPORTER_OTLP_ENDPOINT says) or none; for Prometheus set BODHI_METRICS_ADDR`},
		"a collector of metrics that is no URL": {
			environ: []string{"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT=collector:4318"},
			want:    `config: OTEL_EXPORTER_OTLP_METRICS_ENDPOINT (environment): "collector:4318" is not a URL such as https://ai.example.com`},
		"a misspelt key in the file": {
			yaml: "addr: 127.0.0.1:8080\ndata_dri: /data\n",
			want: `config: ‹yaml› line 2: "data_dri" is not a setting; did you mean data_dir?`},
		"a key given twice": {
			yaml: "addr: a\naddr: b\n",
			want: `config: ‹yaml›: unmarshal errors:  line 2: mapping key "addr" already defined at line 1`},
		"a tree where a value should be": {
			yaml: "addr:\n  host: x\n",
			want: `config: ‹yaml› line 2: "addr" should be one value or a list of values`},
		"an address without a port": {
			flags: map[string]string{"BODHI_ADDR": "localhost"},
			want:  `config: BODHI_ADDR (--addr): "localhost" is not host:port, such as 127.0.0.1:8080`},
		"a port out of range": {
			environ: []string{"BODHI_METRICS_ADDR=:70000"},
			want:    `config: BODHI_METRICS_ADDR (environment): ":70000" is not host:port, such as 127.0.0.1:8080`},
		"a public URL without a scheme": {
			yaml: "public_url: ai.example.com",
			want: `config: BODHI_PUBLIC_URL (‹yaml› line 1): "ai.example.com" is not a URL such as https://ai.example.com`},
		"a public URL with a query": {
			environ: []string{"BODHI_PUBLIC_URL=https://ai.example.com/?a=b"},
			want:    `config: BODHI_PUBLIC_URL (environment): a user, a query or a fragment does not belong in this URL`},
		"a tenant domain that is a URL": {
			environ: []string{"BODHI_TENANT_DOMAIN=https://example.com"},
			want:    `config: BODHI_TENANT_DOMAIN (environment): "https://example.com" is not a domain such as ai.example.com`},
		"a public address among the tenants'": {
			environ: []string{"BODHI_TENANT_DOMAIN=example.com", "BODHI_PUBLIC_URL=https://gateway.example.com"},
			want:    `config: BODHI_TENANT_DOMAIN (environment): BODHI_PUBLIC_URL, https://gateway.example.com, lies below example.com, where each name is an organization's; give the tenants a domain of their own, such as ai.example.com`},
		"a range with host bits": {
			environ: []string{"BODHI_EGRESS_ALLOW_PRIVATE=10.0.0.1/8"},
			want:    `config: BODHI_EGRESS_ALLOW_PRIVATE (environment): "10.0.0.1/8" has host bits set; did you mean 10.0.0.0/8?`},
		"a range that is none": {
			environ: []string{"BODHI_EGRESS_ALLOW_PRIVATE=::1,localhost"},
			want:    `config: BODHI_EGRESS_ALLOW_PRIVATE (environment): "localhost" is not an address range such as 10.0.0.0/8`},
		"a log level nobody has": {
			environ: []string{"BODHI_LOG_LEVEL=loud"},
			want:    `config: BODHI_LOG_LEVEL (environment): "loud" is not one of: debug, info, warn, error`},
		"a log format nobody has": {
			environ: []string{"BODHI_LOG_FORMAT=xml"},
			want:    `config: BODHI_LOG_FORMAT (environment): "xml" is not one of: text, json`},
		"a database nobody speaks, without its password": {
			environ: []string{"DATABASE_URL=mysql://root:hunter2@db/x"},
			want:    `config: DATABASE_URL (environment): it should look like sqlite:///path or postgres://user:password@host/name`},
		"a database URL that does not parse, without its password": {
			environ: []string{"DATABASE_URL=postgres://u:hunter2%@db"},
			want:    `config: DATABASE_URL (environment): it is not a URL; it should look like sqlite:///path or postgres://user:password@host/name`},
		"a Redis URL of another kind": {
			environ: []string{"REDIS_URL=localhost:6379"},
			want:    `config: REDIS_URL (environment): it should look like redis://host:6379/0`},
		"a master key that is too short": {
			environ: []string{"BODHI_MASTER_KEY=c2hvcnQ="},
			want:    `config: BODHI_MASTER_KEY (environment): the master key must be 32 bytes in base64; make one with: openssl rand -base64 32 (it has 5 bytes)`},
		"a master key that is not base64": {
			environ: []string{"BODHI_MASTER_KEY=hunter 2"},
			want:    `config: BODHI_MASTER_KEY (environment): the master key must be 32 bytes in base64; make one with: openssl rand -base64 32 (it is not base64)`},
		"a secret given twice": {
			environ: []string{"BODHI_MASTER_KEY=" + goodKey, "BODHI_MASTER_KEY_FILE=/x"},
			want:    `config: both BODHI_MASTER_KEY and BODHI_MASTER_KEY_FILE are set (environment); keep one`},
		"a secret's file that is missing": {
			environ: []string{"SMTP_URL_FILE=/does/not/exist"},
			want:    `config: SMTP_URL_FILE (environment): open /does/not/exist: no such file or directory`},
		"a secret's file that is empty": {
			environ: []string{"BODHI_MASTER_KEY_FILE=‹empty›"},
			want:    `config: BODHI_MASTER_KEY_FILE (environment): ‹empty› is empty`},
		"a file for what is no secret": {
			environ: []string{"BODHI_ADDR_FILE=x"},
			want:    `config: BODHI_ADDR_FILE (environment) is not a setting; did you mean BODHI_ADDR?`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := ""
			if test.yaml != "" {
				file = write(t, "bodhi.yaml", test.yaml)
			}
			paths := strings.NewReplacer("‹empty›", empty, "‹yaml›", file)
			for i := range test.environ {
				test.environ[i] = paths.Replace(test.environ[i])
			}
			_, err := LoadConfig(test.environ, file, test.flags)
			if err == nil {
				t.Fatal("accepted")
			}
			if want := paths.Replace(test.want); err.Error() != want {
				t.Errorf("got  %s\nwant %s", err, want)
			}
		})
	}
}

func TestANamedConfigurationFileMustExist(t *testing.T) {
	t.Parallel()
	if _, err := LoadConfig(nil, "/does/not/exist.yaml", nil); err == nil || !strings.Contains(err.Error(), "/does/not/exist.yaml") {
		t.Errorf("got %v", err)
	}
}

func TestEveryMistakeIsReportedAtOnce(t *testing.T) {
	t.Parallel()
	_, err := LoadConfig([]string{"BODHI_ADDR=x", "BODHI_LOG_FORMAT=y"}, "", nil)
	if err == nil || strings.Count(err.Error(), "config: BODHI_") != 2 {
		t.Errorf("got %v", err)
	}
}

func TestTheMasterKeyIsMadeOnceInTheEmbeddedMode(t *testing.T) {
	t.Parallel()
	c, err := LoadConfig([]string{"BODHI_DATA_DIR=" + filepath.Join(t.TempDir(), "new", "data")}, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	var (
		group   sync.WaitGroup
		mu      sync.Mutex
		keys    []string
		creates int
	)
	for range 8 {
		group.Go(func() {
			key, _, created, err := c.LoadMasterKey(rand.Reader)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			if created {
				creates++
			}
			keys = append(keys, key.Reveal())
		})
	}
	group.Wait()
	if creates != 1 || len(slices.Compact(keys)) != 1 || len(keys[0]) != len(goodKey) {
		t.Errorf("8 starts made %d keys and read %d different ones", creates, len(slices.Compact(keys)))
	}
	info, err := os.Stat(filepath.Join(c.DataDir, masterKeyFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	left, _ := os.ReadDir(c.DataDir)
	if len(left) != 1 {
		t.Errorf("temporary files stayed: %v", left)
	}
}

func TestAMasterKeyThatCannotBeUsedIsExplained(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		environ []string
		content string
		mode    os.FileMode
		want    string
	}{
		"none with a server":      {environ: []string{"DATABASE_URL=postgres://db/x"}, want: "required with PostgreSQL"},
		"readable by others":      {content: goodKey, mode: 0o644, want: "chmod 600"},
		"cut short on disk":       {content: goodKey[:20], mode: 0o600, want: "restore it from a backup"},
		"a directory not to have": {environ: []string{"BODHI_DATA_DIR=/proc/none"}, want: "BODHI_DATA_DIR"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if test.content != "" {
				if err := os.WriteFile(filepath.Join(dir, masterKeyFile), []byte(test.content), test.mode); err != nil {
					t.Fatal(err)
				}
			}
			c, err := LoadConfig(append([]string{"BODHI_DATA_DIR=" + dir}, test.environ...), "", nil)
			if err != nil {
				t.Fatal(err)
			}
			_, _, _, err = c.LoadMasterKey(rand.Reader)
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), goodKey[:20]) {
				t.Errorf("got %v, want it to say %q and no key", err, test.want)
			}
		})
	}
}

func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/transcript"
	"github.com/bodhi-gateway/bodhi/app/turnstile"
)

// metrics are all that a process shows, ours by name.
func metrics(t *testing.T) map[string]string {
	t.Helper()
	m := newMeter("v1", func() budget.Stats { return budget.Stats{} })
	m.turnstile(func() turnstile.Stats { return turnstile.Stats{} })
	m.cache(func() cache.Stats { return cache.Stats{} })
	m.connections(&bounded{})
	m.texts(func() transcript.Stats { return transcript.Stats{} })
	m.Observe(&ledger.Request{Endpoint: "chat", Status: 200}, "")
	families, err := m.registry.Gather()
	must(t, err)
	out := map[string]string{}
	for _, f := range families {
		labels := []string{}
		for _, l := range f.GetMetric()[0].GetLabel() {
			labels = append(labels, "`"+l.GetName()+"`")
		}
		kind := strings.ToLower(f.GetType().String())
		out[f.GetName()] = fmt.Sprintf("| `%s` | %s | %s | %s |", f.GetName(), kind, strings.Join(labels, ", "), f.GetHelp())
	}
	return out
}

// The page of metrics is what a process shows.
func TestTheMetricsAreDocumented(t *testing.T) {
	t.Parallel()
	var rows []string
	for name, row := range metrics(t) {
		if strings.HasPrefix(name, "bodhi_") {
			rows = append(rows, row)
		}
	}
	slices.Sort(rows)
	for _, f := range sources(t) {
		for _, name := range regexp.MustCompile(`"(bodhi_[a-z_]+(?:_total|_seconds|_bytes|_usd|_ratio|_info))"`).FindAllStringSubmatch(f, -1) {
			if !slices.ContainsFunc(rows, func(row string) bool { return strings.Contains(row, "`"+name[1]+"`") }) {
				t.Errorf("%s is shown by a part that metrics in this test leaves out", name[1])
			}
		}
	}
	path := filepath.Join("..", "docs", "reference", "metrics.md")
	text := "# Metrics\n\nAt `/metrics` on `BODHI_METRICS_ADDR`, for Prometheus; beside these the Go runtime's and the process's own. No label names a tenant, a person or a\nmodel: there are as many series with a thousand tenants as with one. Rules for alerts and a Grafana dashboard: `docs/deploy/`.\n\nMade by a test of the tree from the program's own registry.\n\n| name | type | labels | what |\n|---|---|---|---|\n" + strings.Join(rows, "\n") + "\n" + atACollector
	if *update {
		must(t, os.WriteFile(path, []byte(text), 0o644))
	}
	if have, err := os.ReadFile(path); err != nil || string(have) != text {
		t.Errorf("docs/reference/metrics.md is not what a process shows; go test ./app -run TheMetrics -update (%v)", err)
	}
}

// atACollector is written by hand; app/trace holds the names.
const atACollector = `
## What is counted

` + "`bodhi_requests_total`" + ` counts requests of models whose key is known, refused ones included. It does not count what is refused before that (an
unknown key, an unknown address), nor what asks no model itself: lists of models, files, batches, feedback, documents that are read. What
a batch or a document has models asked is counted.

## Examples

With [traces](traces.md) on, ` + "`bodhi_request_duration_seconds` and `bodhi_first_byte_seconds`" + ` name a trace beside a value of each bucket (` + "`trace_id`" + `), so that a
slow one can be looked at: in OpenMetrics, which Prometheus asks for (` + "`--enable-feature=exemplar-storage`" + ` keeps them), and at a collector.

## At a collector

With ` + "`OTEL_EXPORTER_OTLP_ENDPOINT`" + ` set, everything above goes to an OpenTelemetry collector each minute, over HTTP, under the same names, as sums since
the start; beside it what OpenTelemetry's conventions for generative AI name (version 1.41, in development). ` + "`OTEL_EXPORTER_OTLP_METRICS_ENDPOINT`" + `
is another address for metrics alone, the whole of it; ` + "`OTEL_METRICS_EXPORTER=none`" + ` sends none. Headers, certificates and the interval follow
OpenTelemetry's own variables (` + "`OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_METRIC_EXPORT_INTERVAL`" + `). Nothing waits for a collector that is away: the log says
when it takes nothing and when it does again.

| name | unit | attributes | what |
|---|---|---|---|
| ` + "`gen_ai.client.operation.duration`" + ` | s | operation, provider, ` + "`error.type`" + ` | attempts at providers |
| ` + "`gen_ai.client.operation.time_to_first_chunk`" + ` | s | operation, provider | streamed ones, to their first byte |
| ` + "`gen_ai.client.token.usage`" + ` | tokens | operation, provider, ` + "`gen_ai.token.type`" + ` | tokens of attempts, as billed: ` + "`input`, `output`" + ` |
| ` + "`gen_ai.server.request.duration`" + ` | s | operation, provider, ` + "`error.type`" + ` | requests of clients; the provider is ` + "`bodhi`" + ` |
| ` + "`gen_ai.server.time_to_first_token`" + ` | s | operation, provider | answered ones, to their first byte |
| ` + "`gen_ai.server.time_per_output_token`" + ` | s | operation, provider | streamed ones, the time of each token after the first |

Operation is ` + "`gen_ai.operation.name`" + `, provider ` + "`gen_ai.provider.name`" + `: what kind of provider, not which account. The models that the conventions would
like here are in the traces: series with them would be as many as anybody can type.
`

// What deploy/ asks a collector for is there, and its documents can be read.
func TestDeployedRulesAndDashboardsNameMetricsThatExist(t *testing.T) {
	t.Parallel()
	known := metrics(t)
	known["up"], known["process_resident_memory_bytes"] = "", ""
	var rules struct {
		Groups []struct {
			Rules []struct {
				Alert, Expr string
				Annotations map[string]string
			}
		}
	}
	readDeployed(t, "alerts.yml", yaml.Unmarshal, &rules)
	asked := map[string]string{}
	for _, r := range rules.Groups[0].Rules {
		asked[r.Alert] = r.Expr
		if r.Annotations["summary"] == "" || r.Annotations["description"] == "" {
			t.Errorf("%s says not what to do", r.Alert)
		}
	}
	var board struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	readDeployed(t, "grafana.json", json.Unmarshal, &board)
	for _, p := range board.Panels {
		for _, target := range p.Targets {
			asked[p.Title] += " " + target.Expr
		}
	}
	if len(rules.Groups[0].Rules) < 5 || len(board.Panels) < 10 {
		t.Fatalf("%d rules, %d panels", len(rules.Groups[0].Rules), len(board.Panels))
	}
	name := regexp.MustCompile(`\b(bodhi|process|go)_[a-z_]+\b|\bup\b`)
	suffix := regexp.MustCompile(`_(bucket|sum|count)$`)
	for what, expr := range asked {
		found := name.FindAllString(expr, -1)
		if len(found) == 0 {
			t.Errorf("%s asks for nothing: %s", what, expr)
		}
		for _, n := range found {
			if _, ok := known[n]; !ok {
				if _, ok := known[suffix.ReplaceAllString(n, "")]; !ok {
					t.Errorf("%s asks for %s, which no process shows", what, n)
				}
			}
		}
	}
}

func readDeployed(t *testing.T, name string, read func([]byte, any) error, into any) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "docs", "deploy", name))
	must(t, err)
	must(t, read(b, into))
}

// The manifests run what the image is: its port, its user, its directory, a probe of readiness, no writable root. No pod gets variables
// of the Service called bodhi: they begin like our settings, and are none.
func TestTheManifestsFitTheImage(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(filepath.Join("..", "docs", "deploy", "kubernetes.yaml"))
	must(t, err)
	d := yaml.NewDecoder(strings.NewReader(string(b)))
	kinds, pods := []string{}, 0
	for {
		var one struct {
			Kind string
			Spec struct {
				Template struct {
					Spec map[string]yaml.Node
				}
			}
		}
		if err := d.Decode(&one); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		kinds = append(kinds, one.Kind)
		if pod := one.Spec.Template.Spec; pod != nil {
			pods++
			if links, ok := pod["enableServiceLinks"]; !ok || links.Value != "false" {
				t.Errorf("pods of the %s lack enableServiceLinks: false: BODHI_PORT and its like stop their start", one.Kind)
			}
			if _, ok := pod["initContainers"]; ok {
				t.Errorf("pods of the %s do something before they serve: while the database is away it fails, and serving would not", one.Kind)
			}
			var containers []struct {
				Startup struct {
					PeriodSeconds    int `yaml:"periodSeconds"`
					FailureThreshold int `yaml:"failureThreshold"`
				} `yaml:"startupProbe"`
			}
			list := pod["containers"]
			must(t, list.Decode(&containers))
			for _, c := range containers {
				if s := c.Startup; s.PeriodSeconds*s.FailureThreshold < 3600 {
					t.Errorf("a start may take %d s: one that migrates may take an hour", s.PeriodSeconds*s.FailureThreshold)
				}
			}
		}
	}
	if pods != 1 {
		t.Errorf("%d pod specs were found, where one is", pods)
	}
	if !slices.Equal(kinds, []string{"ConfigMap", "Service", "Service", "PodDisruptionBudget", "StatefulSet"}) {
		t.Errorf("it makes %q", kinds)
	}
	image, err := os.ReadFile(filepath.Join("..", "Dockerfile"))
	must(t, err)
	for _, pair := range [][2]string{{"EXPOSE 8080", "containerPort: 8080"}, {"USER 65532:65532", "runAsUser: 65532"}, {"BODHI_DATA_DIR=/var/lib/bodhi", "mountPath: /var/lib/bodhi"}} {
		if !strings.Contains(string(image), pair[0]) || !strings.Contains(string(b), pair[1]) {
			t.Errorf("%q in the image, %q in the manifests: one is missing", pair[0], pair[1])
		}
	}
	unit, err := os.ReadFile(filepath.Join("..", "docs", "deploy", "bodhi.service"))
	must(t, err)
	for _, line := range []string{"ExecStart=/usr/local/bin/bodhi serve", "StateDirectory=bodhi", "ProtectSystem=strict", "TimeoutStopSec="} {
		if !strings.Contains(string(unit), line) {
			t.Errorf("the unit lacks %s", line)
		}
	}
	head, service, _ := strings.Cut(string(unit), "[Service]")
	if !strings.Contains(head, "\nStartLimitIntervalSec=0\n") || strings.Contains(service, "ExecStartPre=") {
		t.Error("after five starts without its database the unit gives up, or it does something that needs the database before it serves")
	}
}

// The image is empty and small hosts have no time zones, so the program brings its own: without them only organizations in UTC work.
func TestTheProgramBringsItsTimeZones(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", "cmd", "bodhi", "main.go"), nil, parser.ImportsOnly)
	must(t, err)
	if !slices.ContainsFunc(file.Imports, func(i *ast.ImportSpec) bool { return i.Path.Value == `"time/tzdata"` }) {
		t.Error("cmd/bodhi/main.go does not import time/tzdata")
	}
}

// The installation on one machine sends its mail to a sink that offers no encryption, and is given the time that streams take to end.
func TestTheComposedInstallationSendsMailAndEndsInPeace(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(filepath.Join("..", "docker-compose.yml"))
	must(t, err)
	var all struct {
		Services map[string]struct {
			Environment map[string]string
			Grace       string `yaml:"stop_grace_period"`
		}
	}
	must(t, yaml.Unmarshal(b, &all))
	bodhi := all.Services["bodhi"]
	mail, err := url.Parse(bodhi.Environment["SMTP_URL"])
	must(t, err)
	if _, ok := all.Services[mail.Hostname()]; !ok || mail.Query().Get("tls") != "none" {
		t.Errorf("SMTP_URL is %s: to another machine without ?tls=none it wants STARTTLS, which the sink has not", mail)
	}
	if wait, err := time.ParseDuration(bodhi.Grace); err != nil || wait <= grace {
		t.Errorf("it is killed after %q (10 s if that is nothing), and streams have %s", bodhi.Grace, grace)
	}
}

// sources are the texts of this package.
func sources(t *testing.T) (out []string) {
	t.Helper()
	names, err := filepath.Glob("*.go")
	must(t, err)
	for _, name := range names {
		if !strings.HasSuffix(name, "_test.go") {
			b, err := os.ReadFile(name)
			must(t, err)
			out = append(out, string(b))
		}
	}
	return out
}

package e2e

import (
	"debug/buildinfo"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// bill is what we look at of a CycloneDX list.
type bill struct {
	BOMFormat  string
	Metadata   struct{ Component component }
	Components []component
}

type component struct {
	Name, Version, PURL string
	Hashes              []struct{ Content string }
	Licenses            []struct {
		License    struct{ ID string }
		Expression string
	}
}

// licences are a component's SPDX ids.
func (c component) licences() []string {
	var out []string
	for _, l := range c.Licenses {
		out = append(out, strings.Split(l.License.ID+l.Expression, " AND ")...)
	}
	return out
}

// makeBill makes the list and the notices as `make sbom` does.
func makeBill(t *testing.T, binary string) (bill, string) {
	t.Helper()
	dir := t.TempDir()
	list, notices := filepath.Join(dir, "bodhi.cdx.json"), filepath.Join(dir, "THIRD-PARTY.txt")
	for _, args := range [][]string{
		{"tool", "-modfile=scripts/tools/go.mod", "cyclonedx-gomod", "bin", "-json", "-std", "-noserial", "-output", list, binary},
		{"run", "./scripts/bill", "-binary", binary, "-bill", list, "-notices", notices},
	} {
		cmd := exec.Command("go", args...)
		cmd.Dir = harness.Root()
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	text, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	var b bill
	if err := json.Unmarshal(text, &b); err != nil || b.BOMFormat != "CycloneDX" {
		t.Fatalf("%v: %.300s", err, text)
	}
	if text, err = os.ReadFile(notices); err != nil {
		t.Fatal(err)
	}
	return b, string(text)
}

// TestTheBillOfMaterialsNamesEveryModule compares the list with what the linker wrote into the binary, and with what the dashboard
// serves of npm. Each line has the version and the hash that go.sum or the lock file has, and licences that may be handed on; their
// texts go with the binary.
func TestTheBillOfMaterialsNamesEveryModule(t *testing.T) {
	t.Parallel()
	binary := harness.Binary(t)
	list, notices := makeBill(t, binary)
	listed := map[string]component{}
	allowed := regexp.MustCompile(`^(MIT|BSD-[23]-Clause|Apache-2\.0|MPL-2\.0|ISC|0BSD|OFL-1\.1|FTL|PostgreSQL|blessing|Unlicense|CC0-1\.0)$`)
	for _, c := range append(list.Components, list.Metadata.Component) {
		listed[c.Name+"@"+c.Version] = c
		if len(c.Hashes) == 0 && c.Name != "std" && c.Name != list.Metadata.Component.Name { // Go's own is no module, and we are none of ours
			t.Errorf("%s has no hash", c.Name)
		}
		if len(c.licences()) == 0 {
			t.Errorf("%s has no licence", c.Name)
		}
		for _, id := range c.licences() {
			if !allowed.MatchString(id) {
				t.Errorf("%s is under %q", c.Name, id)
			}
		}
	}
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	if len(info.Deps) < 50 {
		t.Fatalf("the binary names %d modules", len(info.Deps))
	}
	for _, m := range append(info.Deps, &debug.Module{Path: "std", Version: info.GoVersion}) {
		if m.Replace != nil {
			m = m.Replace
		}
		if _, ok := listed[m.Path+"@"+m.Version]; !ok {
			t.Errorf("%s %s is in the binary and not on the list", m.Path, m.Version)
		}
		if !strings.Contains(notices, "\n"+m.Path+" "+m.Version+": ") || !strings.Contains(notices, "\n"+m.Path+" (") {
			t.Errorf("%s %s is in the binary, and its licence's text does not go with it", m.Path, m.Version)
		}
	}
	served := 0
	for name, c := range listed {
		if strings.HasPrefix(c.PURL, "pkg:npm/") {
			served++
		}
		// Read by hand, one of each kind.
		for module, want := range map[string]string{"std": "BSD-3-Clause", "gorm.io/gorm": "MIT", "riverqueue.com/riverui": "MPL-2.0", "gopkg.in/yaml.v3": "Apache-2.0 MIT",
			"github.com/golang/freetype": "FTL", "modernc.org/sqlite": "BSD-3-Clause MIT blessing", "github.com/jackc/pgerrcode": "MIT PostgreSQL", "github.com/pkg/errors": "BSD-2-Clause",
			"github.com/labstack/echo/v4": "MIT", "google.golang.org/grpc": "Apache-2.0", "htmx.org": "0BSD", "@tabler/core": "MIT", "@fontsource-variable/geist": "OFL-1.1"} {
			if got := strings.Join(c.licences(), " "); c.Name == module && got != want {
				t.Errorf("%s: %s; want %s", name, got, want)
			}
		}
	}
	if served != 6 {
		t.Errorf("%d packages of npm are on the list; package.json depends on 6", served)
	}
	if got := strings.Join(list.Metadata.Component.licences(), " "); got != "Apache-2.0" {
		t.Errorf("the program itself: %q", got)
	}
	for _, text := range []string{"Permission is hereby granted, free of charge", "Neither the name of Google", "Mozilla Public License", "The FreeType Project LICENSE", "Copyright 2015 The Prometheus Authors"} {
		if !strings.Contains(notices, text) {
			t.Errorf("the notices lack %q", text)
		}
	}
}

package e2e

import (
	"debug/buildinfo"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// TestTheBillOfMaterialsNamesEveryModule makes the list as `make sbom` does, and compares it with what the linker wrote into the
// binary. Each line has the version and the hash that go.sum has.
func TestTheBillOfMaterialsNamesEveryModule(t *testing.T) {
	t.Parallel()
	binary, file := harness.Binary(t), filepath.Join(t.TempDir(), "bodhi.cdx.json")
	list := exec.Command("go", "tool", "-modfile=scripts/tools/go.mod", "cyclonedx-gomod", "bin", "-json", "-std", "-noserial", "-output", file, binary)
	list.Dir = harness.Root()
	if out, err := list.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var bill struct {
		BOMFormat  string
		Components []struct {
			Name, Version string
			Hashes        []struct{ Content string }
		}
	}
	if err := json.Unmarshal(text, &bill); err != nil || bill.BOMFormat != "CycloneDX" {
		t.Fatalf("%v: %.300s", err, text)
	}
	listed := map[string]bool{}
	for _, c := range bill.Components {
		listed[c.Name+"@"+c.Version] = true
		if c.Name != "std" && len(c.Hashes) == 0 { // Go's own is no module
			t.Errorf("%s has no hash", c.Name)
		}
	}
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	if len(info.Deps) < 50 {
		t.Fatalf("the binary names %d modules", len(info.Deps))
	}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		if !listed[m.Path+"@"+m.Version] {
			t.Errorf("%s %s is in the binary and not on the list", m.Path, m.Version)
		}
	}
	if !listed["std@"+info.GoVersion] {
		t.Errorf("%s is not on the list", info.GoVersion)
	}
}

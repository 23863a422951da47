// Command vuln looks for known vulnerabilities in what the program is made of (`make vuln`): govulncheck over Go's own records, which
// come with a version of the module golang.org/x/vulndb, as every other dependency comes. So two runs of one commit say the same, and
// nobody is told what we use.
//
//	vuln [-records v0.0.0-…|latest] [packages]
//
// It ends with 1 if the program contains a package with a vulnerability that nobody has looked at. Looked at are those in accepted.go,
// each with the reason why it is none of ours.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"go/version"
	"os"
	"os/exec"
	"path"
)

// records is the version that is read, whose date is in it.
const records = "v0.0.0-20261105234957-e22db6528018"

func main() {
	of := flag.String("records", records, "the version of golang.org/x/vulndb, or latest")
	flag.Parse()
	packages := flag.Args()
	if len(packages) == 0 {
		packages = []string{"./cmd/..."}
	}
	if err := run(*of, packages); err != nil {
		fmt.Fprintln(os.Stderr, "vuln:", err)
		os.Exit(1)
	}
}

// run works in the root of the repository.
func run(of string, packages []string) error {
	dir, exact, err := fetch(of)
	if err != nil {
		return fmt.Errorf("get the records of known vulnerabilities (golang.org/x/vulndb %s) from the module proxy: %w", of, err)
	}
	args := append([]string{"tool", "-modfile=scripts/tools/go.mod", "govulncheck", "-format", "json", "-db", "file://" + path.Join(dir, "data", "osv")}, packages...)
	out, err := output(exec.Command("go", args...))
	if err != nil {
		return fmt.Errorf("govulncheck: %w", err)
	}
	found, err := read(bytes.NewReader(out))
	if err != nil {
		return fmt.Errorf("read what govulncheck says: %w", err)
	}
	wanted, err := toolchain()
	if err != nil {
		return err
	}
	verdict := judge(found, accepted, wanted)
	fmt.Printf("records %s: %s", exact, verdict.text)
	return verdict.err
}

// fetch gives the directory of the records and the version that they are of. It asks outside of our own module, whose list of
// dependencies they are no part of.
func fetch(of string) (dir, exact string, err error) {
	cmd := exec.Command("go", "mod", "download", "-json", "golang.org/x/vulndb@"+of)
	cmd.Dir = os.TempDir()
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
	out, err := output(cmd)
	var got struct{ Dir, Version, Error string }
	if jerr := json.Unmarshal(out, &got); err == nil && jerr != nil {
		err = jerr
	}
	if got.Error != "" {
		err = errors.New(got.Error)
	}
	return got.Dir, got.Version, err
}

// toolchain is the Go that go.mod asks for, such as "go1.26.11".
func toolchain() (string, error) {
	out, err := output(exec.Command("go", "mod", "edit", "-json"))
	if err != nil {
		return "", err
	}
	var file struct{ Toolchain string }
	if err := json.Unmarshal(out, &file); err != nil {
		return "", err
	}
	if !version.IsValid(file.Toolchain) {
		return "", errors.New("go.mod names no toolchain: say which Go the program is to be built with (go mod edit -toolchain=go1.…)")
	}
	return file.Toolchain, nil
}

// output is what a command says, and its complaint as the error.
func output(cmd *exec.Cmd) ([]byte, error) {
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil && complaint.Len() > 0 {
		err = fmt.Errorf("%w: %s", err, bytes.TrimSpace(complaint.Bytes()))
	}
	return out, err
}

package app_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/db/pgtest"
)

// keyShapes are how keys look, ours and those of providers, by what they begin with: searching for that is quick, and a hundred
// megabytes of history are to be read. Each is long enough to be nothing else; examples have dots or x in them.
var keyShapes = map[string]*regexp.Regexp{
	"bdh_": regexp.MustCompile("^" + secret.TokenPattern), "bdt_": regexp.MustCompile("^" + secret.TokenPattern), "bds_": regexp.MustCompile("^" + secret.TokenPattern),
	"sk-ant-":  regexp.MustCompile(`^sk-ant-[a-z]+[0-9]+-[A-Za-z0-9_-]{80,}`),
	"sk-proj-": regexp.MustCompile(`^sk-proj-[A-Za-z0-9_-]{100,}`),
	"AKIA":     regexp.MustCompile(`^AKIA[A-Z2-7]{16}\b`),
	"AIza":     regexp.MustCompile(`^AIza[A-Za-z0-9_-]{35}\b`),
	"ghp_":     regexp.MustCompile(`^ghp_[A-Za-z0-9]{36}\b`), "gho_": regexp.MustCompile(`^gho_[A-Za-z0-9]{36}\b`),
	"sk_live_": regexp.MustCompile(`^sk_live_[A-Za-z0-9]{24,}`), "whsec_": regexp.MustCompile(`^whsec_[A-Za-z0-9+/]{40,}`),
	"xoxb-": regexp.MustCompile(`^xoxb-[0-9]{10,}-[0-9A-Za-z-]{20,}`), "xoxp-": regexp.MustCompile(`^xoxp-[0-9]{10,}-[0-9A-Za-z-]{20,}`),
}

// example begins the key that AWS prints in its own documentation, and those that were made from it; nothing else is let through.
const example = "AKIAIOSFODNN7"

// keysIn are the real keys in a text: ours with a valid checksum, and what looks like one of a provider's.
func keysIn(text []byte) (found []string) {
	for begin, shape := range keyShapes {
		for at := 0; ; {
			i := bytes.Index(text[at:], []byte(begin))
			if i < 0 {
				break
			}
			at += i
			key := string(shape.Find(text[at:]))
			if inside := at > 0 && wordy(text[at-1]); key != "" && !inside && !strings.HasPrefix(key, example) && !made(key) {
				found = append(found, key[:12]+"…")
			}
			at += len(begin)
		}
	}
	return found
}

// made says that a key looks like one of ours and was made up: its checksum is wrong.
func made(key string) bool {
	if !strings.HasPrefix(key, "bd") {
		return false
	}
	_, ok := secret.ParseToken(key)
	return !ok
}

func wordy(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}

// The search itself must be able to see a key of each kind, and nothing in what only looks like one.
func TestKeysAreSeen(t *testing.T) {
	t.Parallel()
	whole, _, err := secret.Mint(nil, secret.VirtualKey, secret.Live)
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("Q", 110)
	for _, planted := range []string{
		whole.Reveal(), "AKIA" + long[:16], "AIza" + long[:35], "sk-ant-" + "api03-" + long, "sk-proj-" + long, "ghp_" + long[:36], "gho_" + long[:36],
		"sk_live_" + long[:24], "whsec_" + long[:40], "xoxb-" + "1234567890-" + long[:24], "xoxp-" + "1234567890-" + long[:24],
	} {
		if n := len(keysIn([]byte("one\nkey=" + planted + "\n"))); n != 1 {
			t.Errorf("%s… is seen %d times", planted[:8], n)
		}
	}
	wrong := []byte(whole.Reveal())
	wrong[len(wrong)-1] ^= 1
	for _, harmless := range []string{string(wrong), "bdh_live_…", "sk-ant-api03-xxx", "AKIAIOSFODNN7EXAMPLE", "quAKIA" + long[:16]} {
		if found := keysIn([]byte("key=" + harmless)); len(found) > 0 {
			t.Errorf("%s is taken for a key", harmless)
		}
	}
}

// What was taken out of a file is still there for whoever clones: so each version of each file is looked at, and what each commit
// says, of all that led to this one. In a shallow clone that is what the clone has; it says how much that was.
func TestNoRealKeyWasEverInTheRepository(t *testing.T) {
	t.Parallel()
	if out, err := inGit("rev-parse", "--git-dir").CombinedOutput(); err != nil {
		pgtest.Missing(t, fmt.Sprintf("there is no history here (%s), only files, which TestNoRealKeyIsInTheRepository looks at", bytes.TrimSpace(out)))
	}
	list, err := inGit("rev-list", "--objects", "--no-object-names", "HEAD").Output()
	if err != nil {
		t.Fatal(err)
	}
	shallow, err := inGit("rev-parse", "--is-shallow-repository").Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	read(t, list, func(kind, name string, text []byte) {
		seen[kind]++
		for _, key := range keysIn(text) {
			t.Errorf("%s %s holds a real key (%s): withdraw it, then write the history anew; git log --all --find-object=%[2]s says where it is", kind, name, key)
		}
	})
	if seen["blob"] < 1000 || seen["commit"] == 0 {
		t.Fatalf("what was read is not all there is: %v", seen)
	}
	t.Logf("%d versions of files and what %d commits say; shallow: %s", seen["blob"], seen["commit"], bytes.TrimSpace(shallow))
}

func inGit(arguments ...string) *exec.Cmd {
	git := exec.Command("git", arguments...)
	git.Dir = ".."
	return git
}

// read visits what a list names: versions of files and commits. Directories hold names only.
func read(t *testing.T, list []byte, visit func(kind, name string, text []byte)) {
	t.Helper()
	git := inGit("cat-file", "--batch")
	git.Stdin, git.Stderr = bytes.NewReader(list), os.Stderr
	out, err := git.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := git.Start(); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewReaderSize(out, 1<<20)
	for {
		var name, kind string
		var size int
		_, err := fmt.Fscanf(in, "%s %s %d\n", &name, &kind, &size)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		text := make([]byte, size+1) // and the end of the line
		if _, err := io.ReadFull(in, text); err != nil {
			t.Fatal(err)
		}
		if kind != "tree" {
			visit(kind, name, text)
		}
	}
	if err := git.Wait(); err != nil {
		t.Fatal(err)
	}
}

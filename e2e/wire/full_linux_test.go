package wire

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// disk is where a gateway writes; it can be full.
type disk struct{ fill, free func() }

// TestAFullDiskRefusesAndForgetsNothing fills the disk of a gateway that is asked without pause, and gives the space back. While
// the journal cannot be written nothing is sent that would not be accounted for; what was under way is answered, and booked
// once there is space. While only the database is full, requests go on inside what is leased. The process lives through it.
func TestAFullDiskRefusesAndForgetsNothing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		journal bool // is full too
		disk    func(t *testing.T, w *world) *disk
	}{
		{"no file may grow", true, func(t *testing.T, w *world) *disk { return limited(t, w.PID()) }},
		{"everything", true, func(t *testing.T, w *world) *disk { return w.on(t, w.Dir) }},
		{"the journal's disk", true, func(t *testing.T, w *world) *disk { return w.on(t, filepath.Join(w.Dir, "journal")) }},
		{"the database's disk", false, func(t *testing.T, w *world) *disk { return w.on(t, w.Dir, filepath.Join(w.Dir, "journal")) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := begin(t, "1000/monthly/hard", "slow=sb/sandbox-chat+tokens=60+chunkdelay=100ms")
			d := c.disk(t, w)
			w.livesThrough(t, d, c.journal)
			if c.name == "everything" {
				w.says(t, d)
			}
		})
	}
}

func (w *world) livesThrough(t *testing.T, d *disk, journal bool) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	answers := &tally{n: map[string]int{}}
	wait := w.load(ctx, 4, answers)
	harness.Wait(t, "some load", func() bool { return answers.count("answered") > 50 })
	c := w.client()
	under := c.Chat.Completions.NewStreaming(within(t, time.Minute), ask("slow", "tell me everything"))
	if !under.Next() {
		t.Fatalf("a stream: %v", under.Err())
	}

	d.fill()
	answers.take()
	what, n := "answered", 100
	if journal {
		what, n = "503 budget_unavailable", 20
	}
	harness.Wait(t, what, func() bool { return answers.count(what) > n })
	for under.Next() { // what was under way goes on to its end
	}
	if err := under.Err(); err != nil {
		t.Errorf("a stream that was under way: %v", err)
	}
	for _, path := range []string{"/key", "/models"} {
		if resp, body := w.raw(t, http.MethodGet, path, ""); resp.StatusCode != http.StatusOK {
			t.Errorf("GET %s on a full disk: %d %s", path, resp.StatusCode, body)
		}
	}
	during := answers.take()
	d.free()
	t.Logf("on a full disk: %v", during)
	for what := range during {
		if what != "answered" && what != "503 budget_unavailable" {
			t.Errorf("on a full disk a client got %s", what)
		}
	}

	answers.take()
	harness.Wait(t, "answers afterwards", func() bool { return answers.count("answered") > 50 })
	cancel()
	wait()
	w.balanced(t)
	w.Stop(t)
	w.Run(t, "verify", "--json")
	w.Serve(t)
	w.balanced(t)
}

// says looks at what commands tell whoever finds the disk full.
func (w *world) says(t *testing.T, d *disk) {
	t.Helper()
	w.Stop(t)
	d.fill()
	for command, want := range map[string]string{"doctor": "no space left", "verify": "most likely its disk is full"} {
		if out, stderr, err := w.Try(t, command); err == nil || !strings.Contains(string(out)+string(stderr), want) {
			t.Errorf("bodhi %s on a full disk: %v, without %q: %s%s", command, err, want, out, stderr)
		}
	}
	d.free()
	w.Run(t, "verify", "--json")
}

// on moves a directory of the gateway onto a small disk of its own, and others inside it onto further ones that stay empty.
func (w *world) on(t *testing.T, dir string, inside ...string) *disk {
	t.Helper()
	w.Stop(t)
	aside := filepath.Join(t.TempDir(), "aside")
	if err := os.CopyFS(aside, os.DirFS(w.Dir)); err != nil {
		t.Fatal(err)
	}
	d := harness.Mount(t, dir, 48)
	for _, at := range inside {
		harness.Mount(t, at, 48)
	}
	for _, at := range append([]string{dir}, inside...) {
		from, err := filepath.Rel(w.Dir, at)
		if err != nil {
			t.Fatal(err)
		}
		fill(t, at, filepath.Join(aside, from))
	}
	w.Serve(t)
	return &disk{d.Fill, d.Free}
}

// fill copies the files of one directory into another that may have some of them.
func fill(t *testing.T, to, from string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o700)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), b, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestALogThatCannotBeWrittenStopsNothing serves with a log on a disk that is always full.
func TestALogThatCannotBeWrittenStopsNothing(t *testing.T) {
	t.Parallel()
	s := harness.StartSandbox(t)
	w := &world{sandbox: s, Gateway: harness.Start(t, harness.Setup{Models: models, Under: harness.Shell(`exec "$@" >/dev/full 2>&1`),
		Providers: []string{"name=sb,kind=sandbox,base-url=" + s.URL + ",key-env=E2E_KEY"}})}
	c := w.client()
	for i := range 20 {
		if _, err := c.Chat.Completions.New(within(t, 20*time.Second), ask("smart", fmt.Sprintf("question %d", i))); err != nil {
			t.Fatal(err)
		}
	}
	w.balanced(t)
	w.Stop(t)
	w.Run(t, "verify", "--json")
}

// limited is a disk by a limit on the sizes of files (RLIMIT_FSIZE), which needs no right: writing past it fails.
func limited(t *testing.T, pid int) *disk {
	set := func(soft uint64) {
		r := syscall.Rlimit{Cur: soft, Max: math.MaxUint64}
		if _, _, e := syscall.RawSyscall6(syscall.SYS_PRLIMIT64, uintptr(pid), syscall.RLIMIT_FSIZE, uintptr(unsafe.Pointer(&r)), 0, 0, 0); e != 0 {
			t.Fatalf("limit the sizes of files: %v", e)
		}
	}
	return &disk{fill: func() { set(1) }, free: func() { set(math.MaxUint64) }}
}

package harness

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
)

// Disk is a small disk that can be full.
type Disk struct {
	t       testing.TB
	ballast string
}

// Mount puts an empty disk of so many megabytes at a directory until the test ends, for everybody to write to.
func Mount(t testing.TB, at string, megabytes int) *Disk {
	t.Helper()
	if err := os.MkdirAll(at, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", at, "tmpfs", 0, "mode=0777,size="+strconv.Itoa(megabytes)+"m"); errors.Is(err, syscall.EPERM) {
		Missing(t, "nobody may mount a file system here")
	} else if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(at, syscall.MNT_DETACH) })
	return &Disk{t, filepath.Join(at, "ballast")}
}

// Fill leaves not a byte.
func (d *Disk) Fill() {
	d.t.Helper()
	f, err := os.Create(d.ballast)
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for _, n := range []int{1 << 20, 4096, 1} {
		for err = nil; err == nil; {
			_, err = f.Write(make([]byte, n))
		}
	}
	if !errors.Is(err, syscall.ENOSPC) {
		d.t.Fatalf("fill the disk: %v", err)
	}
}

// Free takes back what Fill wrote.
func (d *Disk) Free() {
	d.t.Helper()
	if err := os.Remove(d.ballast); err != nil {
		d.t.Fatal(err)
	}
}

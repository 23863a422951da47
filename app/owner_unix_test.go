//go:build unix

package app

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/secret"
)

// A service that systemd runs as an account of its own has its key rotated by root, and must read it afterwards.
func TestARotatedKeyStaysItsOwners(t *testing.T) {
	t.Parallel()
	cfg := Config{DataDir: t.TempDir()}
	path := filepath.Join(cfg.DataDir, masterKeyFile)
	first, err := secret.GenerateMaster(nil)
	must(t, err)
	must(t, os.WriteFile(path, []byte(first.Reveal()+"\n"), 0o600))
	uid, gid := os.Getuid(), os.Getgid()
	if uid == 0 {
		uid, gid = 65532, 65533
		must(t, os.Chown(path, uid, gid))
	}
	held, err := alone(cfg.DataDir)
	must(t, err)
	must(t, cfg.nextMasterKey(nil))
	must(t, held.Close())
	_, err = cfg.forgetMasterKeys()
	must(t, err)
	for _, name := range []string{path, path + ".lock"} {
		info, err := os.Stat(name)
		must(t, err)
		if s := info.Sys().(*syscall.Stat_t); int(s.Uid) != uid || int(s.Gid) != gid || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has become %d:%d, %v, and the service is %d:%d", filepath.Base(name), s.Uid, s.Gid, info.Mode(), uid, gid)
		}
	}
}

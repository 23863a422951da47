//go:build unix

package app

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
)

// alone takes the master key of a data directory for one rotation, until it is closed, at the latest when the process ends.
func alone(dir string) (io.Closer, error) {
	f, err := os.OpenFile(filepath.Join(dir, masterKeyFile+".lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = errors.New("another rotate-kek is at work in this data directory; wait until it is done, then run this one if it is still wanted")
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

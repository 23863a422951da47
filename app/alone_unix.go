//go:build unix

package app

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// alone takes the master key of a data directory for one rotation, until it is closed, at the latest when the process ends.
func alone(dir string) (io.Closer, error) {
	path := filepath.Join(dir, masterKeyFile+".lock")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	switch {
	case err == nil: // never the owner of what was there: it could be a link that leads out of the directory
		if err := inherit(f, filepath.Join(dir, masterKeyFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, errors.Join(err, f.Close())
		}
	case errors.Is(err, fs.ErrExist):
		f, err = os.OpenFile(path, os.O_RDWR|syscall.O_NOFOLLOW, 0)
	}
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

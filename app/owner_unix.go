//go:build unix

package app

import (
	"fmt"
	"os"
	"syscall"
)

// inherit gives f the owner and group of the file that it belongs to or replaces: root rotates for a service that runs as somebody
// else, and what root keeps for itself the service cannot read any more.
func inherit(f *os.File, from string) error {
	was, err := os.Stat(from)
	if err != nil {
		return err
	}
	is, err := f.Stat()
	if err != nil {
		return err
	}
	theirs, ok := was.Sys().(*syscall.Stat_t)
	ours, known := is.Sys().(*syscall.Stat_t)
	if !ok || !known || theirs.Uid == ours.Uid && theirs.Gid == ours.Gid {
		return nil
	}
	// Who is not root may not give every group, and with mode 0600 a group means nothing.
	if err := f.Chown(int(theirs.Uid), int(theirs.Gid)); err != nil && theirs.Uid != ours.Uid {
		return fmt.Errorf("%s belongs to another account; run this as that one or as root: %w", from, err)
	}
	return nil
}

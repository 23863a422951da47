//go:build !unix

package app

import (
	"errors"
	"io"
)

// alone refuses: without a lock that dies with its process, two rotations could lose a key between them.
func alone(string) (io.Closer, error) {
	return nil, errors.New("this system has no file locks that Bodhi knows; run it on Linux or macOS")
}

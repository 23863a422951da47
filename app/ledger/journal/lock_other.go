//go:build !unix

package journal

import (
	"errors"
	"os"
)

// lock refuses: without a lock that dies with its process, two gateways could spend the same leases.
func lock(string) (*os.File, error) {
	return nil, errors.New("journal: this system has no file locks that Bodhi knows; run it on Linux or macOS")
}

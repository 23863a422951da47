package app

import (
	"os"
	"strconv"
)

// hostLabel is what people call this node by: two of them may share a machine.
func hostLabel() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown host"
	}
	return host + ", process " + strconv.Itoa(os.Getpid())
}

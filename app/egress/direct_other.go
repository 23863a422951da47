//go:build !unix

package egress

// look cannot tell here, so every connection serves one request.
func (c *conn) look(uintptr) bool { return true }

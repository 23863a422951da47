// Package framing sends the built binary requests that two servers may read differently: over a raw socket, to each of the
// servers that listen, as somebody would who wants a second request to be taken for another client's.
package framing

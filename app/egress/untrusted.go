package egress

import (
	"crypto/tls"
	"errors"
	"net"
	"strings"
)

// Untrusted reports whether err is a TLS handshake that failed for a reason that stays: a certificate that is not the
// server's, a version that is too old, a server that speaks no TLS. To ask again is in vain, and nothing was sent. A
// handshake that was cut or took too long is not meant.
func Untrusted(err error) bool {
	if err == nil {
		return false
	}
	var certificate *tls.CertificateVerificationError
	var plain tls.RecordHeaderError
	var alert *net.OpError
	if errors.As(err, &certificate) || errors.As(err, &plain) || errors.As(err, &alert) && (alert.Op == "remote error" || alert.Op == "local error") {
		return Unsent(err)
	}
	for cause := err; cause != nil; cause = errors.Unwrap(cause) {
		if strings.HasPrefix(cause.Error(), "tls: ") { // crypto/tls names the rest only in words
			return Unsent(err)
		}
	}
	return false
}

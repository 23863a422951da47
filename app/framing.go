package app

import "net/http"

// certain ends a connection whose next request might begin elsewhere for a proxy in front: after chunks, which may have come
// with a length that net/http has struck out, and after HTTP/1.0, which knows no chunks, so that their announcement is struck
// out as well. RFC 9112 (6.1) wants both; net/http leaves them open.
func certain(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor == 1 && (r.ProtoMinor == 0 || len(r.TransferEncoding) > 0) {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

package app

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"github.com/labstack/echo/v4"
)

// behind gives requests that trusted proxies pass on the address of whoever asked them, before the data plane and the pages see it: the
// last in X-Forwarded-For that is no trusted proxy's. What others say there is not believed, or a leaked key would come from any network
// it likes; neither is a list that cannot be read.
func behind(proxies Networks, next http.Handler) http.Handler {
	if len(proxies) == 0 {
		return next
	}
	trust := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)} // echo's own
	for _, p := range proxies {
		trust = append(trust, echo.TrustIPRange(&net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}))
	}
	asker := echo.ExtractIPFromXFFHeader(trust...)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if said := r.Header["X-Forwarded-For"]; said != nil {
			if ip := net.ParseIP(asker(&http.Request{RemoteAddr: r.RemoteAddr, Header: http.Header{"X-Forwarded-For": {bare(said)}}})); ip != nil {
				r.RemoteAddr = net.JoinHostPort(ip.String(), "0")
			}
		}
		next.ServeHTTP(w, r)
	})
}

// bare is a list of addresses without their ports, which Azure's Application Gateway writes behind them.
func bare(said []string) string {
	all := strings.Split(strings.Join(said, ","), ",")
	for i, s := range all {
		if a, err := netip.ParseAddrPort(strings.TrimSpace(s)); err == nil {
			all[i] = a.Addr().String()
		}
	}
	return strings.Join(all, ",")
}

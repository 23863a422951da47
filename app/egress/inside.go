package egress

import (
	"net/netip"
	"net/url"
	"strings"
)

// Inside reports whether an http(s) address, by what it says, leads into a network of somebody's own: a reserved address in
// any spelling that HTTP clients take, or localhost. Names are not looked up. It is for addresses that others fetch, such as
// a provider that is sent the address of a picture; what this process calls is checked when it is dialled.
func Inside(raw string) bool {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil {
		return strings.HasPrefix(strings.ToLower(raw), "http") // what parsers disagree about
	}
	if s := strings.ToLower(u.Scheme); s != "http" && s != "https" {
		return false
	}
	name := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if ip, err := netip.ParseAddr(name); err == nil {
		return reserved(ip.Unmap()) != ""
	}
	labels := strings.Split(name, ".")
	return isLocalName(name) || name == "metadata.google.internal" || isNumber(labels[len(labels)-1])
}

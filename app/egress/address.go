package egress

import (
	"net/netip"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

// special is one network that no provider lives in, and why.
type special struct {
	net netip.Prefix
	why string
}

// The IANA special-purpose address registries (IPv4 and IPv6), multicast, the reserved blocks, and the one metadata
// address that lies in ordinary public space. The few entries that the registries call globally reachable (anycast
// services, AS112 sinks) are here too: nobody serves a model from them.
var specials = []special{
	{v4("0.0.0.0/8"), "this network, unspecified"},
	{v4("10.0.0.0/8"), "private"},
	{v4("100.64.0.0/10"), "carrier-grade NAT"},
	{v4("127.0.0.0/8"), "loopback"},
	{v4("168.63.129.16/32"), "cloud metadata"},
	{v4("169.254.0.0/16"), "link-local, cloud metadata"},
	{v4("172.16.0.0/12"), "private"},
	{v4("192.0.0.0/24"), "protocol assignments"},
	{v4("192.0.2.0/24"), "documentation"},
	{v4("192.31.196.0/24"), "AS112"},
	{v4("192.52.193.0/24"), "multicast tunnels"},
	{v4("192.88.99.0/24"), "6to4 relay"},
	{v4("192.168.0.0/16"), "private"},
	{v4("192.175.48.0/24"), "AS112"},
	{v4("198.18.0.0/15"), "benchmarking"},
	{v4("198.51.100.0/24"), "documentation"},
	{v4("203.0.113.0/24"), "documentation"},
	{v4("224.0.0.0/4"), "multicast"},
	{v4("240.0.0.0/4"), "reserved, broadcast"},

	{v6("2001::/23"), "protocol assignments: Teredo, benchmarking, ORCHID"},
	{v6("2001:db8::/32"), "documentation"},
	{v6("2002::/16"), "6to4"},
	{v6("2620:4f:8000::/48"), "AS112"},
	{v6("3fff::/20"), "documentation"},
}

// global is all of IPv6 that is assigned to hosts. What lies outside is unspecified, loopback, IPv4 in disguise
// (mapped, compatible, NAT64), discard, segment identifiers, unique local, link-local, site-local or multicast.
var global = v6("2000::/3")

// metadata are the addresses where clouds hand out a machine's own credentials. A wide allowed network does not
// include them; only an entry that names exactly this address does.
var metadata = map[netip.Addr]bool{
	netip.MustParseAddr("169.254.169.254"): true, // AWS, Google, Azure, Oracle, DigitalOcean
	netip.MustParseAddr("169.254.170.2"):   true, // AWS task roles
	netip.MustParseAddr("169.254.170.23"):  true, // AWS pod identities
	netip.MustParseAddr("100.100.100.200"): true, // Alibaba
	netip.MustParseAddr("168.63.129.16"):   true, // Azure wire server
	netip.MustParseAddr("192.0.0.192"):     true, // Oracle, older
	netip.MustParseAddr("fd00:ec2::254"):   true, // AWS over IPv6
	netip.MustParseAddr("fd00:ec2::23"):    true, // AWS pod identities over IPv6
	netip.MustParseAddr("fd20:ce::254"):    true, // Google over IPv6
}

func v4(s string) netip.Prefix { return netip.MustParsePrefix(s) }
func v6(s string) netip.Prefix { return netip.MustParsePrefix(s) }

// permit judges one address about to be dialled for https.
func (e *Egress) permit(ap netip.AddrPort) error {
	allowed := e.allowed(ap.Addr())
	if why := reserved(ap.Addr()); why != "" && !allowed {
		return refusedAddress("is not a public address (" + why + ")")
	}
	if !portAllowed(ap.Port(), allowed) {
		return refusedAddress("uses a port that providers may not have (allowed: 443 and above 1023)")
	}
	return nil
}

// permitPlain judges one address about to be dialled for http: it must be among the allowed networks.
func (e *Egress) permitPlain(ap netip.AddrPort) error {
	if err := e.permit(ap); err != nil {
		return err
	}
	if !e.allowed(ap.Addr()) {
		return refusedAddress("would be called without TLS; http is only for networks in BODHI_EGRESS_ALLOW_PRIVATE")
	}
	return nil
}

// allowed reports whether the installation opened this address by name.
func (e *Egress) allowed(a netip.Addr) bool {
	for _, p := range e.allow {
		if p.Contains(a) && (!metadata[a] || p.IsSingleIP()) {
			return true
		}
	}
	return false
}

// reserved says why an address is not an ordinary public host, or "".
func reserved(a netip.Addr) string {
	if a.Zone() != "" {
		return "link-local"
	}
	if a.Is6() && !global.Contains(a) {
		return "outside global unicast"
	}
	for _, s := range specials {
		if s.net.Contains(a) {
			return s.why
		}
	}
	return ""
}

// portAllowed keeps requests away from services that were never meant to hear HTTP: mail, shells, name servers.
func portAllowed(port uint16, allowed bool) bool {
	return port == 443 || port > 1023 || port == 80 && allowed
}

// refusedAddress never quotes the address: where a name leads inside our network is not the asker's business.
func refusedAddress(why string) *fault.Error {
	return fault.New(fault.Invalid, "address_refused", "The host of this base URL "+why+
		". Use a public https address, or ask whoever runs this installation to add its network to BODHI_EGRESS_ALLOW_PRIVATE.")
}

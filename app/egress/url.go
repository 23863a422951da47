package egress

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

// CheckURL reads a base URL as a person typed it into a form and gives its normal form: lower-case scheme and host, no
// default port, no trailing dot or slash. It refuses, with a sentence that helps, whatever could be read in two ways
// and whatever the dial would refuse as well. A name is judged when it is dialled, since what it resolves to may change.
func (e *Egress) CheckURL(raw string) (*url.URL, error) {
	raw = strings.TrimSpace(raw)
	if raw == "" || len(raw) > 2048 {
		return nil, refusedURL("Give a base URL of at most 2048 characters, for example https://api.openai.com/v1.")
	}
	if why := misspelt(raw); why != "" {
		return nil, refusedURL(why)
	}
	u, err := url.Parse(raw)
	if err != nil || u.Opaque != "" || u.Host == "" {
		return nil, refusedURL("This is not a URL. Write it in full, for example https://api.openai.com/v1.").Because(err)
	}
	if u.Scheme != "https" && u.Scheme != "http" {
		return nil, refusedURL("Only https:// addresses can be called (http:// for private networks that are allowed).")
	}
	if u.User != nil {
		return nil, refusedURL("A base URL must not hold a user name or password. Put the provider's key into the key field.")
	}
	if u.RawPath != "" { // it would be sent in another spelling than it was typed in
		return nil, refusedURL("The path of a base URL holds letters, digits and - . _ ~ : @ & = + $ , ; only.")
	}
	for _, segment := range strings.Split(u.Path, "/") {
		if segment == ".." || segment == "." {
			return nil, refusedURL("A base URL must not hold . or .. as a part of its path.")
		}
	}
	host, err := e.checkHost(u)
	if err != nil {
		return nil, err
	}
	return &url.URL{Scheme: u.Scheme, Host: host, Path: strings.TrimRight(u.Path, "/")}, nil
}

// misspelt finds characters that parsers of URLs disagree about.
func misspelt(raw string) string {
	for _, c := range raw {
		switch {
		case c <= ' ' || c == 0x7f || c == '\\' || c == '%':
			return "A base URL must not hold spaces, control characters, backslashes or % escapes."
		case c > 0x7f:
			return "Write the host name in its ASCII form (xn--…); a base URL holds no other letters."
		case c == '#' || c == '?':
			return "A base URL must not hold a # fragment or a ? query: it is what the provider's own SDK takes as base URL."
		}
	}
	return ""
}

// checkHost gives host[:port] in its normal form.
func (e *Egress) checkHost(u *url.URL) (string, error) {
	name := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	port, err := portOf(u)
	if err != nil {
		return "", err
	}
	ip, err := netip.ParseAddr(name)
	switch {
	case err == nil:
		if err := e.checkIP(ip, port, u.Scheme == "http"); err != nil {
			return "", err
		}
	case strings.Contains(u.Host, "[") || !isName(name):
		return "", refusedURL("The host must be a name such as api.openai.com or a plain IP address such as 10.1.2.3 (not a decimal, octal or hexadecimal form).")
	case isLocalName(name):
		if e.checkIP(netip.AddrFrom4([4]byte{127, 0, 0, 1}), port, true) != nil && e.checkIP(netip.IPv6Loopback(), port, true) != nil {
			return "", refusedURL("localhost is this gateway's own machine. To call a provider there, BODHI_EGRESS_ALLOW_PRIVATE must hold 127.0.0.0/8.")
		}
	default:
		if u.Scheme == "http" && len(e.allow) == 0 {
			return "", refusedURL("Only https:// addresses can be called. Plain http is for networks that are listed in BODHI_EGRESS_ALLOW_PRIVATE.")
		}
		if !portAllowed(port, len(e.allow) > 0) {
			return "", refusedURL("This port cannot be called. Allowed are 443 and ports above 1023.")
		}
	}
	if ip.Is6() {
		name = "[" + ip.String() + "]"
	}
	if port == defaultPort(u.Scheme) {
		return name, nil
	}
	return name + ":" + strconv.Itoa(int(port)), nil
}

func (e *Egress) checkIP(ip netip.Addr, port uint16, plain bool) error {
	if plain {
		return e.permitPlain(netip.AddrPortFrom(ip, port))
	}
	return e.permit(netip.AddrPortFrom(ip, port))
}

func defaultPort(scheme string) uint16 {
	if scheme == "http" {
		return 80
	}
	return 443
}

func portOf(u *url.URL) (uint16, error) {
	if u.Port() == "" {
		return defaultPort(u.Scheme), nil
	}
	n, err := strconv.ParseUint(u.Port(), 10, 16)
	if err != nil || n == 0 {
		return 0, refusedURL("The port must be a number from 1 to 65535.")
	}
	return uint16(n), nil
}

// isName reports whether s is a host name. One whose last label is a number is not: resolvers and browsers read
// 2130706433, 0x7f.1 and 127.1 as addresses.
func isName(s string) bool {
	labels := strings.Split(s, ".")
	if len(s) > 253 || isNumber(labels[len(labels)-1]) {
		return false
	}
	for _, l := range labels {
		if l == "" || len(l) > 63 || strings.HasPrefix(l, "-") || strings.HasSuffix(l, "-") {
			return false
		}
		for _, c := range l {
			if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
				return false
			}
		}
	}
	return true
}

func isNumber(label string) bool {
	if hex, ok := strings.CutPrefix(label, "0x"); ok {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return strings.Trim(label, "0123456789") == ""
}

func isLocalName(name string) bool {
	return name == "localhost" || strings.HasSuffix(name, ".localhost")
}

func refusedURL(why string) *fault.Error {
	return fault.Field("base_url", why)
}

package egress

import (
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

// The ports that may be called: 443 and those above 1023; 80 only where a network was opened by name.
func TestOnlyPortsOfServersAreCalled(t *testing.T) {
	t.Parallel()
	for port, want := range map[uint16][2]bool{0: {}, 22: {}, 25: {}, 79: {}, 80: {false, true}, 81: {}, 442: {}, 443: {true, true}, 444: {}, 1023: {},
		1024: {true, true}, 8080: {true, true}, 65535: {true, true}} {
		e := New(Config{AllowPrivate: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})
		for i, host := range []string{"8.8.8.8", "10.1.2.3"} {
			ap := netip.AddrPortFrom(netip.MustParseAddr(host), port)
			if err := e.permit(ap); (err == nil) != want[i] {
				t.Errorf("%s: %v", ap, err)
			}
			if err := e.permitPlain(ap); (err == nil) != (want[i] && i == 1) { // plain http goes to networks of one's own alone
				t.Errorf("%s without TLS: %v", ap, err)
			}
		}
	}
}

// A wide network that was opened does not open the address where clouds hand out a machine's credentials; its own name does.
func TestCredentialsOfTheMachineStayOutOfWideNetworks(t *testing.T) {
	t.Parallel()
	wide := New(Config{AllowPrivate: []netip.Prefix{netip.MustParsePrefix("169.254.0.0/16"), netip.MustParsePrefix("fd00::/8")}})
	named := New(Config{AllowPrivate: []netip.Prefix{netip.MustParsePrefix("169.254.169.254/32")}})
	for host, want := range map[string][2]bool{"169.254.169.254": {false, true}, "169.254.170.2": {}, "169.254.1.1": {true, false}, "fd00:ec2::254": {}, "fd00::1": {true, false}} {
		for i, e := range []*Egress{wide, named} {
			if err := e.permit(netip.AddrPortFrom(netip.MustParseAddr(host), 443)); (err == nil) != want[i] {
				t.Errorf("%s: %v", host, err)
			}
		}
	}
}

// What the hook cannot read, it refuses: no address, a name, a path of a socket.
func TestWhatTheDialCannotReadIsRefused(t *testing.T) {
	t.Parallel()
	hook := judged(func(netip.AddrPort) error { return nil })
	for _, bad := range []string{"", "8.8.8.8", "localhost:443", "/run/docker.sock", ":443", "8.8.8.8:https"} {
		if err := hook("tcp", bad, nil); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if err := hook("tcp", "8.8.8.8:443", nil); err != nil {
		t.Error(err)
	}
}

func TestAnAddressWithAZoneIsInside(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]bool{"http://[fe80::1%25eth0]/": true, "http://[2600::1%25eth0]/": true, "http://[2600::1]/": false, "http://8.8.8.8/": false,
		"ftp://127.0.0.1/": false, "http://local\x00host/": true, "local\x00host": false, "http://2130706433/": true, "https://METADATA.google.internal./": true} {
		if got := Inside(raw); got != want {
			t.Errorf("%q: %v", raw, got)
		}
	}
}

// Only a handshake that fails for a reason that stays is one to give up on.
func TestWhatIsUntrustedStaysSo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err  error
		want bool
	}{
		"nothing":                       {nil, false},
		"a bad certificate":             {&unsentError{&tls.CertificateVerificationError{Err: errors.New("expired")}}, true},
		"no TLS at all":                 {&unsentError{tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}}, true},
		"an alert of theirs":            {&unsentError{&net.OpError{Op: "remote error", Err: errors.New("tls: handshake failure")}}, true},
		"an alert of ours":              {&unsentError{&net.OpError{Op: "local error", Err: errors.New("bad record MAC")}}, true},
		"a version that is too old":     {&unsentError{errors.New("tls: server selected unsupported protocol version 301")}, true},
		"the same, within words":        {&unsentError{errors.Join(errors.New("x"))}, false},
		"a connection that was cut":     {&unsentError{&net.OpError{Op: "read", Err: errors.New("connection reset by peer")}}, false},
		"an alert after it was sent":    {&net.OpError{Op: "remote error", Err: errors.New("tls: internal error")}, false},
		"words of TLS after it is sent": {errors.New("tls: bad record MAC"), false},
	} {
		if got := Untrusted(c.err); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

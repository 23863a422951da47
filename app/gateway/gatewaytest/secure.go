package gatewaytest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
)

// leaf is a certificate and what the server that shows it speaks.
type leaf struct {
	names     []string
	addresses []net.IP
	until     time.Duration // from now
	stranger  bool          // its issuer is nobody whom the gateway trusts
	newest    uint16        // version of TLS; 0 is the newest there is
}

// authority issues certificates. The gateway under test trusts one, and there is another.
type authority struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
}

var trusted, unknown = sync.OnceValue(found), sync.OnceValue(found)

func found() authority {
	key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	form := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"}, NotBefore: wall().Add(-48 * time.Hour), NotAfter: wall().Add(48 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	raw, _ := x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
	cert, _ := x509.ParseCertificate(raw)
	return authority{key, cert}
}

// wall is the machine's clock, by which a TLS client judges a certificate.
func wall() time.Time { return clock.System{}.Now() }

func (l leaf) issued() tls.Certificate {
	by := trusted()
	if l.stranger {
		by = unknown()
	}
	key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	form := &x509.Certificate{SerialNumber: big.NewInt(2), DNSNames: l.names, IPAddresses: l.addresses, NotBefore: wall().Add(-24 * time.Hour), NotAfter: wall().Add(l.until),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	raw, _ := x509.CreateCertificate(rand.Reader, form, by.cert, &key.PublicKey, by.key)
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}
}

// secure starts an upstream over TLS, which runs play on every connection whose handshake succeeds.
func secure(t testing.TB, k *Kind, l leaf, protocol string, play func(*Conn)) *Upstream {
	t.Helper()
	in, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	config := &tls.Config{Certificates: []tls.Certificate{l.issued()}, NextProtos: []string{protocol}, MaxVersion: l.newest}
	u := run(t, k, "https", tls.NewListener(in, config), func(c *Conn) {
		if s, ok := c.Conn.(*tls.Conn); ok && s.Handshake() == nil {
			play(c)
		}
	})
	u.Roots = x509.NewCertPool()
	u.Roots.AddCert(trusted().cert)
	return u
}

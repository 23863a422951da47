// Package factortest is a device with a passkey on it, for tests of log-ins without a browser. It answers like an honest
// authenticator whose owner gave a finger each time.
package factortest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"html"
	"regexp"
	"testing"

	"github.com/go-webauthn/webauthn/protocol/webauthncbor"
)

// Device holds one passkey.
type Device struct {
	t      testing.TB
	origin string
	key    *ecdsa.PrivateKey
	id     []byte
	owner  string // the user handle it was registered for
	uses   uint32
}

// New is a device without a passkey yet, in a browser that shows the dashboard at this origin.
func New(t testing.TB, origin string) *Device {
	t.Helper()
	d := &Device{t: t, origin: origin, id: make([]byte, 16)}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	d.must(err)
	_, _ = rand.Read(d.id)
	d.key = key
	return d
}

// Flags of authenticator data (WebAuthn, 6.1): somebody was there, was verified, and a key comes along.
const (
	present  = 1 << 0
	verified = 1 << 2
	attested = 1 << 6
)

// options are what both ceremonies tell of themselves.
type options struct {
	Challenge string `json:"challenge"`
	RPID      string `json:"rpId"`
	RP        struct {
		ID string `json:"id"`
	} `json:"rp"`
	User struct {
		ID string `json:"id"`
	} `json:"user"`
}

var shown = regexp.MustCompile(`data-options="([^"]*)"`)

// Options are those of the passkey form on a page.
func (d *Device) Options(page string) string {
	d.t.Helper()
	m := shown.FindStringSubmatch(page)
	if m == nil {
		d.t.Fatalf("no passkey is asked for: %s", page)
	}
	return html.UnescapeString(m[1])
}

// Register makes the device's passkey, and answers what a browser would send.
func (d *Device) Register(told string) string {
	d.t.Helper()
	o := d.read(told)
	d.owner = o.User.ID
	x, y := make([]byte, 32), make([]byte, 32)
	public, err := d.key.PublicKey.Bytes() // uncompressed: 4, x, y
	d.must(err)
	copy(x, public[1:33])
	copy(y, public[33:])
	cose, err := webauthncbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: x, -3: y}) // EC2, ES256, P-256
	d.must(err)
	data := d.data(o.RP.ID, present|verified|attested)
	data = append(data, make([]byte, 16)...) // no model is named
	data = binary.BigEndian.AppendUint16(data, uint16(len(d.id)))
	data = append(append(data, d.id...), cose...)
	object, err := webauthncbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": data})
	d.must(err)
	return d.answer(map[string]any{"clientDataJSON": text(d.client("webauthn.create", o)), "attestationObject": text(object)})
}

// Assert shows the passkey.
func (d *Device) Assert(told string) string {
	d.t.Helper()
	o := d.read(told)
	d.uses++
	data, client := d.data(o.RPID, present|verified), d.client("webauthn.get", o)
	sum := sha256.Sum256(client)
	signed := sha256.Sum256(append(data[:len(data):len(data)], sum[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, d.key, signed[:])
	d.must(err)
	return d.answer(map[string]any{"clientDataJSON": text(client), "authenticatorData": text(data), "signature": text(signature), "userHandle": d.owner})
}

func (d *Device) read(told string) (o options) {
	d.t.Helper()
	d.must(json.Unmarshal([]byte(told), &o))
	return o
}

func (d *Device) data(party string, flags byte) []byte {
	sum := sha256.Sum256([]byte(party))
	return binary.BigEndian.AppendUint32(append(sum[:], flags), d.uses)
}

func (d *Device) client(kind string, o options) []byte {
	d.t.Helper()
	b, err := json.Marshal(map[string]any{"type": kind, "challenge": o.Challenge, "origin": d.origin, "crossOrigin": false})
	d.must(err)
	return b
}

func (d *Device) answer(response map[string]any) string {
	d.t.Helper()
	b, err := json.Marshal(map[string]any{"id": text(d.id), "rawId": text(d.id), "type": "public-key", "response": response, "clientExtensionResults": map[string]any{}})
	d.must(err)
	return string(b)
}

func text(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func (d *Device) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

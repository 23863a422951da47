package secret

import (
	"encoding/base64"
	"encoding/binary"
)

// linkSize is the bytes of a link's code: the pepper's name and a MAC.
const linkSize = 4 + 32

// Link is the code of a link that we mail: unguessable, and the same whenever it is asked for, so that a job can write
// the mail later and nothing secret is stored until then. message names everything the link must not be moved away
// from: its purpose, the row's id, whom it is for, and a number that is raised to make older links worthless.
//
// The row behind it decides how long the link is good and how often; a code alone proves only that we made it.
func (m *MAC) Link(message string) String {
	kid, sum := m.Sum(message)
	raw := binary.BigEndian.AppendUint32(make([]byte, 0, linkSize), uint32(kid))
	return New(base64.RawURLEncoding.EncodeToString(append(raw, sum[:]...)))
}

// VerifyLink reports in constant time whether Link made code of message, now or under an older master key.
func (m *MAC) VerifyLink(message string, code String) bool {
	raw, err := base64.RawURLEncoding.DecodeString(code.Reveal())
	if err != nil || len(raw) != linkSize {
		raw = make([]byte, linkSize) // costs the same
	}
	return m.Verify(KeyID(binary.BigEndian.Uint32(raw)), message, [32]byte(raw[4:])) && err == nil
}

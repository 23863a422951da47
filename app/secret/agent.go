package secret

import (
	"crypto/hmac"
	"strings"
	"time"
)

// Agent is the environment part of the access tokens of coding agents that logged in.
const Agent = "agent"

// stampSize are the characters of a number of 32 bits; the rest of an access token's secret part proves it.
const (
	stampSize = 6
	proofSize = secretSize - 2*stampSize // 31 characters, 184 bits
)

// AgentToken is an access token of the session with this public part, good until a moment (to the second). It looks like a
// virtual key and goes wherever one goes, but nothing of it is kept: the part that is random in a key says here until when it is
// good, and proves that we said so. So it can be renewed every hour without a change that all nodes must hear of. The price:
// one token cannot be ended before its time, only its session.
func (m *MAC) AgentToken(public string, until time.Time) String {
	now := m.known.Load()
	head := VirtualKey + "_" + Agent + "_" + public + "_" + number(uint32(until.Unix())) + number(uint32(now.current))
	sum := now.keys[now.current].sum(agentMessage(head))
	signed := head + proof(sum)
	return New(signed + "_" + checksum(signed))
}

// VerifyAgentToken reports in constant time whether AgentToken made t, now or under an older master key, and until when it is
// good. Whether that is over is the caller's to say. A token of any other kind is not ok, for the same price.
func (m *MAC) VerifyAgentToken(t Token) (until time.Time, ok bool) {
	at := len(t.signed) - proofSize
	head, shown := t.signed[:at], t.signed[at:]
	seconds, pepper := readNumber(head[at-2*stampSize:at-stampSize]), readNumber(head[at-stampSize:])
	k, known := m.under(KeyID(pepper))
	same := hmac.Equal([]byte(proof(k.sum(agentMessage(head)))), []byte(shown))
	ok = same && known && t.Prefix == VirtualKey && t.Env == Agent
	return time.Unix(int64(seconds), 0).UTC(), ok
}

// agentMessage keeps these MACs apart from those of whole keys under the same pepper.
func agentMessage(head string) string { return "agent session\n" + head }

// proof writes the beginning of a MAC in the letters of keys: each byte becomes one of 62, which loses two bits of eight.
func proof(sum [32]byte) string {
	var out [proofSize]byte
	for i := range out {
		out[i] = base62[sum[i]%62]
	}
	return string(out[:])
}

// readNumber reads what number wrote, from letters that ParseToken has looked at. What is beyond 32 bits is cut off: no token of ours
// has it, and the proof is of the letters, not of the number.
func readNumber(s string) uint32 {
	n := 0
	for i := range len(s) {
		n = n*62 + strings.IndexByte(base62, s[i])
	}
	return uint32(n)
}

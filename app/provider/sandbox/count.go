package sandbox

import (
	"encoding/hex"
	"hash/fnv"
	"strconv"
	"sync"
)

// The sandbox counts tokens like this, and only like this:
//
//   - text: one token for every 4 bytes, rounded up, for each string on its own;
//   - a message: 4 tokens of framing; a conversation: 3 more to prime the answer;
//   - an image or a file: 85 tokens, whatever its size;
//   - tools and schemas: their JSON as text;
//   - an embedding input: its text; token arrays count what they hold.
const (
	bytesPerToken   = 4
	messageTokens   = 4
	primeTokens     = 3
	imageTokens     = 85
	cacheStep       = 128  // cached prefixes are whole steps …
	cacheLeast      = 1024 // … and at least this long, as at OpenAI
	rememberedLimit = 50_000

	chatWindow  = 128_000 // prompt and answer together
	embedWindow = 8_192   // each input
)

func textTokens(s string) int64 { return tokensIn(len(s)) }

func tokensIn(bytes int) int64 { return int64((bytes + bytesPerToken - 1) / bytesPerToken) }

// prefixes remembers which beginnings of conversations were sent before, per key, as provider prompt caches do.
type prefixes struct {
	mu   sync.Mutex
	seen map[uint64]struct{}
}

// note remembers a conversation, given as its messages' texts and token counts, and says how many of its tokens were
// seen before.
func (p *prefixes) note(key string, texts []string, tokens []int64) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(key))
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.seen == nil || len(p.seen) > rememberedLimit {
		p.seen = map[uint64]struct{}{}
	}
	var total, cached int64
	hit := true
	for i, t := range texts {
		_, _ = h.Write([]byte(strconv.Itoa(len(t)) + ":" + t))
		total += tokens[i]
		sum := h.Sum64()
		if _, ok := p.seen[sum]; ok && hit {
			cached = total
		} else {
			hit = false
		}
		p.seen[sum] = struct{}{}
	}
	if cached -= cached % cacheStep; cached < cacheLeast {
		return 0
	}
	return cached
}

// dice are the sandbox's randomness: a sequence fixed by seed and question (splitmix64).
type dice uint64

func (s *Sandbox) dice(parts ...string) *dice {
	h := fnv.New64a()
	for _, p := range parts {
		_, _ = h.Write([]byte(p))
		_, _ = h.Write([]byte{0})
	}
	d := dice(h.Sum64() ^ s.seed*0x9e3779b97f4a7c15)
	return &d
}

func (d *dice) roll() uint64 {
	*d += 0x9e3779b97f4a7c15
	z := uint64(*d)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

func (d *dice) below(n int) int { return int(d.roll() % uint64(n)) }

// name makes an identifier of n characters for the call with this number.
func (s *Sandbox) name(number uint64, n int) string {
	d := s.dice("name", strconv.FormatUint(number, 10))
	b := make([]byte, 0, n)
	for len(b) < n {
		v := d.roll()
		b = hex.AppendEncode(b, []byte{byte(v), byte(v >> 8), byte(v >> 16), byte(v >> 24)})
	}
	return string(b[:n])
}

package catalog

import (
	"fmt"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// How large an input can be that was not counted yet. All of these err upward.
const (
	// framing is what a request and each of its messages can cost beyond their own bytes. A message's JSON syntax, which
	// counts as text, already outweighs the three to five tokens that providers put around it.
	framing           = 64
	framingPerMessage = 8
	// soundPerSecond is the most tokens of a second of sound: Gemini takes 32, OpenAI 10.
	soundPerSecond = 32
	// pageTokens is the most tokens of a page of a document, text and picture.
	pageTokens = 6000
	// unknownWindow stands in for a context window that the catalogue does not know: the largest there is.
	unknownWindow = 2 << 20
	// searchPrice stands in where a search has no price of its own: the dearest that was ever listed, $50 per thousand.
	searchPrice money.Price = 50_000_000_000
)

// pictureTokens are the most tokens of one picture, by catalogue provider and the start of the model's id. OpenAI's
// gpt-4o-mini is the odd one: 2,833 + 8 tiles of 5,667, to make pictures cost what they do on gpt-4o; these tokens are
// billed and do not count against its context window, so no window bounds pictures here.
var pictureTokens = []struct {
	provider, model string
	tokens          int64
}{
	{"openai", "gpt-4o-mini", 48_169},
	{"azure", "gpt-4o-mini", 48_169},
	{"openai", "", 10_240}, // "original" detail: 10,000 patches
	{"azure", "", 10_240},
	{"anthropic", "", 4_784},
	{"google", "", 4_128}, // 16 tiles of 258
	{"sandbox", "", 85},
	{"", "", 16_384}, // the most that open vision models take
}

func (m *Model) pictureTokens() int64 {
	for _, p := range pictureTokens {
		if (p.provider == "" || p.provider == m.Provider) && strings.HasPrefix(m.ID, p.model) {
			return p.tokens
		}
	}
	return unknownWindow
}

// Ceiling implements Quote: the input cannot have more tokens than its text has bytes, nor than fit the context window,
// and every one of them may turn out to be of the dearest class.
func (o *offer) Ceiling(b llm.Bound) (Ceiling, error) {
	text, pictures, sounds := o.model.tokens(b)
	all := text + pictures + sounds
	plain := o.dearest(inputSide, all, func(c Class) bool {
		return c == Input || c == CacheRead || c == CacheWrite || c == CacheWrite5m || c == CacheWrite1h && b.LongCache
	})
	if b.Opaque { // it may be anything
		plain = o.dearest(inputSide, all, func(c Class) bool { return c != CacheWrite1h || b.LongCache })
	}
	var s, fees money.Sum
	err := s.Add(plain, text)
	if err == nil && pictures > 0 {
		err = s.Add(max(plain, o.dearest(inputSide, all, func(c Class) bool { return c == InputImage || c == CacheReadImage })), pictures)
	}
	if err == nil && sounds > 0 {
		err = s.Add(max(plain, o.dearest(inputSide, all, func(c Class) bool { return c == InputAudio || c == CacheReadAudio })), sounds)
	}
	if err == nil {
		err = o.fees(&fees, b)
	}
	if err == nil {
		err = s.AddSum(fees)
	}
	c := Ceiling{Version: o.version, MaxOutput: o.model.output(b), Tokens: all}
	c.PerOutput = o.dearest(outputSide, all, func(Class) bool { return true })
	if err == nil {
		c.Input, err = s.Ceil()
	}
	if err == nil {
		c.Fees, err = fees.Ceil()
	}
	if err != nil {
		return Ceiling{}, fmt.Errorf("catalog: ceiling %s: %w", o.version, err)
	}
	return c, nil
}

// Tokens bounds the input of a call to a model that the catalogue does not know.
func Tokens(b llm.Bound) int64 {
	m := Model{}
	text, pictures, sounds := m.tokens(b)
	return text + pictures + sounds
}

// tokens bounds the input by kinds.
func (m *Model) tokens(b llm.Bound) (text, pictures, sounds int64) {
	windows := max(b.Windows, 1)
	window := m.ContextWindow
	if window == 0 {
		window = unknownWindow
	}
	text = b.TextBytes + b.Framing + framing + framingPerMessage*b.Messages + pageTokens*b.Pages
	sounds = soundPerSecond * b.AudioSecs
	if b.Opaque || text > window*windows {
		text = window * windows
	}
	if sounds > window*windows {
		sounds = window * windows
	}
	return text, b.Images * m.pictureTokens(), sounds
}

// dearest is the highest price among the classes of one side that count.
func (o *offer) dearest(s side, input int64, counts func(Class) bool) (p money.Price) {
	for i := range o.rates {
		if r := &o.rates[i]; r.unit.side == s && counts(r.unit.class) {
			p = max(p, r.dearest(input))
		}
	}
	return p
}

// fees adds what is charged per request and per search.
func (o *offer) fees(s *money.Sum, b llm.Bound) error {
	search, searches := searchPrice, b.Searches
	for i := range o.rates {
		switch r := &o.rates[i]; r.unit.class {
		case PerRequest:
			if err := s.Add(r.base, 1); err != nil {
				return err
			}
		case PerSearch:
			search = r.base
			if r.once {
				searches = min(searches, 1)
			}
		case PerImage, PerAudioSecond, PerCharacter:
			most := llm.Usage{Images: b.Picture.Count, AudioSeconds: b.AudioSecs, Characters: b.Characters}
			if err := s.Add(r.base, r.unit.count(&most)); err != nil {
				return err
			}
		}
	}
	return s.Add(search, searches)
}

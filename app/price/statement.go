package price

import (
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// Answer is a provider's recorded answer, to be priced.
type Answer struct {
	Kind   string // provider kind of contract.md, or a provider of the catalogue
	Family string // the answer's shape, one of Families; "" to be told from the answer
	Model  string // "" is the answer's own model field
	At     time.Time
	Body   []byte
}

// Statement is what an answer cost. Amounts are exact to the pico-dollar, in dollars; BookedUSD is what the books would
// hold, rounded up once to the nano-dollar.
type Statement struct {
	Model        string           `json:"model"`
	Usage        map[string]int64 `json:"usage"`
	Lines        []StatementLine  `json:"lines"`
	InputUSD     string           `json:"input_usd"`
	OutputUSD    string           `json:"output_usd"`
	CostUSD      string           `json:"cost_usd"`
	BookedUSD    money.USD        `json:"booked_usd"`
	PriceVersion string           `json:"price_version"`
}

// StatementLine is one class of usage on a statement.
type StatementLine struct {
	Class      catalog.Class `json:"class"`
	Quantity   int64         `json:"quantity"`
	PerMillion string        `json:"usd_per_million"`
	USD        string        `json:"usd"`
}

// Price prices an answer by a catalogue. Errors are sentences for whoever sent it.
func Price(book catalog.Book, a Answer) (Statement, error) {
	r, err := read(a.Kind, a.Family, a.Body)
	if err != nil {
		return Statement{}, err
	}
	model := a.Model
	if model == "" {
		model = r.Model
	}
	if a.Kind == "" || model == "" {
		return Statement{}, fault.Field("model", "A price needs the provider's kind and a model; the answer names none.")
	}
	quote, ok := book.Quote(a.Kind, model, a.At)
	if !ok {
		return Statement{}, fault.Newf(fault.NotFound, "price_unknown", "The catalogue has no price for %q of %q.", model, a.Kind)
	}
	bill, err := quote.Bill(r.Usage)
	if err != nil {
		return Statement{}, fmt.Errorf("%s of %s: %w", model, a.Kind, err)
	}
	return state(model, r.Usage, &bill)
}

func state(model string, u llm.Usage, bill *catalog.Bill) (Statement, error) {
	s := Statement{
		Model: model, Usage: byClass(u), Lines: make([]StatementLine, len(bill.Lines)),
		InputUSD: bill.Exact.Input.Decimal().String(), OutputUSD: bill.Exact.Output.Decimal().String(),
		CostUSD: bill.Exact.Total.Decimal().String(), BookedUSD: bill.Total, PriceVersion: bill.Version,
	}
	for i, l := range bill.Lines {
		var per, sum money.Sum
		if err := sum.Add(l.Price, l.Quantity); err != nil {
			return s, err
		}
		if err := per.Add(l.Price, 1_000_000); err != nil {
			return s, err
		}
		s.Lines[i] = StatementLine{Class: l.Class, Quantity: l.Quantity, PerMillion: per.Decimal().String(), USD: sum.Decimal().String()}
	}
	return s, nil
}

// byClass names what was used. The totals are always there, their parts if there is any.
func byClass(u llm.Usage) map[string]int64 {
	out := map[string]int64{"input_tokens": u.Input, "output_tokens": u.Output}
	for name, n := range map[string]int64{
		"cache_read_tokens": u.CacheRead, "cache_write_5m_tokens": u.CacheWrite5m, "cache_write_1h_tokens": u.CacheWrite1h,
		"input_audio_tokens": u.InputAudio, "cache_audio_read_tokens": u.CacheReadAudio, "input_image_tokens": u.InputImage,
		"cache_image_read_tokens": u.CacheReadImage, "input_video_tokens": u.InputVideo, "output_reasoning_tokens": u.Reasoning,
		"output_audio_tokens": u.OutputAudio, "output_image_tokens": u.OutputImage, "output_video_tokens": u.OutputVideo,
		"output_citation_tokens": u.Citations, "web_searches": u.WebSearches, "server_tool_calls": u.ServerToolCalls,
		"images": u.Images, "audio_seconds": u.AudioSeconds, "characters": u.Characters,
	} {
		if n > 0 {
			out[name] = n
		}
	}
	return out
}

package catalog

import (
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// Class is one priced dimension of usage.
type Class string

// The classes. More exact ones are parts of the wider ones: a cached sound token is input, cached input and sound, and is
// charged once, at the most exact price there is.
const (
	Input           Class = "input"
	CacheRead       Class = "cache_read"
	CacheWrite      Class = "cache_write"
	CacheWrite5m    Class = "cache_write_5m"
	CacheWrite1h    Class = "cache_write_1h"
	InputAudio      Class = "input_audio"
	CacheReadAudio  Class = "cache_read_audio"
	InputImage      Class = "input_image"
	CacheReadImage  Class = "cache_read_image"
	InputVideo      Class = "input_video"
	Output          Class = "output"
	OutputReasoning Class = "output_reasoning"
	OutputAudio     Class = "output_audio"
	OutputImage     Class = "output_image"
	OutputVideo     Class = "output_video"
	OutputCitation  Class = "output_citation"
	PerRequest      Class = "request"
	PerSearch       Class = "web_search"
	PerImage        Class = "image"
	PerAudioSecond  Class = "audio_second"
	PerCharacter    Class = "character"
)

// side is which half of a bill a class belongs to.
type side uint8

const (
	feeSide side = iota
	inputSide
	outputSide
)

// unit describes a class: its key in the data, the dimensions that make it part of others, and where usage has it.
type unit struct {
	class Class
	key   string // in the data
	per   int32  // decimal places from dollars per the data's unit to pico-dollars per one
	side  side
	// dims are what sets it apart within its side; a unit is part of every unit whose dims it holds all of.
	dims  dims
	count func(*llm.Usage) int64
}

type dims uint8

const (
	cacheRead dims = 1 << iota
	cacheWrite
	fiveMinutes
	oneHour
	sound
	picture
	video
	thought // on the output side; citation likewise
)

const citation = cacheRead // the sides are apart, so a bit can serve both

const (
	perMillion  = 6 // dollars per million are 10^-6 dollars, 10^6 pico-dollars, per one
	perThousand = 9
)

// units are all classes that the data prices, widest first. A key of the data that is not here makes its model's price
// unknown: half a price would be worse than none.
var units = [...]unit{
	{Input, "input_mtok", perMillion, inputSide, 0, func(u *llm.Usage) int64 { return u.Input }},
	{CacheRead, "cache_read_mtok", perMillion, inputSide, cacheRead, func(u *llm.Usage) int64 { return u.CacheRead }},
	{CacheWrite, "cache_write_mtok", perMillion, inputSide, cacheWrite, func(u *llm.Usage) int64 { return u.CacheWrite5m + u.CacheWrite1h }},
	{CacheWrite5m, "cache_write_5m_mtok", perMillion, inputSide, cacheWrite | fiveMinutes, func(u *llm.Usage) int64 { return u.CacheWrite5m }},
	{CacheWrite1h, "cache_write_1h_mtok", perMillion, inputSide, cacheWrite | oneHour, func(u *llm.Usage) int64 { return u.CacheWrite1h }},
	{InputAudio, "input_audio_mtok", perMillion, inputSide, sound, func(u *llm.Usage) int64 { return u.InputAudio }},
	{CacheReadAudio, "cache_audio_read_mtok", perMillion, inputSide, cacheRead | sound, func(u *llm.Usage) int64 { return u.CacheReadAudio }},
	{InputImage, "input_image_mtok", perMillion, inputSide, picture, func(u *llm.Usage) int64 { return u.InputImage }},
	{CacheReadImage, "cache_image_read_mtok", perMillion, inputSide, cacheRead | picture, func(u *llm.Usage) int64 { return u.CacheReadImage }},
	{InputVideo, "input_video_mtok", perMillion, inputSide, video, func(u *llm.Usage) int64 { return u.InputVideo }},
	{Output, "output_mtok", perMillion, outputSide, 0, func(u *llm.Usage) int64 { return u.Output }},
	{OutputReasoning, "output_reasoning_mtok", perMillion, outputSide, thought, func(u *llm.Usage) int64 { return u.Reasoning }},
	{OutputAudio, "output_audio_mtok", perMillion, outputSide, sound, func(u *llm.Usage) int64 { return u.OutputAudio }},
	{OutputImage, "output_image_mtok", perMillion, outputSide, picture, func(u *llm.Usage) int64 { return u.OutputImage }},
	{OutputVideo, "output_video_mtok", perMillion, outputSide, video, func(u *llm.Usage) int64 { return u.OutputVideo }},
	{OutputCitation, "output_citation_mtok", perMillion, outputSide, citation, func(u *llm.Usage) int64 { return u.Citations }},
	{PerRequest, "requests_kcount", perThousand, feeSide, 0, func(*llm.Usage) int64 { return 1 }},
	{PerSearch, "web_searches_kcount", perThousand, feeSide, sound, func(u *llm.Usage) int64 { return u.WebSearches }},
	{PerImage, "images_kcount", perThousand, feeSide, picture, func(u *llm.Usage) int64 { return u.Images }},
	{PerAudioSecond, "audio_seconds_kcount", perThousand, feeSide, sound | picture, func(u *llm.Usage) int64 { return u.AudioSeconds }},
	{PerCharacter, "characters_mcount", perMillion, feeSide, video, func(u *llm.Usage) int64 { return u.Characters }},
}

func unitFor(c Class) *unit {
	for i := range units {
		if units[i].class == c {
			return &units[i]
		}
	}
	return nil
}

// unitOf finds a unit by its key in the data.
func unitOf(key string) *unit {
	for i := range units {
		if units[i].key == key {
			return &units[i]
		}
	}
	return nil
}

// within reports whether usage of u is also usage of wider.
func (u *unit) within(wider *unit) bool {
	return u != wider && u.side == wider.side && u.side != feeSide && u.dims&wider.dims == wider.dims
}

// PerMillion reports whether people state the class's price per million: tokens and characters are; requests, searches,
// pictures and sound are not.
func (c Class) PerMillion() bool {
	return c != PerRequest && c != PerSearch && c != PerImage && c != PerAudioSecond
}

// USD is a price as people state it: dollars per million tokens, or per request or search. Prices of requests and searches
// are rounded up to the nano-dollar.
func (c Class) USD(p money.Price) money.USD {
	if c.PerMillion() {
		return money.USD(p) * 1000
	}
	return (money.USD(p) + 999) / 1000
}

// Price is the opposite of USD. It fails on prices that are negative, too fine or too high.
func (c Class) Price(perUnit string) (money.Price, error) {
	if c.PerMillion() {
		return money.ParsePrice(perUnit)
	}
	each, err := money.Parse(perUnit)
	if err != nil {
		return 0, err
	}
	if each > money.USD(maxPrice)/1000 || each < 0 {
		return 0, money.ErrOverflow
	}
	return money.Price(each) * 1000, nil
}

package openai

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
)

// take reads one value. word is at most a little longer than any that is allowed; file says that it is an upload.
func (m *medium) take(name, word string, value []byte, file bool) {
	c, b := m.call, &m.call.Bound
	if m.given[name]++; m.given[name] > 1 && !strings.HasSuffix(name, "[]") && name != "image" {
		m.refuse(name, "The field %q is there twice. Readers differ in which one they take; send it once.", name)
	}
	switch name {
	case "model":
		if c.Model = word; word == "" || len(word) > dialect.MaxModel || strings.ContainsAny(word, "\r\n") {
			m.refuse(name, "\"model\" must be a name of 1 to %d bytes.", dialect.MaxModel)
		}
	case "prompt", "instructions":
		m.prompt += len(value)
	case "input":
		m.words = characters(value)
	case "n":
		c.Choices = m.count(name, word, 10)
	case "partial_images":
		b.Picture.Partials = m.atLeast(name, word, 0, 3)
	case "frame_count":
		b.Picture.Frames = m.count(name, word, 16)
	case "size":
		b.Picture.Width, b.Picture.Height = m.size(word)
	case "quality":
		b.Picture.Quality = word
	case "stream":
		switch word {
		case "true":
			c.Stream = true
		case "false", "":
		default:
			m.refuse(name, "\"stream\" must be true or false.")
		}
	case "response_format":
		m.format = word
	case "stream_format":
		m.streamFormat = word
	case "output_format":
		m.output = word
	case "speed":
		v, err := strconv.ParseFloat(word, 64)
		if err != nil || !(v >= 0.25 && v <= 4) {
			m.refuse(name, "\"speed\" must be a number from 0.25 to 4.")
			return
		}
		m.speed = v
	case "chunking_strategy":
		m.chunked = true
	case "file", "image", "image[]", "mask", "markup":
		if !file && name == "file" {
			m.refuse(name, "\"file\" must be a file with a name, not a plain field.")
		}
		m.measure(name, value)
	}
}

func (m *medium) count(name, word string, most int64) int64 { return m.atLeast(name, word, 1, most) }

func (m *medium) atLeast(name, word string, least, most int64) int64 {
	v, err := strconv.ParseInt(word, 10, 64)
	if err != nil || v < least || v > most {
		m.refuse(name, "%q must be a whole number from %d to %d.", name, least, most)
		return least
	}
	return v
}

// maxEdge is far above what any model makes, and keeps products of two edges small.
const maxEdge = 16_384

func (m *medium) size(word string) (w, h int64) {
	if word == "auto" || word == "" {
		return 0, 0
	}
	first, second, ok := strings.Cut(word, "x")
	w, err := strconv.ParseInt(first, 10, 64)
	h, err2 := strconv.ParseInt(second, 10, 64)
	if !ok || err != nil || err2 != nil || w < 1 || h < 1 || w > maxEdge || h > maxEdge {
		m.refuse("size", "\"size\" must be \"auto\" or a width and a height in pixels, such as \"1024x1024\", each at most %d.", maxEdge)
		return 0, 0
	}
	return w, h
}

func (m *medium) refuse(name, format string, args ...any) {
	if m.fail == nil {
		m.fail = fault.Field(name, fmt.Sprintf(format, args...))
	}
}

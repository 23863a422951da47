package document

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// plain reads a text. Form feeds, where it has any, end pages.
func plain(data []byte, k *keep) error {
	all := strings.Split(decode(data), "\f")
	for i, text := range all {
		if !k.page(Page{Number: i + 1, Text: text}, len(all)) {
			return errEnough
		}
	}
	return nil
}

// decode gives a text as UTF-8: by its byte order mark, or if it is UTF-8, else as Western Windows writes.
func decode(data []byte) string {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")):
		order = binary.LittleEndian
	case bytes.HasPrefix(data, []byte("\xfe\xff")):
		order = binary.BigEndian
	default:
		data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
		if utf8.Valid(data) {
			return string(data)
		}
		out := make([]rune, len(data))
		for i, c := range data {
			out[i] = western(c)
		}
		return string(out)
	}
	units := make([]uint16, 0, len(data)/2)
	for i := 2; i+1 < len(data); i += 2 {
		units = append(units, order.Uint16(data[i:]))
	}
	return string(utf16.Decode(units))
}

// high is Windows-1252 from 0x80 to 0x9f; the rest is as in Unicode.
var high = [32]rune{'€', unicode.ReplacementChar, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', unicode.ReplacementChar, 'Ž', unicode.ReplacementChar,
	unicode.ReplacementChar, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', unicode.ReplacementChar, 'ž', 'Ÿ'}

func western(c byte) rune {
	if c >= 0x80 && c < 0xa0 {
		return high[c-0x80]
	}
	return rune(c)
}

// clean makes a text fit to be shown and sent: valid, without control characters, without spaces at line ends and without more than one
// empty line at a time.
func clean(s string) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\r':
			return -1
		case r == '\u00a0':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Co, r):
			return -1
		}
		return r
	}, s)
	var out strings.Builder
	out.Grow(len(s))
	empty := 2
	for line := range strings.Lines(s) {
		line = strings.TrimRight(line, " \t\n")
		if line == "" {
			empty++
			continue
		}
		if out.Len() > 0 {
			out.WriteString("\n\n"[:min(empty+1, 2)])
		}
		empty = 0
		out.WriteString(line)
	}
	return out.String()
}

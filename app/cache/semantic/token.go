package semantic

import "strings"

// token is a word of a text, or a piece of code in it.
type token struct {
	text   string
	low    string // lower case; as text where it is code
	code   bool
	proper bool
	comma  bool // a comma follows
	owns   bool // had an s of possession
}

// split takes a text apart. False is a text with letters that English does not have.
func split(text string) (tokens []token, ok bool) {
	for text != "" {
		text = strings.TrimLeft(text, " \t")
		if text == "" {
			break
		}
		if q := text[0]; q == '`' || q == '"' {
			if end := strings.IndexByte(text[1:], q); end > 0 {
				tokens = append(tokens, token{text: text[:end+2], low: text[:end+2], code: true})
				text = strings.TrimLeft(text[end+2:], ".,;:?!")
				continue
			}
		}
		end := strings.IndexAny(text, " \t")
		if end < 0 {
			end = len(text)
		}
		if tokens, ok = cut(tokens, text[:end]); !ok {
			return nil, false
		}
		text = text[end:]
	}
	return tokens, true
}

// cut adds what stands between two blanks.
func cut(tokens []token, s string) ([]token, bool) {
	for i := range len(s) {
		if s[i] >= 0x80 && !strings.HasPrefix(s[i:], "€") && !strings.HasPrefix(s[i:], "£") && s[i]&0xC0 != 0x80 {
			return nil, false
		}
	}
	raw, comma := s, strings.HasSuffix(s, ",")
	s = strings.TrimRight(s, ".,;:?!")
	if strings.HasPrefix(s, "(") && strings.HasSuffix(s, ")") && len(s) > 1 {
		s = s[1 : len(s)-1]
	}
	if len(s) > 1 && s[0] == '\'' && s[len(s)-1] == '\'' {
		return append(tokens, token{text: s, low: s, code: true, comma: comma}), true
	}
	s = strings.TrimSuffix(s, "'")
	switch {
	case s == "":
		if strings.Trim(raw, ".,;:?!") == "" && len(tokens) > 0 && len(raw) == 1 {
			return tokens, true // a mark after a blank, as French and tired people set it
		}
		return append(tokens, token{text: raw, low: raw, code: true}), true
	case isWord(s):
		return append(tokens, plain(s, comma, len(tokens) == 0)...), true
	}
	if figure, unit, ok := measure(s); ok {
		tokens = append(tokens, token{text: figure, low: figure, comma: comma && unit == ""})
		if unit != "" {
			tokens = append(tokens, token{text: unit, low: unit, code: !isWord(unit), comma: comma})
		}
		return tokens, true
	}
	return append(tokens, token{text: s, low: s, code: true, comma: comma}), true
}

// isWord reports letters, apostrophes and hyphens between letters; digits may follow letters (Q1, K2).
func isWord(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		inner := (c == '\'' || c == '-') && i > 0 && i < len(s)-1
		if !letter && !inner && !(i > 0 && c >= '0' && c <= '9') {
			return false
		}
		if i > 1 && c >= 'A' && c <= 'Z' && s[i-1] >= 'a' && s[i-1] <= 'z' && i < len(s)-2 && s[0] >= 'a' && s[0] <= 'z' {
			return false // userId
		}
	}
	return true
}

// plain makes tokens of a word, one for each part of "two-factor".
func plain(s string, comma, first bool) (tokens []token) {
	parts := strings.Split(s, "-")
	for i, p := range parts {
		upper, low := p != "" && p[0] >= 'A' && p[0] <= 'Z', strings.ToLower(p)
		if len(p) > 1 && p == strings.ToUpper(p) && (stops[low] || auxiliaries[low] != 0 || prepositions[low] || questioners[low]) {
			low = p // the US, IT, the WHO
		}
		tokens = append(tokens, token{text: p, low: low, proper: upper && (!first || i > 0 || p[1:] != strings.ToLower(p[1:])),
			comma: comma && i == len(parts)-1})
	}
	return tokens
}

// foreign reports whether words of another language's grammar are among the tokens.
func foreign(tokens []token) bool {
	for _, t := range tokens {
		if !t.code && aliens[t.low] {
			return true
		}
	}
	return false
}

// expand writes contractions out, and takes the s of possession away.
func expand(tokens []token) (out []token) {
	for _, t := range tokens {
		if t.code || !strings.Contains(t.low, "'") && shortened[t.low] == "" {
			out = append(out, t)
			continue
		}
		whole, known := shortened[t.low]
		owns := false
		if head, ok := strings.CutSuffix(t.low, "n't"); ok && !known {
			whole, known = head+" not", true
		}
		for _, tail := range [...][2]string{{"'re", " are"}, {"'ll", " will"}, {"'ve", " have"}, {"'d", " would"}, {"'m", " am"}} {
			if head, ok := strings.CutSuffix(t.low, tail[0]); ok && !known {
				whole, known = head+tail[1], true
			}
		}
		if head, ok := strings.CutSuffix(t.low, "'s"); ok && !known {
			whole, known, owns = head, true, true
			if questioners[head] {
				whole, owns = head+" is", false
			}
		}
		if !known {
			whole = strings.ReplaceAll(t.low, "'", "")
		}
		for i, w := range strings.Fields(whole) {
			out = append(out, token{text: w, low: w, proper: t.proper && i == 0, comma: t.comma, owns: owns})
		}
	}
	return out
}

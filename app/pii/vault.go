package pii

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// vault is which placeholder stands for what in one request. It lives in memory, as long as the request does, and is written
// nowhere.
//
// The same value has the same placeholder all through a request, and they are numbered in order: a conversation that is sent again
// with one turn more begins with the same bytes, so providers' prompt caches keep hitting, and the model can tell two people apart.
type vault struct {
	body   []byte // the request as it came: a placeholder that the client wrote itself is not given out
	names  map[thing]string
	counts map[string]int
	values map[string]string // by placeholder, as it stood
}

type thing struct{ word, value string }

func newVault(body []byte) *vault {
	return &vault{body: body, names: map[thing]string{}, counts: map[string]int{}, values: map[string]string{}}
}

// placeholder is what stands for a value.
func (v *vault) placeholder(word, value string) string {
	t := thing{word, value}
	name := v.names[t]
	for name == "" {
		v.counts[word]++
		if name = "[" + word + "_" + strconv.Itoa(v.counts[word]) + "]"; bytes.Contains(v.body, []byte(name)) {
			name = ""
		}
	}
	v.names[t], v.values[name] = name, value
	return name
}

// longestPlaceholder bounds "[WORD_1234]": a pattern's name is its longest part.
const longestPlaceholder = maxName + 16

// at is the placeholder that a text holds at i, where its bracket opens, and what it stands for; "" if it holds none.
func (v *vault) at(text []byte, i int) (name, value string) {
	end := bytes.IndexByte(text[i:min(len(text), i+longestPlaceholder)], ']')
	if end < 0 {
		return "", ""
	}
	value, ok := v.values[string(text[i:i+end+1])]
	if !ok {
		return "", ""
	}
	return string(text[i : i+end+1]), value
}

// begun reports whether a text ends in a part of a placeholder, and where that begins.
func (v *vault) begun(text []byte) (int, bool) {
	from := max(0, len(text)-longestPlaceholder)
	i := bytes.LastIndexByte(text[from:], '[')
	if i < 0 {
		return 0, false
	}
	part := string(text[from+i:])
	for name := range v.values {
		if len(part) < len(name) && strings.HasPrefix(name, part) {
			return from + i, true
		}
	}
	return 0, false
}

// Veil is what puts placeholders back into an answer in which they were replaced by what they stand for; nil where none were. At the end
// of a text that was cut it takes away what may be the beginning of a value. It may be used when the request is over.
func (g *Guard) Veil() func(text string, cut bool) string {
	if !g.Restores() || len(g.vault.values) == 0 {
		return nil
	}
	type pair struct{ value, name string }
	var all []pair
	for name, value := range g.vault.values {
		all = append(all, pair{value, name})
		if inside := escaped(value, 1); inside != value {
			all = append(all, pair{inside, name})
		}
	}
	slices.SortFunc(all, func(a, b pair) int { // of two that begin alike the longer one
		return cmp.Or(cmp.Compare(len(b.value), len(a.value)), cmp.Compare(a.value, b.value))
	})
	var words []string
	for _, p := range all {
		words = append(words, p.value, p.name)
	}
	replacer := strings.NewReplacer(words...)
	return func(text string, cut bool) string {
		text = replacer.Replace(text)
		for n := len(all[0].value) - 1; cut && n > 0; n-- {
			for _, p := range all {
				if n < len(p.value) && strings.HasSuffix(text, p.value[:n]) {
					return text[:len(text)-n]
				}
			}
		}
		return text
	}
}

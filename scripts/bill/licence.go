package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// kind is a licence that we may hand on, known by the sentences that make it one: words in lower case with nothing between them.
type kind struct {
	id    string   // SPDX
	tells []string // all of these; the first once for each copy of the licence
	not   []string // none of these, which make it another
	words int      // how long one copy is at most, without copyright lines
}

var kinds = []kind{
	{"MIT", []string{
		"permission is hereby granted free of charge to any person obtaining a copy of this software and associated documentation files",
		"copyright notice and this permission notice shall be included in all copies or substantial portions of the software",
	}, nil, 175},
	{"BSD-2-Clause", bsd, []string{endorse, advertise}, 195},
	{"BSD-3-Clause", slices.Concat(bsd, []string{endorse}), []string{advertise}, 230},
	{"ISC", []string{"distribute this software for any purpose with or without fee is hereby granted provided that the above copyright notice and this permission notice appear in all copies"}, nil, 125},
	{"0BSD", []string{"distribute this software for any purpose with or without fee is hereby granted the software is provided as is"}, nil, 105},
	{"PostgreSQL", []string{"permission to use copy modify and distribute this software and its documentation for any purpose without fee and without a written agreement is hereby granted"}, nil, 185},
	{"Apache-2.0", []string{"apache license version 2 0 january 2004 http www apache org licenses terms and conditions for use reproduction and distribution"}, nil, 1450},
	{"Apache-2.0", []string{"licensed under the apache license version 2 0 the license you may not use this file except in compliance with the license"}, nil, 180},
	{"MPL-2.0", []string{"covered software is provided under this license on an as is basis", "mozilla public license"}, nil, 2480},
	{"OFL-1.1", []string{"sil open font license version 1 1 26 february 2007", "the font software may be sold as part of a larger software package"}, nil, 720},
	{"OFL-1.1", []string{"sil open font license version 1 1 26 february 2007", "original or modified versions of the font software may be bundled redistributed and or sold with any software"}, nil, 720},
	{"Unlicense", []string{"this is free and unencumbered software released into the public domain", "by any means"}, nil, 230},
	{"CC0-1.0", []string{"cc0 1 0 universal", "affirmer hereby overtly fully permanently irrevocably and unconditionally waives"}, nil, 1100},
}

var bsd = []string{"redistributions of source code must retain", "redistributions in binary form must reproduce"}

const (
	endorse   = "used to endorse or promote products derived from"
	advertise = "all advertising materials mentioning"
)

// spare is how many words a licence file may have besides its licences: copyright lines, a heading, for which files it is. A condition
// that somebody adds, as the Commons Clause, is longer.
const spare = 70

// licencesOf names what a text is, or says that it is unknown. What is longer than the licences in it says more than they do.
func licencesOf(text string) ([]string, error) {
	said := words(text)
	plain := strings.Join(said, " ")
	found, length := map[string]bool{}, spare
	for _, k := range kinds {
		holds := func(s string) bool { return strings.Contains(plain, s) }
		lacks := func(s string) bool { return !holds(s) }
		if slices.ContainsFunc(k.tells, lacks) || slices.ContainsFunc(k.not, holds) {
			continue
		}
		found[k.id] = true
		length += strings.Count(plain, k.tells[0]) * k.words
	}
	ids := slices.Sorted(maps.Keys(found))
	switch {
	case len(ids) == 0:
		return nil, fmt.Errorf("it begins %q, which is no licence known here", strings.Join(said[:min(15, len(said))], " "))
	case len(said) > length:
		return nil, fmt.Errorf("it is %s, and has %d words more than that and its copyright lines take", strings.Join(ids, " and "), len(said)-length)
	}
	return ids, nil
}

// words are a text's words and numbers, without case, signs and line breaks.
func words(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

package policy

import "strings"

// glob is a pattern ready to match: the pieces between its stars, in lower case.
type glob struct {
	text   string // as people wrote it, for refusals
	pieces []string
}

func compileGlob(text string) glob { return glob{text, strings.Split(strings.ToLower(text), "*")} }

// match reports whether a name in lower case is one that the pattern means.
func (g *glob) match(name string) bool {
	first, last := g.pieces[0], g.pieces[len(g.pieces)-1]
	if len(g.pieces) == 1 {
		return name == first
	}
	if len(name) < len(first)+len(last) || !strings.HasPrefix(name, first) || !strings.HasSuffix(name, last) {
		return false
	}
	name = name[len(first) : len(name)-len(last)]
	for _, piece := range g.pieces[1 : len(g.pieces)-1] {
		i := strings.Index(name, piece)
		if i < 0 {
			return false
		}
		name = name[i+len(piece):]
	}
	return true
}

// hit is the first pattern that means one of the names.
func hit(globs []glob, names []string) (string, bool) {
	for i := range globs {
		for _, n := range names {
			if globs[i].match(n) {
				return globs[i].text, true
			}
		}
	}
	return "", false
}

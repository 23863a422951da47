package semantic

import "strings"

// phrases are two words that say what one says.
var phrases = twos("get rid:remove,capital city:capital,sign out:logout,log out:logout,sign in:login,log in:login,united states:usa," +
	"speed up:accelerate,make faster:accelerate,wake up:rise,get up:rise,align center:center,center align:center")

func twos(s string) map[[2]string]string {
	m := map[[2]string]string{}
	for line := range strings.SplitSeq(s, ",") {
		from, to, _ := strings.Cut(line, ":")
		a, b, _ := strings.Cut(from, " ")
		m[[2]string{meant(stem(a)), meant(stem(b))}] = meant(stem(to))
	}
	return m
}

// meant is the word that stands for all with one meaning.
func meant(key string) string {
	if c := synonyms[key]; c != "" {
		return c
	}
	return key
}

// fillers may be on one side only in relaxed matching: how something is said or done, but not what.
var fillers = stemmed("exactly properly correctly successfully quickly easily actually really just simply basically effectively famous several " +
	"various idiomatic idiomatically step steps detail details briefly terms recommended please called located exactly popular")

// general are nouns that add nothing behind a name: a Word document, a Mac computer.
var general = stemmed("city town document file application app website site language framework library tool program software computer " +
	"device planet mountain river company brand object function method spreadsheet")

func stemmed(s string) map[string]bool {
	m := map[string]bool{}
	for w := range set(s) {
		m[stem(w)] = true
	}
	return m
}

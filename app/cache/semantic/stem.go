package semantic

import (
	"strings"

	"github.com/kljensen/snowball/english"
)

// derived are endings of words that the stemmer would take to another meaning: organization to organ, important to import, university
// to universe. Such words keep them. The price is that inventor is not invent.
var derived = strings.Fields("ity ment ence ance ancy ency ant ion al ous ful less able ible or er ism ist ic ical ly ship ness ure ive " +
	"ish hood age ary ory ize ise fy ium")

// stem is the base form of a word: what singular and plural, and the forms of a verb, have in common. It is no word to show.
func stem(low string) string {
	if base, ok := irregular[low]; ok {
		low = base
	}
	if len(low) < 4 || gerunds[low] || gerunds[strings.TrimSuffix(low, "s")] {
		return strings.TrimSuffix(low, "s")
	}
	bare := low
	switch {
	case strings.HasSuffix(low, "ings"):
		return low[:len(low)-1] // settings are no verb
	case strings.HasSuffix(low, "ss") || strings.HasSuffix(low, "us") || strings.HasSuffix(low, "is"):
		return low
	case strings.HasSuffix(low, "ies") && len(low) > 4:
		bare = low[:len(low)-3] + "y"
	case strings.HasSuffix(low, "s"):
		bare = low[:len(low)-1]
	case strings.HasSuffix(low, "ing") && len(low) > 6:
		bare = low[:len(low)-3]
	case strings.HasSuffix(low, "ed") && len(low) > 5:
		bare = low[:len(low)-2]
	}
	for _, end := range derived {
		if strings.HasSuffix(bare, end) && len(bare) > len(end)+2 {
			return bare
		}
	}
	return english.Stem(low, true)
}

// formOf tells forms of a verb apart, which may be nouns of their own: marketing and market.
func formOf(low string) byte {
	switch {
	case len(low) > 4 && strings.HasSuffix(low, "ing"):
		return 'g'
	case len(low) > 3 && strings.HasSuffix(low, "ed"), irregular[low] != "" && !plurals[low]:
		return 'd'
	}
	return 0
}

// irregular are forms that no rule finds.
var irregular = pairs("made:make wrote:write written:write writing:write bought:buy sold:sell went:go gone:go came:come ran:run " +
	"built:build found:find got:get gotten:get took:take taken:take gave:give given:give broke:break broken:break children:child " +
	"men:man women:woman feet:foot teeth:tooth mice:mouse geese:goose began:begin begun:begin spoken:speak spoke:speak drove:drive " +
	"driven:drive ate:eat eaten:eat fell:fall fallen:fall grew:grow grown:grow knew:know known:know lost:lose won:win paid:pay " +
	"sent:send spent:spend thought:think taught:teach told:tell understood:understand chose:choose chosen:choose drew:draw drawn:draw " +
	"flew:fly flown:fly froze:freeze frozen:freeze hid:hide hidden:hide kept:keep met:meet rose:rise risen:rise sang:sing sung:sing " +
	"stole:steal stolen:steal swam:swim threw:throw thrown:throw wore:wear worn:wear")

// plurals are those of irregular that are nouns.
var plurals = set("children men women feet teeth mice geese")

// gerunds are nouns that only look like a form of a verb.
var gerunds = set("marketing building meeting training banking painting writing reading housing clothing engineering accounting " +
	"advertising shipping parking heating lighting opening wedding drawing saying earning finding rating hearing feeling meaning " +
	"beginning pricing wiring offering holding filing boarding landing mailing mining mapping casting coding programming planning " +
	"funding morning evening during nothing something anything everything string spring king ring thing wing sibling ceiling pudding " +
	"sterling darling manufacturing publishing outstanding standing founding")

// pairs reads "from:to from:to".
func pairs(s string) map[string]string {
	m := map[string]string{}
	for p := range strings.FieldsSeq(s) {
		from, to, _ := strings.Cut(p, ":")
		m[from] = to
	}
	return m
}

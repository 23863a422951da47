package semantic

import "strings"

func set(s string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(s) {
		m[w] = true
	}
	return m
}

// stops are the words that may go unsaid, with auxiliaries and prepositions. The list is closed on purpose: "not", "all", "only",
// "more", "up" and everything else that changes an answer are missing from it.
var stops = set("a an the and it its this that these those there i me my we us our you your please kindly so located")

// auxiliaries may go unsaid too, but not in another tense: p past, f future, n present, o neither.
var auxiliaries = map[string]byte{"do": 'n', "does": 'n', "did": 'p', "is": 'n', "are": 'n', "was": 'p', "were": 'p', "be": 'o', "been": 'o',
	"being": 'o', "am": 'n', "has": 'o', "have": 'o', "had": 'p', "will": 'f', "would": 'o', "shall": 'f', "can": 'o', "could": 'o', "should": 'o'}

// prepositions may go unsaid, but not be exchanged for others (places are one group). marks have to be said.
var (
	prepositions = set("of in on at for with about as using via")
	marks        = set("from to by than into onto")
	places       = set("of in on at")
)

// particled are verbs that "in" and "on" make another one of.
var particled = stemmed("log sign turn put take get check fill hand switch plug zoom move carry go come hold hang try pass call look kick " +
	"opt build click tune stay give count live work act care deal settle focus bring keep let break cut set")

// beforeVerbs are words after which "to" carries a verb.
var beforeVerbs = set("how want need way ways like able try trying going steps allowed possible something reason reasons not learn used " +
	"time easy hard order what where when hope place places best")

var persons = map[string]string{"i": "i", "me": "i", "my": "i", "mine": "i", "we": "we", "us": "we", "our": "we", "you": "you", "your": "you"}

var (
	questioners = set("how what which who whom whose when where why")
	explainers  = set("explain describe clarify suggest recommend")
	// tasks begin an order for a text, which is no question how one writes it.
	tasks    = set("write draft compose translate summarise summarize rewrite paraphrase proofread generate")
	requests = set("tell explain describe help show give write list suggest summarise summarize translate draft recommend define find " +
		"compare teach create make generate provide rewrite fix check review convert calculate")
)

// degrees are what "how ..." may be followed by, and the noun that asks for the same.
var degrees = map[string]string{"many": "number", "much": "amount", "long": "length", "often": "frequency", "far": "distance", "old": "age",
	"tall": "height", "high": "height", "big": "size", "large": "size", "fast": "speed", "heavy": "weight", "deep": "depth", "wide": "width",
	"late": "hour", "soon": "delay", "quickly": "speed", "hot": "temperature", "cold": "temperature"}

var shortened = map[string]string{"what's": "what is", "whats": "what is", "who's": "who is", "let's": "let us", "can't": "can not",
	"cannot": "can not", "won't": "will not", "shan't": "shall not", "dont": "do not", "doesnt": "does not", "isnt": "is not", "cant": "can not",
	"it's": "it is", "that's": "that is", "there's": "there is", "i'm": "i am", "hows": "how is", "wheres": "where is", "u": "you", "pls": "please"}

// aliens are frequent words of other languages that English sentences do not have.
var aliens = set("und ich nicht wie ist das mein meine einen eine wir sie oder mit für auf warum kein keine " +
	"les une est pas je vous nous avec pour dans quel quelle comment mon ma mes ne sont du et " +
	"que una por para con qué como mi mis sus los las esta está no-es cual donde " +
	"di che non il della sono mio mia perché gli " +
	"het een niet hoe ik wat mijn zijn van voor waarom jeg ikke kan-jeg dette hvordan er-det og att och inte hur " +
	"jak nie czy jest moje czym nao não uma um meu minha dos das")

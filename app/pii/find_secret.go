package pii

import (
	"bytes"
	"math"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/secret"
)

// form is how one kind of secret looks: what it begins with, what it may be made of, and how long the rest is.
type form struct {
	prefix      string
	extra       string // beside letters and digits
	least, most int    // bytes behind the prefix; endless: as many as there are
	digits      bool   // it has one, as random text of this length has and words have not
	check       func(s []byte) bool
}

// forms are the secrets that tell what they are. Lengths are at least what the issuers document, with room where they say
// that it may grow. A new one is a line here and one in the corpus of the tests.
var forms = []form{
	{prefix: "sk-ant-", extra: "-_", least: 24, most: endless},
	{prefix: "sk-proj-", extra: "-_", least: 32, most: endless},
	{prefix: "sk-svcacct-", extra: "-_", least: 32, most: endless},
	{prefix: "sk-admin-", extra: "-_", least: 32, most: endless},
	{prefix: "sk-or-v1-", least: 32, most: 80},
	{prefix: "sk-", extra: "-_", least: 20, most: endless, check: random},  // OpenAI and those that follow it
	{prefix: "gsk_", least: 40, most: 80, digits: true},                    // Groq
	{prefix: "xai-", least: 60, most: 120, digits: true},                   // xAI
	{prefix: "pplx-", least: 40, most: 80, digits: true},                   // Perplexity
	{prefix: "hf_", least: 30, most: 60},                                   // Hugging Face
	{prefix: "r8_", least: 37, most: 60},                                   // Replicate
	{prefix: "AIza", extra: "-_", least: 35, most: 35},                     // Google
	{prefix: "GOCSPX-", extra: "-_", least: 24, most: 40},                  // Google OAuth
	{prefix: "AKIA", least: 16, most: 16, check: shouted},                  // AWS
	{prefix: "ASIA", least: 16, most: 16, check: shouted},                  // AWS, temporary
	{prefix: "ghp_", least: 36, most: 255},                                 // GitHub
	{prefix: "gho_", least: 36, most: 255},                                 //
	{prefix: "ghu_", least: 36, most: 255},                                 //
	{prefix: "ghs_", least: 36, most: 255},                                 //
	{prefix: "ghr_", least: 36, most: 255},                                 //
	{prefix: "github_pat_", extra: "_", least: 60, most: endless},          //
	{prefix: "glpat-", extra: "-_.", least: 20, most: endless},             // GitLab
	{prefix: "xoxb-", extra: "-", least: 20, most: endless, digits: true},  // Slack
	{prefix: "xoxp-", extra: "-", least: 20, most: endless, digits: true},  //
	{prefix: "xoxa-", extra: "-", least: 20, most: endless, digits: true},  //
	{prefix: "xoxr-", extra: "-", least: 20, most: endless, digits: true},  //
	{prefix: "xapp-", extra: "-", least: 20, most: endless, digits: true},  //
	{prefix: "sk_live_", least: 20, most: 255},                             // Stripe
	{prefix: "sk_test_", least: 20, most: 255},                             //
	{prefix: "rk_live_", least: 20, most: 255},                             //
	{prefix: "whsec_", extra: "+/=", least: 24, most: 100, digits: true},   // webhooks
	{prefix: "SG.", extra: "-_.", least: 60, most: 80},                     // SendGrid
	{prefix: "npm_", least: 36, most: 40},                                  // npm
	{prefix: "pypi-", extra: "-_", least: 80, most: endless},               // PyPI
	{prefix: "shpat_", least: 32, most: 40},                                // Shopify
	{prefix: "dop_v1_", least: 60, most: 70},                               // DigitalOcean
	{prefix: "dckr_pat_", extra: "-_", least: 24, most: 40},                // Docker
	{prefix: "lin_api_", least: 32, most: 60},                              // Linear
	{prefix: "ntn_", least: 40, most: 60, digits: true},                    // Notion
	{prefix: "eyJ", extra: "-_.=", least: 40, most: endless, check: token}, // JSON web tokens
	{prefix: "bdh_", extra: "_", least: 70, most: 90, check: ours},
	{prefix: "bdt_", extra: "_", least: 70, most: 90, check: ours},
	{prefix: "bds_", extra: "_", least: 70, most: 90, check: ours},
}

// endless is the length of secrets that grow with what is in them.
const endless = math.MaxInt

// shape is a form ready to look: its bytes as a table, and its number.
type shape struct {
	form
	takes [256]bool
	index int
}

// mostForms is room for what a finder remembers of each.
const mostForms = 48

// shapes have the forms by their first byte.
var shapes = func() (t [256][]*shape) {
	for i, f := range forms {
		s := &shape{form: f, index: min(i, mostForms-1)}
		for c := range s.takes {
			s.takes[c] = class[c]&(digit|upper|lower) != 0 || strings.IndexByte(f.extra, byte(c)) >= 0
		}
		t[f.prefix[0]] = append(t[f.prefix[0]], s)
	}
	return t
}()

// closes are what the words of prefixes end in, by which of the two signs follows.
var closes = func() (t [256]uint8) {
	for _, f := range forms {
		if at := strings.IndexAny(f.prefix, "-_"); at > 0 {
			t[f.prefix[at-1]] |= map[byte]uint8{'-': hyphened, '_': underscored}[f.prefix[at]]
		}
	}
	return t
}()

const (
	hyphened = 1 << iota
	underscored
)

// maxWord is the longest word that a prefix begins with ("GOCSPX", "github").
const maxWord = 6

// secret decides about one of the bytes that stand in the prefixes of secrets.
func (f *finder) secret(i int) int {
	t := f.text
	var prev, next byte
	if i > 0 {
		prev = t[i-1]
	}
	if i+1 < len(t) {
		next = t[i+1]
	}
	switch t[i] { // what a prefix cannot have around the byte is told first
	case 'A':
		if next == 'c' && bytes.HasPrefix(t[i:], []byte("AccessKey")) && bytes.HasSuffix(t[:i], []byte("Secret")) {
			return f.assigned(i + len("AccessKey"))
		}
		if class[prev]&(digit|upper|lower) != 0 {
			return i
		}
	case 'J':
		if prev != 'y' {
			return i
		}
	case '-':
		if next == '-' && bytes.HasPrefix(t[i:], []byte("-----BEGIN ")) {
			return f.privateKey(i)
		}
		if closes[prev]&hyphened == 0 {
			return i
		}
	case '_':
		if next|0x20 == 's' && (bytes.HasPrefix(t[i:], []byte("_secret_access_key")) || bytes.HasPrefix(t[i:], []byte("_SECRET_ACCESS_KEY"))) {
			return f.assigned(i + len("_secret_access_key"))
		}
		if closes[prev]&underscored == 0 {
			return i
		}
	case '.':
		if prev != 'G' {
			return i
		}
	}
	from := i
	for from > f.done && i-from < maxWord && class[t[from-1]]&(digit|upper|lower) != 0 {
		from--
	}
	if f.wordAt(from-1) && t[from-1] != '_' || from >= len(t) {
		return i
	}
	for _, s := range shapes[t[from]] {
		if from < f.dull[s.index] || len(t)-from <= len(s.prefix) || t[from+1] != s.prefix[1] || t[from+2] != s.prefix[2] || len(s.prefix) > 3 && t[from+3] != s.prefix[3] || i >= from+len(s.prefix) || string(t[from:from+len(s.prefix)]) != s.prefix {
			continue
		}
		if to := f.end(s, from); to > 0 {
			return f.add(Secret, from, to)
		}
	}
	return i
}

// end is where a secret of this form that begins at from ends; 0 if it is none. What is none is remembered to its end: of an
// endless form no later beginning in it can be one, as it has the same end and less before it.
func (f *finder) end(s *shape, from int) int {
	t, at := f.text, from+len(s.prefix)
	to := max(at, f.runs[s.index])
	for to < len(t) && s.takes[t[to]] && to-at <= s.most {
		to++
	}
	run := to
	if f.runs[s.index] = run; run-at > s.most {
		return 0
	}
	for to > at && (t[to-1] == '.' || t[to-1] == '-') { // the sentence's
		to--
	}
	n := to - at
	if n < s.least || n > s.most || s.digits && !bytes.ContainsAny(t[at:to], "0123456789") || s.check != nil && !s.check(t[from:to]) {
		if s.most == endless {
			f.dull[s.index] = run
		}
		return 0
	}
	return to
}

// random reports whether a name of several words has a part that can only be random: 16 letters and digits with a figure
// among them.
func random(s []byte) bool {
	run, figures := 0, false
	for _, c := range s {
		if class[c]&(digit|upper|lower) == 0 {
			run, figures = 0, false
			continue
		}
		run++
		if figures = figures || isDigit(c); figures && run >= 16 {
			return true
		}
	}
	return false
}

// shouted reports whether there are only capitals and digits.
func shouted(s []byte) bool {
	for _, c := range s {
		if class[c]&(digit|upper) == 0 {
			return false
		}
	}
	return true
}

// token reports whether a JSON web token is in there: a header, a payload that is an object, and a signature.
func token(s []byte) bool {
	for {
		at := bytes.Index(s, []byte(".eyJ"))
		if at < 0 {
			return false
		}
		s = s[at+1:]
		if _, signature, ok := bytes.Cut(s, []byte(".")); ok && len(signature) >= 16 && bytes.IndexByte(signature[:16], '.') < 0 {
			return true
		}
	}
}

// ours reports whether the checksum is that of a key of ours.
func ours(s []byte) bool {
	_, ok := secret.ParseToken(string(s))
	return ok
}

// awsSecret is how long the secret half of an AWS key is. It tells nothing of itself, so it needs its name before it.
const awsSecret = 40

// assigned decides about what is assigned to a name that ends at i.
func (f *finder) assigned(i int) int {
	from := i
	for from < len(f.text) && from-i < 8 && strings.IndexByte(" \t:=\"'>", f.text[from]) >= 0 {
		from++
	}
	to := from
	for to < len(f.text) && to-from <= awsSecret && class[f.text[to]]&(digit|upper|lower|coded) != 0 {
		to++
	}
	if from == i || to-from != awsSecret {
		return i
	}
	return f.add(Secret, from, to)
}

// privateKey decides about a PEM block. One without an end reaches to the end of the text: a part of a key is one.
func (f *finder) privateKey(i int) int {
	const mark, tail = "PRIVATE KEY", "-----"
	head := f.text[i:min(len(f.text), i+64)]
	at := bytes.Index(head, []byte(mark))
	if line := bytes.IndexByte(head, '\n'); at < 0 || line >= 0 && line < at {
		return i + len(tail)
	}
	to := len(f.text)
	if end := bytes.Index(f.text[i:], []byte("-----END ")); end > 0 {
		from := i + end + len("-----END ")
		if last := bytes.Index(f.text[from:], []byte(tail)); last >= 0 {
			to = from + last + len(tail)
		}
	}
	return f.add(Secret, i, to)
}

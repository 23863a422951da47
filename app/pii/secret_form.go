package pii

import (
	"math"
	"strings"
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

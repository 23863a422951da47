package llm

import (
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// Problem is an error as a provider reported it, whatever its dialect. It is an error itself, for operators; what clients
// may see is Sentence and Public, from which account identifiers are gone.
type Problem struct {
	Status  int // HTTP status it came with or names itself; 0 if none
	Message string
	Type    string
	Param   string
	Code    string // a number is printed; also names like RESOURCE_EXHAUSTED
	// RetryAfter is how long the provider wants us to wait, where its error says so and not a header; 0 if it does not.
	RetryAfter time.Duration
}

// Error implements error.
func (p *Problem) Error() string {
	return "provider error " + p.Code + " (" + p.Type + "): " + p.Sentence()
}

// maxSentence is how much of a provider's text is quoted.
const maxSentence = 300

// Sentence is the provider's message on one line, at most 300 bytes, without account identifiers.
func (p *Problem) Sentence() string {
	s := strings.Join(strings.Fields(strings.ToValidUTF8(anonymous(p.Message), "\uFFFD")), " ")
	if len(s) <= maxSentence {
		return s
	}
	s = s[:maxSentence-len("…")]
	for !utf8.ValidString(s) {
		s = s[:len(s)-1]
	}
	return s + "…"
}

// Public is the problem as clients may see it: its words are kept, because clients' recovery reads them ("maximum context
// length"), account identifiers are not.
func (p *Problem) Public() Problem {
	return Problem{Status: p.Status, Message: anonymous(p.Message), Type: anonymous(p.Type), Param: anonymous(p.Param), Code: anonymous(p.Code)}
}

// accounts are the forms of organization, project, user and account ids and of keys, masked ones included; Anthropic's
// organizations are bare UUIDs.
var accounts = regexp.MustCompile(`\b(?:(?:org|proj|user|acct|sk|pk|key|rk|sess)[-_][A-Za-z0-9_*\-]{6,}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b)`)

// anonymous takes account identifiers out of a text. Words that merely begin like one ("user-supplied") stay: an
// identifier has a digit, a star or capitals in it.
func anonymous(s string) string {
	return accounts.ReplaceAllStringFunc(s, func(id string) string {
		if strings.ContainsFunc(id, func(r rune) bool { return r == '*' || r < 'a' && r != '-' && r != '_' }) {
			return "[redacted]"
		}
		return id
	})
}

package pii

// Kind is a built-in detector.
type Kind uint8

// The detectors.
const (
	Email    Kind = iota // addresses with an @ and a domain
	Phone                // international, North American, and others next to a word such as "tel"
	SSN                  // US social security numbers
	Card                 // payment cards: issuer, length, Luhn
	IBAN                 // bank accounts: country, length, mod 97
	Secret               // keys of providers, clouds and code hosts, private keys, our own keys
	IP                   // public addresses of the internet, version 4 and 6
	Passport             // by the forms of countries, next to a word such as "passport"
	Licence              // driver's licences: Britain's by its form, others next to a word such as "driving licence"
	Person               // names of people; only a model finds them (Recognizer)
	Address              // postal addresses; likewise
	kindCount
)

// Kinds are all of them, in the order of pages.
var Kinds = [...]Kind{Email, Phone, SSN, Card, IBAN, Secret, IP, Passport, Licence, Person, Address}

// words are a detector's name for programs, what one and several findings are called, and the word in placeholders.
var words = [kindCount]struct{ name, one, many, mark string }{
	Email:  {"email", "e-mail address", "e-mail addresses", "EMAIL"},
	Phone:  {"phone", "phone number", "phone numbers", "PHONE"},
	SSN:    {"ssn", "US social security number", "US social security numbers", "SSN"},
	Card:   {"card", "payment card number", "payment card numbers", "CARD"},
	IBAN:   {"iban", "bank account number (IBAN)", "bank account numbers (IBAN)", "IBAN"},
	Secret: {"secret", "key or secret", "keys or secrets", "SECRET"},

	IP:       {"ip", "IP address", "IP addresses", "IP"},
	Passport: {"passport", "passport number", "passport numbers", "PASSPORT"},
	Licence:  {"driver_license", "driver's licence number", "driver's licence numbers", "LICENCE"},
	Person:   {"name", "name of a person", "names of people", "NAME"},
	Address:  {"address", "postal address", "postal addresses", "ADDRESS"},
}

// Name is the detector's word in the API: "email".
func (k Kind) Name() string {
	if k < kindCount {
		return words[k].name
	}
	return ""
}

// Title is what several findings are called: "e-mail addresses".
func (k Kind) Title() string {
	if k < kindCount {
		return words[k].many
	}
	return ""
}

// Set is a set of detectors.
type Set uint16

// Of makes a set.
func Of(kinds ...Kind) (s Set) {
	for _, k := range kinds {
		s |= 1 << k
	}
	return s
}

// All detectors.
const All Set = 1<<kindCount - 1

// Guess asks the detectors for what only has the form of something as well: nine digits without "SSN" near them. Such hits say so.
const Guess Set = 1 << 15

// Action is what happens when something is found; a larger one is stricter.
type Action uint8

// The actions.
const (
	Off  Action = iota
	Log         // an incident
	Warn        // an incident, and the client is told in x-bodhi-warning
	Mask
	Block
)

// Actions are all of them, mildest first.
var Actions = [...]Action{Off, Log, Warn, Mask, Block}

// Strict reports whether nothing that was found may pass as it is.
func (a Action) Strict() bool { return a >= Mask }

var actionNames = [...]string{"off", "log", "warn", "mask", "block"}

// String is the action's word in the API and in the database.
func (a Action) String() string {
	if int(a) < len(actionNames) {
		return actionNames[a]
	}
	return ""
}

// ParseAction reads what String printed.
func ParseAction(s string) (Action, bool) {
	for i, name := range actionNames {
		if s == name {
			return Action(i), true
		}
	}
	return Off, false
}

// Way is a direction.
type Way uint8

// The ways.
const (
	Asked    Way = iota // what clients send
	Answered            // what models say
	ways
)

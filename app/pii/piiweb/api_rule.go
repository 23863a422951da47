package piiweb

import (
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/pii"
)

// actionsJSON is what each built-in detector does: off, log, warn, mask or block.
type actionsJSON struct {
	Email  string `json:"email"`
	Phone  string `json:"phone"`
	SSN    string `json:"ssn"`
	Card   string `json:"card"`
	IBAN   string `json:"iban"`
	Secret string `json:"secret"`

	IP       string `json:"ip"`
	Passport string `json:"passport"`
	Licence  string `json:"driver_license"`
	Person   string `json:"name"`    // names of people; a recognizer finds them, in requests only
	Address  string `json:"address"` // postal addresses; likewise
}

// recognizerJSON is the model that looks for names and addresses in requests.
type recognizerJSON struct {
	Model   string `json:"model"`        // an alias or a model; "" = nobody looks
	Failing string `json:"on_failure"`   // block, allow, or "" for what the actions ask, where the model cannot be asked
	Most    string `json:"max_cost_usd"` // what one look may cost; "" = what the chain pays
}

func (a *actionsJSON) each() []*string {
	return []*string{&a.Email, &a.Phone, &a.SSN, &a.Card, &a.IBAN, &a.Secret, &a.IP, &a.Passport, &a.Licence, &a.Person, &a.Address} // as pii.Kinds
}

// patternJSON is one of the organization's own detectors.
type patternJSON struct {
	Name   string `json:"name"`
	Expr   string `json:"expr"`   // RE2, at most 512 bytes
	Action string `json:"action"` // off, log, warn, mask or block, in requests
	Answer string `json:"answer"` // the same in answers; "" is off
	// Near are words of which one must stand within 64 bytes before a match, or in the name of its field; empty = none need to.
	Near []string `json:"near"`
}

// ruleJSON is a data rule in the management API.
type ruleJSON struct {
	ID         string         `json:"id"`
	Scope      string         `json:"scope"` // id of the organization, department, team, member or key
	ScopeKind  string         `json:"scope_kind"`
	ScopeLabel string         `json:"scope_label"`
	Actions    actionsJSON    `json:"actions"`
	Patterns   []patternJSON  `json:"patterns"`
	Allow      []string       `json:"allow"`      // values that are no finding; @acme.com for a domain
	Answers    actionsJSON    `json:"answers"`    // what each detector does in answers
	OneWay     bool           `json:"one_way"`    // answers keep placeholders; otherwise values are put back
	Confidence string         `json:"confidence"` // high, or low: what only has the form counts, too
	Files      bool           `json:"scan_files"` // the text of attached files is looked into; what would be masked there is blocked
	Recognizer recognizerJSON `json:"recognizer"`
	Unreadable bool           `json:"block_unreadable"` // pictures, sound and files without text are refused
	CreatedAt  time.Time      `json:"created_at"`
	UpdatedAt  time.Time      `json:"updated_at"`
}

type ruleList struct {
	Data []ruleJSON `json:"data"`
}

// ruleInput sets a rule. Without a scope it is the organization's. A detector that is left out is off.
type ruleInput struct {
	Scope    string        `json:"scope"`
	Actions  actionsJSON   `json:"actions"`
	Patterns []patternJSON `json:"patterns"`
	Allow    []string      `json:"allow"`

	Answers    actionsJSON    `json:"answers"`
	OneWay     bool           `json:"one_way"`
	Confidence string         `json:"confidence"` // high or low; "" is high
	Files      bool           `json:"scan_files"`
	Recognizer recognizerJSON `json:"recognizer"`
	Unreadable bool           `json:"block_unreadable"`
}

// ruleChange changes what it names and leaves the rest; of actions, too.
type ruleChange struct {
	Actions  actionsJSON    `json:"actions"`
	Patterns *[]patternJSON `json:"patterns"`
	Allow    *[]string      `json:"allow"`

	Answers    actionsJSON     `json:"answers"`
	OneWay     *bool           `json:"one_way"`
	Confidence *string         `json:"confidence"`
	Files      *bool           `json:"scan_files"`
	Recognizer *recognizerJSON `json:"recognizer"`
	Unreadable *bool           `json:"block_unreadable"`
}

func ruleOut(l pii.Listed) ruleJSON {
	out := ruleJSON{ID: l.ID.String(), Scope: l.Scope.String(), ScopeKind: string(l.Scope.Kind()), ScopeLabel: l.Place.Label, Patterns: []patternJSON{}, Allow: append([]string{}, l.Allow...),
		OneWay: l.OneWay, Confidence: confidence(l.Guess), Files: l.Files, Recognizer: recognizerOut(l.Recognizer), Unreadable: l.Unread, CreatedAt: l.CreatedAt, UpdatedAt: l.UpdatedAt}
	for i, name := range out.Actions.each() {
		*name = l.Actions[pii.Kinds[i]].String()
	}
	for i, name := range out.Answers.each() {
		*name = l.Answers[pii.Kinds[i]].String()
	}
	for _, p := range l.Patterns {
		out.Patterns = append(out.Patterns, patternJSON{p.Name, p.Expr, p.Action.String(), p.Answer.String(), append([]string{}, p.Near...)})
	}
	return out
}

// recognizer reads what was said of one.
func recognizer(in recognizerJSON) (pii.Recognizer, error) {
	out := pii.Recognizer{Model: in.Model, Failing: in.Failing}
	if text := strings.TrimPrefix(strings.TrimSpace(in.Most), "$"); text != "" {
		var err error
		if out.Most, err = money.Parse(text); err != nil || out.Most <= 0 {
			return out, fault.Field("recognizer", "What a look may cost is an amount in USD above 0, such as 0.01, or nothing.")
		}
	}
	return out, nil
}

func recognizerOut(r pii.Recognizer) recognizerJSON {
	out := recognizerJSON{Model: r.Model, Failing: r.Failing}
	if r.Most > 0 {
		out.Most = r.Most.String()
	}
	return out
}

// What a rule takes for a finding.
const (
	sure  = "high"
	loose = "low"
)

func confidence(guess bool) string {
	if guess {
		return loose
	}
	return sure
}

// guesses reads it; "" is high.
func guesses(text string) (bool, error) {
	switch text {
	case "", sure, loose:
		return text == loose, nil
	}
	return false, fault.Field("confidence", "The confidence is high or low.")
}

// action reads one; "" is what it was.
func action(field, text string, was pii.Action) (pii.Action, error) {
	if text = strings.ToLower(strings.TrimSpace(text)); text == "" {
		return was, nil
	}
	a, ok := pii.ParseAction(text)
	if !ok {
		return was, fault.Field(field, "An action is off, log, warn, mask or block.")
	}
	return a, nil
}

func (a actionsJSON) over(field string, was map[pii.Kind]pii.Action) (map[pii.Kind]pii.Action, error) {
	out := map[pii.Kind]pii.Action{}
	for i, text := range a.each() {
		k := pii.Kinds[i]
		v, err := action(field+"."+k.Name(), *text, was[k])
		if err != nil {
			return nil, err
		}
		out[k] = v
	}
	return out, nil
}

func patterns(list []patternJSON) ([]pii.Pattern, error) {
	out := make([]pii.Pattern, len(list))
	for i, p := range list {
		a, err := action("patterns", p.Action, pii.Off)
		if err != nil {
			return nil, err
		}
		answer, err := action("patterns", p.Answer, pii.Off)
		if err != nil {
			return nil, err
		}
		out[i] = pii.Pattern{Name: p.Name, Expr: p.Expr, Action: a, Answer: answer, Near: p.Near}
	}
	return out, nil
}

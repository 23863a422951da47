package evaluation

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// Plan is what a form or an API call asks a run to be.
type Plan struct {
	Dataset  id.Dataset
	Name     string // "" takes the subjects' names
	Subjects []Subject
	Scorers  []Scorer
	Key      id.Key
	// Cap is the most that the answers may cost together, JudgeCap the most that the judge may; an estimate needs neither.
	Cap, JudgeCap money.USD
}

// read checks what needs no look at anything else, and makes the scorers ready.
func (p *Plan) read() ([]*marker, error) {
	var errs []error
	if p.Name = strings.TrimSpace(p.Name); utf8.RuneCountInString(p.Name) > maxName {
		errs = append(errs, fault.Field("name", fmt.Sprintf("A name has at most %d characters.", maxName)))
	}
	errs = append(errs, p.readSubjects())
	if len(p.Scorers) == 0 {
		errs = append(errs, fault.Field("scorers", "Choose at least one way to score the answers."))
	}
	if len(p.Scorers) > MaxScorers {
		errs = append(errs, fault.Field("scorers", fmt.Sprintf("A run has at most %d ways to score.", MaxScorers)))
	}
	var out []*marker
	var seen []Kind
	for i := range p.Scorers {
		s := &p.Scorers[i]
		if slices.Contains(seen, s.Kind) {
			errs = append(errs, fault.Field("scorers", fmt.Sprintf("The scorer %q stands there twice.", s.Kind)))
		}
		seen = append(seen, s.Kind)
		errs = append(errs, s.check())
		m, err := s.ready()
		if errs = append(errs, err); err == nil {
			out = append(out, m)
		}
	}
	return out, errors.Join(errs...)
}

func (p *Plan) readSubjects() error {
	var errs []error
	p.Subjects = slices.DeleteFunc(p.Subjects, func(s Subject) bool { return strings.TrimSpace(s.Model) == "" })
	switch n := len(p.Subjects); {
	case n == 0:
		errs = append(errs, fault.Field("subjects", "Name at least one model or prompt to ask: an alias, connection/model, or prompt:name@label."))
	case n > MaxSubjects:
		errs = append(errs, fault.Field("subjects", fmt.Sprintf("At most %d are asked side by side.", MaxSubjects)))
	}
	for i := range p.Subjects {
		s := &p.Subjects[i]
		s.Model, s.Temperature, s.Most = strings.TrimSpace(s.Model), strings.Replace(strings.TrimSpace(s.Temperature), ",", ".", 1), 0
		if len(s.Model) > maxRef {
			errs = append(errs, fault.Field(field("model", i), fmt.Sprintf("A model's name has at most %d characters.", maxRef)))
		}
		if s.Temperature != "" {
			if f, err := strconv.ParseFloat(s.Temperature, 64); err != nil || !json.Valid([]byte(s.Temperature)) || !(f >= 0 && f <= 2) { // a question is JSON: ".5" is none
				errs = append(errs, fault.Field(field("temperature", i), "A temperature is a number from 0 to 2, such as 0.2."))
			}
		}
		if s.MaxOutput == 0 && !s.prompt() {
			s.MaxOutput = DefaultOutput
		}
		if s.MaxOutput < 0 || s.MaxOutput > MostOutput {
			errs = append(errs, fault.Field(field("max_output", i), fmt.Sprintf("Answers may be capped at 1 to %d tokens.", MostOutput)))
		}
		for _, other := range p.Subjects[:i] {
			if other == *s {
				errs = append(errs, fault.Field(field("model", i), fmt.Sprintf("%s stands there twice with the same parameters.", oneLine(s.Model, 80))))
			}
		}
	}
	return errors.Join(errs...)
}

// field names the input of one of several subjects.
func field(name string, i int) string { return name + "_" + strconv.Itoa(i) }

// check is about what only one kind of scorer has.
func (s *Scorer) check() error {
	if !slices.Contains(Kinds, s.Kind) {
		return fault.Field("scorers", "A way to score is exact, contains, regex, json_schema or judge.")
	}
	if !s.needsExpected() {
		s.IgnoreCase = false
	}
	if s.Kind != Judge {
		return nil
	}
	var errs []error
	if s.Model = strings.TrimSpace(s.Model); s.Model == "" || len(s.Model) > maxRef || strings.HasPrefix(s.Model, promptPrefix) {
		errs = append(errs, fault.Field("judge_model", "Name the model that judges: an alias or connection/model."))
	}
	if s.Rubric = strings.TrimSpace(s.Rubric); s.Rubric == "" || len(s.Rubric) > maxRubric {
		errs = append(errs, fault.Field("rubric", fmt.Sprintf("Write in words what a good answer is, in at most %d characters.", maxRubric)))
	}
	if s.Pass == 0 {
		s.Pass = DefaultPass
	}
	if s.Pass < 1 || s.Pass > 100 {
		errs = append(errs, fault.Field("pass", "The mark from which an answer counts as right is 1 to 100 percent."))
	}
	return errors.Join(errs...)
}

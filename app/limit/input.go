package limit

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Input is what a form or an API call says about a limit.
type Input struct {
	Scope    org.Scope // where it sits; fixed once it is created
	Tag      string    // "project=apollo", or "" for everything; fixed once it is created
	Model    string
	Endpoint llm.Operation
	Name     string // empty = what is limited, in words
	Unit     Unit
	Amount   int64
	Window   time.Duration
	Soft     bool
	Burst    Burst
	// Seen is the UpdatedAt of what an update was made on: another one by now refuses it. Zero does not ask.
	Seen time.Time
}

// Endpoints are the operations that a limit can be narrowed to.
var Endpoints = []llm.Operation{llm.Chat, llm.Embeddings, llm.MakeImages, llm.EditImages, llm.Transcribe, llm.Interpret, llm.Speak, llm.Moderate, llm.UploadFile}

// checked is the input in its stored form, or everything that is wrong with it, joined.
func (in Input) checked(p Place) (Input, error) {
	var wrong []error
	note := func(err error) {
		if err != nil {
			wrong = append(wrong, err)
		}
	}
	var err error
	in.Tag, err = tag(in.Tag)
	note(err)
	if in.Model = strings.TrimSpace(in.Model); in.Model != "" {
		in.Model, err = org.Name("model", "the model's name", in.Model, 200)
		note(err)
	}
	switch {
	case !in.Unit.Valid():
		note(fault.Field("unit", "Choose requests, tokens or cost."))
	case in.Amount < 0:
		note(fault.Field("amount", "Enter a limit of 0 or more; 0 blocks everything."))
	case in.Amount > largest(in.Unit):
		note(fault.Field("amount", fmt.Sprintf("Enter a limit of at most %s.", in.Unit.Count(largest(in.Unit)))))
	}
	if in.Window < minWindow || in.Window > maxWindow || in.Window%time.Millisecond != 0 {
		note(fault.Field("window", "Enter a window from 1s to 24h, such as 1m, 90s or 1h."))
	}
	if in.Endpoint != "" && !known(in.Endpoint) {
		note(fault.Field("endpoint", "Choose one of the endpoints, such as chat or image_generation, or leave it empty for all."))
	}
	if in.Burst.Percent == 100 || in.Burst.Percent == 0 {
		in.Burst = Burst{}
	}
	if in.Burst != (Burst{}) {
		note(in.Burst.check())
	}
	if len(wrong) > 0 {
		return in, errors.Join(wrong...)
	}
	if strings.TrimSpace(in.Name) == "" {
		in.Name = in.words(p)
	}
	in.Name, err = org.Name("name", "the limit's name", in.Name, 200)
	return in, err
}

// words is what is limited: "Team Search: 100 requests per minute".
func (in Input) words(p Place) string {
	where := p.Label
	if in.Tag != "" {
		where += ", " + in.Tag
	}
	if in.Model != "" {
		where += ", " + clip(in.Model, 40)
	}
	if in.Endpoint != "" {
		where += ", " + string(in.Endpoint)
	}
	return clip(where, 140) + ": " + in.Unit.named(in.Amount) + " " + Per(in.Window)
}

// words is the name that the limit has if nobody gives it another.
func (l Limit) words(p Place) string {
	return Input{Tag: l.Tag, Model: l.Model, Endpoint: l.Endpoint, Unit: l.Unit, Amount: l.Amount, Window: l.Window}.words(p)
}

// UsualName is the name that a limit has if nobody gives it another, at a place with this label.
func UsualName(label string, in Input) string { return in.words(Place{Label: label}) }

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

func known(o llm.Operation) bool {
	for _, e := range Endpoints {
		if e == o {
			return true
		}
	}
	return false
}

// tag checks one pair, as requests bring them.
func tag(text string) (string, error) {
	if text = strings.TrimSpace(text); text == "" {
		return "", nil
	}
	k, v, ok := strings.Cut(text, "=")
	if !ok || k == "" || v == "" || strings.Contains(text, ",") || len(text) > 100 {
		return "", fault.Field("tag", "Enter one pair such as project=apollo, of up to 100 characters.")
	}
	return org.Name("tag", "the tag", text, 100)
}

// Rise is what a form or an API call says about a temporary increase.
type Rise struct {
	Add     int64 // of the limit's unit
	Percent int64 // of the limit's amount: 150 is half as much again
	Until   time.Time
	Reason  string
	// ID is what the increase is called, so that a form which is sent twice raises once; zero is for a new one each time.
	ID id.Increase
}

// The bounds of an increase.
const (
	maxRise  = 31 * 24 * time.Hour
	maxRises = 20 // in force at a time, per limit
)

func (x Rise) checked(l Limit, now time.Time) (Rise, error) {
	var wrong []error
	switch {
	case x.Add < 0 || x.Add > largest(l.Unit):
		wrong = append(wrong, fault.Field("add", fmt.Sprintf("Enter how much to add: up to %s.", l.Unit.Count(largest(l.Unit)))))
	case x.Percent != 0 && (x.Percent <= 100 || x.Percent > 1000):
		wrong = append(wrong, fault.Field("factor", "Enter a factor above 1 and up to 10, such as 1.5."))
	case x.Add == 0 && x.Percent == 0:
		wrong = append(wrong, fault.Field("add", "Enter how much to add, or a factor."))
	}
	if !x.Until.After(now) || x.Until.Sub(now) > maxRise {
		wrong = append(wrong, fault.Field("until", "Choose when it ends: within the next 31 days."))
	}
	if x.Reason = strings.TrimSpace(x.Reason); x.Reason != "" {
		reason, err := org.Name("reason", "the reason", x.Reason, 200)
		if err != nil {
			wrong = append(wrong, err)
		}
		x.Reason = reason
	}
	x.Until = x.Until.UTC().Truncate(time.Microsecond)
	return x, errors.Join(wrong...)
}

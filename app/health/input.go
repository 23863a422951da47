package health

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

// Input is what a form or an API call says about a connection's breakers, or about all of them, as it was typed: durations
// such as "30s" or "2m"; empty and 0 = as the wider setting has it.
type Input struct {
	Window, CoolDown, MaxCoolDown string
	Failures, Percent             int
	Row, Successes                int
	Check                         string // how often the connection is looked at; empty = never
	Ask                           string // the model that a look asks; empty = none, it asks for the list of models
}

// The bounds. A breaker whose window is shorter than five seconds sees too little to judge by; one that stays open for
// longer than half an hour is better taken out by hand. States are remembered in Redis for an hour (healthredis), so no
// cool-down is longer. A look every ten seconds at the most is what a list of models stands everywhere.
var (
	windowSpan = bounds{5 * time.Second, 10 * time.Minute}
	coolSpan   = bounds{time.Second, 10 * time.Minute}
	longSpan   = bounds{time.Second, 30 * time.Minute}
	checkSpan  = bounds{10 * time.Second, time.Hour}
	// leastPaid is the shortest interval of looks that cost money.
	leastPaid = time.Minute
	longAsk   = 200 // bytes of a model's name
)

const (
	mostCounted   = 1000
	mostSuccesses = 10
)

type bounds struct{ least, most time.Duration }

// read turns the input into rules, or tells everything that is wrong with it, joined. wider is what holds where it is
// empty; whole says that it is for all connections.
func (in Input) read(wider Rules, whole bool) (r Rules, check time.Duration, err error) {
	var errs []error
	duration := func(field, text string, b bounds) time.Duration {
		d, err := b.span(field, text)
		errs = append(errs, err)
		return d
	}
	number := func(field string, n, most int, what string) int {
		if n < 0 || n > most {
			errs = append(errs, fault.Field(field, fmt.Sprintf("Enter 1 to %d %s, or leave it empty.", most, what)))
		}
		return n
	}
	r = Rules{Window: duration("window", in.Window, windowSpan), CoolDown: duration("cool_down", in.CoolDown, coolSpan), MaxCoolDown: duration("max_cool_down", in.MaxCoolDown, longSpan),
		Failures: number("failures", in.Failures, mostCounted, "failures"), Percent: number("percent", in.Percent, 100, "percent"),
		Row: number("row", in.Row, mostCounted, "failures in a row"), Successes: number("successes", in.Successes, mostSuccesses, "probes")}
	check = duration("check", in.Check, checkSpan)
	if whole && strings.TrimSpace(in.Check) != "" {
		errs = append(errs, fault.New(fault.Invalid, "invalid_request", "Regular looks (check) are chosen for each connection by itself. Leave that empty for all connections."))
	}
	if err := in.asking(check, whole); err != nil {
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return Rules{}, 0, err
	}
	if r == (Rules{}) && check == 0 {
		return r, 0, fault.Field("window", "Nothing is set. Fill in what shall differ, or remove the setting.")
	}
	if now := r.Or(wider).Or(Defaults()); r.MaxCoolDown+r.CoolDown > 0 && now.CoolDown > now.MaxCoolDown {
		return r, 0, fault.Field("max_cool_down", fmt.Sprintf("The longest cool-down, %s, cannot be shorter than the first, %s. Raise it, or lower the first.", Spell(now.MaxCoolDown), Spell(now.CoolDown)))
	}
	return r, check, nil
}

// asking checks the model that a look asks.
func (in Input) asking(check time.Duration, whole bool) error {
	switch name := in.Ask; {
	case name == "":
		return nil
	case whole:
		return fault.New(fault.Invalid, "invalid_request", "The model that looks ask (ask) is chosen for each connection by itself. Leave that empty for all connections.")
	case len(name) > longAsk || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r == 0x7f }):
		return fault.Field("ask", fmt.Sprintf("Write the model's name as the provider does, without spaces, in at most %d characters.", longAsk))
	case check == 0:
		return fault.Field("check", "Say how often the model is asked, or leave the model empty.")
	case check < leastPaid:
		return fault.Field("check", fmt.Sprintf("Looks that cost money come every %s at most. Choose a longer time, or leave the model empty.", Spell(leastPaid)))
	}
	return nil
}

func (b bounds) span(field, text string) (time.Duration, error) {
	if text = strings.ReplaceAll(text, " ", ""); text == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < b.least || d > b.most {
		return 0, fault.Field(field, fmt.Sprintf("Enter a time from %s to %s, such as 30s or 2m, or leave it empty.", Spell(b.least), Spell(b.most)))
	}
	return d.Round(time.Millisecond), nil
}

// Spell writes a duration as people type it: 90s, 2m, 1h.
func Spell(d time.Duration) string {
	switch {
	case d == 0:
		return ""
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d%time.Minute == 0:
		return fmt.Sprintf("%dm", d/time.Minute)
	case d%time.Second == 0:
		return fmt.Sprintf("%ds", d/time.Second)
	}
	return d.String()
}

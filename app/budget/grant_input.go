package budget

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
)

// GrantInput is what a form or an API call says about a grant.
type GrantInput struct {
	Kind   GrantKind // Increase, Borrow or Opened
	Amount ledger.Units
	Until  time.Time // for Increase; zero = the end of the period. The others always last until then.
	Reason string
	// ID is what the grant is called, so that a form which is sent twice gives once; zero is for a new one each time.
	ID id.Allowance
}

// maxReason is the longest reason, in characters.
const maxReason = 500

// checked is the input with its end filled in, or what is wrong with it.
func (in GrantInput) checked(b Budget, p Present, now time.Time) (GrantInput, error) {
	var err error
	if in.Reason, err = reason(in.Reason); err != nil {
		return in, err
	}
	if in.Amount <= 0 {
		return in, fault.Field("amount", "Enter how much to add: more than "+Amount(b.Measure, 0)+".")
	}
	room := p.room(b)
	switch in.Kind {
	case Increase:
		if in.Until, err = ending(in.Until, p.To, now); err != nil {
			return in, err
		}
		return in, within(b, in.Amount, room.Increase, "At most %s can be added: more would be above what a budget may have.")
	case Borrow:
		if b.Period == Forever {
			return in, fault.Field("kind", "A total has no next period to borrow from. Ask for an increase instead.")
		}
		if p.Owes {
			return in, fault.New(fault.Conflict, "borrowing_open", "Something was borrowed from the next period already. The next borrowing is possible when that is repaid, in the next period.")
		}
		if err := lasts(in.Until, p.To); err != nil {
			return in, err
		}
		in.Until = p.To.UTC()
		return in, within(b, in.Amount, room.Borrow, fmt.Sprintf("At most %%s can be borrowed: %d percent of the next period's limit.", BorrowShare))
	case Opened:
		if err := lasts(in.Until, p.To); err != nil {
			return in, err
		}
		if in.Until = p.To; !p.To.IsZero() {
			in.Until = p.To.UTC()
		}
		return in, within(b, in.Amount, room.Reserve, "At most %s can be opened: that is what is left of the reserve in this period.")
	}
	return in, fault.Field("kind", "Choose increase (for a while), borrow (from the next period) or reserve (open a part of it).")
}

func within(b Budget, amount, most ledger.Units, says string) error {
	if amount > most {
		return fault.Field("amount", fmt.Sprintf(says, Amount(b.Measure, most)))
	}
	return nil
}

// ending is when an increase ends: within the period, and not in the past.
func ending(until, to, now time.Time) (time.Time, error) {
	switch {
	case until.IsZero() && to.IsZero():
		return until, nil
	case until.IsZero():
		return to.UTC(), nil
	case !until.After(now):
		return until, fault.Field("until", "That is in the past. Choose a time between now and the end of the period, or leave it empty for the end.")
	case !clock.Storable(until): // only where the budget is a total
		return until, fault.Field("until", "Choose a time before the year 9999, or leave it empty for an increase that does not end.")
	case !to.IsZero() && until.After(to):
		return until, fault.Field("until", "The period ends on "+to.Format("2 January 2006 15:04")+" "+to.Location().String()+". Choose an earlier time, or leave it empty for the end.")
	}
	return until.UTC().Truncate(time.Microsecond), nil
}

// lasts refuses an end that is not the period's, where there is no choice.
func lasts(until, to time.Time) error {
	if until.IsZero() || until.Equal(to) {
		return nil
	}
	return fault.Field("until", "This lasts until the period ends; leave it empty.")
}

func reason(text string) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" || utf8.RuneCountInString(text) > maxReason || !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return text, fault.Field("reason", fmt.Sprintf("Say why, in up to %d characters: whoever looks at it later reads this.", maxReason))
	}
	return text, nil
}

package limitweb

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// What people and programs type, read into the units of the room. Each reader names its field.

// amount reads how much of a unit.
func amount(field string, u limit.Unit, text string) (int64, error) {
	text = strings.TrimSpace(text)
	if u == limit.Cost {
		v, err := money.Parse(strings.TrimPrefix(text, "$"))
		switch {
		case errors.Is(err, money.ErrOverflow):
			return 0, fault.Field(field, "Enter a limit of at most $100000.")
		case err != nil:
			return 0, fault.Field(field, "Enter an amount in USD such as 5 or 0.25, without a sign or separators.")
		}
		return int64(v), nil
	}
	v, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, fault.Field(field, "Enter a whole number such as 100, without separators.")
	}
	return v, nil
}

// duration reads "90s", "15m", "1h30m", and "" as 0.
func duration(field, text string) (time.Duration, error) {
	if text = strings.TrimSpace(text); text == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, fault.Field(field, "Enter a duration such as 30s, 15m or 1h30m.")
	}
	return d, nil
}

// percent reads a factor, "1.5", as per cent, and "" as 0. Factors are small decimals, which money reads exactly.
func percent(field, text string) (int64, error) {
	if text = strings.TrimSpace(text); text == "" {
		return 0, nil
	}
	v, err := money.Parse(text)
	if err != nil || v < 0 || v > 1000*money.Dollar || v%money.Cent != 0 {
		return 0, fault.Field(field, "Enter a factor such as 2 or 1.5, with at most two decimals.")
	}
	return int64(v / money.Cent), nil
}

// factor is the inverse of percent; "" for none.
func factor(p int64) string {
	if p == 0 {
		return ""
	}
	return (money.USD(p) * money.Cent).String()
}

// burst reads the three fields of a burst.
func burst(times, length, cool string) (limit.Burst, error) {
	var b limit.Burst
	var errs [3]error
	b.Percent, errs[0] = percent("burst", times)
	b.Duration, errs[1] = duration("burst_duration", length)
	b.Cool, errs[2] = duration("burst_cooldown", cool)
	return b, errors.Join(errs[:]...)
}

// typed prints an amount as it can be typed again.
func typed(u limit.Unit, n int64) string {
	if u == limit.Cost {
		return money.USD(n).String()
	}
	return strconv.FormatInt(n, 10)
}

// span prints a duration as it can be typed again; "" for none.
func span(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return limit.Span(d)
}

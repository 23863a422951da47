// Package money is exact: amounts are integers of nano-dollars, prices integers of pico-dollars per token, products
// are 128 bits wide and rounded up once per attempt (decision D8). No float ever touches money; decimals appear only
// at the edges (forms, Stripe, reports).
package money

import (
	"errors"
	"math"
	"math/bits"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"
)

// USD is an amount in nano-dollars (1e-9 USD). Its range is about ±9.2 billion dollars.
type USD int64

// Units of USD.
const (
	Nano   USD = 1
	Cent   USD = 10_000_000
	Dollar USD = 1_000_000_000
	// Max is the largest amount; it stands for "no limit" where a limit is optional.
	Max USD = math.MaxInt64
)

// Price is what one unit (a token, a second, a search) costs, in pico-dollars (1e-12 USD). One USD per million tokens
// is 1,000,000 pico-dollars per token.
type Price int64

// Errors of arithmetic and parsing. Money never wraps: an overflow is an error, and callers refuse the request.
var (
	ErrOverflow  = errors.New("money: amount out of range")
	ErrNegative  = errors.New("money: negative factor")
	ErrMalformed = errors.New("money: not a decimal amount with at most 9 decimals")
)

// Add is a+b, or ErrOverflow.
func (a USD) Add(b USD) (USD, error) {
	c := a + b
	if (a^c)&(b^c) < 0 { // both signs differ from the sum's
		return 0, ErrOverflow
	}
	return c, nil
}

// Sub is a-b, or ErrOverflow.
func (a USD) Sub(b USD) (USD, error) {
	if b == math.MinInt64 {
		return 0, ErrOverflow
	}
	return a.Add(-b)
}

// Sum adds up price × quantity exactly in 128 bits of pico-dollars. The zero Sum is 0.
type Sum struct{ hi, lo uint64 }

// Add adds price × quantity. Both must be ≥ 0: usage and prices are, and a negative one is a bug or an attack.
func (s *Sum) Add(p Price, quantity int64) error {
	if p < 0 || quantity < 0 {
		return ErrNegative
	}
	hi, lo := bits.Mul64(uint64(p), uint64(quantity))
	lo, carry := bits.Add64(s.lo, lo, 0)
	hi, carry = bits.Add64(s.hi, hi, carry)
	if carry != 0 {
		return ErrOverflow
	}
	s.hi, s.lo = hi, lo
	return nil
}

// AddSum adds another sum, unrounded.
func (s *Sum) AddSum(o Sum) error {
	lo, carry := bits.Add64(s.lo, o.lo, 0)
	hi, carry := bits.Add64(s.hi, o.hi, carry)
	if carry != 0 {
		return ErrOverflow
	}
	s.hi, s.lo = hi, lo
	return nil
}

// Ceil rounds up to the next nano-dollar: the one rounding of an attempt.
func (s Sum) Ceil() (USD, error) {
	if s.hi >= 1000 {
		return 0, ErrOverflow
	}
	q, r := bits.Div64(s.hi, s.lo, 1000)
	if q > math.MaxInt64 || q == math.MaxInt64 && r > 0 { // before rounding: the largest quotient would wrap to 0
		return 0, ErrOverflow
	}
	if r > 0 {
		q++
	}
	return USD(q), nil
}

// Decimal is the sum in dollars, exact to the pico-dollar.
func (s Sum) Decimal() decimal.Decimal {
	hi := decimal.NewFromUint64(s.hi).Mul(decimal.NewFromUint64(math.MaxUint64).Add(decimal.NewFromInt(1)))
	return hi.Add(decimal.NewFromUint64(s.lo)).Shift(-12)
}

// Decimal is the amount in dollars.
func (a USD) Decimal() decimal.Decimal { return decimal.New(int64(a), -9) }

// String prints dollars with as many decimals as the amount has, at least none: "0.01", "12", "-0.000000001". It is on
// every answer's headers, so it takes no detour over decimals.
func (a USD) String() string {
	b := make([]byte, 0, 21)
	u := uint64(a)
	if a < 0 {
		b, u = append(b, '-'), -u
	}
	b = strconv.AppendUint(b, u/uint64(Dollar), 10)
	frac := u % uint64(Dollar)
	if frac == 0 {
		return string(b)
	}
	b = append(b, '.')
	for unit := uint64(Dollar) / 10; frac > 0; unit /= 10 {
		b = append(b, byte('0'+frac/unit))
		frac %= unit
	}
	return string(b)
}

// Format prints dollars for people: thousands separated, the given number of decimals, rounded half away from zero
// (display only). Format(2) of 1234.5 USD is "1,234.50".
func (a USD) Format(places int32) string {
	s := a.Decimal().StringFixed(places)
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	whole, frac, _ := strings.Cut(s, ".")
	if whole = group(whole); frac != "" {
		whole += "." + frac
	}
	return sign + whole
}

// Grouped prints a count for people: thousands separated.
func Grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	if n < 0 {
		return "-" + group(s[1:])
	}
	return group(s)
}

// group separates the thousands of a string of digits.
func group(s string) string {
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Parse reads a plain decimal number of dollars, as people and config files write it. It refuses exponents, more than
// nine decimals and amounts out of range.
func Parse(s string) (USD, error) {
	d, err := plain(s)
	if err != nil {
		return 0, err
	}
	return fromDecimal(d, 9)
}

// ParsePrice reads a price in dollars per million units.
func ParsePrice(perMillion string) (Price, error) {
	d, err := plain(perMillion)
	if err != nil {
		return 0, err
	}
	v, err := fromDecimal(d, 6)
	return Price(v), err
}

func plain(s string) (decimal.Decimal, error) {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > 40 || strings.ContainsAny(s, "eE_xX") {
		return decimal.Decimal{}, ErrMalformed
	}
	d, err := decimal.NewFromString(s)
	if err != nil {
		return d, ErrMalformed
	}
	return d, nil
}

func fromDecimal(d decimal.Decimal, places int32) (USD, error) {
	n := d.Shift(places)
	if !n.IsInteger() {
		return 0, ErrMalformed
	}
	b := n.BigInt()
	if !b.IsInt64() {
		return 0, ErrOverflow
	}
	return USD(b.Int64()), nil
}

// MarshalText prints the exact decimal, so JSON carries money as a string.
func (a USD) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads an exact decimal.
func (a *USD) UnmarshalText(b []byte) error {
	v, err := Parse(string(b))
	*a = v
	return err
}

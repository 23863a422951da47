package price

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/bodhi-gateway/bodhi/app/catalog"
)

// maxLine is the longest line that is read: the largest body that a provider's answer may have, and its frame.
const maxLine = 33 << 20

// line is one line of input; result is the line that answers it.
type (
	line struct {
		Kind   string          `json:"kind"`
		Family string          `json:"family"`
		Model  string          `json:"model"`
		At     string          `json:"at"`
		Body   json.RawMessage `json:"body"`
	}
	result struct {
		Usage        map[string]int64 `json:"usage"`
		InputUSD     string           `json:"input_usd"`
		OutputUSD    string           `json:"output_usd"`
		CostUSD      string           `json:"cost_usd"`
		PriceVersion string           `json:"price_version"`
	}
	failure struct {
		Error string `json:"error"`
		Line  int    `json:"line"`
	}
)

// Lines prices a JSON line each from in, one line of out for each, in their order. It holds one line in memory at a time.
// A line that cannot be priced becomes an error line; Lines itself fails only if it cannot read or write.
func Lines(ctx context.Context, book catalog.Book, now time.Time, in io.Reader, out io.Writer) error {
	r := bufio.NewReaderSize(in, 1<<16)
	w := bufio.NewWriterSize(out, 1<<16)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for n := 1; ctx.Err() == nil; n++ {
		text, err := readLine(r)
		if err == io.EOF && len(text) == 0 {
			return w.Flush()
		}
		if err != nil && err != io.EOF && !errors.Is(err, errLong) {
			return fmt.Errorf("price: read line %d: %w", n, err)
		}
		var answer any
		if err == nil || err == io.EOF {
			answer, err = priceLine(book, now, text)
		}
		if err != nil {
			answer = failure{Error: err.Error(), Line: n}
		}
		if err := enc.Encode(answer); err != nil {
			return fmt.Errorf("price: write line %d: %w", n, err)
		}
	}
	return errors.Join(ctx.Err(), w.Flush())
}

func priceLine(book catalog.Book, now time.Time, text []byte) (any, error) {
	var l line
	if err := json.Unmarshal(text, &l); err != nil {
		return nil, fmt.Errorf("the line is not a JSON object as expected: %w", err)
	}
	at, err := Moment(l.At, now)
	if err != nil {
		return nil, err
	}
	s, err := Price(book, Answer{Kind: l.Kind, Family: l.Family, Model: l.Model, At: at, Body: l.Body})
	if err != nil {
		return nil, err
	}
	return result{Usage: s.Usage, InputUSD: s.InputUSD, OutputUSD: s.OutputUSD, CostUSD: s.CostUSD, PriceVersion: s.PriceVersion}, nil
}

// Moment reads when an answer was given: RFC 3339, or a date alone, which is its midnight in UTC; now if it is empty.
func Moment(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return now, nil
	}
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, nil
		}
	}
	return now, fmt.Errorf("%q is no time. Write it as 2026-10-01T12:00:00Z, or as 2026-10-01", text)
}

var errLong = fmt.Errorf("the line is longer than %d MiB", maxLine>>20)

// readLine reads up to the next line break, without it. Of a line that is too long it keeps nothing.
func readLine(r *bufio.Reader) ([]byte, error) {
	part, err := r.ReadSlice('\n')
	if err == nil {
		return bytes.TrimRight(part, "\r\n"), nil
	}
	all := bytes.Clone(part)
	for errors.Is(err, bufio.ErrBufferFull) {
		part, err = r.ReadSlice('\n')
		if len(all)+len(part) > maxLine {
			all = nil
			for errors.Is(err, bufio.ErrBufferFull) {
				_, err = r.ReadSlice('\n')
			}
			if err == nil || err == io.EOF {
				err = errLong
			}
			return nil, err
		}
		all = append(all, part...)
	}
	return bytes.TrimRight(all, "\r\n"), err
}

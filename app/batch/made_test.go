package batch

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

// What is larger than a file may be is refused one byte later, however much of it would follow.
func TestAFileIsRefusedBehindItsBound(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		size int64
		kept bool
	}{"as large as it may be": {MaxFile, true}, "one byte more": {MaxFile + 1, false}, "without an end": {1 << 40, false}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from := &io.LimitedReader{R: blanks{}, N: c.size}
			err := sent(from)(io.Discard)
			var refused *fault.Error
			if errors.As(err, &refused) == c.kept || !c.kept && (refused.Kind != fault.TooLarge || !strings.Contains(refused.Public, "larger than 512 MiB, the most one may have. Split it.")) {
				t.Errorf("%v", err)
			}
			if read := c.size - from.N; read > MaxFile+1 {
				t.Errorf("%d bytes were read", read)
			}
		})
	}
}

type blanks struct{}

func (blanks) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// The requests that a table is made into are longer than the table: a table of the largest size is taken, and what has no bound of its own
// is refused where it is counted, in the preview already.
func TestWhatATableIsMadeIntoIsBounded(t *testing.T) {
	t.Parallel()
	m := made{size: MaxFile * 3 / 2}
	if err := m.take(asked{Body: make([]byte, 1<<10)}); err != nil {
		t.Errorf("half as long again as a file: %v", err)
	}
	m.size = MaxMade
	if err := m.take(asked{}); err == nil || !strings.Contains(err.Error(), "With request 2 all of them come to more than 2 GiB") {
		t.Errorf("more than a batch may have: %v", err)
	}
	m = made{n: MaxItems}
	if err := m.take(asked{}); err == nil || !strings.Contains(err.Error(), "at most 100000 requests") {
		t.Errorf("more requests than a batch may have: %v", err)
	}
}

// A value that stands many times in a prompt is measured before it is filled in, and what JSON makes longer afterwards.
func TestARowAsksNoMoreThanARequestMay(t *testing.T) {
	t.Parallel()
	big := strings.Repeat("x", 1<<20)
	for name, c := range map[string]struct {
		prompt, cell, says string
	}{
		"once":                   {"{{a}}", big, ""},
		"seven times":            {strings.Repeat("{{a}}", 7), big, ""},
		"a million times":        {strings.Repeat("{{a}}", 1<<18), big, "Row 1 asks more than 8 MiB"},
		"longer when it is JSON": {"{{a}}{{a}}", strings.Repeat("<", 1<<20), "Row 1 asks more than 8 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := Draft{Format: CSV, Text: "a\n" + c.cell + "\n", Model: "smart", Prompt: c.prompt}
			_, err := d.read(strings.NewReader(d.Text), func(asked) error { return nil })
			if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
				t.Errorf("%v", err)
			}
		})
	}
}

package scan_test

import (
	"testing"

	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

func TestOnlyCountsThatCanBeAreBelieved(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name, text string
		want       int64
		ok         bool
	}{
		{"a plain number", `12`, 12, true},
		{"nothing", `0`, 0, true},
		{"null leaves what was there", `null`, 7, true},
		{"the largest", `1099511627776`, scan.MaxCount, true},
		{"one more than the largest", `1099511627777`, 7, false},
		{"two to the sixty-third", `9223372036854775808`, 7, false},
		{"two to the sixty-fourth", `18446744073709551616`, 7, false},
		{"negative", `-1`, 7, false},
		{"a fraction", `1.0`, 7, false},
		{"an exponent", `1e3`, 7, false},
		{"a string", `"12"`, 7, false},
		{"an object", `{"tokens":12}`, 7, false},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			got := int64(7)
			c := scan.New([]byte(x.text))
			if ok := c.Count(&got); ok != x.ok || got != x.want || !c.End() {
				t.Errorf("%s is %d, %v (%v)", x.text, got, ok, c.Err())
			}
		})
	}
}

func TestCountsAreReadByNameAndTheRestIsReadOver(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		text string
		a, b int64
		ok   bool
	}{
		{`{"a":1,"x":{"a":9},"b":2}`, 1, 2, true},
		{`{}`, 0, 0, true},
		{`null`, 0, 0, true},
		{`[1,2]`, 0, 0, false},
		{`{"a":-1,"b":2}`, 0, 2, false},
	} {
		var a, b int64
		c := scan.New([]byte(x.text))
		if ok := c.Counts([]scan.Part{{Name: "a", Into: &a}, {Name: "b", Into: &b}}); ok != x.ok || a != x.a || b != x.b || !c.End() {
			t.Errorf("%s: a %d, b %d, %v", x.text, a, b, ok)
		}
	}
}

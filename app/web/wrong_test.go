package web

import (
	"errors"
	"fmt"
	"maps"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

func TestWhatIsWrongWithAFormIsSortedByField(t *testing.T) {
	t.Parallel()
	taken := fault.New(fault.Conflict, "name_taken", "Taken.")
	taken.Field = "name"
	for name, tt := range map[string]struct {
		err  error
		want map[string]string
	}{
		"nothing":                    {nil, nil},
		"one field":                  {fault.Field("name", "Too long."), map[string]string{"name": "Too long."}},
		"a wrapped one":              {fmt.Errorf("create: %w", fault.Field("name", "Too long.")), map[string]string{"name": "Too long."}},
		"several":                    {errors.Join(fault.Field("a", "A."), fault.Field("b", "B.")), map[string]string{"a": "A.", "b": "B."}},
		"the form as a whole":        {fault.New(fault.Invalid, "x", "No."), map[string]string{"": "No."}},
		"a name that is taken":       {taken, map[string]string{"name": "Taken."}},
		"a conflict of another kind": {fault.New(fault.Conflict, "in_use", "In use."), nil},
		"not allowed":                {fault.New(fault.Forbidden, "forbidden", "No."), nil},
		"an accident":                {errors.New("boom"), nil},
	} {
		got, ok := Wrong(tt.err)
		if !maps.Equal(got, tt.want) || ok != (tt.want != nil) {
			t.Errorf("%s: %v, %v, want %v", name, got, ok, tt.want)
		}
	}
}

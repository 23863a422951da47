package web

import (
	"errors"
	"fmt"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

func TestRefusedSortsWhatAFormCanMend(t *testing.T) {
	t.Parallel()
	name, again, whole := fault.Field("name", "Enter a name."), fault.Field("name", "Shorter."), fault.New(fault.Conflict, "x", "Taken.")
	r, ok := Refused(fmt.Errorf("create: %w", errors.Join(name, fmt.Errorf("deeper: %w", again), nil, whole)))
	if !ok || r.Fields["name"] != "Enter a name." || r.Form != "Taken." {
		t.Fatalf("got %+v, %v", r, ok)
	}
	for what, err := range map[string]error{
		"nothing":               nil,
		"a failure of ours":     errors.New("disk full"),
		"a missing thing":       fault.New(fault.NotFound, "not_found", "No."),
		"a mixture with a bug":  errors.Join(name, errors.New("disk full")),
		"something not allowed": fmt.Errorf("x: %w", fault.New(fault.Forbidden, "forbidden", "No.")),
	} {
		if r, ok := Refused(err); ok {
			t.Errorf("%s: got %+v", what, r)
		}
	}
}

package web

import (
	"errors"
	"maps"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

// Wrong sorts the refusal of a form, which may be several joined, by field: what to print beside each input, and under
// "" what concerns the form as a whole. false means that the error is about something else and has a page of its own.
func Wrong(err error) (map[string]string, bool) {
	if err == nil {
		return nil, false
	}
	f := fault.From(err)
	if f.Kind != fault.Invalid && (f.Kind != fault.Conflict || f.Field == "") {
		return nil, false
	}
	return byField(err), true
}

func byField(err error) map[string]string {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		out := map[string]string{}
		for _, e := range joined.Unwrap() {
			maps.Copy(out, byField(e))
		}
		return out
	}
	var f *fault.Error
	if !errors.As(err, &f) {
		return nil
	}
	return map[string]string{f.Field: f.Public}
}

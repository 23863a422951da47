package web

import (
	"errors"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

// Refusal is what a form is told: what is wrong with it as a whole, and with each field by its name.
type Refusal struct {
	Form   string
	Fields map[string]string
}

// Refused sorts a service's refusal for the form that caused it; the handler then answers c.Invalid with what was
// typed. ok is false for everything a person cannot mend in the form (not found, forbidden, our own failures): the
// handler returns that error as it is.
func Refused(err error) (r Refusal, ok bool) {
	r.Fields = map[string]string{}
	if err == nil || !r.collect(err) {
		return Refusal{}, false
	}
	return r, true
}

// collect walks joined errors; every leaf must be mendable.
func (r *Refusal) collect(err error) bool {
	var f *fault.Error
	if e, is := err.(*fault.Error); is {
		f = e
	} else if many, is := err.(interface{ Unwrap() []error }); is {
		for _, e := range many.Unwrap() {
			if !r.collect(e) {
				return false
			}
		}
		return true
	} else if next := errors.Unwrap(err); next != nil {
		return r.collect(next)
	}
	if f == nil {
		return false
	}
	switch f.Kind {
	case fault.Invalid, fault.Conflict, fault.Limited, fault.Unauthenticated:
		if f.Field == "" {
			r.Form = f.Public
		} else if r.Fields[f.Field] == "" {
			r.Fields[f.Field] = f.Public
		}
		return true
	}
	return false
}

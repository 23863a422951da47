package playgroundweb

import (
	"errors"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

func joined(errs ...error) error { return errors.Join(errs...) }

// rowFields are those of one column; the room counts the columns that it is asked, the form its rows.
var rowFields = []string{"model.", "temperature.", "max_tokens."}

// moved is what is wrong, by the form's rows.
func moved(err error, rows []int) error {
	var f *fault.Error
	if e, ok := err.(*fault.Error); ok {
		f = e
	} else if many, ok := err.(interface{ Unwrap() []error }); ok {
		var out []error
		for _, e := range many.Unwrap() {
			out = append(out, moved(e, rows))
		}
		return errors.Join(out...)
	}
	if f == nil || movedField(f.Field, rows) == f.Field {
		return err
	}
	there := *f
	there.Field = movedField(f.Field, rows)
	return &there
}

func movedField(field string, rows []int) string {
	for _, prefix := range rowFields {
		if at, ok := strings.CutPrefix(field, prefix); ok {
			if n, err := strconv.Atoi(at); err == nil && n < len(rows) {
				return prefix + strconv.Itoa(rows[n])
			}
		}
	}
	return field
}

func moveFields(fields map[string]string, rows []int) map[string]string {
	out := make(map[string]string, len(fields))
	for name, text := range fields {
		out[movedField(name, rows)] = text
	}
	return out
}

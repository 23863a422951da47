package app

import (
	"reflect"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/secret"
)

// knownNames are the environment names of all settings, with NAME_FILE for secrets.
func knownNames() []string {
	var out []string
	for field := range configFields() {
		name := field.Tag.Get("env")
		out = append(out, name)
		if field.Type == reflect.TypeFor[secret.String]() {
			out = append(out, name+"_FILE")
		}
	}
	return out
}

func secretNames() []string {
	var out []string
	for field := range configFields() {
		if field.Type == reflect.TypeFor[secret.String]() {
			out = append(out, field.Tag.Get("env"))
		}
	}
	return out
}

func configFields() func(yield func(reflect.StructField) bool) {
	t := reflect.TypeFor[Config]()
	return func(yield func(reflect.StructField) bool) {
		for i := range t.NumField() {
			if !yield(t.Field(i)) {
				return
			}
		}
	}
}

func yamlKey(name string) string { return strings.ToLower(strings.TrimPrefix(name, prefix)) }

// suggest names the known setting that a wrong one most likely stands for.
func suggest(wrong string, known []string) string {
	best, least := "", 6
	for _, name := range slices.Sorted(slices.Values(known)) {
		if d := distance(wrong, name); d < least {
			best, least = name, d
		}
	}
	if best == "" {
		return "; docs/reference/configuration.md lists them all"
	}
	return "; did you mean " + best + "?"
}

// distance is Levenshtein's: how many letters must be added, dropped or changed.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

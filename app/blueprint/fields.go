package blueprint

import (
	"encoding/json"
	"fmt"
	"math/big"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/patience"
)

var decimal = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?$`)

func endpoint(s string) llm.Operation { return llm.Operation(s) }

func whole(text string) (int64, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}

func length(text string) (time.Duration, error) {
	text = strings.ReplaceAll(text, " ", "")
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, ok := whole(days); ok && n <= 36500 {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	}
	return time.ParseDuration(text)
}

// oneForm gives a text the form that the API prints, or says what is wrong with it.
func oneForm(text string, tag reflect.StructTag) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", nil
	}
	switch tag.Get("as") {
	case "number":
		n := strings.TrimPrefix(text, "$")
		if !decimal.MatchString(n) {
			return text, fmt.Errorf("%q is no number such as 25 or 0.50, without a sign or separators", text)
		}
		r, _ := new(big.Rat).SetString(n)
		places := len(n)
		if text = r.FloatString(places); strings.Contains(text, ".") {
			text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
		}
	case "duration":
		d, err := length(text)
		if err != nil || d < 0 {
			return text, fmt.Errorf("%q is no length of time such as 30s, 15m, 1h or 7d", text)
		}
		if text = patience.Spell(d); d == 0 {
			text = "0s"
		}
	case "word":
		text = strings.ToLower(text)
	}
	if one := strings.Fields(tag.Get("one")); len(one) > 0 && !slices.Contains(one, text) {
		return text, fmt.Errorf("%q is none of: %s", text, strings.Join(one, ", "))
	}
	if text == tag.Get("default") {
		return "", nil
	}
	return text, nil
}

// tidy brings every field of a struct into one form, so that equal things are equal values.
func tidy(v reflect.Value) {
	for i := range v.NumField() {
		f, tag := v.Field(i), v.Type().Field(i).Tag
		switch {
		case f.Kind() == reflect.String:
			text, _ := oneForm(f.String(), tag) // what a file says was checked when it was read
			f.SetString(text)
		case f.Kind() == reflect.Struct:
			tidy(f)
		case f.Kind() == reflect.Pointer && !f.IsNil() && f.Elem().Kind() == reflect.Struct:
			tidy(f.Elem())
		case f.Type() == reflect.TypeFor[[]string]():
			f.Set(reflect.ValueOf(once(f.Interface().([]string))))
		case f.Kind() == reflect.Slice && f.Len() == 0:
			f.SetZero()
		case f.Kind() == reflect.Slice && f.Type().Elem().Kind() == reflect.Struct:
			for j := range f.Len() {
				tidy(f.Index(j))
			}
		}
	}
}

// once is a list without what says nothing or says it again; letter case tells nothing apart in any list of a document.
func once(list []string) (out []string) {
	for _, s := range list {
		if s = strings.TrimSpace(s); s != "" && !slices.ContainsFunc(out, func(o string) bool { return strings.EqualFold(o, s) }) {
			out = append(out, s)
		}
	}
	return out
}

// body is a struct as the API takes it, each field said, so that an empty one takes back what was there.
func body(v reflect.Value) map[string]any {
	out := map[string]any{}
	for i := range v.NumField() {
		f, tag := v.Field(i), v.Type().Field(i).Tag
		name := tag.Get("json")
		switch {
		case name == "-":
		case f.Kind() == reflect.String && f.String() == "":
			out[name] = tag.Get("default")
		case f.Kind() == reflect.Struct:
			out[name] = body(f)
		case f.Kind() == reflect.Pointer && f.IsNil():
		case f.Kind() == reflect.Pointer && f.Elem().Kind() == reflect.Struct:
			out[name] = body(f.Elem())
		case f.Kind() == reflect.Slice && f.Len() == 0:
			out[name] = []any{}
		default:
			out[name] = f.Interface()
		}
	}
	return out
}

// Field is one field of a change: what it said, and what it is to say. Empty is what nobody set.
type Field struct {
	Name string `json:"name"`
	Was  string `json:"was"`
	Is   string `json:"is"`
}

// differences are the fields in which two structs of one type differ.
func differences(was, is reflect.Value) (out []Field) {
	for i := range is.NumField() {
		field := is.Type().Field(i)
		if !field.IsExported() {
			continue
		}
		a, b := say(was.Field(i), field.Tag), say(is.Field(i), field.Tag)
		if name, _, _ := strings.Cut(field.Tag.Get("yaml"), ","); a != b && name != "-" {
			out = append(out, Field{name, a, b})
		}
	}
	return out
}

// say writes a value for people.
func say(v reflect.Value, tag reflect.StructTag) string {
	if v.Kind() == reflect.Bool {
		return strconv.FormatBool(v.Bool())
	}
	if v.IsZero() {
		return tag.Get("default")
	}
	if one := reflect.Indirect(v); one.Kind() == reflect.Struct {
		var parts []string
		for i := range one.NumField() {
			if f := one.Type().Field(i); !one.Field(i).IsZero() {
				name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
				parts = append(parts, name+" "+say(one.Field(i), f.Tag))
			}
		}
		return strings.Join(parts, ", ")
	}
	if v.Kind() == reflect.String {
		return v.String()
	}
	if list, ok := v.Interface().([]string); ok {
		return strings.Join(list, ", ")
	}
	text, _ := json.Marshal(v.Interface()) // of plain texts and numbers, which cannot fail
	return string(text)
}

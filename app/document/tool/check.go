package tool

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// read reads a model's answer about some pages, and gives what fits the shape: nothing else passes, whatever a model adds. Pages that it was
// not shown become null: it made them up.
func (s Shape) read(answer string, from, to int) (map[string]any, error) {
	answer = strings.TrimSpace(answer)
	if inner, ok := strings.CutPrefix(answer, "```"); ok { // some wrap it all the same
		_, inner, _ = strings.Cut(inner, "\n")
		answer = strings.TrimSuffix(strings.TrimSpace(inner), "```")
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal([]byte(answer), &raw); err != nil {
		return nil, fmt.Errorf("it is no JSON object: %w", err)
	}
	out := make(map[string]any, len(s))
	for _, m := range s {
		v, ok := raw[m.Name]
		if !ok {
			return nil, fmt.Errorf("%q is missing", m.Name)
		}
		got, err := m.read(v, from, to)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", m.Name, err)
		}
		out[m.Name] = got
	}
	return out, nil
}

func (m Member) read(v json.RawMessage, from, to int) (any, error) {
	switch m.form {
	case fact:
		var f struct {
			Value *string `json:"value"`
			where
		}
		if err := json.Unmarshal(v, &f); err != nil {
			return nil, errors.New("it has no value, page and confidence")
		}
		page, sure := f.within(from, to)
		if f.Value != nil && strings.TrimSpace(*f.Value) == "" {
			f.Value = nil
		}
		if f.Value == nil {
			return map[string]any{"value": nil, "page": nil, "confidence": 0.0}, nil
		}
		return map[string]any{"value": *f.Value, "page": page, "confidence": sure}, nil
	case list:
		var rows []json.RawMessage
		if err := json.Unmarshal(v, &rows); err != nil {
			return nil, errors.New("it is no list")
		}
		out := make([]any, 0, len(rows))
		for _, r := range rows {
			row, err := Shape(m.Of).read(string(r), from, to)
			if err != nil {
				return nil, err
			}
			var w where
			_ = json.Unmarshal(r, &w) // read has seen that it is an object
			row["page"], row["confidence"] = w.within(from, to)
			out = append(out, row)
		}
		return out, nil
	}
	into := map[form]any{prose: new(string), words: &[]string{}, grid: &[][]string{}}[m.form]
	if err := json.Unmarshal(v, into); err != nil {
		return nil, errors.New("it is of another type")
	}
	switch p := into.(type) {
	case *[]string:
		return *p, nil
	case *[][]string:
		return *p, nil
	case *string:
		return *p, nil
	}
	return nil, nil
}

// where is on which page something stands, and how sure a model is.
type where struct {
	Page       *float64 `json:"page"`
	Confidence float64  `json:"confidence"`
}

func (w where) within(from, to int) (page any, sure float64) {
	sure = min(max(w.Confidence, 0), 1)
	if from == to {
		return from, sure
	}
	if w.Page == nil || int(*w.Page) < from || int(*w.Page) > to {
		return nil, sure
	}
	return int(*w.Page), sure
}

// merge puts what two parts say together: of facts the surer one, of lists and texts both.
func (s Shape) merge(to, more map[string]any) map[string]any {
	if to == nil {
		return more
	}
	for _, m := range s {
		switch m.form {
		case fact:
			if more[m.Name] != nil && confident(more[m.Name]) > confident(to[m.Name]) {
				to[m.Name] = more[m.Name]
			}
		case list:
			x, _ := to[m.Name].([]any)
			y, _ := more[m.Name].([]any)
			to[m.Name] = append(x, y...)
		case prose:
			x, _ := to[m.Name].(string)
			y, _ := more[m.Name].(string)
			to[m.Name] = strings.TrimSpace(x + "\n\n" + y)
		}
	}
	return to
}

// confident is how sure a fact is; below zero without a value.
func confident(v any) float64 {
	f, _ := v.(map[string]any)
	if f["value"] == nil {
		return -1
	}
	n, _ := f["confidence"].(float64)
	return n
}

// ground says of each fact whether its value stands in the text of its page, letter for letter but for spaces and signs. A model that adds
// what is nowhere is noticed so; dates and amounts that it wrote in another form are not found either.
func (s Shape) ground(result map[string]any, pages map[int]string) {
	for _, m := range s {
		f, ok := result[m.Name].(map[string]any)
		if !ok || m.form != fact || f["value"] == nil {
			continue
		}
		page, _ := f["page"].(int)
		value, _ := f["value"].(string)
		f["found"] = bare(value) != "" && strings.Contains(bare(pages[page]), bare(value))
	}
}

// bare is a text's letters and digits.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

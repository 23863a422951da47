package tool

import "encoding/json"

// form is what a member of an answer is.
type form uint8

const (
	// fact is one thing that a document says: its value as a text, the page, and how sure the model is; all null where it says nothing.
	fact form = iota
	// prose is a text in the model's words; parts' are put one behind the other.
	prose
	// list is rows of texts, each with its page and how sure the model is; parts' rows are put one behind the other.
	list
	// words is a list of texts in a row, grid a table of them.
	words
	grid
)

// Member is one member of an answer.
type Member struct {
	Name  string
	About string // for the model
	form  form
	Of    []Member // of a list's rows: prose, words or grid
}

// Shape is what an answer looks like.
type Shape []Member

// Schema is the shape as a JSON Schema, in the strict form that all providers take: every member is required, none other allowed.
func (s Shape) Schema() json.RawMessage {
	b, err := json.Marshal(object(s))
	if err != nil {
		return json.RawMessage(`{"type":"object"}`) // maps of texts always have a JSON form
	}
	return b
}

func object(members []Member) map[string]any {
	properties, required := map[string]any{}, []string{}
	for _, m := range members {
		properties[m.Name] = m.schema()
		required = append(required, m.Name)
	}
	return map[string]any{"type": "object", "properties": properties, "required": required, "additionalProperties": false}
}

var (
	text       = map[string]any{"type": "string"}
	onPage     = map[string]any{"type": []string{"integer", "null"}, "description": "the number of the page that says so"}
	confidence = map[string]any{"type": "number", "description": "how sure you are, from 0 to 1"}
)

func (m Member) schema() map[string]any {
	var s map[string]any
	switch m.form {
	case fact:
		s = map[string]any{"type": "object", "required": []string{"value", "page", "confidence"}, "additionalProperties": false,
			"properties": map[string]any{"value": map[string]any{"type": []string{"string", "null"}}, "page": onPage, "confidence": confidence}}
	case prose:
		s = map[string]any{"type": "string"}
	case words:
		s = map[string]any{"type": "array", "items": text}
	case grid:
		s = map[string]any{"type": "array", "items": map[string]any{"type": "array", "items": text}}
	case list:
		row := object(m.Of)
		properties, _ := row["properties"].(map[string]any)
		properties["page"], properties["confidence"] = onPage, confidence
		row["required"] = append(row["required"].([]string), "page", "confidence") // object made it
		s = map[string]any{"type": "array", "items": row}
	}
	if m.About != "" {
		s["description"] = m.About
	}
	return s
}

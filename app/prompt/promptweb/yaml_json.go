package promptweb

import (
	"bytes"
	"encoding/json"
	"fmt"

	"gopkg.in/yaml.v3"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

// converter writes YAML as JSON, in its order. Aliases are refused: small ones can stand for much.
type converter struct {
	bytes.Buffer
	field string
}

func (w *converter) wrong(n *yaml.Node, what string) error {
	return fault.Field(w.field, fmt.Sprintf("Line %d, column %d: %s.", n.Line, n.Column, what))
}

func (w *converter) node(n *yaml.Node) error {
	if n.Anchor != "" {
		return w.wrong(n, "anchors and aliases are not taken; write it out")
	}
	switch n.Kind {
	case yaml.MappingNode:
		return w.object(n)
	case yaml.SequenceNode:
		w.WriteByte('[')
		for i, c := range n.Content {
			if i > 0 {
				w.WriteByte(',')
			}
			if err := w.node(c); err != nil {
				return err
			}
		}
		w.WriteByte(']')
		return nil
	case yaml.ScalarNode:
		return w.scalar(n)
	}
	return w.wrong(n, "anchors and aliases are not taken; write it out")
}

func (w *converter) object(n *yaml.Node) error {
	seen := map[string]bool{}
	w.WriteByte('{')
	for i := 0; i+1 < len(n.Content); i += 2 {
		name := n.Content[i]
		if name.Kind != yaml.ScalarNode || seen[name.Value] || name.Tag == "!!merge" {
			return w.wrong(name, "a name stands here twice, or is none")
		}
		seen[name.Value] = true
		if i > 0 {
			w.WriteByte(',')
		}
		quoted, _ := json.Marshal(name.Value) // a string always has a JSON form
		w.Write(quoted)
		w.WriteByte(':')
		if err := w.node(n.Content[i+1]); err != nil {
			return err
		}
	}
	w.WriteByte('}')
	return nil
}

func (w *converter) scalar(n *yaml.Node) error {
	var v any = n.Value
	switch n.Tag {
	case "!!int", "!!float", "!!bool", "!!null":
		if json.Valid([]byte(n.Value)) { // as it stood: 0.20 stays 0.20
			w.WriteString(n.Value)
			return nil
		}
		if err := n.Decode(&v); err != nil {
			return w.wrong(n, "this value cannot be read")
		}
	}
	j, err := json.Marshal(v)
	if err != nil {
		return w.wrong(n, "this has no JSON form")
	}
	w.Write(j)
	return nil
}

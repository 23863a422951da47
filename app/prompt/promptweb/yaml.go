package promptweb

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

// Files of prompts are YAML, one document for each prompt, in the words of the API: what JSON says, in lines. JSON is YAML too, so both
// are read. Order is kept both ways, because the order of a schema's fields is what a model reads.

// maxFile is how long a file of prompts may be, in bytes, and mostInFile how many prompts.
const (
	maxFile    = 2 << 20
	mostInFile = 200
)

// writeYAML writes a value that has a JSON form.
func writeYAML(v any) (string, error) {
	var j bytes.Buffer
	e := json.NewEncoder(&j)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return "", fmt.Errorf("write YAML: %w", err)
	}
	var n yaml.Node
	if err := yaml.Unmarshal(j.Bytes(), &n); err != nil {
		return "", fmt.Errorf("write YAML: %w", err)
	}
	block(&n)
	var b bytes.Buffer
	y := yaml.NewEncoder(&b)
	y.SetIndent(2)
	if err := y.Encode(&n); err != nil {
		return "", fmt.Errorf("write YAML: %w", err)
	}
	return b.String(), y.Close()
}

// block writes what was read from JSON in lines; what has to be quoted still is.
func block(n *yaml.Node) {
	n.Style = 0
	if n.Kind == yaml.ScalarNode && n.Tag == "!!str" && strings.Contains(n.Value, "\n") {
		n.Style = yaml.LiteralStyle
	}
	for _, c := range n.Content {
		block(c)
	}
}

// readYAML reads a value from YAML, strictly. field is where it came from in the form.
func readYAML(field, text string, into any) error {
	docs, err := documents(field, text)
	if err != nil {
		return err
	}
	if len(docs) == 0 {
		return nil
	}
	if len(docs) > 1 {
		return fault.Field(field, "Write one document only, without ---.")
	}
	return strictly(field, docs[0], into)
}

func strictly(field string, text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fault.Field(field, "This does not fit: "+plain(err)+".")
	}
	return nil
}

// documents are a file's, as JSON.
func documents(field, text string) (out [][]byte, err error) {
	if len(text) > maxFile {
		return nil, fault.Field(field, fmt.Sprintf("This is longer than %d MiB. Import it in parts.", maxFile>>20))
	}
	d := yaml.NewDecoder(strings.NewReader(text))
	for {
		var n yaml.Node
		err := d.Decode(&n)
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fault.Field(field, "This is not YAML: "+strings.TrimPrefix(err.Error(), "yaml: ")+".")
		}
		if len(n.Content) == 0 || n.Content[0].Tag == "!!null" {
			continue
		}
		w := &converter{field: field}
		if err := w.node(n.Content[0]); err != nil {
			return nil, err
		}
		if out = append(out, w.Bytes()); len(out) > mostInFile {
			return nil, fault.Field(field, fmt.Sprintf("A file has at most %d prompts. Import it in parts.", mostInFile))
		}
	}
}

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
	"github.com/bodhi-gateway/bodhi/app/prompt"
)

// Files of prompts are YAML, one document for each prompt, in the words of the API: what JSON says, in lines. JSON is YAML too, so both
// are read. Order is kept both ways, because the order of a schema's fields is what a model reads.

// maxFile is how long a file of prompts may be, in bytes, and mostInFile how many prompts.
const (
	maxFile    = 2 << 20
	mostInFile = 200
)

// document is one prompt of a file: what it is, and what its newest version says.
type document struct {
	Name    string      `json:"name"`
	Kind    prompt.Kind `json:"kind,omitempty"` // chat without
	About   string      `json:"about,omitempty"`
	Folder  string      `json:"folder,omitempty"`
	Message string      `json:"message,omitempty"`
	prompt.Content
}

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

// readFile reads the prompts of a file, the texts first: others may include them.
func readFile(field, text string) (out []document, err error) {
	docs, err := documents(field, text)
	if err != nil {
		return nil, err
	}
	var chats []document
	for i, j := range docs {
		d := document{Kind: prompt.Chat}
		if err := strictly(field, j, &d); err != nil {
			f := fault.From(err)
			f.Public = fmt.Sprintf("Prompt %d: %s", i+1, f.Public)
			return nil, f
		}
		if d.Kind == prompt.Text {
			out = append(out, d)
		} else {
			chats = append(chats, d)
		}
	}
	if out = append(out, chats...); len(out) == 0 {
		return nil, fault.Field(field, "There is no prompt in it. A prompt has at least a name, a model and messages.")
	}
	return out, nil
}

// fileOf is a prompt as a document: its production version, else its newest.
func fileOf(f *prompt.Full) document {
	v := current(f)
	return document{Name: f.Name, Kind: f.Kind, About: f.About, Folder: f.Folder, Message: v.Message, Content: v.Content}
}

// current is the version that production is at, else the newest.
func current(f *prompt.Full) *prompt.Version {
	for _, l := range f.Labels {
		if v, ok := f.Version(l.Number); ok && l.Name == prompt.Production {
			return v
		}
	}
	return &f.Versions[0]
}
